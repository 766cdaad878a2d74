package crud_test

import (
	"context"
	"strings"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestBatchesInEveryMode: the arrays of keys have a type in each way that pgx sends
// statements.
func TestBatchesInEveryMode(t *testing.T) {
	t.Parallel()
	pool := crudtest.Postgres(t)
	createTables(t, pool)
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec,
		pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
	} {
		t.Run(mode.String(), func(t *testing.T) {
			config := pool.Config().Copy()
			config.ConnConfig.DefaultQueryExecMode = mode
			db, err := pgxpool.NewWithConfig(t.Context(), config)
			require.NoError(t, err)
			defer db.Close()
			ctx := withTenant(t.Context(), "x")
			allBatches(ctx, t, bookpb.NoteTable, bookpb.NewNoteRepository(db, byTenant), &bookpb.Note{Title: "a"}, &bookpb.Note{Title: "b"})
			allBatches(ctx, t, bookpb.BookTable, bookpb.NewBookRepository(db), newBooks("x", "y")...)
			allBatches(ctx, t, bookpb.CounterTable, bookpb.NewCounterRepository(db), &bookpb.Counter{Id: 1 << 63}, &bookpb.Counter{Id: 1})
			allBatches(ctx, t, bookpb.MemberTable, bookpb.NewMemberRepository(db), &bookpb.Member{Org: "o", UserId: 1}, &bookpb.Member{Org: "o", UserId: 2})
			allBatches(ctx, t, bookpb.UserTable, bookpb.NewUserRepository(db), &bookpb.User{Username: "p", Email: "p"}, &bookpb.User{Username: "q"})
		})
	}
}

// allBatches creates, changes, reads and deletes.
func allBatches[M proto.Message, K comparable](ctx context.Context, t *testing.T, table *crud.Table[M, K], s crud.Store[M, K], given ...M) {
	t.Helper()
	ms, err := s.BatchCreate(ctx, given)
	require.NoError(t, err)
	keys, changes := make([]K, len(ms)), make([]crud.Change[M], len(ms))
	for i, m := range ms {
		keys[i], err = table.KeyOf(m)
		require.NoError(t, err)
		changes[i] = crud.Change[M]{Message: m}
	}
	ms, err = s.BatchUpdate(ctx, changes)
	require.NoError(t, err)
	got, err := s.BatchGet(ctx, keys)
	require.NoError(t, err)
	assert.Len(t, got, len(ms))
	_, err = s.BatchDelete(ctx, keys)
	require.NoError(t, err)
}

// TestBatchesUnderAPredicate: rows outside of it are missing.
func TestBatchesUnderAPredicate(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := withTenant(t.Context(), "x")
		all := bookpb.NewNoteRepository(db, byTenant)
		made, err := all.BatchCreate(ctx, []*bookpb.Note{{Title: "shown"}, {Title: "hidden"}})
		require.NoError(t, err)
		shown, hidden := made[0].GetId(), made[1].GetId()
		notes := bookpb.NewNoteRepository(db, byTenant, crud.Where(func(context.Context) (squirrel.Sqlizer, error) {
			return squirrel.NotEq{"notes.title": "hidden"}, nil
		}))
		_, err = notes.BatchGet(ctx, []string{shown})
		require.NoError(t, err)
		missing := func(err error) { t.Helper(); missingNames(t, err, crud.ReasonResourceNotFound, hidden, hidden) }
		_, err = notes.BatchGet(ctx, []string{shown, hidden})
		missing(err)
		_, err = notes.BatchUpdate(ctx, []crud.Change[*bookpb.Note]{{Message: made[0]}, {Message: made[1]}})
		missing(err)
		_, err = notes.BatchDelete(ctx, []string{shown, hidden})
		missing(err)
		_, err = notes.BatchDelete(ctx, []string{shown})
		require.NoError(t, err)
		_, err = all.BatchGet(ctx, []string{hidden})
		require.NoError(t, err)
	})
}

// TestBatchDeleteOfReturningRows: a row that was deleted and comes back while a batch
// runs is a race that the batch loses as a whole.
func TestBatchDeleteOfReturningRows(t *testing.T) {
	t.Parallel()
	ctx, pool := t.Context(), crudtest.Postgres(t)
	require.NoError(t, crud.CreateTables(ctx, pool, paperTable))
	outside := crud.NewRepository(pool, paperTable)
	createPapers(t, outside, "x", "y")
	_, err := outside.Delete(ctx, "y")
	require.NoError(t, err)
	papers := crud.NewRepository(interposed{pool, func() {
		_, err := outside.Undelete(ctx, "y")
		assert.NoError(t, err)
	}}, paperTable)
	_, err = papers.BatchDelete(ctx, []string{"x", "y"})
	refused(t, err, codes.Aborted, crud.ReasonConcurrentModification)
	got, err := outside.BatchGet(ctx, []string{"x", "y"})
	require.NoError(t, err)
	assert.Nil(t, got[0].deleteTime)
	assert.Nil(t, got[1].deleteTime)
}

// interposed runs something before each SELECT of its transactions.
type interposed struct {
	crud.DB
	before func()
}

func (d interposed) Begin(ctx context.Context) (pgx.Tx, error) {
	tx, err := d.DB.Begin(ctx)
	return interposedTx{tx, d.before}, err
}

type interposedTx struct {
	pgx.Tx
	before func()
}

func (t interposedTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if strings.HasPrefix(sql, "SELECT") {
		t.before()
	}
	return t.Tx.Query(ctx, sql, args...)
}
