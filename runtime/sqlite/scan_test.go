package sqlite_test

import (
	"database/sql"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScanRefusesWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	for _, tc := range []struct {
		sql  string
		dst  any
		want string
	}{
		{"SELECT 128", new(int8), "128 is out of the range of int8"},
		{"SELECT -1", new(uint8), "-1 is out of the range of uint8"},
		{"SELECT -1", new(uint), "-1 is out of the range of uint"},
		{"SELECT 2147483648", new(int32), "2147483648 is out of the range of int32"},
		{"SELECT 2147483648", new(enum), "2147483648 is out of the range of sqlite_test.enum"},
		{"SELECT 4294967296", new(uint32), "4294967296 is out of the range of uint32"},
		{"SELECT 1.5", new(int64), "cannot scan the REAL 1.5 into *int64"},
		{"SELECT 9223372036854775808.0", new(int64), "cannot scan the REAL"},
		{"SELECT 1.0", new(uint64), "cannot scan REAL into *uint64"},
		{"SELECT 1e300", new(float32), "1e+300 is out of the range of float32"},
		{"SELECT 9007199254740993", new(float64), "cannot scan the INTEGER 9007199254740993 into *float64 exactly"},
		{"SELECT 9223372036854775807", new(float64), "exactly"},
		{"SELECT 2", new(bool), "neither 0 nor 1"},
		{"SELECT 2", new(pgtype.Bool), "neither 0 nor 1"},
		{"SELECT 'x'", new(int), "cannot scan TEXT into *int"},
		{"SELECT 'x'", new(bool), "cannot scan TEXT into *bool"},
		{"SELECT 'x'", new(time.Time), "cannot scan TEXT into *time.Time"},
		{"SELECT 1", new(string), "cannot scan INTEGER into *string"},
		{"SELECT x'00'", new(string), "cannot scan BLOB into *string"},
		{"SELECT 1", new([]byte), "cannot scan INTEGER into *[]uint8"},
		{"SELECT NULL", new(string), "cannot scan NULL into *string"},
		{"SELECT NULL", new(int64), "cannot scan NULL into *int64"},
		{"SELECT NULL", new(uint64), "cannot scan NULL into *uint64"},
		{"SELECT NULL", new(float64), "cannot scan NULL into *float64"},
		{"SELECT NULL", new(bool), "cannot scan NULL into *bool"},
		{"SELECT NULL", new(time.Time), "cannot scan NULL into *time.Time"},
		{"SELECT NULL", new(enum), "cannot scan NULL into *sqlite_test.enum"},
		{"SELECT NULL", new([4]byte), "cannot scan NULL into *[4]uint8"},
		{"SELECT x'01'", new([4]byte), "cannot scan a BLOB of 1 bytes into [4]uint8"},
		{"SELECT x'01'", new(pgtype.UUID), "cannot scan a BLOB of 1 bytes"},
		{"SELECT 'x'", new(pgtype.UUID), ""},
		{"SELECT 1", new(struct{}), "cannot scan INTEGER into *struct {}"},
		{"SELECT 'x'", new(struct{}), "cannot scan TEXT into *struct {}"},
		{"SELECT 1", 5, "cannot scan into int: it is not a pointer"},
		{"SELECT 1", (*enum)(nil), "it is not a pointer to a variable"},
		{"SELECT 'x'", new([]string), "not a JSON array"},
		{"SELECT '{}'", new([]string), "not a JSON array"},
		{"SELECT '[\"a\"'", new([]string), "not a JSON array"},
		{"SELECT '[] []'", new([]string), "something follows"},
		{"SELECT '[1]'", new([]string), "element 0: cannot scan INTEGER into *string"},
		{"SELECT '[1, 300]'", new([]int8), "element 1: 300 is out of the range"},
		{"SELECT '[[]]'", new([]string), "within a JSON array"},
		{"SELECT '[\"*\"]'", new([][]byte), "illegal base64"},
		{"SELECT 1", new([]string), "cannot scan INTEGER into *[]string"},
	} {
		err := db.QueryRow(t.Context(), tc.sql).Scan(tc.dst)
		require.ErrorContains(t, err, tc.want, "%s into %T", tc.sql, tc.dst)
		var scanErr pgx.ScanArgError
		require.ErrorAs(t, err, &scanErr)
	}
}

