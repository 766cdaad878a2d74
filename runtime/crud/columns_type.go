package crud

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// The constructors here are for messages of google/type that have a column type, and for
// google.protobuf.FieldMask. An unset message is NULL. The Go type of the message may be
// of any package that its proto was compiled to.

// Date is a google.type.Date field: date, and in SQLite an INTEGER of days since 1970.
// What is no whole date is refused.
func Date[M proto.Message, D interface {
	*T
	DateMessage
}, T any](field string, get func(M) D, set func(M, D), opts ...ColumnOption) Column[M] {
	return maskable(field, newMessage(field, newDateKind[D, T](), get, set, opts))
}

// Dates is a list of [Date].
func Dates[M proto.Message, D interface {
	*T
	DateMessage
}, T any](field string, get func(M) []D, set func(M, []D), opts ...ColumnOption) Column[M] {
	return newList(field, newDateKind[D, T](), get, set, opts)
}

// OptionalDate is [Date] in a oneof, where another field may be set instead.
func OptionalDate[M proto.Message, D interface {
	*T
	DateMessage
}, T any](field string, get func(M) D, has func(M) bool, set func(M, D), unset func(M), opts ...ColumnOption) Column[M] {
	return maskable(field, newOptional(field, newDateKind[D, T](), get, has, set, unset, opts))
}

// TimeOfDay is a google.type.TimeOfDay field: time, and in SQLite an INTEGER of
// microseconds since midnight. What is finer is dropped; the stored value is what a write
// returns.
func TimeOfDay[M proto.Message, D interface {
	*T
	TimeOfDayMessage
}, T any](field string, get func(M) D, set func(M, D), opts ...ColumnOption) Column[M] {
	return maskable(field, newMessage(field, newTimeOfDayKind[D, T](), get, set, opts))
}

// TimesOfDay is a list of [TimeOfDay].
func TimesOfDay[M proto.Message, D interface {
	*T
	TimeOfDayMessage
}, T any](field string, get func(M) []D, set func(M, []D), opts ...ColumnOption) Column[M] {
	return newList(field, newTimeOfDayKind[D, T](), get, set, opts)
}

// OptionalTimeOfDay is [TimeOfDay] in a oneof, where another field may be set instead.
func OptionalTimeOfDay[M proto.Message, D interface {
	*T
	TimeOfDayMessage
}, T any](field string, get func(M) D, has func(M) bool, set func(M, D), unset func(M), opts ...ColumnOption) Column[M] {
	return maskable(field, newOptional(field, newTimeOfDayKind[D, T](), get, has, set, unset, opts))
}

// A DecimalMessage is google.type.Decimal, which the runtime knows by its methods.
type DecimalMessage interface {
	proto.Message
	comparable
	GetValue() string
}

// newDecimalKind keeps the text of a number in a column of numeric.
func newDecimalKind[D interface {
	*T
	DecimalMessage
}, T any]() *kind[D] {
	get := func(v D) string { return v.GetValue() }
	k := newWrapperKind(stringKind, get, func(text string) D {
		d := D(new(T))
		r := d.ProtoReflect()
		r.Set(r.Descriptor().Fields().ByNumber(1), protoreflect.ValueOfString(text))
		return d
	})
	wrapper := k.configured
	k.configured = func(info *ColumnInfo) *kind[D] {
		of := wrapper(info)
		texts := of.bindSlice
		of.bindSlice = func(vs any, d Dialect) (any, bool) { // conditions have messages, as the field has
			values, ok := vs.([]D)
			if !ok {
				return nil, false
			}
			return texts(eachOf(values, get), d)
		}
		return of
	}
	return k
}

// numeric is the type of a decimal, unless an option says more of it.
func numeric(opts []ColumnOption) []ColumnOption {
	return append([]ColumnOption{SQLType("numeric")}, opts...)
}

// Decimal is a google.type.Decimal field: numeric, or numeric(p,s) by [SQLType]. SQLite
// does not have it. A number is taken in any spelling, and comes back without an exponent.
func Decimal[M proto.Message, D interface {
	*T
	DecimalMessage
}, T any](field string, get func(M) D, set func(M, D), opts ...ColumnOption) Column[M] {
	return newMessage(field, newDecimalKind[D, T](), get, set, numeric(opts))
}

// Decimals is a list of [Decimal].
func Decimals[M proto.Message, D interface {
	*T
	DecimalMessage
}, T any](field string, get func(M) []D, set func(M, []D), opts ...ColumnOption) Column[M] {
	return newList(field, newDecimalKind[D, T](), get, set, numeric(opts))
}

// OptionalDecimal is [Decimal] in a oneof, where another field may be set instead.
func OptionalDecimal[M proto.Message, D interface {
	*T
	DecimalMessage
}, T any](field string, get func(M) D, has func(M) bool, set func(M, D), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, newDecimalKind[D, T](), get, has, set, unset, numeric(opts))
}

// listOption makes a column one of a list, whose field is not repeated.
func listOption(c *ColumnInfo) { c.Repeated = true }

// FieldMask is a google.protobuf.FieldMask field: an array of its paths, JSON in SQLite.
func FieldMask[M proto.Message](field string, get func(M) *fieldmaskpb.FieldMask, set func(M, *fieldmaskpb.FieldMask), opts ...ColumnOption) Column[M] {
	return newMessage(field, fieldMaskKind, get, set, append([]ColumnOption{listOption}, opts...))
}

// OptionalFieldMask is [FieldMask] in a oneof, where another field may be set instead.
func OptionalFieldMask[M proto.Message](field string, get func(M) *fieldmaskpb.FieldMask, has func(M) bool, set func(M, *fieldmaskpb.FieldMask), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, fieldMaskKind, get, has, set, unset, append([]ColumnOption{listOption}, opts...))
}
