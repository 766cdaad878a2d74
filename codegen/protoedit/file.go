// Package protoedit changes the text of a .proto file at places that the parser has found,
// and nothing between them: comments, blank lines, line breaks and a byte order mark stay.
package protoedit

import (
	"slices"
	"strings"

	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
)

// A File is a file that is edited. Places are offsets in Source.
type File struct {
	AST *ast.FileNode
	// Source is the text without a byte order mark. Its lines end with line feeds, as those
	// of what is put in do, also where all lines of the file end with CRLF.
	Source string

	mark    string
	crlf    bool
	edits   []edit
	imports []string // the new ones
	tail    strings.Builder
}

// An edit replaces a part of the source.
type edit struct {
	from, to int
	text     string
}

const byteOrderMark = "\ufeff"

// Parse reads a file, which need not mean anything. The name is for errors.
func Parse(name, text string) (*File, error) {
	f := &File{}
	source, marked := strings.CutPrefix(text, byteOrderMark)
	if marked {
		f.mark = byteOrderMark
	}
	if breaks := strings.Count(source, "\n"); breaks > 0 && strings.Count(source, "\r\n") == breaks {
		f.crlf, source = true, strings.ReplaceAll(source, "\r\n", "\n")
	}
	f.Source = source
	var err error
	f.AST, err = parser.Parse(name, strings.NewReader(source), reporter.NewHandler(nil))
	return f, err
}

// Insert puts a text at a place, behind what was put there before.
func (f *File) Insert(at int, text string) { f.Replace(at, at, text) }

// Replace puts a text in the place of a part. A part of a part that is replaced is gone
// with it; what is put into one stays.
func (f *File) Replace(from, to int, text string) { f.edits = append(f.edits, edit{from, to, text}) }

// Append puts a text, of whole lines, behind all others.
func (f *File) Append(text string) { f.tail.WriteString(text) }

// Replaced reports whether a part is in one that is replaced.
func (f *File) Replaced(from, to int) bool {
	return slices.ContainsFunc(f.edits, func(x edit) bool { return x.from <= from && to <= x.to && x.from < x.to })
}

// Amend changes the text that a part is replaced with; ok is false if it is not replaced.
func (f *File) Amend(from, to int, text string) (ok bool) {
	for i, x := range f.edits {
		if x.from == from && x.to == to && from < to {
			f.edits[i].text = text
			return true
		}
	}
	return false
}

// Mentions reports whether what stays of the file, or is appended, has a text in it.
func (f *File) Mentions(text string) bool {
	for at := 0; ; at += len(text) {
		i := strings.Index(f.Source[at:], text)
		if i < 0 {
			return strings.Contains(f.tail.String(), text)
		}
		at += i
		if !f.Replaced(at, at+len(text)) {
			return true
		}
	}
}

// Text returns the file as it is to be.
func (f *File) Text() string {
	edits := append(f.importEdits(), f.edits...)
	slices.SortStableFunc(edits, func(a, b edit) int { return a.from - b.from })
	var b strings.Builder
	at := 0
	for _, x := range edits {
		if x.from > at {
			b.WriteString(f.Source[at:x.from])
			at = x.from
		}
		b.WriteString(x.text)
		at = max(at, x.to)
	}
	b.WriteString(f.Source[at:])
	if f.tail.Len() > 0 && !strings.HasSuffix(b.String(), "\n") {
		b.WriteByte('\n')
	}
	text := b.String() + f.tail.String()
	if f.crlf {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return f.mark + text
}
