package sqlite

import "strings"

// lexer cuts SQL into words and single characters. Comments and white space are
// skipped; literals and quoted names are one token. It never fails: what it does
// not understand is SQLite's to refuse.
type lexer struct {
	src string
	pos int
}

// next returns the next token, or "" at the end.
func (l *lexer) next() string {
	l.skipBlank()
	if l.pos >= len(l.src) {
		return ""
	}
	start := l.pos
	switch b := l.src[l.pos]; {
	case b == '\'' || b == '"' || b == '`':
		l.skipQuoted(b)
	case b == '[':
		l.skipTo("]")
	case isWordByte(b):
		for l.pos < len(l.src) && isWordByte(l.src[l.pos]) {
			l.pos++
		}
	default:
		l.pos++
	}
	return l.src[start:l.pos]
}

func (l *lexer) skipBlank() {
	for l.pos < len(l.src) {
		rest := l.src[l.pos:]
		switch {
		case strings.HasPrefix(rest, "--"):
			l.skipTo("\n")
		case strings.HasPrefix(rest, "/*"):
			l.pos += 2
			l.skipTo("*/")
		case isBlank(rest[0]):
			l.pos++
		case strings.HasPrefix(rest, "\ufeff"):
			l.pos += len("\ufeff")
		default:
			return
		}
	}
}

// skipTo moves behind the next end, or to the end of the text.
func (l *lexer) skipTo(end string) {
	if i := strings.Index(l.src[l.pos:], end); i >= 0 {
		l.pos += i + len(end)
		return
	}
	l.pos = len(l.src)
}

// skipQuoted moves behind a quoted token, in which a doubled quote stands for
// one.
func (l *lexer) skipQuoted(quote byte) {
	for l.pos++; l.pos < len(l.src); l.pos++ {
		if l.src[l.pos] != quote {
			continue
		}
		if l.pos+1 < len(l.src) && l.src[l.pos+1] == quote {
			l.pos++
			continue
		}
		l.pos++
		return
	}
}

func isBlank(b byte) bool {
	return b == ' ' || (b >= '\t' && b <= '\r')
}

func isWordByte(b byte) bool {
	return b == '_' || b == '$' || b >= 0x80 ||
		(b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z')
}

// onlyBlank reports whether sql holds no statement: blanks, comments and
// semicolons at most.
func onlyBlank(sql string) bool {
	l := lexer{src: sql}
	for {
		switch l.next() {
		case "":
			return true
		case ";":
		default:
			return false
		}
	}
}
