package crud_test

import (
	"bytes"
	"math"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A box is a message with a field of each shape for one type of values.
type box[V any] struct {
	ID     int64
	Scalar V
	Opt    V
	OptSet bool
	List   []V
}

// ProtoReflect makes a box pass for a message. Columns of these kinds do not ask for it.
func (*box[V]) ProtoReflect() protoreflect.Message { return nil }

// setOpt works as in generated code, where bytes that are set are not nil.
func (b *box[V]) setOpt(v V) {
	raw, isBytes := any(v).([]byte)
	b.Opt, b.OptSet = v, !isBytes || raw != nil
}

func (b *box[V]) unsetOpt() {
	var zero V
	b.Opt, b.OptSet = zero, false
}

// The constructors of the three shapes, as functions of one type of values.
type (
	scalarOf[V any] func(string, func(*box[V]) V, func(*box[V], V), ...crud.ColumnOption) crud.Column[*box[V]]
	optOf[V any]    func(string, func(*box[V]) V, func(*box[V]) bool, func(*box[V], V), func(*box[V]), ...crud.ColumnOption) crud.Column[*box[V]]
	listOf[V any]   func(string, func(*box[V]) []V, func(*box[V], []V), ...crud.ColumnOption) crud.Column[*box[V]]
)

// A boxKind is how a kind is tested.
type boxKind[V any] struct {
	name   string
	scalar scalarOf[V]
	opt    optOf[V] // nil for messages, which have presence by themselves
	list   listOf[V]
	// values are those that the kind holds in every shape; sqlite tells which of them
	// SQLite holds, nil is all.
	values *rapid.Generator[V]
	sqlite func(V) bool
	// stored is what comes back for a value; nil is the value itself.
	stored func(V) V
	same   func(a, b V) bool
}

func (k *boxKind[V]) scalarColumn(opts ...crud.ColumnOption) crud.Column[*box[V]] {
	return k.scalar("scalar", func(b *box[V]) V { return b.Scalar }, func(b *box[V], v V) { b.Scalar = v }, opts...)
}

func (k *boxKind[V]) optColumn(opts ...crud.ColumnOption) crud.Column[*box[V]] {
	return k.opt("opt", func(b *box[V]) V { return b.Opt }, func(b *box[V]) bool { return b.OptSet }, (*box[V]).setOpt, (*box[V]).unsetOpt, opts...)
}

func (k *boxKind[V]) listColumn(opts ...crud.ColumnOption) crud.Column[*box[V]] {
	return k.list("list", func(b *box[V]) []V { return b.List }, func(b *box[V], v []V) { b.List = v }, opts...)
}

// columns are the key and a column of each shape.
func (k *boxKind[V]) columns() []crud.Column[*box[V]] {
	columns := []crud.Column[*box[V]]{boxKey[V](), k.scalarColumn(), k.listColumn()}
	if k.opt != nil {
		columns = append(columns, k.optColumn())
	}
	return columns
}

func boxKey[V any]() crud.Column[*box[V]] {
	return crud.Int64("id", func(b *box[V]) int64 { return b.ID }, func(b *box[V], v int64) { b.ID = v }, crud.PrimaryKey)
}

func boxTable[V any](columns []crud.Column[*box[V]]) *crud.Table[*box[V], int64] {
	return crud.NewTable(crud.TableSpec[*box[V], int64]{
		Message: "test.v1.Box",
		Name:    "boxes",
		Columns: columns,
		Key:     func(b *box[V]) int64 { return b.ID },
		SetKey:  func(b *box[V], id int64) { b.ID = id },
	})
}

func equal[V comparable](a, b V) bool { return a == b }

var (
	boolBox = boxKind[bool]{
		name: "bool", scalar: crud.Bool[*box[bool]], opt: crud.OptionalBool[*box[bool]], list: crud.Bools[*box[bool]],
		values: rapid.Bool(), same: equal[bool],
	}
	int32Box = boxKind[int32]{
		name: "int32", scalar: crud.Int32[*box[int32]], opt: crud.OptionalInt32[*box[int32]], list: crud.Int32s[*box[int32]],
		values: rapid.OneOf(rapid.Int32(), rapid.SampledFrom([]int32{math.MinInt32, -1, 1, math.MaxInt32})), same: equal[int32],
	}
	int64Box = boxKind[int64]{
		name: "int64", scalar: crud.Int64[*box[int64]], opt: crud.OptionalInt64[*box[int64]], list: crud.Int64s[*box[int64]],
		values: rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, -1 << 53, 1<<53 + 1, math.MaxInt64})), same: equal[int64],
	}
	uint32Box = boxKind[uint32]{
		name: "uint32", scalar: crud.Uint32[*box[uint32]], opt: crud.OptionalUint32[*box[uint32]], list: crud.Uint32s[*box[uint32]],
		values: rapid.OneOf(rapid.Uint32(), rapid.SampledFrom([]uint32{1 << 31, math.MaxUint32})), same: equal[uint32],
	}
	uint64Box = boxKind[uint64]{
		name: "uint64", scalar: crud.Uint64[*box[uint64]], opt: crud.OptionalUint64[*box[uint64]], list: crud.Uint64s[*box[uint64]],
		values: rapid.OneOf(rapid.Uint64(), rapid.SampledFrom([]uint64{1e4, 1e16, 1<<53 + 1, math.MaxInt64, 1 << 63, 1e19, math.MaxUint64})),
		same:   equal[uint64],
	}
	floatBox = boxKind[float32]{
		name: "float", scalar: crud.Float[*box[float32]], opt: crud.OptionalFloat[*box[float32]], list: crud.Floats[*box[float32]],
		values: rapid.OneOf(rapid.Float32(), rapid.SampledFrom([]float32{
			0.1, 1 << 24, math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32,
			float32(math.Copysign(0, -1)), float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)),
		})),
		sqlite: func(v float32) bool { return finite(float64(v)) },
		same:   func(a, b float32) bool { return sameFloat(float64(a), float64(b)) },
	}
	doubleBox = boxKind[float64]{
		name: "double", scalar: crud.Double[*box[float64]], opt: crud.OptionalDouble[*box[float64]], list: crud.Doubles[*box[float64]],
		values: rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{
			0.1, 1e21, 1 << 53, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64,
			math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1),
		})),
		sqlite: finite,
		same:   sameFloat,
	}
	stringBox = boxKind[string]{
		name: "string", scalar: crud.String[*box[string]], opt: crud.OptionalString[*box[string]], list: crud.Strings[*box[string]],
		values: rapid.OneOf(
			rapid.String().Filter(func(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }),
			rapid.SampledFrom([]string{"", "NULL", "null", `{a,"b"}`, `\x00`, `'"\`, "<&>", "\u2028\ufffd\U0010ffff", " \t\r\n ", "e\u0301"}),
		),
		same: equal[string],
	}
	uuidBox = boxKind[string]{
		name: "uuid", scalar: crud.UUID[*box[string]], opt: crud.OptionalUUID[*box[string]], list: crud.UUIDs[*box[string]],
		values: rapid.OneOf(
			rapid.StringMatching(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`),
			rapid.SampledFrom([]string{"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"}),
		),
		same: equal[string],
	}
	bytesBox = boxKind[[]byte]{
		name: "bytes", scalar: crud.Bytes[*box[[]byte]], opt: crud.OptionalBytes[*box[[]byte]], list: crud.BytesList[*box[[]byte]],
		values: rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.SampledFrom([][]byte{{}, {0}, {0xff, 0xfe}, []byte(`\x41`)})),
		same:   bytes.Equal,
	}
	enumBox = boxKind[color]{
		name: "enum", scalar: crud.Enum[*box[color], color], opt: crud.OptionalEnum[*box[color], color], list: crud.Enums[*box[color], color],
		values: rapid.OneOf(rapid.Map(rapid.Int32(), func(v int32) color { return color(v) }), rapid.SampledFrom([]color{math.MinInt32, 0, 1, math.MaxInt32})),
		same:   equal[color],
	}
	timestampBox = boxKind[*timestamppb.Timestamp]{
		name: "timestamp", scalar: crud.Timestamp[*box[*timestamppb.Timestamp]], list: crud.Timestamps[*box[*timestamppb.Timestamp]],
		values: rapid.Custom(func(t *rapid.T) *timestamppb.Timestamp {
			return &timestamppb.Timestamp{
				Seconds: rapid.OneOf(rapid.Int64Range(minSecond, maxSecond), rapid.SampledFrom([]int64{minSecond, -1, 0, 946684799, 946684800, maxSecond})).Draw(t, "seconds"),
				Nanos:   rapid.OneOf(rapid.Int32Range(0, 999999999), rapid.SampledFrom([]int32{0, 1, 999, 1000, 999999999})).Draw(t, "nanos"),
			}
		}),
		stored: func(v *timestamppb.Timestamp) *timestamppb.Timestamp {
			return &timestamppb.Timestamp{Seconds: v.Seconds, Nanos: v.Nanos - v.Nanos%1000}
		},
		same: func(a, b *timestamppb.Timestamp) bool {
			return (a == nil) == (b == nil) && a.GetSeconds() == b.GetSeconds() && a.GetNanos() == b.GetNanos()
		},
	}
	durationBox = boxKind[*durationpb.Duration]{
		name: "duration", scalar: crud.Duration[*box[*durationpb.Duration]], list: crud.Durations[*box[*durationpb.Duration]],
		values: rapid.Custom(func(t *rapid.T) *durationpb.Duration {
			d := &durationpb.Duration{
				Seconds: rapid.OneOf(rapid.Int64Range(0, maxDuration), rapid.SampledFrom([]int64{0, 1, 1 << 33, maxDuration})).Draw(t, "seconds"),
				Nanos:   rapid.OneOf(rapid.Int32Range(0, 999999999), rapid.SampledFrom([]int32{0, 1, 999, 1000, 999999999})).Draw(t, "nanos"),
			}
			if rapid.Bool().Draw(t, "negative") {
				d.Seconds, d.Nanos = -d.Seconds, -d.Nanos
			}
			return d
		}),
		stored: func(v *durationpb.Duration) *durationpb.Duration {
			return &durationpb.Duration{Seconds: v.Seconds, Nanos: v.Nanos - v.Nanos%1000}
		},
		same: func(a, b *durationpb.Duration) bool {
			return (a == nil) == (b == nil) && a.GetSeconds() == b.GetSeconds() && a.GetNanos() == b.GetNanos()
		},
	}
)

// color is an enum of generated code.
type color int32

// The ranges of Timestamp and Duration in seconds.
const (
	minSecond   = -62135596800
	maxSecond   = 253402300799
	maxDuration = 315576000000
)

func finite(f float64) bool {
	return !math.IsNaN(f) && !math.IsInf(f, 0) && (f != 0 || !math.Signbit(f))
}

// sameFloat takes NaN for NaN, and tells the zeros apart.
func sameFloat(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Float64bits(a) == math.Float64bits(b)
}
