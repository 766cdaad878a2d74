package crud_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// What is stored comes back equal: in every kind and shape, on both engines, in
// every mode of pgx, through the wire values and through rows.Values.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	roundTrip(t, boolBox)
	roundTrip(t, int32Box)
	roundTrip(t, int64Box)
	roundTrip(t, uint32Box)
	roundTrip(t, uint64Box)
	roundTrip(t, floatBox)
	roundTrip(t, doubleBox)
	roundTrip(t, stringBox)
	roundTrip(t, uuidBox)
	roundTrip(t, bytesBox)
	roundTrip(t, enumBox)
	roundTrip(t, timestampBox)
	roundTrip(t, durationBox)
}

const boxInsert = "INSERT INTO boxes (id, scalar, list) VALUES ($1, $2, $3) RETURNING id, scalar, list"

const boxInsertOpt = "INSERT INTO boxes (id, scalar, list, opt) VALUES ($1, $2, $3, $4) RETURNING id, scalar, list, opt"

// modes are pgx's ways to send a statement. The last two have results in text.
var modes = []pgx.QueryExecMode{
	pgx.QueryExecModeCacheStatement, pgx.QueryExecModeDescribeExec,
	pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
}

// roundTrip runs the engines one after the other: a generator of rapid's is not safe
// for concurrent use, and generators are shared.
func roundTrip[V any](t *testing.T, k boxKind[V]) {
	engines := map[string]func(t testing.TB) crud.DB{
		"postgres": func(t testing.TB) crud.DB { return crudtest.Postgres(t) },
		"sqlite":   func(t testing.TB) crud.DB { return crudtest.SQLite(t) },
	}
	for engine, open := range engines {
		t.Run(k.name+"/"+engine, func(t *testing.T) {
			db := open(t)
			columns := k.columns()
			require.NoError(t, crud.CreateTables(t.Context(), db, boxTable(columns)))
			var id int64
			var read readCount
			rapid.Check(t, func(rt *rapid.T) {
				id++
				in := k.draw(rt, db, id)
				values, wire := writeBox(t.Context(), rt, db, columns, in, &read)
				k.assertStored(rt, in, values)
				if wire != nil {
					k.assertStored(rt, in, wire)
				}
			})
			if dialect(db) == crud.Postgres {
				// A fast path that never runs would go unnoticed otherwise.
				assert.Positive(t, read.wire, "no row came in binary")
				assert.Less(t, read.wire, read.values, "no row came in text")
			}
		})
	}
}

func dialect(db crud.DB) crud.Dialect {
	if d, ok := db.(interface{ Dialect() crud.Dialect }); ok {
		return d.Dialect()
	}
	return crud.Postgres
}

// draw makes a box that the engine can hold.
func (k *boxKind[V]) draw(rt *rapid.T, db crud.DB, id int64) *box[V] {
	values := k.values
	if dialect(db) == crud.SQLite && k.sqlite != nil {
		values = values.Filter(k.sqlite)
	}
	var zero V
	b := &box[V]{
		ID:     id,
		Scalar: rapid.OneOf(values, rapid.Just(zero)).Draw(rt, "scalar"),
		List:   rapid.SliceOfN(values, 0, 8).Draw(rt, "list"),
	}
	if k.opt != nil && rapid.Bool().Draw(rt, "set") {
		b.setOpt(values.Draw(rt, "opt"))
	}
	return b
}

// A readCount counts the rows that each path has read.
type readCount struct{ wire, values int }

// writeBox inserts a box and returns the row as rows.Values gives it, and from its
// wire values, nil where they are not binary.
func writeBox[V any](ctx context.Context, rt *rapid.T, db crud.DB, columns []crud.Column[*box[V]], in *box[V], n *readCount) (values, wire *box[V]) {
	sql, args := boxInsert, crud.Args(columns, in, dialect(db))
	if len(columns) == 4 {
		sql = boxInsertOpt
	}
	if dialect(db) == crud.Postgres {
		args = append([]any{rapid.SampledFrom(modes).Draw(rt, "mode")}, args...)
	}
	rows, err := db.Query(ctx, sql, args...)
	require.NoError(rt, err)
	defer rows.Close()
	require.True(rt, rows.Next(), "%v", rows.Err())
	values, n.values = new(box[V]), n.values+1
	require.NoError(rt, crud.ReadValues(columns, rows, values, dialect(db)))
	if dialect(db) == crud.Postgres {
		wire = new(box[V])
		ok, err := crud.ReadWire(columns, rows, wire)
		require.NoError(rt, err)
		if ok {
			n.wire++
		} else {
			wire = nil
		}
	}
	require.False(rt, rows.Next())
	require.NoError(rt, rows.Err())
	return values, wire
}

// assertStored compares what was read with what was written.
func (k *boxKind[V]) assertStored(rt *rapid.T, in, out *box[V]) {
	want := func(v V) V {
		if k.stored == nil || reflect.ValueOf(&v).Elem().IsZero() {
			return v
		}
		return k.stored(v)
	}
	assert.Equal(rt, in.ID, out.ID)
	assert.True(rt, k.same(want(in.Scalar), out.Scalar), "wrote %v, read %v", in.Scalar, out.Scalar)
	assert.Equal(rt, in.OptSet, out.OptSet)
	assert.True(rt, k.same(want(in.Opt), out.Opt), "wrote %v, read %v", in.Opt, out.Opt)
	require.Len(rt, out.List, len(in.List))
	for i := range in.List {
		assert.True(rt, k.same(want(in.List[i]), out.List[i]), "wrote %v, read %v", in.List[i], out.List[i])
	}
	if len(in.List) == 0 {
		assert.Nil(rt, out.List)
	}
}
