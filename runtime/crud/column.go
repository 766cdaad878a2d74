package crud

import (
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/internal/texttype"
)

// A Column says how one field of a message of type M (a pointer, *Book) is kept
// in a table: its names, its type, what the proto says of it, and how its value is
// read from and written to a message. It is made by the constructor of its type:
// [String], [OptionalString], [Strings] and so on.
//
// A Column is immutable and safe for concurrent use.
type Column[M proto.Message] struct{ column *column }

// Info returns the column's description. The caller must not change it.
func (c Column[M]) Info() *ColumnInfo { return &c.column.ColumnInfo }

// A column is a Column without the type of its message.
type column struct {
	ColumnInfo
	codec codec
	// leaves are the columns inside a message that filters and orders can name, and present
	// are the SQL columns that say of one whether the messages around it are set.
	leaves  []column
	present []string
}

// columnsOf are columns without the type of their message.
func columnsOf[M proto.Message](columns []Column[M]) []column {
	return Each(columns, func(c Column[M]) column { return *c.column })
}

// ColumnInfo is the part of a column that does not depend on the message's Go
// type. It is what DDL, checks and consoles read.
type ColumnInfo struct {
	// Field is the name of the proto field, which masks and errors use.
	Field string
	// Names are the SQL names, unquoted: one for an ordinary field, the key columns
	// for a resource name, none for a resource name that is computed from fields.
	Names []string
	// Kind is the type of the values, of the elements if Repeated.
	Kind     Kind
	Repeated bool
	// Presence says that unset and zero are two things; unset is NULL.
	Presence bool
	// NotNull says that the column has a NOT NULL constraint.
	NotNull bool

	PrimaryKey bool
	Generated  Generated

	Required, OutputOnly, InputOnly, Immutable, Identifier bool

	// Unfilterable and Unorderable keep the field out of filters and of order_by.
	Unfilterable, Unorderable bool
	// Search has a filter's bare words looked for in the field.
	Search bool
	// Sensitive keeps the values out of errors, which logs have too.
	Sensitive bool

	// Revision says that the column counts the writes of a row, for its etag.
	Revision bool
	// Oneof is the name of the oneof that the field is an arm of, or empty: at most one
	// arm of it is not NULL.
	Oneof string
	// Expires is the field that a time to live is kept as, or empty.
	Expires string
	// EnumUnknown says what is done with undeclared values of an enum.
	EnumUnknown EnumUnknown
	// Type is the enum type, unquoted, of a column of KindEnumType. Of another one it is
	// the SQL type in PostgreSQL, empty for that of the kind.
	Type string
	// Labels are the values of that type, in their order.
	Labels []string
	// Time says which time the server keeps in the column.
	Time ServerTime
	// Unique is the name of the column's own unique constraint, or empty.
	Unique string
	// Default is the SQL expression of the column's default, or empty.
	Default string
	// MaxLength is in code points; 0 is no limit.
	MaxLength int
	// Comment is that of the column in the database, or empty. Generated code does not
	// state it.
	Comment string

	// Embedded is the field of the message that the column is a part of, or empty.
	Embedded string

	text  *texttype.Type                     // of KindText
	parts []ColumnInfo                       // of KindEmbedded: its SQL columns
	enum  func() protoreflect.EnumDescriptor // of an enum
}

// value reports whether the column is of messages that are values, which are written as a
// whole unless a mask goes into them.
func (c *ColumnInfo) value() bool { return c.Kind == KindDate || c.Kind == KindTimeOfDay }

// serverOwned reports whether input for the column is ignored in every request.
func (c *ColumnInfo) serverOwned() bool { return c.OutputOnly || c.Revision || c.Time != NotServerTime }

// Generated says who makes the values of a key column.
type Generated uint8

const (
	// ByClient is a value that the caller gives.
	ByClient Generated = iota
	// ByIdentity is a number of the database's sequence.
	ByIdentity
	// ByUUIDv7 and ByUUIDv4 are made by the runtime when the caller gives none.
	ByUUIDv7
	ByUUIDv4
)

