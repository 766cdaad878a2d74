package introspect

import (
	"strings"

	"github.com/bufbuild/protocompile/ast"

	"github.com/protocrud/protoc-gen-go-crud/codegen/protoedit"
)

// An editor changes a file that may be there.
type editor struct {
	*protoedit.File
	orphans []orphan // imports that a removed field had
}

// An orphan is an import that is not needed if nothing names the type.
type orphan struct{ path, name string }

func newEditor(e *Existing) (*editor, error) {
	f, err := protoedit.Parse(e.Path, e.Text)
	return &editor{File: f}, err
}

func (e *editor) inPackage() string {
	for _, d := range e.AST.Decls {
		if p, ok := d.(*ast.PackageNode); ok {
			return string(p.Name.AsIdentifier())
		}
	}
	return ""
}

// editions reports whether the file has an edition, and proto2 whether fields have labels.
func (e *editor) editions() bool { return e.AST.Edition != nil }

func (e *editor) proto2() bool {
	return e.AST.Edition == nil && (e.AST.Syntax == nil || e.AST.Syntax.Syntax.AsString() == "proto2")
}

// removeLines removes a declaration with its comments, and an empty line that would be
// one too many.
func (e *editor) removeLines(n ast.Node) {
	from, to := e.LineStart(n), e.NextLine(n)
	before, after := e.Source[:from], e.Source[to:]
	open := strings.HasSuffix(before, "\n\n") || strings.HasSuffix(before, "{\n")
	switch {
	case open && strings.HasPrefix(after, "\n"):
		to++
	case strings.HasSuffix(before, "\n\n") && strings.HasPrefix(strings.TrimLeft(after, " "), "}"):
		from--
	}
	e.Replace(from, to, "")
}

// message finds a message by the names that lead to it.
func (e *editor) message(path []string) *ast.MessageNode {
	var body *ast.MessageNode
	for i, name := range path {
		var found *ast.MessageNode
		each := func(d ast.Node) {
			if m, ok := d.(*ast.MessageNode); ok && m.Name.Val == name {
				found = m
			}
		}
		if i == 0 {
			for _, d := range e.AST.Decls {
				each(d)
			}
		} else {
			for _, d := range body.Decls {
				each(d)
			}
		}
		if body = found; body == nil {
			return nil
		}
	}
	return body
}

// text returns the file as it is to be.
func (e *editor) text() string {
	e.removeImports()
	return e.Text()
}

// removeImports removes those that only fields had which are gone.
func (e *editor) removeImports() {
	for _, o := range e.orphans {
		if e.Imported(o.path) || e.Mentions(o.name) {
			continue
		}
		for _, n := range e.Imports() {
			if n.Name.AsString() == o.path && !e.Replaced(e.Start(n), e.End(n)) {
				e.removeLines(n)
			}
		}
	}
}
