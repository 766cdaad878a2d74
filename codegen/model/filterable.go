package model

import (
	"fmt"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

const (
	fieldFilterable = 13
	fieldOrderable  = 14
)

// readFilterable finds whether callers may filter and order by a field.
func (d *draft) readFilterable(f *field) {
	c := f.column
	hidden := ""
	switch {
	case c.Behavior.InputOnly:
		hidden = "INPUT_ONLY"
	case f.opts.GetSensitive():
		hidden = "sensitive"
	}
	c.Sensitive = f.opts.GetSensitive()
	c.Unfilterable = !d.offered(f.opts.Filterable) || hidden != ""
	c.Unorderable = !d.offered(f.opts.Orderable) || hidden != ""
	d.readCompared(f)
	if hidden != "" && f.opts.GetFilterable() {
		d.add(f.option(fieldFilterable), "filterable is set on a field that is "+hidden+", whose values it would tell", "remove one of the two")
	}
	switch {
	case !f.opts.GetOrderable():
	case hidden != "":
		d.add(f.option(fieldOrderable), "orderable is set on a field that is "+hidden+", whose values it would tell", "remove one of the two")
	case c.Kind == Text && !c.Text.Compared(), c.Kind == Embedded:
		// reported with the type
	case c.Repeated || c.Kind == Bytes || c.Kind == JSON || c.Kind == FieldMask:
		d.add(f.option(fieldOrderable), fmt.Sprintf("orderable is set on a field of type %s, which has no order", fieldForm(f.Field)), "remove it")
	}
}

// readCompared keeps fields of types that have no order out of filters and orders.
func (d *draft) readCompared(f *field) {
	c := f.column
	if c.Kind != Text || c.Text.Compared() {
		return
	}
	c.Unfilterable, c.Unorderable = true, true
	for _, o := range []struct {
		set  bool
		name string
		part int32
	}{
		{f.opts.GetFilterable(), "filterable", fieldFilterable},
		{f.opts.GetOrderable(), "orderable", fieldOrderable},
		{f.opts.GetUnique(), "unique", fieldUnique},
	} {
		if o.set {
			d.add(f.option(o.part), fmt.Sprintf("%s is set on a field of type %s, whose values are not compared", o.name, c.Text.SQL), "remove it")
		}
	}
}

// offered reports whether callers may use a field of which that is said.
func (d *draft) offered(stated *bool) bool {
	if stated != nil {
		return *stated
	}
	return d.opts.GetFilters() != protocrudv1.Model_EXPLICIT
}

// readSearch reads the fields that a filter's bare words are looked for in.
func (d *draft) readSearch() {
	for i, name := range d.opts.GetSearch() {
		where := d.option(modelSearch, int32(i))
		f := d.fieldNamed(name)
		switch {
		case name == "":
			// reported with the options
		case f == nil:
			d.add(where, fmt.Sprintf("search field %q is no field of the message", name), "name some of: "+d.fieldNames())
		case f.column == nil && (f == d.name || f.opts.GetSkip()):
			d.add(where, fmt.Sprintf("search field %q has no column of its own", name), "name a stored string field")
		case f.column == nil:
			// reported with the field
		case f.column.Kind != String && !(f.column.Kind == Text && f.column.Text.Textual()) || f.column.Repeated:
			d.add(where, fmt.Sprintf("search field %q is %s", name, withArticle(fieldForm(f.Field))), "name a string field")
		case f.column.Unfilterable:
			d.add(where, fmt.Sprintf("search field %q cannot be filtered by", name), "name another, or let callers filter by it")
		case f.column.Search:
			d.add(where, fmt.Sprintf("search names %q twice", name), "name it once")
		default:
			f.column.Search = true
		}
	}
}
