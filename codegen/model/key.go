package model

import (
	"fmt"
	"slices"
	"strings"
)

// readKey finds the key columns: those of the resource name's variables, those that
// options name, or the field id.
func (d *draft) readKey() {
	if d.Keyless {
		d.refuseKeys()
		return
	}
	stated, ok := d.statedKey()
	switch {
	case !ok:
	case d.namesKeyed:
		d.readNameKey(stated)
	case len(stated) > 0:
		d.setKey(stated)
	case d.fieldNamed("id") != nil && !d.fieldNamed("id").opts.GetSkip():
		d.setKey([]*field{d.fieldNamed("id")})
	default:
		d.add(at(d.Message.Desc), "the model has no key", d.keyHint())
	}
}

func (d *draft) keyHint() string {
	const plain = "add a field id, mark the key fields with [(protocrud.v1.field) = {primary_key: true}], or add "
	const without = "; or state keyless: true in option (protocrud.v1.model), for rows that are only listed and created"
	if len(d.resource.GetPattern()) > 0 {
		return plain + "a field string name for the names of the google.api.resource pattern" + without
	}
	return plain + "a google.api.resource pattern and a field string name" + without
}

// statedKey returns the fields that options make the key. It is not ok if they are
// wrong, which is then reported.
func (d *draft) statedKey() (stated []*field, ok bool) {
	marked := d.markedKey()
	names := d.opts.GetPrimaryKey()
	if len(names) == 0 {
		return marked, true
	}
	ok = true
	for i, name := range names {
		where := d.option(modelPrimaryKey, int32(i))
		f := d.fieldNamed(name)
		switch {
		case name == "":
			ok = false // reported with the options
		case f == nil:
			ok = false
			d.add(where, fmt.Sprintf("primary_key %q is no field of the message", name), "name one of: "+d.fieldNames())
		case slices.Contains(stated, f):
			ok = false
			d.add(where, fmt.Sprintf("primary_key names %q twice", name), "name it once")
		case f.opts.GetSkip():
			ok = false
			d.add(f.option(fieldSkip), "skip is set on a key field", "remove it")
		default:
			stated = append(stated, f)
		}
	}
	for _, f := range marked {
		if ok && !slices.Contains(stated, f) {
			ok = false
			d.add(f.option(fieldPrimaryKey), "the field is marked as part of the key, but the model's primary_key leaves it out", "keep one of the two options")
		}
	}
	return stated, ok
}

// markedKey returns the fields that say primary_key.
func (d *draft) markedKey() []*field {
	var marked []*field
	for _, f := range d.fields {
		if f.opts.GetPrimaryKey() && !f.opts.GetSkip() && f != d.name {
			marked = append(marked, f)
		}
	}
	return marked
}

func (d *draft) fieldNames() string {
	names := make([]string, len(d.fields))
	for i, f := range d.fields {
		names[i] = string(f.Desc.Name())
	}
	return strings.Join(names, ", ")
}

// setKey makes the columns of fields the key.
func (d *draft) setKey(fields []*field) {
	var columns []*Column
	for _, f := range fields {
		if c, ok := d.keyColumn(f); ok {
			columns = append(columns, c)
		}
	}
	if len(columns) == len(fields) {
		d.Key.Columns, d.keyed = columns, true
	}
}

// keyColumn makes the column of a field a key column. What cannot be one is reported.
func (d *draft) keyColumn(f *field) (c *Column, ok bool) {
	if f.column == nil {
		if f == d.name {
			d.add(at(f.Desc), "the resource name is no key column", "name the fields of the pattern's variables")
		}
		return nil, false // the field is no column, which has been reported
	}
	c = f.column
	if c.Repeated || c.Wrapper || c.Oneof != "" || !c.keyable() {
		what := fieldForm(f.Field)
		if c.Kind == Text {
			what = "a string of type " + c.Text.SQL
		}
		d.add(atType(f.Field), what+" cannot be a key", "use "+keyKinds)
		return nil, false
	}
	if c.Default != "" {
		d.add(f.option(fieldSQLDefault), "default is set on a key field", "remove it; [(protocrud.v1.field).generated] says who makes the value")
	}
	if c.Behavior.InputOnly {
		d.add(atOption(f.Desc, behaviorNumber), "a key cannot be INPUT_ONLY: answers could not say whose they are", "remove it")
	}
	c.PrimaryKey, c.NotNull = true, true
	return c, true
}

