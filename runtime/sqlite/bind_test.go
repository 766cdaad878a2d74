package sqlite_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

func TestStoredForms(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	zone := time.FixedZone("east", 3600)
	for _, tc := range []struct{ in, want any }{
		{uint64(0), int64(math.MinInt64)},
		{uint64(1 << 63), int64(0)},
		{uint64(math.MaxUint64), int64(math.MaxInt64)},
		{uint(7), int64(7)},
		{uint32(7), int64(7)},
		{true, int64(1)},
		{time.Date(1970, 1, 1, 1, 0, 1, 999, zone), int64(1_000_000)},
		{time.Date(1969, 12, 31, 23, 59, 59, 999_999_999, time.UTC), int64(-1)},
		{float32(0.5), 0.5},
		{[]byte(nil), nil},
		{[]byte{}, []byte{}},
		{[]string(nil), nil},
		{[]string{}, "[]"},
		{[]string{"a", `"<&>`}, "[\"a\",\"\\\"\\u003c\\u0026\\u003e\"]"},
		{[]int64{math.MinInt64, 2}, "[-9223372036854775808,2]"},
		{[]uint64{1 << 63}, "[0]"},
		{[]bool{true, false}, "[true,false]"},
		{[]float64{1, 0.5, 1e300, math.Inf(1), math.Inf(-1)}, "[1.0,0.5,1e+300,9e999,-9e999]"},
		{[]time.Time{time.Unix(1, 0)}, "[1000000]"},
		{[][]byte{{1}, {}, nil}, `["AQ==","",null]`},
		{[]*string{nil}, "[null]"},
		{[]enum{3}, "[3]"},
		{json.RawMessage(`[1]`), "[1]"},
		{pgtype.Text{String: "a", Valid: true}, "a"},
		{pgtype.Text{}, nil},
		{pgtype.Int8{Int64: 5, Valid: true}, int64(5)},
		{pgtype.Uint64{Uint64: 1 << 63, Valid: true}, int64(0)},
		{pgtype.Timestamptz{Time: time.Unix(1, 0), Valid: true}, int64(1_000_000)},
		{pgtype.Timestamptz{}, nil},
		{pgtype.Float8{Float64: 2, Valid: true}, float64(2)},
		{pgtype.Bool{Bool: true, Valid: true}, int64(1)},
		{uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
		{sql.NullString{String: "a", Valid: true}, "a"},
		{sql.NullTime{Time: time.Unix(2, 0), Valid: true}, int64(2_000_000)},
		{sql.NullInt32{}, nil},
		{(*uuid.UUID)(nil), nil},
		{int64Only(3), int64(3)},
		{textOnly("t"), "t"},
		{bytesOnly{1}, []byte{1}},
		{boolOnly(true), int64(1)},
		{floatOnly(1.5), 1.5},
	} {
		rows, err := db.Query(t.Context(), "SELECT $1", tc.in)
		require.NoError(t, err, "%T", tc.in)
		require.True(t, rows.Next())
		got, err := rows.Values()
		require.NoError(t, err)
		assert.Equal(t, []any{tc.want}, got, "%T %v", tc.in, tc.in)
		rows.Close()
	}
}

// Types that implement one of pgtype's valuers and nothing else.
type (
	int64Only int64
	textOnly  string
	bytesOnly []byte
	boolOnly  bool
	floatOnly float64
)

func (v int64Only) Int64Value() (pgtype.Int8, error) {
	return pgtype.Int8{Int64: int64(v), Valid: true}, nil
}

func (v textOnly) TextValue() (pgtype.Text, error) {
	return pgtype.Text{String: string(v), Valid: true}, nil
}
func (v bytesOnly) BytesValue() ([]byte, error) { return v, nil }
func (v boolOnly) BoolValue() (pgtype.Bool, error) {
	return pgtype.Bool{Bool: bool(v), Valid: true}, nil
}

func (v floatOnly) Float64Value() (pgtype.Float8, error) {
	return pgtype.Float8{Float64: float64(v), Valid: true}, nil
}

type failingValuer struct{}

func (failingValuer) Value() (driver.Value, error) { return nil, errors.New("no value today") }

type nestedValuer struct{}

func (nestedValuer) Value() (driver.Value, error) { return failingValuer{}, nil }

func TestArgumentsThatAreRefused(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	for _, tc := range []struct {
		arg   any
		want  string
		state string
	}{
		{arg: map[string]int{}, want: "sqlite: argument $2: cannot store a value of the Go type map[string]int"},
		{arg: struct{}{}, want: "the Go type struct {}"},
		{arg: make(chan int), want: "the Go type chan int"},
		{arg: complex(1, 1), want: "the Go type complex128"},
		{arg: [2]int{}, want: "the Go type [2]int"},
		{arg: [][]string{{"a"}}, want: "element 0 of [][]string: cannot store a value of the Go type []string"},
		{arg: []any{map[int]int{}}, want: "the Go type map[int]int"},
		{arg: math.NaN(), want: "argument $2: ERROR: NaN", state: "22003"},
		{arg: float32(math.NaN()), want: "NaN", state: "22003"},
		{arg: []float64{1, math.NaN()}, want: "element 1 of []float64: ", state: "22003"},
		{arg: "a\x00b", want: "NUL", state: "22021"},
		{arg: "a\xffb", want: "UTF-8", state: "22021"},
		{arg: label("\xff"), want: "UTF-8", state: "22021"},
		{arg: []string{"\xff"}, want: "UTF-8", state: "22021"},
		{arg: uint(math.MaxInt64 + 1), want: "use uint64", state: "22003"},
		{arg: time.Date(300000, 1, 1, 0, 0, 0, 0, time.UTC), want: "its year is 300000", state: "22003"},
		{arg: time.Date(-300000, 1, 1, 0, 0, 0, 0, time.UTC), want: "its year is -300000", state: "22003"},
		{arg: pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}, want: "infinite"},
		{arg: failingValuer{}, want: "no value today"},
		{arg: nestedValuer{}, want: "a driver.Valuer again"},
	} {
		_, err := db.Exec(t.Context(), "SELECT $1, $2", 1, tc.arg)
		require.ErrorContains(t, err, tc.want)
		require.ErrorContains(t, err, "argument $2")
		if tc.state != "" {
			assert.Equal(t, tc.state, sqlState(t, err))
		}
	}
}

