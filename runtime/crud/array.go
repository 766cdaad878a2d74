package crud

import (
	"encoding/binary"
	"errors"

	"github.com/jackc/pgx/v5/pgtype"
)

var (
	errArray       = errors.New("the array is malformed")
	errDimensions  = errors.New("an array of more than one dimension")
	errNullElement = errors.New("NULL element")
)

// newListKind makes the list form of a kind. bind gives what PostgreSQL is given: a
// new or the same slice, never nil, since that would be NULL. J is what an element
// is in SQLite's JSON.
func newListKind[V, J any](k *kind[V], bind func([]V) any, toJSON func(V) J, fromJSON func(J) (V, error)) listKind[V] {
	return listKind[V]{
		bind: func(vs []V, d Dialect) any {
			if d == SQLite {
				return jsonList(vs, toJSON)
			}
			return bind(vs)
		},
		reads: func(oid uint32, format int16) bool {
			return format == pgtype.BinaryFormatCode && k.reads(elementOID(oid), format)
		},
		decode: func(oid uint32, src []byte, mem *memory) ([]V, error) {
			return decodeArray(elementOID(oid), src, mem, makeList[V], k.decode)
		},
		scan: func(v any, d Dialect) ([]V, error) {
			if d == SQLite {
				return parseJSONList(v, fromJSON)
			}
			return scanArray(v, d, k.scan)
		},
	}
}

// elementOID returns the type of an array type's elements, 0 if there is no kind
// for them.
func elementOID(array uint32) uint32 {
	switch array {
	case pgtype.BoolArrayOID:
		return pgtype.BoolOID
	case pgtype.Int2ArrayOID:
		return pgtype.Int2OID
	case pgtype.Int4ArrayOID:
		return pgtype.Int4OID
	case pgtype.Int8ArrayOID:
		return pgtype.Int8OID
	case pgtype.Float4ArrayOID:
		return pgtype.Float4OID
	case pgtype.Float8ArrayOID:
		return pgtype.Float8OID
	case pgtype.NumericArrayOID:
		return pgtype.NumericOID
	case pgtype.TextArrayOID:
		return pgtype.TextOID
	case pgtype.VarcharArrayOID:
		return pgtype.VarcharOID
	case pgtype.BPCharArrayOID:
		return pgtype.BPCharOID
	case pgtype.NameArrayOID:
		return pgtype.NameOID
	case pgtype.UUIDArrayOID:
		return pgtype.UUIDOID
	case pgtype.ByteaArrayOID:
		return pgtype.ByteaOID
	case pgtype.TimestamptzArrayOID:
		return pgtype.TimestamptzOID
	case pgtype.DateArrayOID:
		return pgtype.DateOID
	case pgtype.TimeArrayOID:
		return pgtype.TimeOID
	case pgtype.TimestampArrayOID:
		return pgtype.TimestampOID
	}
	return 0
}

// An array is sent as the number of its dimensions, whether it has NULLs, the type
// of its elements; then the length and first index of each dimension; then the
// elements, each after its length in bytes.
const (
	arrayHeader    = 12
	arrayDimension = 8
	arrayLength    = 4
)

// decodeArray reads an array of one dimension into a slice of list. An empty one has
// no dimension and gives nil, which is what an empty repeated field is.
func decodeArray[V any](element uint32, src []byte, mem *memory, list func(*memory, int) []V, decode func(oid uint32, src []byte, mem *memory) (V, error)) ([]V, error) {
	if len(src) < arrayHeader || binary.BigEndian.Uint32(src[8:]) != element {
		return nil, errArray
	}
	dimensions := binary.BigEndian.Uint32(src)
	switch src = src[arrayHeader:]; {
	case dimensions == 0 && len(src) == 0:
		return nil, nil
	case dimensions > 1:
		return nil, errDimensions
	case dimensions == 0, len(src) < arrayDimension:
		return nil, errArray
	}
	n := binary.BigEndian.Uint32(src)
	src = src[arrayDimension:]
	// Each element takes its length at least: a false n cannot make us allocate
	// more than we were sent.
	if uint64(n) > uint64(len(src)/arrayLength) {
		return nil, errArray
	}
	return decodeElements(list(mem, int(n)), element, src, mem, decode)
}

func makeList[V any](_ *memory, n int) []V { return make([]V, n) }

func decodeElements[V any](out []V, element uint32, src []byte, mem *memory, decode func(oid uint32, src []byte, mem *memory) (V, error)) ([]V, error) {
	for i := range out {
		if len(src) < arrayLength {
			return nil, errArray
		}
		size := int32(binary.BigEndian.Uint32(src))
		src = src[arrayLength:]
		switch {
		case size == -1:
			return nil, errNullElement
		case size < 0 || int(size) > len(src):
			return nil, errArray
		}
		v, err := decode(element, src[:size], mem)
		if err != nil {
			return nil, err
		}
		out[i] = v
		src = src[size:]
	}
	if len(src) != 0 {
		return nil, errArray
	}
	return out, nil
}

// scanArray converts an array that pgx has decoded.
func scanArray[V any](v any, d Dialect, scan func(any, Dialect) (V, error)) ([]V, error) {
	elements, ok := v.([]any)
	if !ok {
		return nil, errScan(v, "list")
	}
	if len(elements) == 0 {
		return nil, nil
	}
	out := make([]V, len(elements))
	for i, e := range elements {
		if e == nil {
			return nil, errNullElement
		}
		var err error
		if out[i], err = scan(e, d); err != nil {
			return nil, err
		}
	}
	return out, nil
}
