package introspect

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/bufbuild/protocompile/ast"
	"google.golang.org/protobuf/compiler/protogen"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

type modelColumn = model.Column

// drop reserves the numbers and the names of fields whose columns are gone.
func (g *merging) drop() {
	var numbers []string
	var gone []string
	for _, f := range g.dropped() {
		n := g.fieldNode(string(f.Desc.Name()))
		if n == nil {
			continue // of a oneof, which its last field could not leave
		}
		g.removeLines(n)
		numbers = append(numbers, fmt.Sprint(f.Desc.Number()))
		name := string(f.Desc.Name())
		gone = append(gone, name)
		if f.Message != nil && f.Message.Desc.ParentFile() != g.proto.Desc.ParentFile() {
			g.orphans = append(g.orphans, orphan{f.Message.Desc.ParentFile().Path(), string(f.Message.Desc.FullName())})
		}
		g.orphans = append(g.orphans, orphan{behaviorProto, "(google.api.field_behavior)"})
	}
	if len(gone) == 0 {
		return
	}
	quoted := make([]string, len(gone))
	for i, n := range gone {
		if quoted[i] = quote(n); g.editions() {
			quoted[i] = n
		}
	}
	g.reserve(g.indent + "reserved " + strings.Join(numbers, ", ") + ";\n" + g.indent + "reserved " + strings.Join(quoted, ", ") + ";\n")
	g.forget(gone, g.columnsOf(gone))
}

// columnsOf returns the columns of fields.
func (g *merging) columnsOf(fields []string) (columns []string) {
	for _, c := range g.existing.Columns {
		if c.Field != nil && slices.Contains(fields, string(c.Field.Desc.Name())) {
			columns = append(columns, c.Name)
		}
	}
	return columns
}

// dropped are the fields whose columns the table has no more.
func (g *merging) dropped() []*protogen.Field {
	if g.existing == nil {
		return nil
	}
	var all []*protogen.Field
	for _, c := range g.existing.Columns {
		if c.Field == nil || c.Etag || c.Kind == model.Embedded || g.live(c.Name) {
			continue
		}
		if why := g.bound(c); why != "" {
			g.warn("column %s of %s is gone, and field %s of message %s stays: %s", c.Name, g.table.Name, c.Field.Desc.Name(), g.name, why)
			continue
		}
		all = append(all, c.Field)
	}
	return all
}

func (g *merging) live(name string) bool {
	for _, c := range g.table.Columns {
		if c.Name == name || g.db.SQLite && strings.EqualFold(c.Name, name) {
			return true
		}
	}
	return false
}

// bound says why a field cannot go by itself.
func (g *merging) bound(c *model.Column) string {
	switch {
	case c.PrimaryKey:
		return "it is part of the key"
	case model.InOneof(c.Field):
		return "it is part of a oneof"
	}
	for _, m := range g.writer.file.Models {
		for _, r := range m.References {
			if r.Model == g.existing && slices.Contains(r.Target, c) && m != g.existing {
				return "message " + string(m.Message.Desc.Name()) + " refers to it"
			}
		}
	}
	return ""
}

func (g *merging) fieldNode(name string) ast.Node {
	for _, d := range g.node.Decls {
		switch n := d.(type) {
		case *ast.FieldNode:
			if n.Name.Val == name {
				return n
			}
		case *ast.MapFieldNode:
			if n.Name.Val == name {
				return n
			}
		}
	}
	return nil
}

// reserve puts statements behind those that are there, or behind the options.
func (g *merging) reserve(text string) {
	var last ast.Node
	for _, d := range g.node.Decls {
		if _, ok := d.(*ast.ReservedNode); ok {
			last = d
		}
	}
	if last == nil {
		text = "\n" + text
		for _, d := range g.node.Decls {
			if _, ok := d.(*ast.OptionNode); ok {
				last = d
			}
		}
	}
	if last == nil {
		last, text = g.node.OpenBrace, strings.TrimPrefix(text, "\n")
	}
	g.within(last, text)
}

