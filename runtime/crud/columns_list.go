package crud

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// The constructors here are for repeated fields: an array in PostgreSQL, JSON text
// in SQLite. The column is NOT NULL; an empty field is an empty array. An array
// with a NULL or of several dimensions, which no message can show, is an error when
// it is read.

// Bools is a list of [Bool].
func Bools[M proto.Message](field string, get func(M) []bool, set func(M, []bool), opts ...ColumnOption) Column[M] {
	return newList(field, boolKind, get, set, opts)
}

// Int32s is a list of [Int32].
func Int32s[M proto.Message](field string, get func(M) []int32, set func(M, []int32), opts ...ColumnOption) Column[M] {
	return newList(field, int32Kind, get, set, opts)
}

// Int64s is a list of [Int64].
func Int64s[M proto.Message](field string, get func(M) []int64, set func(M, []int64), opts ...ColumnOption) Column[M] {
	return newList(field, int64Kind, get, set, opts)
}

// Uint32s is a list of [Uint32].
func Uint32s[M proto.Message](field string, get func(M) []uint32, set func(M, []uint32), opts ...ColumnOption) Column[M] {
	return newList(field, uint32Kind, get, set, opts)
}

// Uint64s is a list of [Uint64]. In SQLite's JSON the numbers are as they are.
func Uint64s[M proto.Message](field string, get func(M) []uint64, set func(M, []uint64), opts ...ColumnOption) Column[M] {
	return newList(field, uint64Kind, get, set, opts)
}

// Floats is a list of [Float]. On SQLite it holds no infinities either.
func Floats[M proto.Message](field string, get func(M) []float32, set func(M, []float32), opts ...ColumnOption) Column[M] {
	return newList(field, floatKind, get, set, opts)
}

// Doubles is a list of [Double]. On SQLite it holds no infinities either.
func Doubles[M proto.Message](field string, get func(M) []float64, set func(M, []float64), opts ...ColumnOption) Column[M] {
	return newList(field, doubleKind, get, set, opts)
}

// Strings is a list of [String].
func Strings[M proto.Message](field string, get func(M) []string, set func(M, []string), opts ...ColumnOption) Column[M] {
	return newList(field, stringKind, get, set, opts)
}

// UUIDs is a list of [UUID], none of them empty.
func UUIDs[M proto.Message](field string, get func(M) []string, set func(M, []string), opts ...ColumnOption) Column[M] {
	return newList(field, uuidKind, get, set, opts)
}

// BytesList is a list of [Bytes].
func BytesList[M proto.Message](field string, get func(M) [][]byte, set func(M, [][]byte), opts ...ColumnOption) Column[M] {
	return newList(field, bytesKind, get, set, opts)
}

// Enums is a list of [Enum].
func Enums[M proto.Message, E ~int32](field string, get func(M) []E, set func(M, []E), opts ...ColumnOption) Column[M] {
	return newList(field, newEnumKind[E](), get, set, opts)
}

// Timestamps is a list of [Timestamp].
func Timestamps[M proto.Message](field string, get func(M) []*timestamppb.Timestamp, set func(M, []*timestamppb.Timestamp), opts ...ColumnOption) Column[M] {
	return newList(field, timestampKind, get, set, opts)
}

// Durations is a list of [Duration].
func Durations[M proto.Message](field string, get func(M) []*durationpb.Duration, set func(M, []*durationpb.Duration), opts ...ColumnOption) Column[M] {
	return newList(field, durationKind, get, set, opts)
}