// readNameKey maps the pattern's variables to columns.
func (d *draft) readNameKey(stated []*field) {
	if d.pattern == nil || d.name == nil {
		return // reported
	}
	columns, ok := d.nameColumns()
	if !ok || !d.agreesWithPattern(stated, columns) || !d.wholeKey(columns) {
		return
	}
	d.Key = Key{Columns: columns, Name: d.name.Field, Pattern: d.pattern}
	d.keyed = true
	for i, c := range columns {
		if c.Field == nil {
			d.Columns = slices.Insert(d.Columns, i, c)
		}
	}
}

// nameColumns makes the key columns, one per variable. It is not ok if one cannot be
// made, which is then reported.
func (d *draft) nameColumns() (columns []*Column, ok bool) {
	for i, v := range d.pattern.Variables {
		if c, ok := d.variableColumn(v, i == len(d.pattern.Variables)-1 && !d.pattern.Singleton); ok {
			columns = append(columns, c)
		}
	}
	return columns, len(columns) == len(d.pattern.Variables)
}

// variableColumn makes the key column of a variable. A field whose column has the name
// is the column, or the field id for the last variable; else only the resource name
// holds it.
func (d *draft) variableColumn(variable string, last bool) (c *Column, ok bool) {
	name := variable
	if !strings.HasSuffix(name, "_id") {
		name += "_id"
	}
	f := d.columnNamed(name)
	if f == nil {
		f = d.fieldNamed(name) // it is skipped, cannot be stored or has another column
	}
	if f == nil && last {
		f = d.fieldNamed("id")
	}
	switch {
	case f == nil || f == d.name:
		if problem := identifierProblem(name); problem != "" {
			d.add(d.resourceOption(resourcePattern, 0), fmt.Sprintf("column name %q of variable %s %s", name, variable, problem), "shorten it")
			return nil, false
		}
		return &Column{Name: name, Kind: String, NotNull: true, PrimaryKey: true}, true
	case f.opts.GetSkip():
		d.add(f.option(fieldSkip), fmt.Sprintf("skip is set on the key field of the variable %s", variable), "remove it")
		return nil, false
	}
	return d.keyColumn(f)
}

// agreesWithPattern reports whether options that state the key mean the pattern's
// columns, in its order.
func (d *draft) agreesWithPattern(stated []*field, columns []*Column) bool {
	if len(stated) == 0 {
		return true
	}
	if slices.EqualFunc(stated, columns, func(f *field, c *Column) bool { return f.column == c }) {
		return true
	}
	where := stated[0].option(fieldPrimaryKey)
	if len(d.opts.GetPrimaryKey()) > 0 {
		where = d.option(modelPrimaryKey)
	}
	d.add(where, fmt.Sprintf("primary_key contradicts the pattern %q, whose columns are %s", d.pattern.Text, strings.Join(sqlNames(columns), ", ")),
		"remove it, or the pattern")
	return false
}

// wholeKey reports whether all key columns are fields, or none is.
func (d *draft) wholeKey(columns []*Column) bool {
	var fields, others []*Column
	for _, c := range columns {
		if c.Field != nil {
			fields = append(fields, c)
		} else {
			others = append(others, c)
		}
	}
	if len(fields) == 0 || len(others) == 0 {
		return true
	}
	d.add(d.resourceOption(resourcePattern, 0),
		fmt.Sprintf("of the key columns of pattern %q, %s is a field and %s is not", d.pattern.Text, strings.Join(sqlNames(fields), ", "), strings.Join(sqlNames(others), ", ")),
		"add fields for all of them, or for none")
	return false
}
