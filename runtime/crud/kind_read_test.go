package crud_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// A field of a table that was there before can be in a column of another type. It
// is read exactly or not at all, and both ways of reading agree.
func TestReadOtherTypes(t *testing.T) {
	t.Parallel()
	pool := crudtest.Postgres(t)
	reads(t, pool, boolBox, `CAST(NULL AS boolean)`, false)
	reads(t, pool, int32Box, `CAST(7 AS smallint)`, 7)
	reads(t, pool, int32Box, `CAST(-2147483648 AS bigint)`, -2147483648)
	refuses(t, pool, int32Box, `CAST(2147483648 AS bigint)`)
	refuses(t, pool, int32Box, `CAST(7 AS numeric)`)
	reads(t, pool, int64Box, `CAST(-7 AS smallint)`, -7)
	reads(t, pool, int64Box, `CAST(-7 AS integer)`, -7)
	reads(t, pool, uint32Box, `CAST(7 AS integer)`, 7)
	refuses(t, pool, uint32Box, `CAST(-1 AS integer)`)
	refuses(t, pool, uint32Box, `CAST(4294967296 AS bigint)`)
	reads(t, pool, uint64Box, `CAST(9223372036854775807 AS bigint)`, 9223372036854775807)
	reads(t, pool, uint64Box, `CAST('12.000' AS numeric)`, 12)
	reads(t, pool, uint64Box, `CAST('0.000' AS numeric)`, 0)
	reads(t, pool, uint64Box, `CAST(1e19 AS numeric)`, 1e19)
	for _, bad := range []string{
		`CAST(-1 AS bigint)`, `CAST(-1 AS numeric)`, `CAST(0.5 AS numeric)`, `CAST('12.0001' AS numeric)`,
		`CAST(18446744073709551616 AS numeric)`, `CAST(1e30 AS numeric)`, `CAST(1e-30 AS numeric)`,
		`CAST('NaN' AS numeric)`, `CAST('Infinity' AS numeric)`, `CAST('-Infinity' AS numeric)`,
	} {
		refuses(t, pool, uint64Box, bad)
	}
	reads(t, pool, floatBox, `CAST(0.5 AS double precision)`, 0.5)
	refuses(t, pool, floatBox, `CAST(0.1 AS double precision)`)
	refuses(t, pool, floatBox, `CAST(1e300 AS double precision)`)
	reads(t, pool, doubleBox, `CAST(0.1 AS real)`, float64(float32(0.1)))
	reads(t, pool, stringBox, `CAST('ä' AS varchar(3))`, "ä")
	reads(t, pool, stringBox, `CAST('a' AS char(3))`, "a  ")
	reads(t, pool, stringBox, `CAST('a' AS name)`, "a")
	refuses(t, pool, stringBox, `CAST(7 AS integer)`)
	reads(t, pool, uuidBox, `'not a uuid'`, "not a uuid")
	reads(t, pool, enumBox, `CAST(2 AS smallint)`, 2)
	refuses(t, pool, enumBox, `CAST(2147483648 AS bigint)`)
}

func TestReadTimes(t *testing.T) {
	t.Parallel()
	pool := crudtest.Postgres(t)
	at := func(seconds int64, nanos int32) *timestamppb.Timestamp {
		return &timestamppb.Timestamp{Seconds: seconds, Nanos: nanos}
	}
	reads(t, pool, timestampBox, `CAST('1969-12-31 23:59:59.999999' AS timestamp)`, at(-1, 999999000))
	reads(t, pool, timestampBox, `CAST('1970-01-01 01:00:00+02' AS timestamptz)`, at(-3600, 0))
	reads(t, pool, timestampBox, `CAST('9999-12-31 23:59:59.999999+00' AS timestamptz)`, at(maxSecond, 999999000))
	reads(t, pool, timestampBox, `CAST('0001-01-01 00:00:00+00' AS timestamptz)`, at(minSecond, 0))
	for _, bad := range []string{
		`CAST('infinity' AS timestamptz)`, `CAST('-infinity' AS timestamptz)`, `CAST('infinity' AS timestamp)`,
		`CAST('10000-01-01 00:00:00+00' AS timestamptz)`, `CAST('294276-12-31 00:00:00+00' AS timestamptz)`,
		`CAST('0001-12-31 23:59:59+00 BC' AS timestamptz)`, `CAST('4714-11-24 00:00:00+00 BC' AS timestamptz)`,
	} {
		refuses(t, pool, timestampBox, bad)
	}
	refuses(t, pool, durationBox, `CAST(9223372036854775807 AS bigint)`)
	refuses(t, pool, durationBox, `CAST(-315576000001000000 AS bigint)`)
}

