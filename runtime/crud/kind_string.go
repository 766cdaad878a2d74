package crud

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"
)

var stringKind = newStringKind()

func newStringKind() *kind[string] {
	k := &kind[string]{
		id:     KindString,
		bind:   func(v string, _ Dialect) any { return v },
		reads:  func(oid uint32, _ int16) bool { return isText(oid) },
		decode: func(_ uint32, _ int16, src []byte) (string, error) { return string(src), nil },
		scan:   scanString,
		equal:  same[string],
		zero:   isZero[string],
		check:  checkString,
		key: func(v any) (string, bool) {
			s, ok := v.(string)
			return s, ok && storable(s)
		},
	}
	k.list = newListKind(k, bindList[string], itself[string], unchanged[string])
	return k
}

// isText reports whether a type is sent as its characters, which is the same in
// both formats.
func isText(oid uint32) bool {
	switch oid {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID:
		return true
	}
	return false
}

func scanString(v any, _ Dialect) (string, error) {
	if s, ok := v.(string); ok {
		return s, nil
	}
	return "", errScan(v, "string")
}

// storable reports whether text columns can hold s. PostgreSQL's cannot hold NUL.
func storable(s string) bool {
	return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

func checkString(s string, info *ColumnInfo, _ Dialect) string {
	if !storable(s) {
		return "must be valid UTF-8 without NUL"
	}
	// A string has no more code points than bytes.
	if n := info.MaxLength; n > 0 && len(s) > n && utf8.RuneCountInString(s) > n {
		return fmt.Sprintf("must have at most %d characters", n)
	}
	return ""
}