// ServerTime says which time a Timestamp column keeps (AIP-142).
type ServerTime uint8

const (
	// NotServerTime is an ordinary column.
	NotServerTime ServerTime = iota
	// RowCreateTime is when the row was created.
	RowCreateTime
	// RowUpdateTime is when the row was last written; each write makes it later.
	RowUpdateTime
	// RowDeleteTime is when the row was soft-deleted; NULL in a live one (AIP-164).
	RowDeleteTime
	// RowPurgeTime is when a soft-deleted row may be removed.
	RowPurgeTime
)

// A ColumnOption states what a proto says of a field beyond its type.
type ColumnOption func(*ColumnInfo)

// The options that have no argument.
var (
	// PrimaryKey makes the column part of the primary key, in column order.
	PrimaryKey ColumnOption = func(c *ColumnInfo) { c.PrimaryKey, c.NotNull = true, true }
	// Identity lets the database number the rows.
	Identity ColumnOption = func(c *ColumnInfo) { c.Generated = ByIdentity }
	// UUIDv7 and UUIDv4 make a key when the caller gives none (RFC 9562).
	UUIDv7 ColumnOption = func(c *ColumnInfo) { c.Generated = ByUUIDv7 }
	UUIDv4 ColumnOption = func(c *ColumnInfo) { c.Generated = ByUUIDv4 }
	// Required, OutputOnly, InputOnly, Immutable and Identifier are the field
	// behaviors of AIP-203.
	Required   ColumnOption = func(c *ColumnInfo) { c.Required = true }
	OutputOnly ColumnOption = func(c *ColumnInfo) { c.OutputOnly = true }
	InputOnly  ColumnOption = func(c *ColumnInfo) { c.InputOnly = true }
	Immutable  ColumnOption = func(c *ColumnInfo) { c.Immutable = true }
	Identifier ColumnOption = func(c *ColumnInfo) { c.Identifier = true }
	// CreateTime and UpdateTime make the server set a Timestamp column (AIP-142).
	CreateTime ColumnOption = func(c *ColumnInfo) { c.Time, c.OutputOnly, c.NotNull = RowCreateTime, true, true }
	UpdateTime ColumnOption = func(c *ColumnInfo) { c.Time, c.OutputOnly, c.NotNull = RowUpdateTime, true, true }
	// DeleteTime and PurgeTime make Delete keep the row and set them (AIP-164).
	DeleteTime ColumnOption = func(c *ColumnInfo) { c.Time, c.OutputOnly = RowDeleteTime, true }
	PurgeTime  ColumnOption = func(c *ColumnInfo) { c.Time, c.OutputOnly = RowPurgeTime, true }
	// Unfilterable and Unorderable keep the field out of filters and of order_by.
	Unfilterable ColumnOption = func(c *ColumnInfo) { c.Unfilterable = true }
	Unorderable  ColumnOption = func(c *ColumnInfo) { c.Unorderable = true }
	// Sensitive keeps the values out of errors, which logs have too.
	Sensitive ColumnOption = func(c *ColumnInfo) { c.Sensitive = true }
	// Search has the bare words of a filter looked for in the field (AIP-160).
	Search ColumnOption = func(c *ColumnInfo) { c.Search = true }
	// EnumName keeps an enum as its value's name in a text column.
	EnumName ColumnOption = func(c *ColumnInfo) { c.Kind = KindEnumName }
	// RejectUnknown and UnknownIsZero are UnknownRejected and UnknownZero.
	RejectUnknown ColumnOption = func(c *ColumnInfo) { c.EnumUnknown = UnknownRejected }
	UnknownIsZero ColumnOption = func(c *ColumnInfo) { c.EnumUnknown = UnknownZero }
	// NotNull gives a column with presence a NOT NULL constraint.
	NotNull ColumnOption = func(c *ColumnInfo) { c.NotNull = true }
)

