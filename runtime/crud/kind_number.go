package crud

import (
	"encoding/binary"
	"math"

	"github.com/jackc/pgx/v5/pgtype"
)

// wholeNumber are the Go types that are kept as an integer of 4 or 8 bytes. Enums
// are among them.
type wholeNumber interface{ ~int32 | int64 | uint32 }

var (
	int32Kind = newNumberKind(KindInt32, "int32", func(v int32) any { return v }, bindList[int32])
	int64Kind = newNumberKind(KindInt64, "int64", func(v int64) any { return v }, bindList[int64])
	// PostgreSQL has no unsigned numbers: a uint32 is a bigint.
	uint32Kind = newNumberKind(KindUint32, "uint32",
		func(v uint32) any { return int64(v) },
		func(vs []uint32) any { return convertList[int64](vs) })
)

// newNumberKind makes the kind of a whole number. bind and bindAll give what
// PostgreSQL is given; name is the type's name for errors.
func newNumberKind[V wholeNumber](id Kind, name string, bind func(V) any, bindAll func([]V) any) *kind[V] {
	k := &kind[V]{
		id: id,
		bind: func(v V, d Dialect) any {
			if d == SQLite {
				return int64(v)
			}
			return bind(v)
		},
		reads: readsInteger,
		decode: func(oid uint32, src []byte, _ *memory) (V, error) {
			n, err := decodeInteger(oid, src)
			if err != nil {
				return 0, err
			}
			return narrow[V](n, name)
		},
		scan: func(v any, _ Dialect) (V, error) {
			n, ok := integerOf(v)
			if !ok {
				return 0, errScan(v, name)
			}
			return narrow[V](n, name)
		},
		equal:  same[V],
		zero:   isZero[V],
		key:    keyNumber[V],
		cursor: func(v V) any { return int64(v) },
		asIs:   id == KindInt64,
	}
	k.list = newListKind(k, bindAll,
		func(v V) int64 { return int64(v) },
		func(n int64) (V, error) { return narrow[V](n, name) })
	return k
}

// readsInteger accepts every width, so that a table that was there before can keep
// a field in a wider or narrower column.
func readsInteger(oid uint32, format int16) bool {
	switch oid {
	case pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID:
		return format == pgtype.BinaryFormatCode
	}
	return false
}

func decodeInteger(oid uint32, src []byte) (int64, error) {
	switch {
	case oid == pgtype.Int4OID && len(src) == 4:
		return int64(int32(binary.BigEndian.Uint32(src))), nil
	case oid == pgtype.Int8OID && len(src) == 8:
		return int64(binary.BigEndian.Uint64(src)), nil
	case oid == pgtype.Int2OID && len(src) == 2:
		return int64(int16(binary.BigEndian.Uint16(src))), nil
	}
	return 0, errWidth("integer", src)
}

// integerOf returns a whole number of any width that rows.Values gives.
func integerOf(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int32:
		return int64(v), true
	case int16:
		return int64(v), true
	}
	return 0, false
}

// narrow returns n as a V, or an error if V cannot hold it.
func narrow[V wholeNumber](n int64, name string) (V, error) {
	if v := V(n); int64(v) == n {
		return v, nil
	}
	return 0, errRange(name)
}

// keyNumber takes a V, and any other integer that V can hold.
func keyNumber[V wholeNumber](v any) (V, bool) {
	if v, ok := v.(V); ok {
		return v, true
	}
	n, ok := keyInteger(v)
	if !ok || int64(V(n)) != n {
		return 0, false
	}
	return V(n), true
}

func keyInteger(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int32:
		return int64(v), true
	case int64:
		return v, true
	case uint32:
		return int64(v), true
	case uint64:
		return int64(v), v <= math.MaxInt64
	}
	return 0, false
}
