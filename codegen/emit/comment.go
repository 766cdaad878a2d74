package emit

import (
	"slices"
	"strings"
	"unicode"

	"google.golang.org/protobuf/compiler/protogen"
)

// The longest lines of generated comments, from their slashes on: those of
// declarations, and those one tab to the right.
const (
	commentWidth = 80
	memberWidth  = commentWidth - 8
)

// comment writes prose as the comment of a declaration, wrapped, with an empty line
// between paragraphs.
func (p *printer) comment(paragraphs ...string) {
	for i, text := range paragraphs {
		if i > 0 {
			p.P("//")
		}
		p.prose(commentWidth, text)
	}
}

// prose writes a paragraph of a comment in lines of at most width bytes.
func (p *printer) prose(width int, text string) {
	for _, line := range wrap(text, width-len("// ")) {
		p.P("// ", line)
	}
}

// wrap breaks text between words into lines of at most width bytes. A longer word
// has a line of its own.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case len(line)+1+len(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}

// quoted writes a comment of the proto as it stands there, without the blank lines
// around it. Every line gets a space after the slashes, so that none can be a
// directive to the Go compiler.
func (p *printer) quoted(c protogen.Comments) {
	for _, line := range commentLines(c) {
		switch {
		case line == "":
			p.P("//")
		case line[0] == ' ', line[0] == '\t':
			p.P("//", line)
		default:
			p.P("// ", line)
		}
	}
}

// deprecation is the paragraph of a deprecated service or RPC, in the words of
// protoc-gen-go.
const deprecation = "Deprecated: Do not use."

// saysDeprecated reports whether a proto's comment has such a paragraph of its own.
func saysDeprecated(c protogen.Comments) bool {
	return slices.ContainsFunc(commentLines(c), func(line string) bool {
		return strings.HasPrefix(strings.TrimSpace(line), "Deprecated: ")
	})
}

// commentLines returns the lines of a proto's comment, right-trimmed; none if it is
// blank.
func commentLines(c protogen.Comments) []string {
	var lines []string
	for line := range strings.Lines(string(c)) {
		line = strings.TrimRightFunc(printable(line), unicode.IsSpace)
		if line != "" || len(lines) > 0 {
			lines = append(lines, line)
		}
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// printable returns text as a Go comment of one line can hold it: what Go does not
// take in a source file, and what would end the line, becomes U+FFFD.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return r
		case r == '\n', r == '\r':
			return ' '
		case unicode.IsControl(r), r == '\ufeff':
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(text, string(unicode.ReplacementChar)))
}

// list returns the words as prose: a, b and c.
func list(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}
