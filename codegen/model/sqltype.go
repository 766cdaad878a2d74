package model

import (
	"fmt"

	"google.golang.org/genproto/googleapis/api/annotations"

	"github.com/protocrud/protoc-gen-go-crud/internal/texttype"
	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// exactTypes are the types, beside that of the kind, that hold all values of a kind as
// they are.
var exactTypes = map[Kind][]string{
	Bool:      {"boolean"},
	Int32:     {"integer", "bigint"},
	Int64:     {"bigint"},
	Uint32:    {"bigint"},
	Uint64:    {"numeric(20,0)"},
	Float:     {"real", "double precision"},
	Double:    {"double precision"},
	Bytes:     {"bytea"},
	Enum:      {"integer", "bigint"},
	Timestamp: {"timestamptz", "timestamp"},
	Duration:  {"bigint"},
	Date:      {"date"},
	TimeOfDay: {"time"},
	Decimal:   {"numeric"},
	FieldMask: {"text[]"},
	JSON:      {"jsonb"},
}

// readType reads the SQL type: of a string, one that text is read for; of another field,
// one that holds all of its values. google.api.field_info makes a string a uuid.
func (d *draft) readType(f *field) {
	c := f.column
	text := f.opts.GetType()
	switch {
	case c.Kind == Enum && f.opts.GetEnumAs() == protocrudv1.Field_POSTGRES:
		return // it is the name of the enum's type
	case text == "":
		d.readUUIDFormat(f)
		return
	}
	where := f.option(fieldSQLType)
	t, err := texttype.Parse(text)
	switch {
	case err != nil:
		d.add(where, fmt.Sprintf("type %q %v", text, err), "write a type as a column of PostgreSQL has it, numeric(12,2)")
	case c.Kind == String:
		d.readTextType(f, &t)
	case c.Kind == Decimal && t.Name == "numeric":
		c.Text, c.SQLType = &t, t.SQL
	case t.SQL == "uuid":
		d.add(where, fmt.Sprintf("type uuid is set on %s", withArticle(typeName(f.Field))), "make the field a string, or remove the option")
	case c.Kind == Enum && f.opts.GetEnumAs() == protocrudv1.Field_NAME:
		d.add(where, fmt.Sprintf("type %q is set on an enum that is stored by name", text), "remove it; its column is text")
	default:
		d.readExactType(f, &t)
	}
}

// setDecimal gives a decimal that states no type its own.
func (c *Column) setDecimal() {
	if c.Kind == Decimal && c.Text == nil {
		t, _ := texttype.Parse("numeric") // which is known
		c.Text = &t
	}
}

func (d *draft) readUUIDFormat(f *field) {
	switch c := f.column; {
	case !f.uuid4:
	case c.Kind != String:
		d.add(atOption(f.Desc, annotations.E_FieldInfo.TypeDescriptor().Number()),
			fmt.Sprintf("format UUID4 is set on %s", withArticle(typeName(f.Field))), "make the field a string, or remove the format")
	default:
		c.Kind = UUID
	}
}

// insteadOf says what the fields are that have a type which a string cannot be kept in
// exactly.
var insteadOf = map[string]string{
	"smallint":         "make the field an int32",
	"integer":          "make the field an int32",
	"bigint":           "make the field an int64",
	"real":             "make the field a float",
	"double precision": "make the field a double",
	"boolean":          "make the field a bool",
	"bytea":            "make the field bytes",
	"money":            "its values depend on the server's locale; write numeric(19,2)",
}

// readTextType keeps a string in a type of its own.
func (d *draft) readTextType(f *field, t *texttype.Type) {
	c, where := f.column, f.option(fieldSQLType)
	switch {
	case insteadOf[t.SQL] != "":
		d.add(where, fmt.Sprintf("type %s is set on a string", t.SQL), insteadOf[t.SQL])
	case t.SQL == "uuid":
		c.Kind = UUID
	case f.uuid4:
		d.add(where, fmt.Sprintf("type %s contradicts the format UUID4 of google.api.field_info", t.SQL), "remove one of the two")
	case t.Name == "text":
		// what a string is kept in anyway
	case t.Name == "varchar":
		c.SQLType = t.SQL
		if !c.Repeated {
			c.MaxLength = int32(t.Length)
		} else if t.Length > 0 {
			d.add(where, fmt.Sprintf("type %s is set on a repeated field, whose elements have no length", t.SQL), "write varchar, or remove it")
		}
	default:
		c.Kind, c.Text, c.SQLType = Text, t, t.SQL
	}
}

// readExactType keeps another field in a type that holds all of its values.
func (d *draft) readExactType(f *field, t *texttype.Type) {
	c := f.column
	for i, exact := range exactTypes[c.Kind] {
		if t.SQL == exact {
			if i > 0 {
				c.SQLType = exact
			}
			return
		}
	}
	what := withArticle(typeName(f.Field))
	if f.Desc.IsMap() || c.Kind == Bytes {
		what = fieldForm(f.Field)
	}
	d.add(f.option(fieldSQLType), fmt.Sprintf("type %s does not hold every value of %s as it is", t.SQL, what),
		"remove it; the column is "+exactTypes[c.Kind][0])
}
