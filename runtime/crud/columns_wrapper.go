package crud

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// The constructors here are for the messages of google/protobuf/wrappers.proto: the
// column is that of the scalar, and an unset message is NULL.

// BoolValue is a google.protobuf.BoolValue field, kept as a [Bool].
func BoolValue[M proto.Message](field string, get func(M) *wrapperspb.BoolValue, set func(M, *wrapperspb.BoolValue), opts ...ColumnOption) Column[M] {
	return newMessage(field, boolValueKind, get, set, opts)
}

// Int32Value is a google.protobuf.Int32Value field, kept as an [Int32].
func Int32Value[M proto.Message](field string, get func(M) *wrapperspb.Int32Value, set func(M, *wrapperspb.Int32Value), opts ...ColumnOption) Column[M] {
	return newMessage(field, int32ValueKind, get, set, opts)
}

// Int64Value is a google.protobuf.Int64Value field, kept as an [Int64].
func Int64Value[M proto.Message](field string, get func(M) *wrapperspb.Int64Value, set func(M, *wrapperspb.Int64Value), opts ...ColumnOption) Column[M] {
	return newMessage(field, int64ValueKind, get, set, opts)
}

// Uint32Value is a google.protobuf.UInt32Value field, kept as a [Uint32].
func Uint32Value[M proto.Message](field string, get func(M) *wrapperspb.UInt32Value, set func(M, *wrapperspb.UInt32Value), opts ...ColumnOption) Column[M] {
	return newMessage(field, uint32ValueKind, get, set, opts)
}

// Uint64Value is a google.protobuf.UInt64Value field, kept as a [Uint64].
func Uint64Value[M proto.Message](field string, get func(M) *wrapperspb.UInt64Value, set func(M, *wrapperspb.UInt64Value), opts ...ColumnOption) Column[M] {
	return newMessage(field, uint64ValueKind, get, set, opts)
}

// FloatValue is a google.protobuf.FloatValue field, kept as a [Float].
func FloatValue[M proto.Message](field string, get func(M) *wrapperspb.FloatValue, set func(M, *wrapperspb.FloatValue), opts ...ColumnOption) Column[M] {
	return newMessage(field, floatValueKind, get, set, opts)
}

// DoubleValue is a google.protobuf.DoubleValue field, kept as a [Double].
func DoubleValue[M proto.Message](field string, get func(M) *wrapperspb.DoubleValue, set func(M, *wrapperspb.DoubleValue), opts ...ColumnOption) Column[M] {
	return newMessage(field, doubleValueKind, get, set, opts)
}

// StringValue is a google.protobuf.StringValue field, kept as a [String].
func StringValue[M proto.Message](field string, get func(M) *wrapperspb.StringValue, set func(M, *wrapperspb.StringValue), opts ...ColumnOption) Column[M] {
	return newMessage(field, stringValueKind, get, set, opts)
}

// UUIDValue is a google.protobuf.StringValue field, kept as a [UUID]. One that is set is
// not empty.
func UUIDValue[M proto.Message](field string, get func(M) *wrapperspb.StringValue, set func(M, *wrapperspb.StringValue), opts ...ColumnOption) Column[M] {
	return newMessage(field, uuidValueKind, get, set, opts)
}

// BytesValue is a google.protobuf.BytesValue field, kept as a [Bytes].
func BytesValue[M proto.Message](field string, get func(M) *wrapperspb.BytesValue, set func(M, *wrapperspb.BytesValue), opts ...ColumnOption) Column[M] {
	return newMessage(field, bytesValueKind, get, set, opts)
}

// BoolValues is a list of [BoolValue].
func BoolValues[M proto.Message](field string, get func(M) []*wrapperspb.BoolValue, set func(M, []*wrapperspb.BoolValue), opts ...ColumnOption) Column[M] {
	return newList(field, boolValueKind, get, set, opts)
}

// Int32Values is a list of [Int32Value].
func Int32Values[M proto.Message](field string, get func(M) []*wrapperspb.Int32Value, set func(M, []*wrapperspb.Int32Value), opts ...ColumnOption) Column[M] {
	return newList(field, int32ValueKind, get, set, opts)
}

// Int64Values is a list of [Int64Value].
func Int64Values[M proto.Message](field string, get func(M) []*wrapperspb.Int64Value, set func(M, []*wrapperspb.Int64Value), opts ...ColumnOption) Column[M] {
	return newList(field, int64ValueKind, get, set, opts)
}

// Uint32Values is a list of [Uint32Value].
func Uint32Values[M proto.Message](field string, get func(M) []*wrapperspb.UInt32Value, set func(M, []*wrapperspb.UInt32Value), opts ...ColumnOption) Column[M] {
	return newList(field, uint32ValueKind, get, set, opts)
}

// Uint64Values is a list of [Uint64Value].
func Uint64Values[M proto.Message](field string, get func(M) []*wrapperspb.UInt64Value, set func(M, []*wrapperspb.UInt64Value), opts ...ColumnOption) Column[M] {
	return newList(field, uint64ValueKind, get, set, opts)
}

// FloatValues is a list of [FloatValue].
func FloatValues[M proto.Message](field string, get func(M) []*wrapperspb.FloatValue, set func(M, []*wrapperspb.FloatValue), opts ...ColumnOption) Column[M] {
	return newList(field, floatValueKind, get, set, opts)
}

// DoubleValues is a list of [DoubleValue].
func DoubleValues[M proto.Message](field string, get func(M) []*wrapperspb.DoubleValue, set func(M, []*wrapperspb.DoubleValue), opts ...ColumnOption) Column[M] {
	return newList(field, doubleValueKind, get, set, opts)
}

// StringValues is a list of [StringValue].
func StringValues[M proto.Message](field string, get func(M) []*wrapperspb.StringValue, set func(M, []*wrapperspb.StringValue), opts ...ColumnOption) Column[M] {
	return newList(field, stringValueKind, get, set, opts)
}

// UUIDValues is a list of [UUIDValue].
func UUIDValues[M proto.Message](field string, get func(M) []*wrapperspb.StringValue, set func(M, []*wrapperspb.StringValue), opts ...ColumnOption) Column[M] {
	return newList(field, uuidValueKind, get, set, opts)
}

// BytesValues is a list of [BytesValue].
func BytesValues[M proto.Message](field string, get func(M) []*wrapperspb.BytesValue, set func(M, []*wrapperspb.BytesValue), opts ...ColumnOption) Column[M] {
	return newList(field, bytesValueKind, get, set, opts)
}
