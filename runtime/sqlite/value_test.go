package sqlite_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

type (
	enum   int32
	label  string
	flag   bool
	octets []byte
	weight float32
	serial uint64
)

// roundTrip binds v and scans it into a variable of the same type.
func roundTrip[T any](t require.TestingT, db querier, v T) T {
	var got T
	require.NoError(t, db.QueryRow(context.Background(), "SELECT $1", v).Scan(&got))
	return got
}

func same[T any](t *testing.T, db querier, values ...T) {
	t.Helper()
	for _, v := range values {
		assert.Equal(t, v, roundTrip(t, db, v), "%T", v)
	}
}

func TestValuesAtExtremes(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	same(t, db, 0, 1, math.MinInt, math.MaxInt)
	same[int8](t, db, 0, math.MinInt8, math.MaxInt8)
	same[int16](t, db, 0, math.MinInt16, math.MaxInt16)
	same[int32](t, db, 0, math.MinInt32, math.MaxInt32)
	same[int64](t, db, 0, math.MinInt64, math.MaxInt64)
	same[uint](t, db, 0, math.MaxInt64)
	same[uint8](t, db, 0, math.MaxUint8)
	same[uint16](t, db, 0, math.MaxUint16)
	same[uint32](t, db, 0, math.MaxUint32)
	same[uint64](t, db, 0, 1, math.MaxInt64, math.MaxInt64+1, math.MaxUint64)
	same[float32](t, db, 0, 0.1, math.MaxFloat32, math.SmallestNonzeroFloat32, float32(math.Inf(1)))
	same(t, db, 0, 0.1, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1))
	same(t, db, true, false)
	same(t, db, "", "a", "ß€𝄞\u2028", "'", `"`, "$1", strings.Repeat("x", 1<<20))
	same(t, db, []byte{}, []byte{0}, []byte{0xff, 0, 0xfe}, bytes.Repeat([]byte{7}, 1<<20), nil)
	same(t, db,
		time.Unix(0, 0).UTC(),
		time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
		time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC))

	same[enum](t, db, 0, -1, math.MaxInt32)
	same[label](t, db, "", "x")
	same[flag](t, db, true, false)
	same(t, db, octets{}, octets{1})
	same[weight](t, db, 1.5)
	same[serial](t, db, 0, math.MaxUint64)
	same(t, db, [4]byte{1, 2, 3, 4})
	same(t, db, json.RawMessage(`{"a":1}`), nil)
}

func TestPointersAreNullOrTheValue(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	s, n := "x", int64(5)
	ps := &s
	same(t, db, &s, nil)
	same(t, db, &n, nil)
	same(t, db, &ps, nil)
	same[any](t, db, nil, int64(1), 1.5, "a", []byte{1})
	var u *uint64
	same(t, db, u)
}

// stored writes v to a column of a STRICT table, finds it by its value and returns
// what came back.
func stored[T any](t *rapid.T, db *sqlite.DB, column string, v T) T {
	ctx := context.Background()
	var got T
	require.NoError(t, db.QueryRow(ctx, "INSERT INTO kept ("+column+") VALUES ($1) RETURNING "+column, v).Scan(&got))
	var again T
	require.NoError(t, db.QueryRow(ctx, "SELECT "+column+" FROM kept WHERE "+column+" = $1 LIMIT 1", v).Scan(&again))
	require.Equal(t, got, again)
	return got
}

