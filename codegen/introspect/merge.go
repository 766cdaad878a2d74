package introspect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bufbuild/protocompile/ast"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
)

// A merging is a message of a file that gets what its table has beyond it.
type merging struct {
	*writer
	*editor
	*message
	proto *protogen.Message
	node  *ast.MessageNode
	// indent is that of the message's fields.
	indent string
}

// merge adds the columns that the message has not, and reserves the fields whose columns
// are gone.
func (w *writer) merge(e *editor, m *message) {
	g := &merging{writer: w, editor: e, message: m}
	if m.existing != nil {
		g.proto = m.existing.Message
	} else {
		g.proto = w.knownProto(m.name)
		if len(m.key.columns) > 0 {
			w.warn("%s has a key now, and its message %s is no model; add option (protocrud.v1.model)", m.table.Name, m.name)
		}
	}
	path := strings.Split(relative(string(g.proto.Desc.FullName()), w.packageName), ".")
	g.node = e.message(path)
	g.indent = strings.Repeat("  ", len(path))
	g.drop()
	g.add()
	g.labels()
	g.retyped()
}

// column returns the field of a column, nil if it has none.
func (g *merging) column(name string) *protogen.Field {
	if g.existing == nil {
		return g.named(fieldName(name, func(string) bool { return false }))
	}
	for _, c := range g.existing.Columns {
		if c.Name == name || g.db.SQLite && strings.EqualFold(c.Name, name) {
			return c.Field
		}
		for _, inner := range c.Inner {
			if inner.Name == name || c.Prefix+inner.Name == name {
				return c.Field
			}
		}
	}
	return nil
}

func (g *merging) named(name string) *protogen.Field {
	for _, f := range g.proto.Fields {
		if string(f.Desc.Name()) == name {
			return f
		}
	}
	return nil
}

// stored reports whether the model writes a column, as a field or not.
func (g *merging) stored(name string) bool {
	if g.existing == nil {
		return false
	}
	for _, c := range g.existing.Stored() {
		if strings.EqualFold(c.Name, name) {
			return true
		}
	}
	return slices.Contains(g.existing.Scope, name)
}

// add adds the columns that are new.
func (g *merging) add() {
	taken, reserved := names{}, names{}
	for _, f := range g.proto.Fields {
		taken.add(jsonName(string(f.Desc.Name())))
	}
	r := g.proto.Desc.ReservedNames()
	for i := range r.Len() {
		reserved.add(jsonName(string(r.Get(i))))
	}
	number := g.highest()
	var added strings.Builder
	var fields []*field
	for _, c := range g.table.Columns {
		if g.column(c.Name) != nil || g.stored(c.Name) || !g.config.wants(g.table, c.Name) {
			continue
		}
		name := fieldName(c.Name, func(string) bool { return false })
		switch {
		case g.skipped(name):
			continue
		case reserved[jsonName(name)]:
			g.warn("column %s of %s is left out: its name is reserved in message %s; add it by hand with another name, or exclude it", c.Name, g.table.Name, g.name)
			continue
		}
		name = free(name, func(n string) bool { return taken[jsonName(n)] || reserved[jsonName(n)] })
		f, why := g.field(g.message, c, name)
		if f == nil {
			g.warn("column %s of %s is left out: %s", c.Name, g.table.Name, why)
			continue
		}
		taken.add(jsonName(name))
		if number = g.free(number); number > maxNumber {
			g.warn("column %s of %s is left out: message %s has no number left", c.Name, g.table.Name, g.name)
			continue
		}
		f.number = number
		g.fit(f)
		g.Import(f.imports()...)
		if len(f.comment) > 0 {
			added.WriteByte('\n')
		}
		added.WriteString(g.write(f))
		fields = append(fields, f)
	}
	if added.Len() > 0 {
		g.insertFields(added.String())
	}
	g.addIndexes(fields)
}

// skipped reports whether a field of the name is there that has no column.
func (g *merging) skipped(name string) bool {
	f := g.named(name)
	return f != nil && g.existing != nil && !slices.ContainsFunc(g.existing.Columns, func(c *modelColumn) bool { return c.Field == f })
}

// fit gives a field the label that the file's syntax has for it.
func (g *merging) fit(f *field) {
	switch {
	case g.editions() && f.label == "optional":
		f.label, f.present = "", true
	case g.proto2() && f.label == "":
		f.label = "optional"
	}
}

func (g *merging) write(f *field) string { return indented(f.write(), g.indent) }

// indented moves a text from the fields of a message to those of one that is nested.
func indented(text, indent string) string {
	if indent == "  " {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString(indent[2:])
		}
		b.WriteString(line)
	}
	return b.String()
}

const maxNumber = 1<<29 - 1

