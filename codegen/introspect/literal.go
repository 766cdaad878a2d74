package introspect

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// An entry is a field of an option's message.
type entry struct {
	name  string
	value any // a string that is written quoted, a word, a bool, a list or a record
}

// A word is written as it is.
type word string

// A record is the text form of a message, and a list one of its repeated fields.
type (
	record []entry
	list   []any
)

func (r *record) add(name string, value any) { *r = append(*r, entry{name, value}) }

// write writes the message as buf formats it: a single scalar on the same line, all else
// on lines of its own.
func (r record) write(indent string, nested bool) string {
	if len(r) == 0 {
		return "{}"
	}
	if len(r) == 1 && scalar(r[0].value) {
		return "{" + r[0].name + ": " + value(r[0].value, "") + "}"
	}
	var b strings.Builder
	b.WriteString("{\n")
	for _, e := range r {
		b.WriteString(indent + "  " + e.name + ": " + value(e.value, indent+"  ") + "\n")
	}
	b.WriteString(indent + "}")
	return b.String()
}

func scalar(v any) bool {
	switch v.(type) {
	case record, list:
		return false
	}
	return true
}

func value(v any, indent string) string {
	switch v := v.(type) {
	case string:
		return quote(v)
	case record:
		return v.write(indent, true)
	case list:
		return v.write(indent)
	}
	return fmt.Sprint(v)
}

func (l list) write(indent string) string {
	if len(l) == 1 && scalar(l[0]) {
		return "[" + value(l[0], "") + "]"
	}
	var b strings.Builder
	b.WriteString("[\n")
	for i, v := range l {
		b.WriteString(indent + "  " + value(v, indent+"  "))
		if i < len(l)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString(indent + "]")
	return b.String()
}

func texts(names []string) list {
	var l list
	for _, n := range names {
		l = append(l, n)
	}
	return l
}

// quote writes a string of a proto.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString("\\" + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\%03o`, r)
		case r == utf8.RuneError:
			b.WriteString(`\357\277\275`)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// comment writes lines of a comment.
func comment(indent string, lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimRight(indent+"// "+line, " ") + "\n")
	}
	return b.String()
}

// commentLines are the lines of a comment in the database, without control characters.
func commentLines(text string) []string {
	text = strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n")
	if text == "" {
		return nil
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		lines = append(lines, strings.TrimRight(strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f || r == utf8.RuneError {
				return ' '
			}
			return r
		}, line), " "))
	}
	return lines
}
