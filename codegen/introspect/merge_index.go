package introspect

import (
	"slices"
	"strings"

	"github.com/bufbuild/protocompile/ast"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
)

// addIndexes states the indexes that have a new column. One over columns that were there
// before may be left out on purpose, and stays so.
func (g *merging) addIndexes(added []*field) {
	if g.existing == nil || len(added) == 0 {
		return
	}
	whole := *g.message
	whole.fields, whole.table = slices.Clone(added), g.newIndexes(added)
	for _, c := range g.existing.Columns {
		if c.Field != nil {
			whole.fields = append(whole.fields, &field{name: string(c.Field.Desc.Name()), column: &catalog.Column{Name: c.Name}})
		}
	}
	all := g.writer.indexes(&whole)
	for _, note := range whole.notes[len(g.notes):] {
		g.warn("%s: %s", g.table.Name, note)
	}
	if len(all) > 0 {
		g.state(all)
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
		if fresh(x.Columns) {
			t.Indexes = append(t.Indexes, x)
		}
	}
	return &t
}

// state adds indexes to the model's option.
func (g *merging) state(all list) {
	o := g.modelOption()
	m, ok := o.Val.(*ast.MessageLiteralNode)
	if !ok { // the option is stated field by field
		var b strings.Builder
		for _, x := range all {
			b.WriteString(g.indent + "option (protocrud.v1.model).indexes = " + x.(record).write(g.indent, false) + ";\n")
		}
		g.within(o, b.String())
		return
	}
	for _, f := range m.Elements {
		if l, ok := f.Val.(*ast.ArrayLiteralNode); ok && f.Name.Value() == "indexes" && len(l.Elements) > 0 && !g.Replaced(g.Start(l), g.End(l)) {
			pad := g.indent + "    "
			var b strings.Builder
			for _, x := range all {
				b.WriteString(",\n" + pad + value(x, pad))
			}
			g.Insert(g.End(l.Elements[len(l.Elements)-1]), b.String())
			return
		}
	}
	g.stateField(m, g.indent+"  indexes: "+all.write(g.indent+"  ")+"\n")
}

// stateField adds a field, on lines of its own, at the end of an option's message.
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