func TestReadArrays(t *testing.T) {
	t.Parallel()
	pool := crudtest.Postgres(t)
	readsList(t, pool, int64Box, `CAST(ARRAY[1, 2] AS smallint[])`, []int64{1, 2})
	readsList(t, pool, int64Box, `CAST('[5:6]={1,2}' AS integer[])`, []int64{1, 2})
	readsList(t, pool, int64Box, `CAST(NULL AS integer[])`, nil)
	readsList(t, pool, int64Box, `CAST('{}' AS integer[])`, nil)
	readsList(t, pool, uint64Box, `CAST(ARRAY[1, 2] AS bigint[])`, []uint64{1, 2})
	readsList(t, pool, doubleBox, `CAST(ARRAY[0.5, 2] AS real[])`, []float64{0.5, 2})
	readsList(t, pool, stringBox, `CAST(ARRAY['a', ''] AS varchar(3)[])`, []string{"a", ""})
	readsList(t, pool, stringBox, `CAST(ARRAY['a'] AS char(2)[])`, []string{"a "})
	readsList(t, pool, stringBox, `CAST(ARRAY['a'] AS name[])`, []string{"a"})
	refusesList(t, pool, int64Box, `CAST('{1,NULL}' AS bigint[])`)
	refusesList(t, pool, int32Box, `CAST('{1,2147483648}' AS bigint[])`)
	refusesList(t, pool, stringBox, `CAST('{NULL}' AS text[])`)
	refusesList(t, pool, stringBox, `CAST('{1}' AS integer[])`)
	refusesList(t, pool, uint64Box, `CAST('{1,-1}' AS numeric[])`)
	refusesList(t, pool, timestampBox, `CAST('{infinity}' AS timestamptz[])`)
}

// A list has one dimension. pgx flattens the others before rows.Values gives them, so
// only the wire values tell.
func TestReadMatrix(t *testing.T) {
	t.Parallel()
	rows, err := crudtest.Postgres(t).Query(t.Context(), "SELECT CAST('{{1,2},{3,4}}' AS integer[])")
	require.NoError(t, err)
	defer rows.Close()
	require.True(t, rows.Next())
	ok, err := crud.ReadWire([]crud.Column[*box[int64]]{int64Box.listColumn()}, rows, new(box[int64]))
	assert.True(t, ok)
	assert.ErrorContains(t, err, "more than one dimension")
}

func reads[V any](t *testing.T, pool *pgxpool.Pool, k boxKind[V], expr string, want V) {
	t.Run(k.name+" "+expr, func(t *testing.T) {
		for _, b := range readExpr(t, pool, k.scalarColumn(), expr, require.NoError) {
			assert.True(t, k.same(want, b.Scalar), "read %v", b.Scalar)
		}
	})
}

func refuses[V any](t *testing.T, pool *pgxpool.Pool, k boxKind[V], expr string) {
	t.Run(k.name+" "+expr, func(t *testing.T) {
		readExpr(t, pool, k.scalarColumn(), expr, requireQuietError)
	})
}

func readsList[V any](t *testing.T, pool *pgxpool.Pool, k boxKind[V], expr string, want []V) {
	t.Run(k.name+" "+expr, func(t *testing.T) {
		for _, b := range readExpr(t, pool, k.listColumn(), expr, require.NoError) {
			assert.Equal(t, want, b.List)
		}
	})
}

func refusesList[V any](t *testing.T, pool *pgxpool.Pool, k boxKind[V], expr string) {
	t.Run(k.name+" "+expr, func(t *testing.T) {
		readExpr(t, pool, k.listColumn(), expr, requireQuietError)
	})
}

// requireQuietError is an error that does not hold the value: it is logged.
func requireQuietError(t require.TestingT, err error, _ ...any) {
	require.Error(t, err)
	assert.NotRegexp(t, `\d{5}|Infinity|NaN`, err.Error())
}