// forget takes the names of fields out of the model's option: indexes and foreign keys
// that have them, and indexes that say something of their columns, are gone with these.
func (g *merging) forget(gone, columns []string) {
	named := func(n ast.ValueNode) bool {
		s, ok := n.(ast.StringValueNode)
		return ok && slices.Contains(gone, s.AsString())
	}
	said := func(n ast.ValueNode) bool {
		s, ok := n.(ast.StringValueNode)
		return ok && slices.ContainsFunc(columns, func(c string) bool { return says(s.AsString(), c) })
	}
	indexes := map[string]func(ast.ValueNode) bool{"fields": named, "where": said, "expressions": said}
	for _, d := range g.node.Decls {
		o, ok := d.(*ast.OptionNode)
		if !ok {
			continue
		}
		m, ok := o.Val.(*ast.MessageLiteralNode)
		if !ok || !strings.Contains(g.Code(o.Name), "protocrud.v1.model") {
			continue
		}
		g.prune(m, "search", named)
		g.prune(m, "indexes", func(n ast.ValueNode) bool { return has(n, indexes) })
		g.prune(m, "foreign_keys", func(n ast.ValueNode) bool {
			return has(n, map[string]func(ast.ValueNode) bool{"fields": named}) ||
				has(n, map[string]func(ast.ValueNode) bool{"model": g.itself}) && has(n, map[string]func(ast.ValueNode) bool{"target_fields": named})
		})
	}
}

// has reports whether a field of a message in an option has a value, or an element, for
// which what is asked of it holds.
func has(n ast.ValueNode, asked map[string]func(ast.ValueNode) bool) bool {
	m, ok := n.(*ast.MessageLiteralNode)
	return ok && slices.ContainsFunc(m.Elements, func(f *ast.MessageFieldNode) bool {
		of := asked[f.Name.Value()]
		if l, ok := f.Val.(*ast.ArrayLiteralNode); ok && of != nil {
			return slices.ContainsFunc(l.Elements, of)
		}
		return of != nil && of(f.Val)
	})
}

// itself reports whether a text is the name of the message.
func (g *merging) itself(n ast.ValueNode) bool {
	s, ok := n.(ast.StringValueNode)
	return ok && strings.TrimPrefix(s.AsString(), ".") == string(g.proto.Desc.FullName())
}

// literals are texts in SQL, in which words name nothing.
var literals = regexp.MustCompile(`'[^']*'`)

// says reports whether SQL names a column, quoted or as a word.
func says(sql, column string) bool {
	sql = literals.ReplaceAllString(sql, "''")
	if strings.Contains(sql, quoted(column)) {
		return true
	}
	words := strings.FieldsFunc(sql, func(r rune) bool {
		return r != '_' && r != '$' && r != '"' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return slices.Contains(words, column)
}

// prune removes elements of a list in an option, and the list if none is left.
func (g *merging) prune(m *ast.MessageLiteralNode, name string, gone func(ast.ValueNode) bool) {
	for i, f := range m.Elements {
		if f.Name.Value() != name {
			continue
		}
		l, ok := f.Val.(*ast.ArrayLiteralNode)
		if !ok {
			if gone(f.Val) {
				g.pruneField(m, i)
			}
			continue
		}
		left := slices.DeleteFunc(slices.Clone(l.Elements), gone)
		switch {
		case len(left) == len(l.Elements):
		case len(left) == 0:
			g.pruneField(m, i)
		default:
			g.pruneElements(l, gone)
		}
	}
}

// pruneField removes a field of an option's message. The message is written in one line
// again where nothing is left in it.
func (g *merging) pruneField(m *ast.MessageLiteralNode, i int) {
	alone := !slices.ContainsFunc(m.Elements, func(f *ast.MessageFieldNode) bool {
		return f != m.Elements[i] && !g.Replaced(g.Start(f), g.End(f))
	})
	if alone {
		g.Replace(g.End(m.Open), g.Start(m.Close), "")
		return
	}
	f := m.Elements[i]
	from, to := g.LineStart(f), g.NextLine(f)
	if sep := m.Seps[i]; sep != nil {
		to = g.NextLine(sep)
	}
	g.Replace(from, to, "")
}

// pruneElements removes elements of a list, with the commas that no longer part any.
func (g *merging) pruneElements(l *ast.ArrayLiteralNode, gone func(ast.ValueNode) bool) {
	kept := false
	last := -1 // the last that stays
	for i, v := range l.Elements {
		if !gone(v) {
			kept, last = true, i
		}
	}
	if !kept {
		return
	}
	for i, v := range l.Elements {
		switch {
		case !gone(v):
		case i > last: // and the comma before it
			g.Replace(g.End(l.Elements[i-1]), g.End(v), "")
		default:
			g.Replace(g.Start(v), g.Start(l.Elements[i+1]), "")
		}
	}
}
