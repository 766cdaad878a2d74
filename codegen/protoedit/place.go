package protoedit

import (
	"strings"

	"github.com/bufbuild/protocompile/ast"
)

// Start is where a node begins, without its comments.
func (f *File) Start(n ast.Node) int { return f.AST.NodeInfo(n).Start().Offset }

// End is behind a node; the parser's own is the place of its last byte.
func (f *File) End(n ast.Node) int { return f.AST.NodeInfo(n).End().Offset + 1 }

// Code is a node's text.
func (f *File) Code(n ast.Node) string { return f.Source[f.Start(n):f.End(n)] }

// Commented is where a node begins with the comments right before it.
func (f *File) Commented(n ast.Node) int {
	comments := f.AST.NodeInfo(n).LeadingComments()
	at := f.Start(n)
	for i := comments.Len() - 1; i >= 0; i-- {
		c := comments.Index(i)
		start := c.Start().Offset
		between := f.Source[start+len(strings.TrimRight(c.RawText(), "\r\n")) : at]
		if strings.Count(between, "\n") > 1 || strings.TrimSpace(f.Before(start)) != "" {
			break
		}
		at = start
	}
	return at
}

// Before is what stands before a place on its line.
func (f *File) Before(at int) string {
	return f.Source[strings.LastIndexByte(f.Source[:at], '\n')+1 : at]
}

// LineStart is where the line begins on which a node does with its comments; the node's
// own start if other code is before it.
func (f *File) LineStart(n ast.Node) int {
	at := f.Commented(n)
	if line := f.Before(at); strings.TrimSpace(line) == "" {
		return at - len(line)
	}
	return f.Start(n)
}

// LineEnd is where the line ends on which a node does, behind its comment and before the
// line break; behind the node if other code follows.
func (f *File) LineEnd(n ast.Node) int {
	end := f.End(n)
	if rest := strings.TrimLeft(f.Source[end:], " \t\r\n"); strings.HasPrefix(rest, ";") { // which is not always the node's
		end = len(f.Source) - len(rest) + 1
	}
	rest, _, _ := strings.Cut(f.Source[end:], "\n")
	code := strings.TrimSpace(rest)
	comment := strings.HasPrefix(code, "//") || strings.HasPrefix(code, "/*") && strings.Index(code, "*/") == len(code)-2
	if code != "" && !comment {
		return end
	}
	return end + len(strings.TrimRight(rest, "\r"))
}

// NextLine is behind the line break at the end of a node's line; LineEnd if none is there.
func (f *File) NextLine(n ast.Node) int {
	at := f.LineEnd(n)
	for _, br := range []string{"\n", "\r\n"} {
		if strings.HasPrefix(f.Source[at:], br) {
			return at + len(br)
		}
	}
	return at
}
