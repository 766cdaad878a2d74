package crud_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// countedTable is a table whose lists are counted in a way.
func countedTable(how crud.TotalSize) *crud.Table[*bookpb.Counter, uint64] {
	const columns = "\n\tcounted.id, counted.small"
	return crud.NewTable(crud.TableSpec[*bookpb.Counter, uint64]{
		Message: "bookpb.Counter", Singular: "counter", Name: "counted", Resource: "bookpb.Counter",
		Columns: []crud.Column[*bookpb.Counter]{
			crud.Uint64("id", (*bookpb.Counter).GetId, func(m *bookpb.Counter, v uint64) { m.Id = v }, crud.PrimaryKey),
			crud.Int32("small", (*bookpb.Counter).GetSmall, func(m *bookpb.Counter, v int32) { m.Small = v }),
		},
		Key:       (*bookpb.Counter).GetId,
		SetKey:    func(m *bookpb.Counter, v uint64) { m.Id = v },
		TotalSize: how,
		SQL: crud.SQL{
			Columns: columns,
			Select:  "SELECT" + columns + "\n\tFROM counted",
			Get:     "SELECT" + columns + "\n\tFROM counted\n\tWHERE counted.id = $1",
			Create:  "INSERT INTO counted (id, small) VALUES ($1, $2) RETURNING" + columns,
			Delete:  "DELETE FROM counted WHERE counted.id = $1",
		},
	})
}

// TestEstimatedTotals (8.5): the planner's number after ANALYZE, counted by nobody and
// kept by the token.
func TestEstimatedTotals(t *testing.T) {
	t.Parallel()
	db := crudtest.Postgres(t)
	ctx := t.Context()
	table := countedTable(crud.CountEstimated)
	require.NoError(t, crud.CreateTables(ctx, db, table))
	_, err := db.Exec(ctx, "INSERT INTO counted (id, small) SELECT n, n % 10 FROM generate_series(1, 5000) n")
	require.NoError(t, err)
	_, err = db.Exec(ctx, "ANALYZE counted")
	require.NoError(t, err)
	rec := crudtest.NewRecorder(db)
	counters := crud.NewRepository(rec, table)
	q := crud.Query{PageSize: 10, CountTotal: true}
	page, err := counters.List(ctx, q)
	require.NoError(t, err)
	assert.EqualValues(t, 5000, page.TotalSize)
	assert.Equal(t, []string{"SELECT", "EXPLAIN"}, statements(rec))
	q.PageToken = page.NextPageToken
	page, err = counters.List(ctx, q)
	require.NoError(t, err)
	assert.EqualValues(t, 5000, page.TotalSize, "of the first page")
	assert.Equal(t, []string{"SELECT"}, statements(rec))
	page, err = counters.List(ctx, crud.Query{PageSize: 10, CountTotal: true, Filter: "small = 3"})
	require.NoError(t, err)
	assert.InDelta(t, 500, page.TotalSize, 100)
}

// TestEstimatesNeedPostgres: the embedded engine is refused when the repository is made.
func TestEstimatesNeedPostgres(t *testing.T) {
	t.Parallel()
	assert.PanicsWithValue(t, "crud: the total size of bookpb.Counter is ESTIMATED, and SQLite does not estimate", func() {
		crud.NewRepository(crudtest.SQLite(t), countedTable(crud.CountEstimated))
	})
}

// TestCappedTotals (8.5): counting stops, on both engines.
func TestCappedTotals(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		table := countedTable(crud.CountCapped)
		require.NoError(t, crud.CreateTables(ctx, db, table))
		counters := crud.NewRepository(db, table)
		for id := range uint64(30) {
			_, err := counters.Create(ctx, &bookpb.Counter{Id: id + 1})
			require.NoError(t, err, fmt.Sprint(id))
		}
		page, err := counters.List(ctx, crud.Query{PageSize: 10, CountTotal: true})
		require.NoError(t, err)
		assert.EqualValues(t, 30, page.TotalSize)
	})
}
