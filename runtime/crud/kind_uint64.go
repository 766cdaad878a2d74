package crud

import (
	"strconv"

	"github.com/jackc/pgx/v5/pgtype"
)

// signBit flipped turns the order of uint64 into that of int64, which is SQLite's.
const signBit = 1 << 63

// uint64Kind is numeric(20,0) in PostgreSQL, because a bigint ends at half of the
// range. Values are bound as decimal text, which every mode of pgx sends as is.
var uint64Kind = newUint64Kind()

func newUint64Kind() *kind[uint64] {
	k := &kind[uint64]{
		id: KindUint64,
		bind: func(v uint64, d Dialect) any {
			if d == SQLite {
				return int64(v ^ signBit)
			}
			return strconv.FormatUint(v, 10)
		},
		reads:  readsUint64,
		decode: decodeUint64,
		scan:   scanUint64,
		equal:  same[uint64],
		zero:   isZero[uint64],
		key:    keyUint64,
		cursor: asCursor[uint64],
	}
	k.list = newListKind(k, bindUint64s, itself[uint64], unchanged[uint64])
	return k
}

func bindUint64s(vs []uint64) any {
	texts := make([]string, len(vs))
	for i, v := range vs {
		texts[i] = strconv.FormatUint(v, 10)
	}
	return texts
}

// readsUint64 accepts the integers too, for tables that were there before.
func readsUint64(oid uint32, format int16) bool {
	if oid == pgtype.NumericOID {
		return format == pgtype.BinaryFormatCode
	}
	return readsInteger(oid, format)
}

func decodeUint64(oid uint32, src []byte, _ *memory) (uint64, error) {
	if oid == pgtype.NumericOID {
		return decodeNumeric(src)
	}
	n, err := decodeInteger(oid, src)
	if err != nil {
		return 0, err
	}
	return notNegative(n)
}

func scanUint64(v any, d Dialect) (uint64, error) {
	if n, ok := v.(pgtype.Numeric); ok {
		return numericToUint64(&n)
	}
	n, ok := integerOf(v)
	if !ok {
		return 0, errScan(v, "uint64")
	}
	if d == SQLite {
		return uint64(n) ^ signBit, nil
	}
	return notNegative(n)
}

func notNegative(n int64) (uint64, error) {
	if n < 0 {
		return 0, errRange("uint64")
	}
	return uint64(n), nil
}

func keyUint64(v any) (uint64, bool) {
	if v, ok := v.(uint64); ok {
		return v, true
	}
	n, ok := keyInteger(v)
	return uint64(n), ok && n >= 0
}
