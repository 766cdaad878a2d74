package model

import (
	"fmt"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
)

// readFormat reads google.api.field_info, of which only the UUID format has a meaning
// for a column; the other formats are documentation.
func (d *draft) readFormat(f *field) {
	info, _ := messageOption[*annotations.FieldInfo](&d.reports, f.Desc, annotations.E_FieldInfo)
	f.uuid4 = info.GetFormat() == annotations.FieldInfo_UUID4
}

func (d *draft) readUnique(f *field) {
	if !f.opts.GetUnique() {
		return
	}
	switch c := f.column; {
	case c.Repeated:
		d.add(f.option(fieldUnique), "unique is set on a repeated field", "remove it")
		return
	case c.Kind == JSON:
		d.add(f.option(fieldUnique), "unique is set on a field that is stored as JSON", "remove it")
		return
	case c.Kind == FieldMask:
		d.add(f.option(fieldUnique), "unique is set on a list of paths", "remove it")
		return
	}
	f.column.Unique = true
	f.column.Constraint = derivedName(d.Table, f.column.Name, "key")
}

// readDefault reads the column's default. It is SQL of the schema's author and goes
// into the table's definition as it is.
func (d *draft) readDefault(f *field) {
	c := f.column
	c.Default = f.opts.GetDefault()
	if c.Default == "" {
		return
	}
	where := f.option(fieldSQLDefault)
	d.checkSQL(where, "default", c.Default)
	if c.Time != NotServerTime {
		d.add(where, "default is set on a time that the server sets", "remove it")
	}
}

// checkSQL reports an expression of the schema's author that could not stand in a
// statement as it is.
func (d *draft) checkSQL(where site, what, sql string) {
	if strings.TrimSpace(sql) == "" {
		d.add(where, what+" is blank", "write an SQL expression, or remove it")
	}
	if strings.ContainsAny(sql, ";?\x00") {
		d.add(where, fmt.Sprintf("%s %q holds ; or ?", what, sql), "write one SQL expression without them")
	}
}

func (d *draft) readMaxLength(f *field) {
	if f.opts.MaxLength == nil {
		return
	}
	n, where := f.opts.GetMaxLength(), f.option(fieldMaxLength)
	switch c := f.column; {
	case n < 1:
		d.add(where, fmt.Sprintf("max_length is %d", n), "write a number of characters from 1 on")
	case c.Kind != String && !(c.Kind == Text && c.Text.Textual()):
		what := withArticle(c.Kind.String())
		if c.Kind == Text {
			what = "a string of type " + c.Text.SQL
		}
		d.add(where, "max_length is set on "+what, "remove it; it is for strings")
	case c.MaxLength > 0 && n > c.MaxLength:
		d.add(where, fmt.Sprintf("max_length is %d, and the type %s ends at %d", n, c.SQLType, c.MaxLength), "write one of the two")
	case c.Repeated:
		d.add(where, "max_length is set on a repeated field", "remove it; it is for a single string")
	default:
		c.MaxLength = n
	}
}
