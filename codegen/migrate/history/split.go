package history

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A statement is SQL of a file, without the semicolon at its end. line is where it begins.
type statement struct {
	text string
	line int
}

// split parts statements as psql does: at a semicolon that is in no literal, name, comment
// or parenthesis and in no body of a function that stands between BEGIN ATOMIC and END.
// Comments before a statement are not part of it, and what is empty is none. line is that of
// the text.
func split(text string, line int) []statement {
	s := splitter{text: text, line: line, begin: -1}
	for s.at < len(text) {
		s.next()
	}
	s.end()
	return s.all
}

type splitter struct {
	text string
	at   int
	line int // of at
	all  []statement
	// begin is where the statement begins, -1 before its first token; first is its line.
	begin, first int
	parens       int
	words        []string // the first four, in upper case
	depth        int      // of BEGIN and CASE in the body of a function
}

// next goes past a token, a comment or a space.
func (s *splitter) next() {
	rest := s.text[s.at:]
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case unicode.IsSpace(r):
		s.skip(size)
	case strings.HasPrefix(rest, "--"):
		s.skip(until(rest, 0, "\n"))
	case strings.HasPrefix(rest, "/*"):
		s.skip(commentLen(rest))
	case r == ';' && s.parens == 0 && s.depth == 0:
		s.end()
		s.skip(size)
	default:
		if s.begin < 0 {
			s.begin, s.first = s.at, s.line
		}
		s.token(rest, r, size)
	}
}

func (s *splitter) token(rest string, r rune, size int) {
	switch {
	case r == '\'', r == '"':
		s.skip(until(rest, 1, string(r))) // of a doubled quote, the second half begins another
	case r == '$':
		s.skip(dollarLen(rest))
	case r == '(':
		s.parens++
		s.skip(size)
	case r == ')':
		s.parens = max(0, s.parens-1)
		s.skip(size)
	case isWord(r):
		word := wordOf(rest)
		if quoted := rest[len(word):]; (word == "E" || word == "e") && strings.HasPrefix(quoted, "'") {
			s.skip(1 + escapedLen(quoted))
			return
		}
		s.word(strings.ToUpper(word))
		s.skip(len(word))
	default:
		s.skip(size)
	}
}

// word counts what opens and ends in the body of a function.
func (s *splitter) word(word string) {
	if len(s.words) < 4 {
		s.words = append(s.words, word)
	}
	switch {
	case s.parens > 0 || !s.function():
	case word == "BEGIN", word == "CASE" && s.depth > 0:
		s.depth++
	case word == "END":
		s.depth = max(0, s.depth-1)
	}
}

// function reports whether the statement begins with CREATE FUNCTION, or is like it.
func (s *splitter) function() bool {
	words := strings.Join(s.words, " ") + " "
	rest, ok := strings.CutPrefix(words, "CREATE ")
	rest = strings.TrimPrefix(rest, "OR REPLACE ")
	return ok && (strings.HasPrefix(rest, "FUNCTION ") || strings.HasPrefix(rest, "PROCEDURE "))
}

func (s *splitter) skip(n int) {
	s.line += strings.Count(s.text[s.at:s.at+n], "\n")
	s.at += n
}

// end ends the statement before at.
func (s *splitter) end() {
	if s.begin >= 0 {
		s.all = append(s.all, statement{strings.TrimSpace(s.text[s.begin:s.at]), s.first})
	}
	s.begin, s.parens, s.words, s.depth = -1, 0, nil, 0
}

// until returns the length of the text up to what ends it, that included.
func until(text string, from int, end string) int {
	if i := strings.Index(text[from:], end); i >= 0 {
		return from + i + len(end)
	}
	return len(text)
}

// commentLen is the length of a comment, in which others may be.
func commentLen(text string) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch {
		case strings.HasPrefix(text[i:], "/*"):
			depth++
			i++
		case strings.HasPrefix(text[i:], "*/"):
			depth--
			i++
		}
		if depth == 0 {
			return i + 1
		}
	}
	return len(text)
}

// escapedLen is the length of a literal in which a backslash escapes a quote.
func escapedLen(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '\'':
			return i + 1
		}
	}
	return len(text)
}

// dollarLen is the length of a literal between $tag$ and $tag$; 1 if there is none, but a
// parameter.
func dollarLen(text string) int {
	tag, _, _ := strings.Cut(wordOf(text[1:]), "$")
	quote := "$" + tag + "$"
	if !strings.HasPrefix(text, quote) || tag != "" && unicode.IsDigit(rune(tag[0])) {
		return 1
	}
	return until(text, len(quote), quote)
}

// isWord reports whether a rune is part of a name, or of a number. A $ is not the first.
func isWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) || r >= 0x80 }

func wordOf(text string) string {
	for i, r := range text {
		if !isWord(r) && (r != '$' || i == 0) {
			return text[:i]
		}
	}
	return text
}