type panickingValuer struct{}

func (panickingValuer) Value() (driver.Value, error) { panic("no value at all") }

// Code of the caller that panics leaves no connection behind.
func TestPanicsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	db := openBooks(t, sqlite.WithReaders(1), sqlite.WithBusyTimeout(0))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 3 {
		for _, sql := range []string{"SELECT $1", "DELETE FROM books WHERE title = $1"} {
			assert.Panics(t, func() { _, _ = db.Exec(ctx, sql, panickingValuer{}) })
			assert.Panics(t, func() { _, _ = db.Query(ctx, sql, panickingValuer{}) })
			assert.Panics(t, func() { _ = db.QueryRow(ctx, sql, panickingValuer{}) })
			assert.Panics(t, func() {
				_ = pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
					_, err := tx.Query(ctx, sql, panickingValuer{})
					return err
				})
			})
		}
		assert.Panics(t, func() { _ = db.QueryRow(ctx, "SELECT 1").Scan(panickingScanner{}) })
	}
	mustExec(t, db, addBook)
	assert.Equal(t, int64(1), countBooks(t, db))
}

type panickingScanner struct{}

func (panickingScanner) Scan(any) error { panic("no scan at all") }

func TestArgumentCount(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	for _, args := range [][]any{{}, {1}, {1, 2, 3}} {
		_, err := db.Query(t.Context(), "SELECT $1, $2", args...)
		assert.ErrorContains(t, err, "sqlite: expected 2 arguments, got ")
		_, err = db.Exec(t.Context(), "SELECT $1, $2", args...)
		assert.ErrorContains(t, err, "sqlite: expected 2 arguments, got ")
	}
	_, err := db.Exec(t.Context(), "SELECT 1", 1)
	assert.ErrorContains(t, err, "expected 0 arguments, got 1")
}

func TestParametersInAnyOrder(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	args := []any{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"}
	assert.Equal(t, "kjbabk",
		one[string](t, db, "SELECT $11 || $10 || $2 || $1 || $2 || $11 WHERE $3 <> $4 AND $5 <> $6 AND $7 <> $8 AND $9 <> ''", args...))
}

// Only what is a parameter to SQLite counts as one.
func TestParametersAreNotInLiterals(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	got := one[string](t, db, `SELECT '$2?@a:b#' /* $3 ? */ || "$4" || [$5] || `+"`$6`"+` || $1 -- $7
		FROM (SELECT '4' AS "$4", '5' AS [$5], '6' AS `+"`$6`"+`)`, "$9")
	assert.Equal(t, "$2?@a:b#456$9", got)
}

func TestManyParameters(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	const n = 32766
	args := make([]any, n)
	for i := range args {
		args[i] = i
	}
	sql := "SELECT " + paramList(n)
	assert.Equal(t, int64(n)*(n-1)/2, one[int64](t, db, sql, args...))
}

// paramList is the sum of $1 to $n.
func paramList(n int) string {
	var sb strings.Builder
	sb.WriteString("(SELECT sum(column1) FROM (VALUES ")
	for i := range n {
		if i > 0 {
			sb.WriteByte(',')
		}
		sb.WriteString("($")
		sb.WriteString(strconv.Itoa(i + 1))
		sb.WriteByte(')')
	}
	sb.WriteString("))")
	return sb.String()
}

func TestRewriters(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	assert.Equal(t, "ab", one[string](t, db, "SELECT @x || @y", pgx.NamedArgs{"x": "a", "y": "b"}))
	assert.Equal(t, "a", one[string](t, db, "SELECT $1", pgx.QueryExecModeExec, "a"))
	err := db.QueryRow(t.Context(), "SELECT @x", pgx.StrictNamedArgs{}).Scan(new(string))
	require.Error(t, err)
}
