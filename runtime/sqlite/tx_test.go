package sqlite_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

func begin(t testing.TB, db interface {
	Begin(context.Context) (pgx.Tx, error)
},
) pgx.Tx {
	t.Helper()
	tx, err := db.Begin(context.Background())
	require.NoError(t, err)
	return tx
}

func countBooks(t testing.TB, db querier) int64 {
	t.Helper()
	return one[int64](t, db, "SELECT count(*) FROM books")
}

const addBook = "INSERT INTO books (title) VALUES ('x')"

func TestCommitAndRollback(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		mustExec(t, db, booksDDL)
		tx := begin(t, db)
		mustExec(t, tx, addBook)
		assert.Equal(t, int64(1), countBooks(t, tx), "the transaction sees its writes")
		assert.Equal(t, int64(0), countBooks(t, db), "others do not, and do not wait")
		require.NoError(t, tx.Commit(t.Context()))
		assert.Equal(t, int64(1), countBooks(t, db))

		tx = begin(t, db)
		mustExec(t, tx, "DELETE FROM books")
		require.NoError(t, tx.Rollback(t.Context()))
		assert.Equal(t, int64(1), countBooks(t, db))
	})
}

func TestClosedTransaction(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	for _, end := range []func(pgx.Tx) error{
		func(tx pgx.Tx) error { return tx.Commit(t.Context()) },
		func(tx pgx.Tx) error { return tx.Rollback(t.Context()) },
	} {
		tx := begin(t, db)
		nested := begin(t, tx)
		require.NoError(t, end(tx))
		for _, tx := range []pgx.Tx{tx, nested} {
			require.ErrorIs(t, tx.Commit(t.Context()), pgx.ErrTxClosed)
			require.ErrorIs(t, tx.Rollback(t.Context()), pgx.ErrTxClosed)
			_, err := tx.Exec(t.Context(), addBook)
			require.ErrorIs(t, err, pgx.ErrTxClosed)
			rows, err := tx.Query(t.Context(), "SELECT 1")
			require.ErrorIs(t, err, pgx.ErrTxClosed)
			require.ErrorIs(t, rows.Err(), pgx.ErrTxClosed)
			require.ErrorIs(t, tx.QueryRow(t.Context(), "SELECT 1").Scan(new(int)), pgx.ErrTxClosed)
			_, err = tx.Begin(t.Context())
			require.ErrorIs(t, err, pgx.ErrTxClosed)
			_, err = tx.CopyFrom(t.Context(), pgx.Identifier{"books"}, []string{"title"}, pgx.CopyFromRows([][]any{{"a"}}))
			require.ErrorIs(t, err, pgx.ErrTxClosed)
			batch := &pgx.Batch{}
			batch.Queue(addBook)
			require.ErrorIs(t, tx.SendBatch(t.Context(), batch).Close(), pgx.ErrTxClosed)
		}
	}
	assert.Equal(t, int64(0), countBooks(t, db))
}

func TestBeginFunc(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		mustExec(t, db, booksDDL)
		require.NoError(t, pgx.BeginFunc(t.Context(), db, func(tx pgx.Tx) error {
			mustExec(t, tx, addBook)
			return nil
		}))
		stop := errors.New("stop")
		require.ErrorIs(t, pgx.BeginFunc(t.Context(), db, func(tx pgx.Tx) error {
			mustExec(t, tx, addBook)
			return stop
		}), stop)
		assert.Panics(t, func() {
			_ = pgx.BeginFunc(t.Context(), db, func(tx pgx.Tx) error {
				mustExec(t, tx, addBook)
				panic("at once")
			})
		})
		assert.Equal(t, int64(1), countBooks(t, db))
	})
}

func TestNestedTransactions(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		mustExec(t, db, booksDDL)
		tx := begin(t, db)
		mustExec(t, tx, addBook)

		kept := begin(t, tx)
		mustExec(t, kept, addBook)
		deeper := begin(t, kept)
		mustExec(t, deeper, addBook)
		require.NoError(t, deeper.Rollback(t.Context()))
		require.ErrorIs(t, deeper.Commit(t.Context()), pgx.ErrTxClosed)
		require.NoError(t, kept.Commit(t.Context()))
		require.ErrorIs(t, kept.Rollback(t.Context()), pgx.ErrTxClosed)
		assert.Equal(t, int64(2), countBooks(t, tx))

		undone := begin(t, tx)
		mustExec(t, undone, "DELETE FROM books")
		require.NoError(t, undone.Rollback(t.Context()))
		assert.Equal(t, int64(2), countBooks(t, tx))

		again := begin(t, tx)
		mustExec(t, again, addBook)
		require.NoError(t, again.Commit(t.Context()))
		require.NoError(t, tx.Commit(t.Context()))
		assert.Equal(t, int64(3), countBooks(t, db))
	})
}

