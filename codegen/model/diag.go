package model

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Diagnostic is one mistake in a proto and what to write instead.
type Diagnostic struct {
	// File is the path of the .proto, as the compiler knows it.
	File string
	// Line and Column are 1-based. They are 1:1 when the compiler gave no position.
	Line, Column int
	// Name is the full name of the element that is wrong.
	Name string
	// Problem is what is wrong, Hint is what to write instead.
	Problem, Hint string
}

// String returns the diagnostic in one line,
// file:line:column: full.name: problem; hint.
func (d Diagnostic) String() string {
	s := fmt.Sprintf("%s:%d:%d: %s: %s", d.File, d.Line, d.Column, d.Name, d.Problem)
	if d.Hint == "" {
		return s
	}
	return s + "; " + d.Hint
}

// Diagnostics are the mistakes of a run. Load returns them sorted by file, line,
// column and text, each once.
type Diagnostics []Diagnostic

// Error returns all diagnostics, one a line. The text starts with a line break,
// because protoc writes the plugin's name before the first line.
func (ds Diagnostics) Error() string {
	var b strings.Builder
	for _, d := range ds.sorted() {
		b.WriteString("\n" + d.String())
	}
	return b.String()
}

// sorted returns the diagnostics in order and each once. It leaves ds as it is.
func (ds Diagnostics) sorted() Diagnostics {
	all := slices.Clone(ds)
	slices.SortFunc(all, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.String(), b.String()),
		)
	})
	return slices.Compact(all)
}

// reports collects diagnostics.
type reports struct{ list Diagnostics }

func (r *reports) add(s site, problem, hint string) {
	line, column := s.position()
	r.list = append(r.list, Diagnostic{
		File:    s.desc.ParentFile().Path(),
		Line:    line,
		Column:  column,
		Name:    string(s.desc.FullName()),
		Problem: problem,
		Hint:    hint,
	})
}
