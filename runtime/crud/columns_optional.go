package crud

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// The constructors here are for fields with presence: unset is NULL, and zero is
// zero. has tells whether the field is set, and unset clears it; the other
// arguments are those of the constructors without presence.

// OptionalBool is [Bool] with presence.
func OptionalBool[M proto.Message](field string, get func(M) bool, has func(M) bool, set func(M, bool), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, boolKind, get, has, set, unset, opts)
}

// OptionalInt32 is [Int32] with presence.
func OptionalInt32[M proto.Message](field string, get func(M) int32, has func(M) bool, set func(M, int32), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, int32Kind, get, has, set, unset, opts)
}

// OptionalInt64 is [Int64] with presence.
func OptionalInt64[M proto.Message](field string, get func(M) int64, has func(M) bool, set func(M, int64), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, int64Kind, get, has, set, unset, opts)
}

// OptionalUint32 is [Uint32] with presence.
func OptionalUint32[M proto.Message](field string, get func(M) uint32, has func(M) bool, set func(M, uint32), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, uint32Kind, get, has, set, unset, opts)
}

// OptionalUint64 is [Uint64] with presence.
func OptionalUint64[M proto.Message](field string, get func(M) uint64, has func(M) bool, set func(M, uint64), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, uint64Kind, get, has, set, unset, opts)
}

// OptionalFloat is [Float] with presence.
func OptionalFloat[M proto.Message](field string, get func(M) float32, has func(M) bool, set func(M, float32), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, floatKind, get, has, set, unset, opts)
}

// OptionalDouble is [Double] with presence.
func OptionalDouble[M proto.Message](field string, get func(M) float64, has func(M) bool, set func(M, float64), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, doubleKind, get, has, set, unset, opts)
}

// OptionalString is [String] with presence.
func OptionalString[M proto.Message](field string, get func(M) string, has func(M) bool, set func(M, string), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, stringKind, get, has, set, unset, opts)
}

// OptionalUUID is [UUID] with presence. A field that is set is not empty.
func OptionalUUID[M proto.Message](field string, get func(M) string, has func(M) bool, set func(M, string), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, uuidKind, get, has, set, unset, opts)
}

// OptionalBytes is [Bytes] with presence.
func OptionalBytes[M proto.Message](field string, get func(M) []byte, has func(M) bool, set func(M, []byte), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, bytesKind, get, has, set, unset, opts)
}

// OptionalEnum is [Enum] with presence.
func OptionalEnum[M proto.Message, E ~int32](field string, get func(M) E, has func(M) bool, set func(M, E), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, newEnumKind[E](), get, has, set, unset, opts)
}

// OptionalTimestamp is [Timestamp] in a oneof, where another field may be set instead.
func OptionalTimestamp[M proto.Message](field string, get func(M) *timestamppb.Timestamp, has func(M) bool, set func(M, *timestamppb.Timestamp), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, timestampKind, get, has, set, unset, opts)
}

// OptionalDuration is [Duration] in a oneof, where another field may be set instead.
func OptionalDuration[M proto.Message](field string, get func(M) *durationpb.Duration, has func(M) bool, set func(M, *durationpb.Duration), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, durationKind, get, has, set, unset, opts)
}

// OptionalBoolValue is [BoolValue] in a oneof, where another field may be set instead.
func OptionalBoolValue[M proto.Message](field string, get func(M) *wrapperspb.BoolValue, has func(M) bool, set func(M, *wrapperspb.BoolValue), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, boolValueKind, get, has, set, unset, opts)
}

// OptionalInt32Value is [Int32Value] in a oneof, where another field may be set instead.
func OptionalInt32Value[M proto.Message](field string, get func(M) *wrapperspb.Int32Value, has func(M) bool, set func(M, *wrapperspb.Int32Value), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, int32ValueKind, get, has, set, unset, opts)
}

// OptionalInt64Value is [Int64Value] in a oneof, where another field may be set instead.
func OptionalInt64Value[M proto.Message](field string, get func(M) *wrapperspb.Int64Value, has func(M) bool, set func(M, *wrapperspb.Int64Value), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, int64ValueKind, get, has, set, unset, opts)
}

// OptionalUint32Value is [Uint32Value] in a oneof, where another field may be set instead.
func OptionalUint32Value[M proto.Message](field string, get func(M) *wrapperspb.UInt32Value, has func(M) bool, set func(M, *wrapperspb.UInt32Value), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, uint32ValueKind, get, has, set, unset, opts)
}

// OptionalUint64Value is [Uint64Value] in a oneof, where another field may be set instead.
func OptionalUint64Value[M proto.Message](field string, get func(M) *wrapperspb.UInt64Value, has func(M) bool, set func(M, *wrapperspb.UInt64Value), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, uint64ValueKind, get, has, set, unset, opts)
}

// OptionalFloatValue is [FloatValue] in a oneof, where another field may be set instead.
func OptionalFloatValue[M proto.Message](field string, get func(M) *wrapperspb.FloatValue, has func(M) bool, set func(M, *wrapperspb.FloatValue), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, floatValueKind, get, has, set, unset, opts)
}

// OptionalDoubleValue is [DoubleValue] in a oneof, where another field may be set instead.
func OptionalDoubleValue[M proto.Message](field string, get func(M) *wrapperspb.DoubleValue, has func(M) bool, set func(M, *wrapperspb.DoubleValue), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, doubleValueKind, get, has, set, unset, opts)
}

// OptionalStringValue is [StringValue] in a oneof, where another field may be set instead.
func OptionalStringValue[M proto.Message](field string, get func(M) *wrapperspb.StringValue, has func(M) bool, set func(M, *wrapperspb.StringValue), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, stringValueKind, get, has, set, unset, opts)
}

// OptionalUUIDValue is [UUIDValue] in a oneof, where another field may be set instead.
func OptionalUUIDValue[M proto.Message](field string, get func(M) *wrapperspb.StringValue, has func(M) bool, set func(M, *wrapperspb.StringValue), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, uuidValueKind, get, has, set, unset, opts)
}

// OptionalBytesValue is [BytesValue] in a oneof, where another field may be set instead.
func OptionalBytesValue[M proto.Message](field string, get func(M) *wrapperspb.BytesValue, has func(M) bool, set func(M, *wrapperspb.BytesValue), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, bytesValueKind, get, has, set, unset, opts)
}