func TestSavepointsByHand(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	tx := begin(t, db)
	mustExec(t, tx, "SAVEPOINT mine")
	mustExec(t, tx, addBook)
	mustExec(t, tx, "ROLLBACK TRANSACTION TO mine")
	mustExec(t, tx, "RELEASE mine")
	for _, sql := range []string{"COMMIT", "ROLLBACK", "BEGIN", "END", addBook + "; COMMIT"} {
		nested := begin(t, tx)
		_, err := nested.Exec(t.Context(), sql)
		require.ErrorContains(t, err, "use Begin", sql)
		require.NoError(t, nested.Rollback(t.Context()))
	}
	require.NoError(t, tx.Commit(t.Context()))
	assert.Equal(t, int64(0), countBooks(t, db))
}

func TestFailedStatementFailsTheTransaction(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		mustExec(t, db, booksDDL)
		tx := begin(t, db)
		mustExec(t, tx, addBook)
		_, err := tx.Exec(t.Context(), "INSERT INTO books (title) VALUES (NULL)")
		assert.Equal(t, "23502", sqlState(t, err))
		_, err = tx.Exec(t.Context(), addBook)
		assert.Equal(t, "25P02", sqlState(t, err))
		_, err = tx.Query(t.Context(), "SELECT 1")
		assert.Equal(t, "25P02", sqlState(t, err))
		_, err = tx.Begin(t.Context())
		assert.Equal(t, "25P02", sqlState(t, err))
		require.ErrorIs(t, tx.Commit(t.Context()), pgx.ErrTxCommitRollback)
		assert.Equal(t, int64(0), countBooks(t, db))
	})
}

func TestNestedRollbackUndoesAFailure(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	tx := begin(t, db)
	mustExec(t, tx, addBook)
	nested := begin(t, tx)
	_, err := nested.Exec(t.Context(), "SELECT absent")
	require.Error(t, err)
	assert.Equal(t, "25P02", sqlState(t, nested.Commit(t.Context())))

	nested = nil
	require.ErrorIs(t, tx.Commit(t.Context()), pgx.ErrTxCommitRollback)

	tx = begin(t, db)
	mustExec(t, tx, addBook)
	nested = begin(t, tx)
	_, err = nested.Exec(t.Context(), "SELECT absent")
	require.Error(t, err)
	require.NoError(t, nested.Rollback(t.Context()))
	mustExec(t, tx, addBook)
	require.NoError(t, tx.Commit(t.Context()))
	assert.Equal(t, int64(2), countBooks(t, db))
}

// Arguments that cannot be bound are found before anything is run.
func TestBadArgumentDoesNotFailTheTransaction(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	tx := begin(t, db)
	_, err := tx.Exec(t.Context(), "INSERT INTO books (title) VALUES ($1)", struct{}{})
	require.Error(t, err)
	_, err = tx.Exec(t.Context(), "INSERT INTO books (title) VALUES ($1)")
	require.Error(t, err)
	mustExec(t, tx, addBook)
	require.NoError(t, tx.Commit(t.Context()))
	assert.Equal(t, int64(1), countBooks(t, db))
}

func TestScanErrorDoesNotFailTheTransaction(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	tx := begin(t, db)
	require.Error(t, tx.QueryRow(t.Context(), "SELECT 'x'").Scan(new(int)))
	mustExec(t, tx, addBook)
	require.NoError(t, tx.Commit(t.Context()))
}

func TestErrorInALaterRowFailsTheTransaction(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	tx := begin(t, db)
	rows, err := tx.Query(t.Context(), "SELECT abs(value) FROM json_each('[1, -9223372036854775808]')")
	require.NoError(t, err)
	require.True(t, rows.Next())
	require.False(t, rows.Next())
	require.Error(t, rows.Err())
	require.ErrorIs(t, tx.Commit(t.Context()), pgx.ErrTxCommitRollback)
}

