package introspect

import (
	"slices"
	"strings"

	"github.com/bufbuild/protocompile/ast"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// addIndexes states the indexes and foreign keys that have a new column. One over columns
// that were there before may be left out on purpose, and stays so.
func (g *merging) addIndexes(added []*field) {
	if g.existing == nil || len(added) == 0 {
		return
	}
	whole := *g.message
	whole.fields, whole.table = slices.Clone(added), g.newIndexes(added)
	var r record
	if all := g.writer.indexes(&whole); len(all) > 0 {
		r.add("indexes", all)
	}
	keys, notes := g.foreignKeys(&whole)
	if len(keys) > 0 {
		r.add("foreign_keys", keys)
	}
	for _, note := range append(whole.notes[len(g.notes):], notes...) {
		g.warn("%s: %s", g.table.Name, note)
	}
	if len(r) > 0 {
		g.state(r)
	}
}

// newIndexes returns the table with those of its indexes only that have one of the
// columns.
func (g *merging) newIndexes(added []*field) *catalog.Table {
	t := *g.table
	fresh := func(columns []string) bool {
		return slices.ContainsFunc(added, func(f *field) bool { return slices.Contains(columns, f.column.Name) })
	}
	t.Constraints, t.Indexes = nil, nil
	for _, k := range g.table.Constraints {
		if fresh(k.Columns) {
			t.Constraints = append(t.Constraints, k)
		}
	}
	for _, x := range g.table.Indexes {
		switch {
		case !fresh(x.Columns):
		case slices.ContainsFunc(g.existing.Indexes, func(known *model.Index) bool { return known.Name == x.Name }):
			g.warn("index %s of %s is left out: message %s has another one of that name", x.Name, g.table.Name, g.name)
		default:
			t.Indexes = append(t.Indexes, x)
		}
	}
	return &t
}

// state adds elements of lists to the model's option.
func (g *merging) state(r record) {
	o := g.modelOption()
	m, ok := o.Val.(*ast.MessageLiteralNode)
	var b strings.Builder
	for _, e := range r {
		all := e.value.(list)
		switch {
		case !ok: // the option is stated field by field
			for _, x := range all {
				b.WriteString(g.indent + "option (protocrud.v1.model)." + e.name + " = " + x.(record).write(g.indent, false) + ";\n")
			}
		case !g.append(m, e.name, all):
			b.WriteString(g.indent + "  " + e.name + ": " + all.write(g.indent+"  ") + "\n")
		}
	}
	switch {
	case b.Len() == 0:
	case ok:
		g.stateField(m, b.String())
	default:
		g.within(o, b.String())
	}
}

// append adds elements to a list of an option; ok is false if there is none.
func (g *merging) append(m *ast.MessageLiteralNode, name string, all list) (ok bool) {
	for _, f := range m.Elements {
		l, ok := f.Val.(*ast.ArrayLiteralNode)
		if !ok || f.Name.Value() != name || len(l.Elements) == 0 || g.Replaced(g.Start(l), g.End(l)) {
			continue
		}
		pad := g.indent + "    "
		var b strings.Builder
		for _, x := range all {
			b.WriteString(",\n" + pad + value(x, pad))
		}
		g.Insert(g.End(l.Elements[len(l.Elements)-1]), b.String())
		return true
	}
	return false
}

// stateField adds fields, on lines of their own, at the end of an option's message.
func (g *merging) stateField(m *ast.MessageLiteralNode, text string) {
	from, to := g.End(m.Open), g.Start(m.Close)
	if g.Amend(from, to, "\n"+text+g.indent) { // nothing is left of what was in it
		return
	}
	if line := g.Before(to); strings.TrimSpace(line) == "" && strings.Contains(g.Source[from:to], "\n") {
		g.Insert(to-len(line), text)
		return
	}
	inner := strings.TrimSpace(g.Source[from:to])
	if inner != "" {
		inner = g.indent + "  " + inner + "\n"
	}
	g.Replace(from, to, "\n"+inner+text+g.indent)
}

// modelOption returns the last statement of the model's option.
func (g *merging) modelOption() (last *ast.OptionNode) {
	for _, d := range g.node.Decls {
		if o, ok := d.(*ast.OptionNode); ok && strings.Contains(g.Code(o.Name), "protocrud.v1.model") {
			last = o
		}
	}
	return last
}