// highest is the highest number that the message has ever used.
func (g *merging) highest() int {
	most := 0
	for _, f := range g.proto.Fields {
		most = max(most, int(f.Desc.Number()))
	}
	ranges := g.proto.Desc.ReservedRanges()
	for i := range ranges.Len() {
		if end := int(ranges.Get(i)[1]) - 1; end < maxNumber {
			most = max(most, end)
		}
	}
	return most
}

// free is the first number behind one that nothing has.
func (g *merging) free(number int) int {
	for {
		number = next(number)
		n := protoreflect.FieldNumber(number)
		if !g.proto.Desc.ReservedRanges().Has(n) && !g.proto.Desc.ExtensionRanges().Has(n) || number > maxNumber {
			return number
		}
	}
}

// insertFields puts fields behind the last one.
func (g *merging) insertFields(text string) {
	var last ast.Node
	for _, d := range g.node.Decls {
		switch d.(type) {
		case *ast.FieldNode, *ast.MapFieldNode, *ast.OneofNode, *ast.GroupNode:
			last = d
		}
	}
	if last == nil && len(g.node.Decls) > 0 {
		last = g.node.Decls[len(g.node.Decls)-1]
		text = "\n" + strings.TrimPrefix(text, "\n")
	}
	if last == nil {
		text = strings.TrimPrefix(text, "\n")
		last = g.node.OpenBrace
	}
	g.within(last, text)
}

// within inserts lines behind a declaration of the message. A body on one line gets
// lines of its own.
func (g *merging) within(last ast.Node, text string) {
	at := g.NextLine(last)
	if at > 0 && g.Source[at-1] == '\n' && at > g.End(last) {
		g.Insert(at, text)
		return
	}
	outer := g.indent[2:]
	rest := g.Source[at:g.Start(g.node.CloseBrace)]
	if strings.TrimSpace(rest) == "" {
		g.Replace(at, g.Start(g.node.CloseBrace), "\n"+text+outer)
		return
	}
	g.Insert(at, "\n"+text+g.indent)
}

// knownProto returns the message of the file that is no model.
func (w *writer) knownProto(name string) *protogen.Message { return w.file.message(name) }

// labels adds the values of enum types that their enums have not.
func (g *merging) labels() {
	if g.existing == nil {
		return
	}
	for _, c := range g.existing.Columns {
		live := g.table.Column(c.Name)
		if c.EnumType == "" || c.Field == nil || live == nil || live.Enum.Name != c.EnumType || g.done[live.Enum] {
			continue
		}
		g.done[live.Enum] = true
		g.addLabels(c.Field.Enum, g.db.Enum(live.Enum))
	}
}

func (g *merging) addLabels(e *protogen.Enum, live *catalog.Enum) {
	most := 0
	for _, v := range e.Values {
		most = max(most, int(v.Desc.Number()))
	}
	ranges := e.Desc.ReservedRanges()
	for i := range ranges.Len() {
		most = max(most, int(ranges.Get(i)[1]))
	}
	node := g.enumNode(e)
	for _, l := range live.Labels {
		switch {
		case e.Desc.Values().ByName(protoreflect.Name(l)) != nil:
		case node == nil || !label.MatchString(l) || e.Desc.ReservedNames().Has(protoreflect.Name(l)):
			g.warn("the value %s of type %s is left out of enum %s: add it by hand", l, live.Name.Name, e.Desc.Name())
		default:
			most++
			last := node.Decls[len(node.Decls)-1]
			pad := g.Before(g.Start(last))
			if strings.TrimSpace(pad) != "" {
				pad = " "
			}
			text := fmt.Sprintf("%s%s = %d;\n", pad, l, most)
			g.Insert(g.NextLine(last), text)
		}
	}
	for _, v := range e.Values {
		if !slices.Contains(live.Labels, string(v.Desc.Name())) && v.Desc.Number() != 0 {
			g.warn("the value %s of enum %s is none of the type %s", v.Desc.Name(), e.Desc.Name(), live.Name.Name)
		}
	}
}

// enumNode finds where an enum of this file is declared.
func (g *merging) enumNode(e *protogen.Enum) *ast.EnumNode {
	if e.Desc.ParentFile() != g.proto.Desc.ParentFile() {
		return nil
	}
	path := strings.Split(relative(string(e.Desc.FullName()), g.packageName), ".")
	find := func(d ast.Node) *ast.EnumNode {
		if n, ok := d.(*ast.EnumNode); ok && n.Name.Val == path[len(path)-1] {
			return n
		}
		return nil
	}
	if len(path) == 1 {
		for _, d := range g.AST.Decls {
			if n := find(d); n != nil {
				return n
			}
		}
		return nil
	}
	if m := g.editor.message(path[:len(path)-1]); m != nil {
		for _, d := range m.Decls {
			if n := find(d); n != nil {
				return n
			}
		}
	}
	return nil
}
