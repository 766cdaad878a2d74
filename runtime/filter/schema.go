package filter

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// A Field is an identifier of filters and orders, and where its values are.
type Field struct {
	// Path is the field's name in the proto, with dots below a message:
	// "author.given_name".
	Path string
	// Columns are the SQL names, unquoted: one, or the key columns of a Name in the
	// order of its pattern.
	Columns  []string
	Kind     Kind
	Repeated bool
	// Null says what NULL in the column means.
	Null Null

	Filterable, Orderable bool
	// Search has words that stand alone looked for in the field, a String that is not
	// repeated.
	Search bool

	// Enum is the enum of an Enum or an EnumName: Genre(0).Descriptor().
	Enum protoreflect.EnumDescriptor
	// Key returns the arguments for the columns of a Name; ok is false for a name that
	// no row has.
	Key func(name string, d Dialect) (args []any, ok bool)

	// Read returns the value that a literal of a Typed field stands for, as its column
	// reads it; ok is false for none. Takes says what a literal must be: "a number".
	Read  func(literal string) (value string, ok bool)
	Takes string
	// Compare orders two values of a Typed field as its column does. Nil is for types that
	// only the database compares: a [Matcher] refuses to.
	Compare func(a, b string) int
	// Opaque says that only the database compares the texts of a String, whose type is one
	// that takes different texts for equal.
	Opaque bool

	// Present are the columns, boolean, INTEGER in SQLite, that say whether the messages
	// around a field are set, the outermost first. Where one is not, a comparison with the
	// field is neither true nor false. A field of kind Message has one such column of its
	// own.
	Present []string

	// Inside is the proto field of a column that holds protobuf's JSON with proto names:
	// paths go on below it, and its kind is not asked for.
	Inside protoreflect.FieldDescriptor
	// Hides reports whether filters cannot ask for a field inside. Nil hides none.
	Hides func(protoreflect.FieldDescriptor) bool

	sql     []string // the columns as they stand in a statement
	present []string // Present, as it does

	// Of a field inside JSON: its place, whether it has presence, and a map's keys.
	at       *place
	presence bool
	keys     protoreflect.FieldDescriptor
}

// Null is the meaning of NULL in a field's column.
type Null uint8

const (
	// NotNull columns hold no NULL.
	NotNull Null = iota
	// NullIsUnset is a field with presence: unset differs from every value, and null
	// compares with it.
	NullIsUnset
	// NullIsZero is a field without presence whose zero is stored as NULL.
	NullIsZero
	// NullIsUnknown is a field of a message that may be unset: a comparison with it is
	// neither true nor false then, and nor is its negation.
	NullIsUnknown
)

// A Schema is what filters and orders of a table may name. It is immutable and safe
// for concurrent use.
type Schema struct {
	fields map[string]*Field
	paths  []string // what a misspelled name may have meant
	search []*Field
	table  string // as statements name it

	relations []Relation
}

// NewSchema returns the schema of a table, which is named as statements name it:
// quoted, behind its schema, or by its alias. It panics when a field contradicts
// itself.
func NewSchema(table string, fields ...Field) *Schema {
	s := &Schema{fields: make(map[string]*Field, len(fields)), table: table}
	for _, f := range fields {
		f.validate()
		if s.fields[f.Path] != nil {
			panic(fmt.Sprintf("filter: two fields are named %s", f.Path))
		}
		f.sql = make([]string, len(f.Columns))
		for i, c := range f.Columns {
			f.sql[i] = table + "." + sqlname.Quote(c)
		}
		for _, c := range f.Present {
			f.present = append(f.present, table+"."+sqlname.Quote(c))
		}
		s.fields[f.Path] = &f
		s.paths = append(s.paths, f.Path)
		if f.Search {
			s.search = append(s.search, &f)
		}
	}
	return s
}

func (f *Field) validate() {
	switch {
	case f.Inside != nil:
		if len(f.Columns) != 1 {
			panic(fmt.Sprintf("filter: %s has %d columns", f.Path, len(f.Columns)))
		}
	case f.Kind == Message && f.Null != NullIsUnset:
		panic(fmt.Sprintf("filter: the message %s needs NullIsUnset", f.Path))
	case f.Kind != Message && (f.Kind < Bool || f.Kind > Typed):
		panic(fmt.Sprintf("filter: %s has no kind", f.Path))
	case f.Kind == Typed && f.Read == nil:
		panic(fmt.Sprintf("filter: %s needs Read", f.Path))
	case f.Kind == Name && (f.Key == nil || len(f.Columns) == 0 || f.Repeated || f.Null != NotNull):
		panic(fmt.Sprintf("filter: the name %s needs Key and key columns", f.Path))
	case f.Kind != Name && len(f.Columns) != 1:
		panic(fmt.Sprintf("filter: %s has %d columns", f.Path, len(f.Columns)))
	case f.Search && (f.Kind != String || f.Repeated):
		panic(fmt.Sprintf("filter: %s cannot be searched", f.Path))
	}
}

// rule returns what the language knows of the field's kind.
func (f *Field) rule() *kindRule { return &kinds[f.Kind] }

// takes says what a literal must be.
func (f *Field) takes() string {
	if f.Kind == Typed {
		return f.Takes
	}
	return f.rule().takes
}

// zero is the default value; nil is that of a kind that is set or not.
func (f *Field) zero() any {
	if f.Kind == EnumName {
		return f.enumName(0)
	}
	return f.rule().zero
}

// sorts reports whether rows can be ordered by the field.
func (f *Field) sorts() bool { return f.Orderable && !f.Repeated && f.Kind != Bytes && f.Inside == nil }
