package sqlite

import (
	"bytes"

	sqlite3 "modernc.org/sqlite/lib"
)

// kind is one of SQLite's storage classes.
type kind int8

const (
	kindInteger = kind(sqlite3.SQLITE_INTEGER)
	kindReal    = kind(sqlite3.SQLITE_FLOAT)
	kindText    = kind(sqlite3.SQLITE_TEXT)
	kindBlob    = kind(sqlite3.SQLITE_BLOB)
	kindNull    = kind(sqlite3.SQLITE_NULL)
)

func (k kind) String() string {
	switch k {
	case kindInteger:
		return "INTEGER"
	case kindReal:
		return "REAL"
	case kindText:
		return "TEXT"
	case kindBlob:
		return "BLOB"
	default:
		return "NULL"
	}
}

// value is a value of SQLite on its way in or out. raw is borrowed: what keeps
// it beyond the call copies it.
type value struct {
	kind kind
	num  int64
	real float64
	raw  []byte
}

func integerValue(n int64) value { return value{kind: kindInteger, num: n} }

func blobValue(b []byte) value { return value{kind: kindBlob, raw: b} }

func nullValue() value { return value{kind: kindNull} }

// signBit is inverted in a uint64 to store it, so that INTEGER order is the
// uint64's order.
const signBit = 1 << 63

func storeUint64(n uint64) int64 { return int64(n ^ signBit) }

func loadUint64(n int64) uint64 { return uint64(n) ^ signBit }

// text is the value's bytes as a string, copied.
func (v *value) text() string { return string(v.raw) }

// blob is a copy of the value's bytes, and never nil.
func (v *value) blob() []byte {
	if len(v.raw) == 0 {
		return []byte{}
	}
	return bytes.Clone(v.raw)
}

// any is the value as int64, float64, string, []byte or nil.
func (v *value) any() any {
	switch v.kind {
	case kindInteger:
		return v.num
	case kindReal:
		return v.real
	case kindText:
		return v.text()
	case kindBlob:
		return v.blob()
	default:
		return nil
	}
}
