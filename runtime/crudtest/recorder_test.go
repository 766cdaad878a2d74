package crudtest

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

func TestRecorder(t *testing.T) {
	t.Parallel()
	EachEngine(t, func(t *testing.T, db crud.DB) {
		r := NewRecorder(db)
		assert.Empty(t, r.Statements())
		assert.Equal(t, crud.DialectOf(db), r.Dialect())

		run(t, r, "CREATE TABLE books (id int)")
		run(t, r, "INSERT INTO books VALUES ($1)", 7)
		_, err := r.Exec(t.Context(), "DELETE FROM shelves")
		require.Error(t, err)
		rows, err := r.Query(t.Context(), "SELECT id FROM books")
		require.NoError(t, err)
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int])
		require.NoError(t, err)
		assert.Equal(t, []int{7}, ids)
		var n int
		require.NoError(t, r.QueryRow(t.Context(), "SELECT count(*) FROM books").Scan(&n))
		assert.Equal(t, 1, n)
		assert.Equal(t, []string{
			"CREATE TABLE books (id int)", "INSERT INTO books VALUES ($1)", "DELETE FROM shelves",
			"SELECT id FROM books", "SELECT count(*) FROM books",
		}, r.Statements())

		r.Reset()
		assert.Empty(t, r.Statements())
	})
}

func TestRecorderInTransactions(t *testing.T) {
	t.Parallel()
	EachEngine(t, func(t *testing.T, db crud.DB) {
		run(t, db, "CREATE TABLE books (id int)")
		r := NewRecorder(db)
		require.NoError(t, pgx.BeginFunc(t.Context(), r, func(tx pgx.Tx) error {
			assert.Equal(t, crud.DialectOf(db), crud.DialectOf(tx))
			run(t, tx, "INSERT INTO books VALUES (1)")
			require.ErrorIs(t, pgx.BeginFunc(t.Context(), tx, func(tx pgx.Tx) error {
				assert.Equal(t, crud.DialectOf(db), crud.DialectOf(tx))
				run(t, tx, "INSERT INTO books VALUES (2)")
				return context.Canceled
			}), context.Canceled)
			return pgx.BeginFunc(t.Context(), tx, func(tx pgx.Tx) error {
				var id int
				return tx.QueryRow(t.Context(), "INSERT INTO books VALUES (3) RETURNING id").Scan(&id)
			})
		}))
		tx, err := r.Begin(t.Context())
		require.NoError(t, err)
		rows, err := tx.Query(t.Context(), "SELECT id FROM books ORDER BY id")
		require.NoError(t, err)
		ids, err := pgx.CollectRows(rows, pgx.RowTo[int])
		require.NoError(t, err)
		assert.Equal(t, []int{1, 3}, ids)
		require.NoError(t, tx.Rollback(t.Context()))
		require.ErrorIs(t, tx.Rollback(t.Context()), pgx.ErrTxClosed)
		require.ErrorIs(t, tx.Commit(t.Context()), pgx.ErrTxClosed)

		assert.Equal(t, []string{
			"BEGIN", "INSERT INTO books VALUES (1)",
			"SAVEPOINT", "INSERT INTO books VALUES (2)", "ROLLBACK TO SAVEPOINT",
			"SAVEPOINT", "INSERT INTO books VALUES (3) RETURNING id", "RELEASE SAVEPOINT",
			"COMMIT",
			"BEGIN", "SELECT id FROM books ORDER BY id", "ROLLBACK",
		}, r.Statements())
	})
}

func TestRecorderInBatches(t *testing.T) {
	t.Parallel()
	EachEngine(t, func(t *testing.T, db crud.DB) {
		run(t, db, `CREATE TABLE books (id int, "order" int)`)
		r := NewRecorder(db)
		require.NoError(t, pgx.BeginFunc(t.Context(), r, func(tx pgx.Tx) error {
			batch := &pgx.Batch{}
			batch.Queue("INSERT INTO books VALUES (1, 2)")
			batch.Queue("INSERT INTO books VALUES (3, 4)")
			require.NoError(t, tx.SendBatch(t.Context(), batch).Close())
			n, err := tx.CopyFrom(t.Context(), pgx.Identifier{"books"}, []string{"id", "order"}, pgx.CopyFromRows([][]any{{int32(5), int32(6)}}))
			assert.EqualValues(t, 1, n)
			return err
		}))
		assert.Equal(t, []string{
			"BEGIN", "INSERT INTO books VALUES (1, 2)", "INSERT INTO books VALUES (3, 4)",
			`COPY "books" ("id", "order") FROM STDIN`, "COMMIT",
		}, r.Statements())
	})
}

func TestRecorderOfATransaction(t *testing.T) {
	t.Parallel()
	EachEngine(t, func(t *testing.T, db crud.DB) {
		tx, err := db.Begin(t.Context())
		require.NoError(t, err)
		r := NewRecorder(tx)
		require.NoError(t, pgx.BeginFunc(t.Context(), r, func(pgx.Tx) error { return nil }))
		assert.Equal(t, []string{"SAVEPOINT", "RELEASE SAVEPOINT"}, r.Statements())
		require.NoError(t, tx.Rollback(t.Context()))
	})
}

func TestRecorderIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	r := NewRecorder(Postgres(t))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			assert.NoError(t, pgx.BeginFunc(t.Context(), r, func(tx pgx.Tx) error {
				_, err := tx.Exec(t.Context(), "SELECT 1")
				return err
			}))
			_ = r.Statements()
		})
	}
	all.Wait()
	assert.Len(t, r.Statements(), 24)
}

// TestRecorderSeesWhatIsSent compares with the server's own log.
func TestRecorderSeesWhatIsSent(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), WithSetting("log_statement", "all"), WithSetting("log_line_prefix", "%a|"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Stop()) })
	pool, err := pgxpool.New(t.Context(), s.URL()+"&application_name=recorded")
	require.NoError(t, err)
	t.Cleanup(pool.Close)

	r := NewRecorder(pool)
	run(t, r, "SELECT 1")
	require.NoError(t, pgx.BeginFunc(t.Context(), r, func(tx pgx.Tx) error {
		var n int
		return tx.QueryRow(t.Context(), "SELECT $1::int", 2).Scan(&n)
	}))

	log, err := s.Log()
	require.NoError(t, err)
	var logged []string
	for line := range strings.Lines(log) {
		if text, ok := strings.CutPrefix(line, "recorded|LOG:  "); ok {
			_, sql, _ := strings.Cut(text, ": ")
			logged = append(logged, strings.ToUpper(strings.TrimSpace(sql)))
		}
	}
	want := r.Statements()
	for i := range want {
		want[i] = strings.ToUpper(want[i])
	}
	assert.Equal(t, want, logged)
}

func run(t *testing.T, db crud.DB, sql string, args ...any) {
	t.Helper()
	_, err := db.Exec(t.Context(), sql, args...)
	require.NoError(t, err)
}
