package crud

import "github.com/jackc/pgx/v5/pgtype"

var boolKind = newBoolKind()

func newBoolKind() *kind[bool] {
	k := &kind[bool]{
		id:     KindBool,
		bind:   bindBool,
		reads:  func(oid uint32, format int16) bool { return oid == pgtype.BoolOID && format == pgtype.BinaryFormatCode },
		decode: decodeBool,
		scan:   scanBool,
		equal:  same[bool],
		zero:   isZero[bool],
		key:    keyOfType[bool],
		cursor: asCursor[bool],
	}
	k.list = newListKind(k, bindList[bool], itself[bool], unchanged[bool])
	return k
}

func bindBool(v bool, d Dialect) any {
	if d != SQLite {
		return v
	}
	if v {
		return int64(1)
	}
	return int64(0)
}

func decodeBool(_ uint32, src []byte, _ *memory) (bool, error) {
	if len(src) != 1 {
		return false, errWidth("bool", src)
	}
	return src[0] != 0, nil
}

func scanBool(v any, d Dialect) (bool, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case int64:
		if d == SQLite && (v == 0 || v == 1) {
			return v == 1, nil
		}
	}
	return false, errScan(v, "bool")
}
