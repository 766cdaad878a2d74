package filter

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A scanner reads a text from its start to its end.
type scanner struct {
	text string
	pos  int
}

// check refuses a text that is too long to look at, or that no column can hold.
func (s *scanner) check() error {
	if len(s.text) > maxLength {
		return s.failAt(maxLength, fmt.Sprintf("longer than %d bytes", maxLength))
	}
	if i := strings.IndexByte(s.text, 0); i >= 0 {
		return s.failAt(i, "must not hold NUL")
	}
	if utf8.ValidString(s.text) {
		return nil
	}
	for i, r := range s.text {
		if _, size := utf8.DecodeRuneInString(s.text[i:]); r == utf8.RuneError && size == 1 {
			return s.failAt(i, "must be valid UTF-8")
		}
	}
	return nil
}

func (s *scanner) failAt(at int, reason string) error {
	return &Error{Input: s.text, Offset: at + 1, Reason: reason}
}

func (s *scanner) done() bool { return s.pos == len(s.text) }

// at reports whether c is the next byte.
func (s *scanner) at(c byte) bool { return s.pos < len(s.text) && s.text[s.pos] == c }

// space skips white space.
func (s *scanner) space() {
	for s.pos < len(s.text) && isSpace(s.text[s.pos]) {
		s.pos++
	}
}

// afterSpace reports whether white space is behind the scanner.
func (s *scanner) afterSpace() bool { return s.pos > 0 && isSpace(s.text[s.pos-1]) }

// run skips what is before the first byte of which ends is true, and returns it.
func (s *scanner) run(ends func(byte) bool) string {
	start := s.pos
	for s.pos < len(s.text) && !ends(s.text[s.pos]) {
		s.pos++
	}
	return s.text[start:s.pos]
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func isQuote(c byte) bool { return c == '"' || c == '\'' }

// endsName reports whether c ends a field's name or a word.
func endsName(c byte) bool {
	switch c {
	case '(', ')', '.', ',', ':', '=', '!', '<', '>':
		return true
	}
	return isSpace(c) || isQuote(c)
}

// endsValue reports whether c ends a bare literal on the right of a comparator.
// Signs, dots and colons are part of it, which is why times need no quotes.
func endsValue(c byte) bool {
	return isSpace(c) || isQuote(c) || c == '(' || c == ')' || c == ','
}

// quoted reads a literal in quotes, of which the first is next.
func (s *scanner) quoted() (literal, error) {
	l := literal{quote: s.text[s.pos], at: s.pos}
	for s.pos++; !s.done(); s.pos++ {
		switch s.text[s.pos] {
		case l.quote:
			l.raw = s.text[l.at+1 : s.pos]
			s.pos++
			return l, s.escapes(l.raw, l.at+1)
		case '\\':
			if s.pos+1 < len(s.text) {
				s.pos++
			}
		}
	}
	return l, s.failAt(l.at, "the quote is never closed")
}

// escapes refuses a backslash before what needs none, so that each may get a meaning
// one day. raw is at offset at.
func (s *scanner) escapes(raw string, at int) error {
	for i := strings.IndexByte(raw, '\\'); i >= 0 && i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		if i++; i == len(raw) || strings.IndexByte(`\*"'`, raw[i]) < 0 {
			return s.failAt(at+i-1, `a backslash stands only before *, a quote or another; write \\ for a backslash`)
		}
	}
	return nil
}