func TestOpenRowsKeepTheTransactionBusy(t *testing.T) {
	t.Parallel()
	const numbers = "SELECT value FROM json_each('[1, 2, 3]')"
	db := openBooks(t)
	tx := begin(t, db)
	mustExec(t, tx, addBook)
	rows, err := tx.Query(t.Context(), numbers)
	require.NoError(t, err)
	require.True(t, rows.Next())
	_, err = tx.Exec(t.Context(), addBook)
	require.ErrorContains(t, err, "conn busy")
	_, err = tx.Begin(t.Context())
	require.ErrorContains(t, err, "conn busy")
	rows.Close()
	mustExec(t, tx, addBook)
	require.NoError(t, tx.Commit(t.Context()))
	assert.Equal(t, int64(2), countBooks(t, db))

	tx = begin(t, db)
	rows, err = tx.Query(t.Context(), numbers)
	require.NoError(t, err)
	require.True(t, rows.Next())
	require.ErrorContains(t, tx.Commit(t.Context()), "conn busy")
	require.ErrorIs(t, tx.Rollback(t.Context()), pgx.ErrTxClosed)
	assert.False(t, rows.Next(), "the end of the transaction closes its rows")
	require.ErrorContains(t, rows.Err(), "conn busy")
	rows.Close()

	tx = begin(t, db)
	nested := begin(t, tx)
	_, err = nested.Query(t.Context(), numbers)
	require.NoError(t, err)
	require.ErrorContains(t, nested.Commit(t.Context()), "conn busy")
	require.NoError(t, tx.Rollback(t.Context()))

	tx = begin(t, db)
	nested = begin(t, tx)
	_, err = nested.Query(t.Context(), numbers)
	require.NoError(t, err)
	require.NoError(t, nested.Rollback(t.Context()))
	mustExec(t, tx, addBook)
	require.NoError(t, tx.Commit(t.Context()))
	assert.Equal(t, int64(3), countBooks(t, db))
}

func TestWriteRowsDoNotKeepTheTransactionBusy(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	tx := begin(t, db)
	rows, err := tx.Query(t.Context(), addBook+" RETURNING id")
	require.NoError(t, err)
	with, err := tx.Query(t.Context(), "WITH x AS (SELECT 'a' AS t) INSERT INTO books (title) SELECT t FROM x RETURNING id")
	require.NoError(t, err)
	require.NoError(t, tx.Commit(t.Context()))
	for _, r := range []pgx.Rows{rows, with} {
		_, err := pgx.CollectExactlyOneRow(r, pgx.RowTo[int64])
		require.NoError(t, err)
	}
}

func TestCancelledTransactionRollsBack(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		mustExec(t, db, booksDDL)
		ctx, cancel := context.WithCancel(t.Context())
		tx := begin(t, db)
		mustExec(t, tx, addBook)
		cancel()
		require.ErrorIs(t, tx.Commit(ctx), context.Canceled)
		require.ErrorIs(t, tx.Rollback(t.Context()), pgx.ErrTxClosed)
		assert.Equal(t, int64(0), countBooks(t, db))

		tx = begin(t, db)
		mustExec(t, tx, addBook)
		_, err := tx.Exec(ctx, addBook)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, tx.Commit(t.Context()), pgx.ErrTxCommitRollback)

		tx = begin(t, db)
		mustExec(t, tx, addBook)
		require.NoError(t, tx.Rollback(ctx), "a rollback does its work")

		_, err = db.Begin(ctx)
		require.ErrorIs(t, err, context.Canceled)
		mustExec(t, db, addBook)
		assert.Equal(t, int64(1), countBooks(t, db))
	})
}

// SQLite rolls a transaction back by itself when a write is interrupted. What
// follows must not run outside of it.
func TestInterruptedWriteEndsTheTransaction(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		mustExec(t, db, booksDDL)
		tx := begin(t, db)
		mustExec(t, tx, addBook)
		nested := begin(t, tx)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		_, err := nested.Exec(ctx, "INSERT INTO books (title) SELECT 'n' FROM ("+endless+")")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NoError(t, nested.Rollback(t.Context()))
		_, err = tx.Exec(t.Context(), addBook)
		assert.Equal(t, "25P02", sqlState(t, err))
		require.ErrorIs(t, tx.Commit(t.Context()), pgx.ErrTxCommitRollback)
		assert.Equal(t, int64(0), countBooks(t, db))
		mustExec(t, db, addBook)
	})
}

func TestUnsupportedMethodsOfTx(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	tx := begin(t, db)
	defer tx.Rollback(t.Context())
	_, err := tx.Prepare(t.Context(), "by_id", "SELECT 1")
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorContains(t, err, "by_id")
	assert.NotPanics(t, func() { tx.LargeObjects() })
}