// readExpr reads one value in every way that takes it.
func readExpr[V any](t *testing.T, pool *pgxpool.Pool, c crud.Column[*box[V]], expr string, check require.ErrorAssertionFunc) []*box[V] {
	t.Helper()
	var boxes []*box[V]
	columns := []crud.Column[*box[V]]{c}
	for _, mode := range modes {
		rows, err := pool.Query(t.Context(), "SELECT "+expr, mode)
		require.NoError(t, err)
		defer rows.Close()
		require.True(t, rows.Next(), "%v", rows.Err())
		fromValues, fromWire := new(box[V]), new(box[V])
		check(t, crud.ReadValues(columns, rows, fromValues, crud.Postgres), fmt.Sprint(mode))
		boxes = append(boxes, fromValues)
		if ok, err := crud.ReadWire(columns, rows, fromWire); ok {
			check(t, err, fmt.Sprint(mode))
			boxes = append(boxes, fromWire)
		}
		rows.Close()
		require.NoError(t, rows.Err())
	}
	return boxes
}

// NULL reads as zero without presence, and as unset with it.
func TestReadNull(t *testing.T) {
	t.Parallel()
	pool := crudtest.Postgres(t)
	columns := []crud.Column[*box[string]]{stringBox.scalarColumn(), stringBox.listColumn(), stringBox.optColumn()}
	for _, mode := range []pgx.QueryExecMode{pgx.QueryExecModeCacheStatement, pgx.QueryExecModeSimpleProtocol} {
		rows, err := pool.Query(t.Context(), "SELECT CAST(NULL AS text), CAST(NULL AS text[]), CAST(NULL AS text)", mode)
		require.NoError(t, err)
		require.True(t, rows.Next())
		full := func() *box[string] {
			return &box[string]{Scalar: "x", List: []string{"x"}, Opt: "x", OptSet: true}
		}
		b := full()
		require.NoError(t, crud.ReadValues(columns, rows, b, crud.Postgres))
		assert.Equal(t, &box[string]{}, b)
		b = full()
		if ok, err := crud.ReadWire(columns, rows, b); ok {
			require.NoError(t, err)
			assert.Equal(t, &box[string]{}, b)
		}
		rows.Close()
		require.NoError(t, rows.Err())
	}
}

// What SQLite gives for a column that somebody else wrote.
func TestReadSQLite(t *testing.T) {
	t.Parallel()
	scans(t, boolBox, int64(1), true)
	refusesScan(t, boolBox, int64(2))
	refusesScan(t, boolBox, "true")
	refusesScan(t, int32Box, int64(1)<<40)
	refusesScan(t, int32Box, 1.5)
	scans(t, uint64Box, int64(-1<<63), 0)
	scans(t, uint64Box, int64(1<<63-1), 1<<64-1)
	scans(t, doubleBox, int64(3), 3)
	refusesScan(t, doubleBox, int64(1<<53+1))
	refusesScan(t, doubleBox, int64(1<<63-1))
	refusesScan(t, floatBox, 0.1)
	refusesScan(t, stringBox, []byte("a"))
	refusesScan(t, bytesBox, "a")
	scans(t, timestampBox, int64(-1), &timestamppb.Timestamp{Seconds: -1, Nanos: 999999000})
	refusesScan(t, timestampBox, int64(1<<63-1))
	refusesScan(t, timestampBox, "2000-01-01")
	refusesScan(t, durationBox, int64(1<<63-1))
	for _, text := range []string{
		``, `null`, `{}`, `1`, `[1,null]`, `[1.5]`, `["1"]`, `[9223372036854775808]`, `[1] [2]`, `[1`,
	} {
		refusesScanList(t, int64Box, text)
	}
	refusesScanList(t, uint64Box, `[-1]`)
	refusesScanList(t, floatBox, `[1e300]`)
	refusesScanList(t, timestampBox, `[9223372036854775807]`)
	refusesScanList(t, bytesBox, `["***"]`)
	refusesScanList(t, stringBox, []byte(`["a"]`))
}

func scans[V any](t *testing.T, k boxKind[V], value any, want V) {
	t.Run(fmt.Sprint(k.name, " ", value), func(t *testing.T) {
		c, b := k.scalarColumn(), new(box[V])
		require.NoError(t, c.Scan(b, value, crud.SQLite))
		assert.True(t, k.same(want, b.Scalar), "read %v", b.Scalar)
	})
}

func refusesScan[V any](t *testing.T, k boxKind[V], value any) {
	t.Run(fmt.Sprint(k.name, " ", value), func(t *testing.T) {
		c := k.scalarColumn()
		requireQuietError(t, c.Scan(new(box[V]), value, crud.SQLite))
	})
}

func refusesScanList[V any](t *testing.T, k boxKind[V], value any) {
	t.Run(fmt.Sprint(k.name, " ", value), func(t *testing.T) {
		c := k.listColumn()
		requireQuietError(t, c.Scan(new(box[V]), value, crud.SQLite))
	})
}