func TestStoredValuesProperty(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	mustExec(t, db, "CREATE TABLE kept (i INTEGER, r REAL, s TEXT, b BLOB) STRICT")
	text := rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r != 0 }))
	rapid.Check(t, func(t *rapid.T) {
		check := func(want, got any) { require.Equal(t, want, got) }
		i := rapid.Int64().Draw(t, "int64")
		check(i, stored(t, db, "i", i))
		i32 := rapid.Int32().Draw(t, "int32")
		check(i32, stored(t, db, "i", i32))
		u := rapid.Uint64().Draw(t, "uint64")
		check(u, stored(t, db, "i", u))
		u32 := rapid.Uint32().Draw(t, "uint32")
		check(u32, stored(t, db, "i", u32))
		b := rapid.Bool().Draw(t, "bool")
		check(b, stored(t, db, "i", b))
		f := rapid.Float64().Draw(t, "float64")
		check(f, stored(t, db, "r", f))
		f32 := rapid.Float32().Draw(t, "float32")
		check(f32, stored(t, db, "r", f32))
		s := text.Draw(t, "string")
		check(s, stored(t, db, "s", s))
		raw := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
		check(raw, stored(t, db, "b", raw))
		us := rapid.Int64Range(-62135596800_000000, 253402300799_999999).Draw(t, "micros")
		at := time.UnixMicro(us).UTC()
		check(at, stored(t, db, "i", at))
		texts := rapid.SliceOf(text).Draw(t, "strings")
		check(texts, stored(t, db, "s", texts))
		ints := rapid.SliceOf(rapid.Int64()).Draw(t, "int64s")
		check(ints, stored(t, db, "s", ints))
		uints := rapid.SliceOf(rapid.Uint64()).Draw(t, "uint64s")
		check(uints, stored(t, db, "s", uints))
		floats := rapid.SliceOf(rapid.Float64()).Draw(t, "float64s")
		check(floats, stored(t, db, "s", floats))
		bools := rapid.SliceOf(rapid.Bool()).Draw(t, "bools")
		check(bools, stored(t, db, "s", bools))
		blobs := rapid.SliceOf(rapid.SliceOf(rapid.Byte())).Draw(t, "blobs")
		check(blobs, stored(t, db, "s", blobs))
	})
}

func TestUint64KeepsItsOrder(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Uint64().Draw(t, "a"), rapid.Uint64().Draw(t, "b")
		var less bool
		require.NoError(t, db.QueryRow(context.Background(), "SELECT $1 < $2", a, b).Scan(&less))
		require.Equal(t, a < b, less)
	})
}

// A list argument matches the column that its elements would be stored in.
func TestListsMatchColumns(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	mustExec(t, db, "CREATE TABLE kept (i INTEGER, r REAL, s TEXT) STRICT")
	at := time.Unix(1700000000, 123456000)
	mustExec(t, db, "INSERT INTO kept VALUES ($1, $2, $3)", uint64(math.MaxUint64), math.Inf(1), "ß\"<")
	mustExec(t, db, "INSERT INTO kept VALUES ($1, $2, $3)", at, 0.1, "")
	mustExec(t, db, "INSERT INTO kept VALUES ($1, $2, $3)", int64(math.MinInt64), 3.0, "x")
	for _, tc := range []struct {
		column string
		list   any
	}{
		{"i", []uint64{math.MaxUint64, 5}},
		{"i", []time.Time{at}},
		{"i", []int64{math.MinInt64}},
		{"r", []float64{math.Inf(1)}},
		{"r", []float64{0.1}},
		{"r", []float64{3}},
		{"s", []string{"ß\"<", "nothing"}},
		{"s", []label{""}},
	} {
		n := one[int64](t, db, "SELECT count(*) FROM kept WHERE "+tc.column+" IN (SELECT value FROM json_each($1))", tc.list)
		assert.Equal(t, int64(1), n, "%v", tc.list)
	}
	assert.Equal(t, int64(0), one[int64](t, db, "SELECT count(*) FROM kept WHERE i IN (SELECT value FROM json_each($1))", []int64(nil)))
}

func TestMatchingIsCaseSensitive(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		assert.False(t, one[bool](t, db, "SELECT 'ABC' LIKE 'abc'"))
		assert.True(t, one[bool](t, db, "SELECT lower('ABC') LIKE lower('aBc')"))
		tx, err := db.Begin(t.Context())
		require.NoError(t, err)
		defer tx.Rollback(t.Context())
		assert.False(t, one[bool](t, tx, "SELECT 'ABC' LIKE 'abc'"))
	})
}
