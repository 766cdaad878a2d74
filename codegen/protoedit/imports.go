package protoedit

import (
	"fmt"
	"slices"

	"github.com/bufbuild/protocompile/ast"
)

// Import has the file import others, which it may do already.
func (f *File) Import(paths ...string) { f.imports = append(f.imports, paths...) }

// Imports are the statements that are there, in their order.
func (f *File) Imports() []*ast.ImportNode {
	var all []*ast.ImportNode
	for _, d := range f.AST.Decls {
		if n, ok := d.(*ast.ImportNode); ok {
			all = append(all, n)
		}
	}
	return all
}

// Imported reports whether the file is to import another that it may not yet.
func (f *File) Imported(path string) bool { return slices.Contains(f.imports, path) }

// importEdits put each new import before the first that is to follow it.
func (f *File) importEdits() []edit {
	there := slices.DeleteFunc(f.Imports(), func(n *ast.ImportNode) bool { return f.Replaced(f.Start(n), f.End(n)) })
	var edits []edit
	for _, path := range slices.Compact(slices.Sorted(slices.Values(f.imports))) {
		if slices.ContainsFunc(there, func(n *ast.ImportNode) bool { return n.Name.AsString() == path }) {
			continue
		}
		i := slices.IndexFunc(there, func(n *ast.ImportNode) bool { return n.Name.AsString() > path })
		switch line := fmt.Sprintf("import %q;", path); {
		case i >= 0:
			at := f.Commented(there[i])
			edits = append(edits, edit{at, at, line + "\n"})
		case len(there) > 0:
			at := f.LineEnd(there[len(there)-1])
			edits = append(edits, edit{at, at, "\n" + line})
		default:
			at := f.LineEnd(f.head())
			edits = append(edits, edit{at, at, "\n" + line})
		}
	}
	if len(there) == 0 && len(edits) > 0 {
		edits[0].text = "\n" + edits[0].text
	}
	return edits
}

// head is what stands before imports: the package, or the syntax.
func (f *File) head() ast.Node {
	for _, d := range f.AST.Decls {
		if n, ok := d.(*ast.PackageNode); ok {
			return n
		}
	}
	if f.AST.Syntax != nil {
		return f.AST.Syntax
	}
	return f.AST.Edition
}