func TestScanWhatFits(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	id := uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	for _, tc := range []struct {
		sql  string
		want any
	}{
		{"SELECT 3.0", int64(3)},
		{"SELECT 3", float64(3)},
		{"SELECT sum(1)", 1},
		{"SELECT 'x'", []byte("x")},
		{"SELECT 'x'", sql.NullString{String: "x", Valid: true}},
		{"SELECT NULL", sql.NullString{}},
		{"SELECT 5", sql.NullInt64{Int64: 5, Valid: true}},
		{"SELECT '" + id.String() + "'", id},
		{"SELECT x'6ba7b8109dad11d180b400c04fd430c8'", id},
		{"SELECT '" + id.String() + "'", pgtype.UUID{Bytes: id, Valid: true}},
		{"SELECT x'6ba7b8109dad11d180b400c04fd430c8'", pgtype.UUID{Bytes: id, Valid: true}},
		{"SELECT NULL", pgtype.UUID{}},
		{"SELECT 5", pgtype.Int8{Int64: 5, Valid: true}},
		{"SELECT 5", pgtype.Int2{Int16: 5, Valid: true}},
		{"SELECT NULL", pgtype.Int8{}},
		{"SELECT 'x'", pgtype.Text{String: "x", Valid: true}},
		{"SELECT NULL", pgtype.Text{}},
		{"SELECT 1", pgtype.Bool{Bool: true, Valid: true}},
		{"SELECT NULL", pgtype.Bool{}},
		{"SELECT 1.5", pgtype.Float8{Float64: 1.5, Valid: true}},
		{"SELECT NULL", pgtype.Float8{}},
		{"SELECT 0", pgtype.Uint64{Uint64: 1 << 63, Valid: true}},
		{"SELECT NULL", pgtype.Uint64{}},
		{"SELECT 1000000", pgtype.Timestamptz{Time: time.Unix(1, 0).UTC(), Valid: true}},
		{"SELECT NULL", pgtype.Timestamptz{}},
		{"SELECT x'0102'", pgtype.PreallocBytes{1, 2}},
		{"SELECT NULL", []string(nil)},
		{"SELECT '[]'", []string{}},
		{"SELECT ' [ \"a\" , \"\" ] '", []string{"a", ""}},
		{"SELECT '[true, 0]'", []bool{true, false}},
		{"SELECT '[null, 5]'", []*int64{nil, ptr[int64](5)}},
		{"SELECT '[1, 2.5, 9e999]'", []float64{1, 2.5, math.Inf(1)}},
		{"SELECT '[\"AQ==\"]'", [][]byte{{1}}},
		{"SELECT '[1000000]'", []time.Time{time.Unix(1, 0).UTC()}},
		{"SELECT '[1, \"a\", null]'", []any{int64(1), "a", nil}},
	} {
		dst := reflect.New(reflect.TypeOf(tc.want))
		require.NoError(t, db.QueryRow(t.Context(), tc.sql).Scan(dst.Interface()), "%s into %T", tc.sql, tc.want)
		assert.Equal(t, tc.want, dst.Elem().Interface(), tc.sql)
	}
}

func ptr[T any](v T) *T { return &v }

// Scanned bytes are the caller's: neither the next row nor closing changes them.
func TestScannedBytesAreCopies(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	rows, err := db.Query(t.Context(), "SELECT x'0101' UNION ALL SELECT x'0202'")
	require.NoError(t, err)
	defer rows.Close()
	var first, second []byte
	var driverBytes pgtype.DriverBytes
	require.True(t, rows.Next())
	require.NoError(t, rows.Scan(&first))
	require.NoError(t, rows.Scan(&driverBytes))
	require.True(t, rows.Next())
	require.NoError(t, rows.Scan(&second))
	rows.Close()
	assert.Equal(t, []byte{1, 1}, first)
	assert.Equal(t, []byte{1, 1}, []byte(driverBytes))
	assert.Equal(t, []byte{2, 2}, second)
}

// Columns named like times are numbers and texts like others.
func TestDeclaredTypesChangeNothing(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	mustExec(t, db, "CREATE TABLE loose (at TIMESTAMP, day DATE, yes BOOLEAN)")
	mustExec(t, db, "INSERT INTO loose VALUES ('2024-01-02 03:04:05', '2024-01-02', 1)")
	rows, err := db.Query(t.Context(), "SELECT * FROM loose")
	require.NoError(t, err)
	got, err := pgx.CollectOneRow(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
	require.NoError(t, err)
	assert.Equal(t, []any{"2024-01-02 03:04:05", "2024-01-02", int64(1)}, got)
}
