package model

import (
	"fmt"
	"slices"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Stored returns the SQL columns of the model in order: those of a message that is
// embedded in its place.
func (m *Model) Stored() []*Column {
	var all []*Column
	for _, c := range m.Columns {
		all = append(all, c.stored()...)
	}
	return all
}

func (c *Column) stored() []*Column {
	if c.Kind != Embedded {
		return []*Column{c}
	}
	all := []*Column{{Name: c.Name + "_is_set", Field: c.Field, Kind: Bool}}
	for _, inner := range c.Inner {
		all = append(all, inner.stored()...)
	}
	return all
}

// prefix puts the name of the column that a message is embedded at before those of its
// fields.
func (c *Column) prefix(name string) {
	c.Prefix = name + "_" + c.Prefix
	c.Name = name + "_" + c.Name
	for _, inner := range c.Inner {
		inner.prefix(name)
	}
}

// embeddedKind is that of a message that is stored in columns of its fields; 0, reported,
// of what cannot be.
func (d *draft) embeddedKind(f *field) Kind {
	where := f.option(fieldStorage)
	wrong := func(problem, hint string) Kind {
		d.add(where, "storage is EMBEDDED on "+problem, hint)
		return 0
	}
	switch m := f.Message; {
	case f.Desc.IsMap() || f.Desc.IsList():
		return wrong(fieldForm(f.Field)+", and a row has a column once", "remove it; it is for single messages")
	case m == nil || f.Desc.Kind() == protoreflect.GroupKind:
		return wrong(withArticle(typeName(f.Field))+", which is no message", "remove it")
	case ownKind(f.Field) != 0:
		return wrong(withArticle(typeName(f.Field))+", which has a column type of its own", "remove it")
	case InOneof(f.Field):
		return wrong("a field of oneof "+string(f.Oneof.Desc.Name()), "remove it, or move the field out of the oneof")
	case m.Desc.ParentFile().Package() == "google.protobuf" || len(m.Fields) == 0:
		return wrong(withArticle(typeName(f.Field))+", which has no fields to be columns", "remove it")
	case m.Desc.ExtensionRanges().Len() > 0:
		return wrong(withArticle(typeName(f.Field))+", which has extension ranges", "remove them, or store the field as JSON")
	case isModel(m):
		return wrong(string(m.Desc.FullName())+", which is a model, with a table of its own", "store its key instead, with references")
	case slices.Contains(d.around, m.Desc.FullName()):
		return wrong(string(m.Desc.FullName())+", which contains itself", "store the field as JSON")
	}
	return Embedded
}

// readEmbedded reads the fields of a message that is stored in columns of them.
func (d *draft) readEmbedded(f *field) {
	c := f.column
	if c.Kind != Embedded {
		return
	}
	d.embeds[f.Message.Desc.FullName()] = true
	inner := &draft{
		Model: &Model{Message: f.Message, Table: d.Table}, file: d.file, opts: d.opts, resource: d.resource,
		embeds: d.embeds, around: append(slices.Clip(d.around), f.Message.Desc.FullName()), inside: true,
	}
	for _, pf := range f.Message.Fields {
		inner.readInner(pf)
	}
	d.list = append(d.list, inner.list...)
	c.Inner = inner.Columns
	hidden := c.Behavior.InputOnly || c.Sensitive || f.opts.Filterable != nil && !f.opts.GetFilterable()
	unordered := hidden || f.opts.Orderable != nil && !f.opts.GetOrderable()
	for _, in := range c.Inner {
		in.prefix(c.Name)
		in.hide(hidden, unordered, c.Sensitive)
	}
}

// hide keeps the columns of a message out of filters and orders where the message is.
func (c *Column) hide(filters, orders, sensitive bool) {
	c.Unfilterable = c.Unfilterable || filters
	c.Unorderable = c.Unorderable || orders
	c.Sensitive = c.Sensitive || sensitive
	for _, inner := range c.Inner {
		inner.hide(filters, orders, sensitive)
	}
}

// outside are the options of which the meaning is that of a model's own field.
var outside = []protoreflect.Name{"primary_key", "generated", "unique", "default", "references", "relation", "skip", "was"}

// readInner makes the column of a field of an embedded message.
func (d *draft) readInner(pf *protogen.Field) {
	f := d.readField(pf)
	opts := f.opts.ProtoReflect()
	for _, name := range outside {
		if fd := opts.Descriptor().Fields().ByName(name); opts.Has(fd) {
			d.add(f.option(int32(fd.Number())), fmt.Sprintf("option (protocrud.v1.field).%s is set on a field of a message that is stored EMBEDDED", name),
				"remove it, or store the message as JSON")
		}
	}
	d.readColumn(f)
}

// refuseEmbeddedOptions reports what a message that is stored in columns of its fields
// cannot have.
func (d *draft) refuseEmbeddedOptions(f *field) {
	opts := f.opts.ProtoReflect()
	for _, name := range []protoreflect.Name{"type", "unique", "default", "max_length", "references"} {
		if fd := opts.Descriptor().Fields().ByName(name); opts.Has(fd) {
			d.add(f.option(int32(fd.Number())), fmt.Sprintf("option (protocrud.v1.field).%s is set on a message that is stored EMBEDDED, which has no column of its own", name),
				"remove it, or set it on a field of the message")
		}
	}
	if f.opts.GetOrderable() {
		d.add(f.option(fieldOrderable), fmt.Sprintf("orderable is set on a field of type %s, which has no order", fieldForm(f.Field)), "remove it; its fields can be ordered by")
	}
	if f.uuid4 {
		d.add(atOption(f.Desc, annotations.E_FieldInfo.TypeDescriptor().Number()), "format UUID4 is set on a message", "remove the format")
	}
}
