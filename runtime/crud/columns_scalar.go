package crud

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// The constructors here are for fields without presence, where unset and zero are
// one, and for messages, where unset is NULL. field is the name of the proto field;
// get and set read and write it. NULL reads as zero.

// Bool is a bool field: boolean, INTEGER in SQLite.
func Bool[M proto.Message](field string, get func(M) bool, set func(M, bool), opts ...ColumnOption) Column[M] {
	return newScalar(field, boolKind, get, set, opts)
}

// Int32 is an int32, sint32 or sfixed32 field: integer, INTEGER in SQLite.
func Int32[M proto.Message](field string, get func(M) int32, set func(M, int32), opts ...ColumnOption) Column[M] {
	return newScalar(field, int32Kind, get, set, opts)
}

// Int64 is an int64, sint64 or sfixed64 field: bigint, INTEGER in SQLite.
func Int64[M proto.Message](field string, get func(M) int64, set func(M, int64), opts ...ColumnOption) Column[M] {
	return newScalar(field, int64Kind, get, set, opts)
}

// Uint32 is a uint32 or fixed32 field: bigint, INTEGER in SQLite.
func Uint32[M proto.Message](field string, get func(M) uint32, set func(M, uint32), opts ...ColumnOption) Column[M] {
	return newScalar(field, uint32Kind, get, set, opts)
}

// Uint64 is a uint64 or fixed64 field: numeric(20,0), and in SQLite an INTEGER with the
// sign bit flipped, which keeps the order.
func Uint64[M proto.Message](field string, get func(M) uint64, set func(M, uint64), opts ...ColumnOption) Column[M] {
	return newScalar(field, uint64Kind, get, set, opts)
}

// Float is a float field: real, REAL in SQLite, which holds neither NaN nor negative
// zero.
func Float[M proto.Message](field string, get func(M) float32, set func(M, float32), opts ...ColumnOption) Column[M] {
	return newScalar(field, floatKind, get, set, opts)
}

// Double is a double field: double precision, REAL in SQLite, which holds neither NaN
// nor negative zero.
func Double[M proto.Message](field string, get func(M) float64, set func(M, float64), opts ...ColumnOption) Column[M] {
	return newScalar(field, doubleKind, get, set, opts)
}

// String is a string field: text, TEXT in SQLite. It holds UTF-8 without NUL.
func String[M proto.Message](field string, get func(M) string, set func(M, string), opts ...ColumnOption) Column[M] {
	return newScalar(field, stringKind, get, set, opts)
}

// UUID is a string field that holds a UUID in lower-case canonical form (RFC 9562):
// uuid, TEXT in SQLite. The empty string is NULL, so the column is nullable unless
// it is required or part of the key.
func UUID[M proto.Message](field string, get func(M) string, set func(M, string), opts ...ColumnOption) Column[M] {
	c := newScalar(field, uuidKind, get, set, opts)
	c.column.NotNull = c.column.PrimaryKey || c.column.Required
	return c
}

// Bytes is a bytes field: bytea, BLOB in SQLite.
func Bytes[M proto.Message](field string, get func(M) []byte, set func(M, []byte), opts ...ColumnOption) Column[M] {
	return newScalar(field, bytesKind, get, set, opts)
}

// Enum is an enum field, kept as its number: integer, INTEGER in SQLite. Numbers
// that the enum does not name are kept too.
func Enum[M proto.Message, E ~int32](field string, get func(M) E, set func(M, E), opts ...ColumnOption) Column[M] {
	return newScalar(field, newEnumKind[E](), get, set, opts)
}

// Timestamp is a google.protobuf.Timestamp field: timestamptz, and in SQLite an
// INTEGER of microseconds since 1970. What is finer than a microsecond is dropped,
// never rounded up; the stored value is what a write returns.
func Timestamp[M proto.Message](field string, get func(M) *timestamppb.Timestamp, set func(M, *timestamppb.Timestamp), opts ...ColumnOption) Column[M] {
	return newMessage(field, timestampKind, get, set, opts)
}

// Duration is a google.protobuf.Duration field: bigint, INTEGER in SQLite, in
// microseconds. What is finer is dropped, toward zero; the stored value is what a
// write returns.
func Duration[M proto.Message](field string, get func(M) *durationpb.Duration, set func(M, *durationpb.Duration), opts ...ColumnOption) Column[M] {
	return newMessage(field, durationKind, get, set, opts)
}
