package crud

import (
	"encoding/binary"
	"math"

	"github.com/jackc/pgx/v5/pgtype"
)

var (
	floatKind  = newFloatKind[float32](KindFloat, "float")
	doubleKind = newFloatKind[float64](KindDouble, "double")
)

func newFloatKind[V float32 | float64](id Kind, name string) *kind[V] {
	k := &kind[V]{
		id: id,
		// As text, a float in a wider column would be another number.
		bind:  func(v V, _ Dialect) any { return float64(v) },
		reads: readsFloat,
		decode: func(oid uint32, src []byte, _ *memory) (V, error) {
			f, err := decodeFloat(oid, src)
			if err != nil {
				return 0, err
			}
			return narrowFloat[V](f, name)
		},
		scan: func(v any, _ Dialect) (V, error) {
			f, ok := floatOf(v)
			if !ok {
				return 0, errScan(v, name)
			}
			return narrowFloat[V](f, name)
		},
		equal: func(a, b V) bool { return sameFloat(float64(a), float64(b)) },
		// Negative zero is set, as protobuf has it.
		zero:   func(v V) bool { return v == 0 && !math.Signbit(float64(v)) },
		check:  checkFloat[V],
		key:    keyOfType[V],
		cursor: asCursor[V],
	}
	k.list = newListKind(k, bindFloats[V], itself[V], unchanged[V])
	return k
}

func bindFloats[V float32 | float64](vs []V) any {
	if same, ok := any(vs).([]float64); ok {
		return bindList(same)
	}
	out := make([]float64, len(vs))
	for i, v := range vs {
		out[i] = float64(v)
	}
	return out
}

func readsFloat(oid uint32, format int16) bool {
	return (oid == pgtype.Float4OID || oid == pgtype.Float8OID) && format == pgtype.BinaryFormatCode
}

func decodeFloat(oid uint32, src []byte) (float64, error) {
	switch {
	case oid == pgtype.Float8OID && len(src) == 8:
		return math.Float64frombits(binary.BigEndian.Uint64(src)), nil
	case oid == pgtype.Float4OID && len(src) == 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(src))), nil
	}
	return 0, errWidth("float", src)
}

// floatOf takes SQLite's integers too: a table that was there before may have been
// filled with whole numbers.
func floatOf(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case float32:
		return float64(v), true
	case int64:
		f := float64(v)
		return f, f != math.MaxInt64 && int64(f) == v
	}
	return 0, false
}

// narrowFloat returns f as a V, or an error if that is another number.
func narrowFloat[V float32 | float64](f float64, name string) (V, error) {
	if v := V(f); float64(v) == f || math.IsNaN(f) {
		return v, nil
	}
	return 0, errRange(name)
}

// sameFloat tells negative zero from zero, and takes NaN for equal to itself.
func sameFloat(a, b float64) bool {
	if a != b {
		return math.IsNaN(a) && math.IsNaN(b)
	}
	return math.Signbit(a) == math.Signbit(b)
}

// checkFloat refuses what SQLite would store as another value: it turns NaN into
// NULL and negative zero into zero, and JSON has no word for the infinities.
func checkFloat[V float32 | float64](v V, info *ColumnInfo, d Dialect) string {
	if d != SQLite {
		return ""
	}
	f := float64(v)
	switch {
	case math.IsNaN(f):
		return "cannot be NaN"
	case f == 0 && math.Signbit(f):
		return "cannot be negative zero"
	case info.Repeated && math.IsInf(f, 0):
		return "cannot be infinite"
	}
	return ""
}