// ColumnName is the SQL name of a column, where it is not the field's name.
func ColumnName(name string) ColumnOption {
	return func(c *ColumnInfo) { c.Names = []string{name} }
}

// EnumType keeps an enum as its value's name in a column of an enum type of PostgreSQL,
// which CreateTables makes in the table's schema.
func EnumType(name string) ColumnOption {
	return func(c *ColumnInfo) { c.Kind, c.Type = KindEnumType, name }
}

// Oneof makes the column an arm of a oneof of that name.
func Oneof(name string) ColumnOption {
	return func(c *ColumnInfo) { c.Oneof = name }
}

// Unique gives the column a unique constraint of that name.
func Unique(constraint string) ColumnOption {
	return func(c *ColumnInfo) { c.Unique = constraint }
}

// Default is the SQL expression that the database uses when Create leaves the
// field unset.
func Default(sql string) ColumnOption {
	return func(c *ColumnInfo) { c.Default = sql }
}

// MaxLength limits a string to n code points.
func MaxLength(n int) ColumnOption {
	return func(c *ColumnInfo) { c.MaxLength = n }
}

// newColumn applies the options to what a constructor knows.
func newColumn(info ColumnInfo, c codec, opts []ColumnOption) *column {
	if info.Names == nil {
		info.Names = []string{info.Field}
	}
	for _, opt := range opts {
		opt(&info)
	}
	info.readType()
	if of, ok := c.(interface{ configure(info *ColumnInfo) }); ok {
		of.configure(&info)
	}
	info.enum = c.enum
	return &column{ColumnInfo: info, codec: c}
}

// maskable lets masks go into the message of a column.
func maskable[M proto.Message](field string, c Column[M]) Column[M] {
	c.column.codec.(interface {
		setField(func() protoreflect.FieldDescriptor)
	}).setField(fieldOf[M](field))
	return c
}

// fieldOf returns the descriptor of a field, once the program runs: the descriptors are
// made after the package's variables.
func fieldOf[M proto.Message](field string) func() protoreflect.FieldDescriptor {
	return sync.OnceValue(func() protoreflect.FieldDescriptor {
		var m M
		return m.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(field))
	})
}

func newScalar[M proto.Message, V any](field string, k *kind[V], get func(M) V, set func(M, V), opts []ColumnOption) Column[M] {
	return Column[M]{newColumn(ColumnInfo{Field: field, Kind: k.id, NotNull: true},
		&scalarCodec[V]{kind: k, get: getter(get), set: setter(set)}, opts)}
}

func newOptional[M proto.Message, V any](field string, k *kind[V], get func(M) V, has func(M) bool, set func(M, V), unset func(M), opts []ColumnOption) Column[M] {
	return Column[M]{newColumn(ColumnInfo{Field: field, Kind: k.id, Presence: true},
		newOptionalCodec(k, get, has, set, unset), opts)}
}

func newOptionalCodec[M proto.Message, V any](k *kind[V], get func(M) V, has func(M) bool, set func(M, V), unset func(M)) *optionalCodec[V] {
	return &optionalCodec[V]{kind: k, get: getter(get), isSet: getter(has), set: setter(set), unset: clearer(unset)}
}

func newList[M proto.Message, V any](field string, k *kind[V], get func(M) []V, set func(M, []V), opts []ColumnOption) Column[M] {
	return Column[M]{newColumn(ColumnInfo{Field: field, Kind: k.id, Repeated: true, NotNull: true},
		&listCodec[V]{kind: k, get: getter(get), set: setter(set)}, opts)}
}

// newMessage is an optional column whose value is a message: unset is nil.
func newMessage[M proto.Message, V interface {
	*T
	comparable
}, T any](field string, k *kind[V], get func(M) V, set func(M, V), opts []ColumnOption) Column[M] {
	var none V
	has := func(m M) bool { return get(m) != none }
	unset := func(m M) { set(m, none) }
	return newOptional(field, k, get, has, set, unset, opts)
}
