package crud

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

var stringKind = newStringKind()

func newStringKind() *kind[string] {
	k := &kind[string]{
		id:     KindString,
		bind:   func(v string, _ Dialect) any { return v },
		reads:  func(oid uint32, _ int16) bool { return isText(oid) },
		decode: func(_ uint32, src []byte, mem *memory) (string, error) { return mem.string(src), nil },
		scan:   scanString,
		equal:  same[string],
		zero:   isZero[string],
		check:  checkString,
		key: func(v any) (string, bool) {
			s, ok := v.(string)
			return s, ok && storable(s)
		},
		cursor: asCursor[string],
		asIs:   true,
	}
	k.list = newStringListKind(k)
	k.configured = func(info *ColumnInfo) *kind[string] {
		if info.text != nil {
			return newTextKind(info.text)
		}
		return k
	}
	return k
}

// newStringListKind is the list form of a kind whose values are strings.
func newStringListKind(k *kind[string]) listKind[string] {
	list := newListKind(k, bindList[string], itself[string], unchanged[string])
	list.decode = func(oid uint32, src []byte, mem *memory) ([]string, error) {
		return decodeArray(elementOID(oid), src, mem, (*memory).list, k.decode)
	}
	return list
}

func scanString(v any, _ Dialect) (string, error) {
	if s, ok := v.(string); ok {
		return s, nil
	}
	return "", errScan(v, "string")
}

// notStorable says what is wrong with a string that is not storable.
const notStorable = "must be valid UTF-8 without NUL"

// storable reports whether text columns can hold s. PostgreSQL's cannot hold NUL.
func storable(s string) bool {
	return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

func checkString(s string, info *ColumnInfo, _ Dialect) string {
	if !storable(s) {
		return notStorable
	}
	// A string has no more code points than bytes.
	if n := info.MaxLength; n > 0 && len(s) > n && utf8.RuneCountInString(s) > n {
		return fmt.Sprintf("must have at most %d characters", n)
	}
	return ""
}
