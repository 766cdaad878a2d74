package sqlite_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCopyFrom(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	tx := begin(t, db)
	n, err := tx.CopyFrom(t.Context(), pgx.Identifier{"books"}, []string{"id", "title"},
		pgx.CopyFromSlice(100, func(i int) ([]any, error) { return []any{i + 1, "t"}, nil }))
	require.NoError(t, err)
	assert.Equal(t, int64(100), n)
	require.NoError(t, tx.Commit(t.Context()))
	assert.Equal(t, int64(100), countBooks(t, db))

	broken := errors.New("broken")
	for want, src := range map[string]pgx.CopyFromSource{
		"UNIQUE":                   pgx.CopyFromRows([][]any{{201, "a"}, {1, "b"}}),
		"row 2 has 1 values for 2": pgx.CopyFromRows([][]any{{201, "a"}, {1}}),
		"argument $1":              pgx.CopyFromRows([][]any{{201, "a"}, {struct{}{}, "b"}}),
		"broken":                   pgx.CopyFromFunc(func() ([]any, error) { return nil, broken }),
	} {
		tx := begin(t, db)
		n, err := tx.CopyFrom(t.Context(), pgx.Identifier{"books"}, []string{"id", "title"}, src)
		require.ErrorContains(t, err, want)
		assert.Zero(t, n)
		require.ErrorIs(t, tx.Commit(t.Context()), pgx.ErrTxCommitRollback)
	}
	tx = begin(t, db)
	_, err = tx.CopyFrom(t.Context(), pgx.Identifier{"books"}, nil, pgx.CopyFromRows(nil))
	require.Error(t, err)
	_, err = tx.CopyFrom(t.Context(), nil, []string{"id"}, pgx.CopyFromRows(nil))
	require.Error(t, err)
	_, err = tx.CopyFrom(t.Context(), pgx.Identifier{`no"where`}, []string{"id"}, pgx.CopyFromRows([][]any{{1}}))
	assert.Equal(t, "42P01", sqlState(t, err))
	require.NoError(t, tx.Rollback(t.Context()))
	assert.Equal(t, int64(100), countBooks(t, db))
}

func TestSendBatch(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	tx := begin(t, db)
	batch := &pgx.Batch{}
	batch.Queue("INSERT INTO books (id, title) VALUES ($1, $2)", 1, "Emma")
	batch.Queue("SELECT title FROM books WHERE id = $1", 1)
	batch.Queue("UPDATE books SET title = title || '!' RETURNING title")
	var title string
	var tag pgconn.CommandTag
	batch.Queue("SELECT title FROM books WHERE id = @id", pgx.NamedArgs{"id": 1}).
		QueryRow(func(row pgx.Row) error { return row.Scan(&title) })
	batch.Queue("DELETE FROM books").Exec(func(ct pgconn.CommandTag) error { tag = ct; return nil })
	batch.Queue("SELECT id FROM books").Query(func(rows pgx.Rows) error {
		_, err := pgx.CollectRows(rows, pgx.RowTo[int])
		return err
	})
	br := tx.SendBatch(t.Context(), batch)
	assert.Nil(t, br.Tx())
	first, err := br.Exec()
	require.NoError(t, err)
	assert.Equal(t, "INSERT 0 1", first.String())
	rows, err := br.Query()
	require.NoError(t, err)
	titles, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	assert.Equal(t, []string{"Emma"}, titles)
	var updated string
	require.NoError(t, br.QueryRow().Scan(&updated))
	assert.Equal(t, "Emma!", updated)
	require.NoError(t, br.Close())
	require.NoError(t, br.Close())
	assert.Equal(t, "Emma!", title)
	assert.Equal(t, "DELETE 1", tag.String())
	_, err = br.Exec()
	require.Error(t, err, "the batch is closed")
	require.NoError(t, tx.Commit(t.Context()))
}

func TestSendBatchFails(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	tx := begin(t, db)
	batch := &pgx.Batch{}
	batch.Queue(addBook)
	batch.Queue("INSERT INTO books (title) VALUES (NULL)")
	called := false
	batch.Queue(addBook).Exec(func(pgconn.CommandTag) error { called = true; return nil })
	br := tx.SendBatch(t.Context(), batch)
	_, err := br.Exec()
	require.NoError(t, err)
	_, err = br.Exec()
	assert.Equal(t, "23502", sqlState(t, err))
	_, err = br.Query()
	assert.Equal(t, "23502", sqlState(t, err))
	assert.Equal(t, "23502", sqlState(t, br.Close()))
	assert.False(t, called)
	require.ErrorIs(t, tx.Commit(t.Context()), pgx.ErrTxCommitRollback)

	tx = begin(t, db)
	stop := errors.New("stop")
	batch = &pgx.Batch{}
	batch.Queue(addBook).Exec(func(pgconn.CommandTag) error { return stop })
	batch.Queue(addBook).Exec(func(pgconn.CommandTag) error { called = true; return nil })
	br = tx.SendBatch(t.Context(), batch)
	require.ErrorIs(t, br.Close(), stop)
	require.ErrorIs(t, br.Close(), stop)
	assert.False(t, called)

	batch = &pgx.Batch{}
	batch.Queue("COMMIT")
	require.ErrorContains(t, tx.SendBatch(t.Context(), batch).Close(), "use Begin")
	br = tx.SendBatch(t.Context(), &pgx.Batch{})
	_, err = br.Exec()
	require.Error(t, err, "there are no results")
	require.NoError(t, br.Close())
	require.NoError(t, tx.Rollback(t.Context()))
}
