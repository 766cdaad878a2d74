package model

import (
	"google.golang.org/protobuf/compiler/protogen"

	"github.com/protocrud/protoc-gen-go-crud/internal/texttype"
)

// A Column is one SQL column of a model.
type Column struct {
	// Name is the SQL name, unquoted.
	Name string
	// Field is the proto field that the column stores. It is nil for a key column
	// that only the resource name holds.
	Field *protogen.Field
	Kind  Kind
	// SQLType is the column's type in PostgreSQL, empty for that of the kind. Text is what
	// is known of it, of a column of kind Text or Decimal.
	SQLType string
	Text    *texttype.Type
	// Presence says that unset and zero are two things in the proto, so that the
	// column is NULL when the field is unset.
	Presence bool
	Repeated bool
	// Wrapper says that the field is a message of google/protobuf/wrappers.proto.
	Wrapper bool
	// Inner are the columns of the fields of a message that is Embedded. Their names have
	// its own in front, which Prefix is, with a _.
	Inner  []*Column
	Prefix string
	// Oneof is the oneof that the field is an arm of, or empty.
	Oneof string
	// EnumAs says how an enum is stored, and EnumType is the name of its type in
	// PostgreSQL where it has one.
	EnumAs   EnumAs
	EnumType string
	// Unknown says what is done with undeclared values of an enum.
	Unknown EnumUnknown
	// JSON is what a column of kind JSON holds. It is not Repeated.
	JSON JSONForm
	// NotNull says that the column has a NOT NULL constraint.
	NotNull bool

	Behavior Behavior
	Time     ServerTime

	PrimaryKey bool
	Unique     bool
	// Constraint is the name of the unique constraint, at most 63 bytes.
	Constraint string
	Generated  Generated
	// Default is the SQL expression of the column's default, or empty.
	Default string
	// MaxLength is in code points; 0 is no limit.
	MaxLength int32

	// Etag says that the column counts the writes of a row, and that the field is the
	// etag made of it (AIP-154).
	Etag bool
	// Unfilterable and Unorderable fields are kept out of filters and of order_by.
	Unfilterable, Unorderable bool
	// Sensitive values are not told by conditions on them either.
	Sensitive bool
	// Search says that a filter's bare words are looked for in the field.
	Search bool
	// Comment is that of the column in the database, or empty.
	Comment string
	// Was are former names of the column, latest first.
	Was []string
}

// EmptyIsNull reports whether the empty text is no value of the column, and stands for
// NULL.
func (c *Column) EmptyIsNull() bool {
	return c.Kind == UUID || c.Text != nil && !c.Text.Textual()
}

// Compared reports whether values of the column can be compared, and rows be ordered by
// them.
func (c *Column) Compared() bool {
	return !c.Repeated && c.Kind != JSON && c.Kind != Embedded && c.Kind != FieldMask && (c.Text == nil || c.Text.Compared())
}

// Kind is the type of a column's values, of its elements if it is repeated.
type Kind uint8

const (
	Bool Kind = iota + 1
	Int32
	Int64
	Uint32
	Uint64
	Float
	Double
	String
	UUID // a string field that is stored as uuid
	Text // a string field that is stored in a type of its own
	Bytes
	Enum
	Timestamp
	Duration
	Date      // google.type.Date
	TimeOfDay // google.type.TimeOfDay
	Decimal   // google.type.Decimal, in numeric
	FieldMask // a list of paths
	JSON      // any field, as protobuf's JSON
	Embedded  // a message, in columns of its fields
)

// EnumAs is how an enum is stored.
type EnumAs uint8

const (
	AsNumber EnumAs = iota
	AsName
	AsType
)

// EnumUnknown is what is done with undeclared values of an enum.
type EnumUnknown uint8

const (
	KeepUnknown EnumUnknown = iota
	RejectUnknown
	ZeroUnknown
)

// A JSONForm is what a column of kind JSON holds.
type JSONForm uint8

const (
	// JSONMessage is an object, or what the JSON of a well-known type is.
	JSONMessage JSONForm = iota
	// JSONList is the array of a repeated field, and JSONMap the object of a map.
	JSONList
	JSONMap
)

// Behavior is what google.api.field_behavior says of a field. OutputOnly is also
// set for the fields that the server owns by their names (AIP-142, AIP-148).
type Behavior struct {
	Required, OutputOnly, InputOnly, Immutable, Identifier bool
}

// ServerTime says that the server sets a Timestamp column (AIP-142).
type ServerTime uint8

const (
	NotServerTime ServerTime = iota
	CreateTime
	UpdateTime
	DeleteTime
	PurgeTime
)

// Always reports whether every row has the time.
func (t ServerTime) Always() bool { return t == CreateTime || t == UpdateTime }

// Generated says who makes the values of a key column.
type Generated uint8

const (
	// ByClient is a value that the caller gives.
	ByClient Generated = iota
	// Identity is a number from the database's sequence.
	Identity
	// UUIDv7 and UUIDv4 are made by the server when the caller gives none.
	UUIDv7
	UUIDv4
)
