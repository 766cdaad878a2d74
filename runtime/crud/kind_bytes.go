package crud

import (
	"bytes"

	"github.com/jackc/pgx/v5/pgtype"
)

// bytesKind never binds or gives nil: no bytes are not NULL.
var bytesKind = newBytesKind()

func newBytesKind() *kind[[]byte] {
	k := &kind[[]byte]{
		id:   KindBytes,
		bind: func(v []byte, _ Dialect) any { return notNil(v) },
		reads: func(oid uint32, format int16) bool {
			return oid == pgtype.ByteaOID && format == pgtype.BinaryFormatCode
		},
		decode: func(_ uint32, src []byte, _ *memory) ([]byte, error) { return copyBytes(src), nil },
		scan:   scanBytes,
		equal:  bytes.Equal,
		zero:   func(v []byte) bool { return len(v) == 0 },
		clone:  bytes.Clone,
		key:    keyOfType[[]byte],
	}
	k.list = newListKind(k, bindByteLists, notNil, unchanged[[]byte])
	return k
}

func bindByteLists(vs [][]byte) any {
	out := make([][]byte, len(vs))
	for i, v := range vs {
		out[i] = notNil(v)
	}
	return out
}

func notNil(v []byte) []byte {
	if v == nil {
		return []byte{}
	}
	return v
}

func copyBytes(src []byte) []byte { return append([]byte{}, src...) }

func scanBytes(v any, _ Dialect) ([]byte, error) {
	if b, ok := v.([]byte); ok {
		return copyBytes(b), nil
	}
	return nil, errScan(v, "bytes")
}
