package sqlite_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

type execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// one returns the single value that sql selects.
func one[T any](t testing.TB, db querier, sql string, args ...any) T {
	t.Helper()
	var v T
	require.NoError(t, db.QueryRow(context.Background(), sql, args...).Scan(&v))
	return v
}

func TestOpenNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, file := range map[string]string{
		filepath.Join(dir, "a.db"):                     "a.db",
		"sqlite:" + filepath.Join(dir, "b.db"):         "b.db",
		"sqlite://" + filepath.Join(dir, "c.db"):       "c.db",
		filepath.Join(dir, "50% ü?#&mode=memory.db"):   "50% ü?#&mode=memory.db",
		"sqlite:" + filepath.Join(dir, "with space.x"): "with space.x",
	} {
		db, err := sqlite.Open(name)
		require.NoError(t, err, name)
		mustExec(t, db, "CREATE TABLE t (a INTEGER) STRICT")
		require.NoError(t, db.Close())
		assert.FileExists(t, filepath.Join(dir, file))
	}
	for _, name := range []string{":memory:", "sqlite::memory:"} {
		db, err := sqlite.Open(name)
		require.NoError(t, err, name)
		require.NoError(t, db.Close())
	}
	assert.NoFileExists(t, ":memory:")
}

func TestOpenRefusesBadNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":                            `sqlite: open "": name a file`,
		"sqlite:":                     `sqlite: open "sqlite:": name a file`,
		"sqlite://host.db":            `sqlite:///PATH with an absolute path`,
		"sqlite:a.db?mode=ro":         `takes no parameters`,
		"file:a.db":                   `give a path, not a URL`,
		"postgres://localhost/a":      `sqlite: open "postgres://localhost/a": give a path`,
		"a\x00b":                      `NUL`,
		"/no/such/dir/a.db":           `sqlite: open "/no/such/dir/a.db": the directory "/no/such/dir" does not exist: `,
		"sqlite:/no/such/dir/a.db":    `sqlite: open "/no/such/dir/a.db": `,
		"sqlite:///no/such/dir/a.db":  `sqlite: open "/no/such/dir/a.db": `,
		os.TempDir():                  `sqlite: open "` + os.TempDir() + `": it is a directory: `,
		"sqlite:postgres://localhost": `give a path`,
	} {
		_, err := sqlite.Open(name)
		assert.ErrorContains(t, err, want, name)
	}
}

func TestOpenRefusesWhatIsNoDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "notes.txt")
	require.NoError(t, os.WriteFile(path, []byte("not a database, and long enough to be sure of it"), 0o600))
	_, err := sqlite.Open(path)
	require.ErrorContains(t, err, path)
	assert.Equal(t, "XX001", sqlState(t, err))
}

func TestOpenRefusesBadOptions(t *testing.T) {
	t.Parallel()
	for want, opt := range map[string]sqlite.Option{
		"WithReaders(0)":       sqlite.WithReaders(0),
		"WithReaders(-1)":      sqlite.WithReaders(-1),
		"WithReaders(1025)":    sqlite.WithReaders(1025),
		"WithBusyTimeout(-1s)": sqlite.WithBusyTimeout(-time.Second),
		"an option is nil":     nil,
	} {
		_, err := sqlite.Open(":memory:", opt)
		assert.ErrorContains(t, err, want)
	}
}

func TestDialect(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	assert.Equal(t, crud.SQLite, db.Dialect())
	tx, err := db.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(t.Context())
	d, ok := tx.(interface{ Dialect() crud.Dialect })
	require.True(t, ok)
	assert.Equal(t, crud.SQLite, d.Dialect())
	assert.Nil(t, tx.Conn())
}

func TestFilePersists(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "library.db")
	db, err := sqlite.Open(path)
	require.NoError(t, err)
	mustExec(t, db, booksDDL)
	mustExec(t, db, "INSERT INTO books (title) VALUES ($1)", "Emma")
	require.NoError(t, db.Close())
	assert.NoFileExists(t, path+"-wal", "closing leaves one file")

	db = openAt(t, "sqlite:"+path)
	assert.Equal(t, "Emma", one[string](t, db, "SELECT title FROM books"))
}

func TestFileIsSharedByDBs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "library.db")
	a, b := openAt(t, path), openAt(t, path)
	mustExec(t, a, booksDDL)
	mustExec(t, b, "INSERT INTO books (title) VALUES ('Emma')")
	assert.Equal(t, "Emma", one[string](t, a, "SELECT title FROM books"))
}

func TestBusyFileTimesOut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "library.db")
	a, b := openAt(t, path), openAt(t, path, sqlite.WithBusyTimeout(20*time.Millisecond))
	mustExec(t, a, booksDDL)
	tx, err := a.Begin(t.Context())
	require.NoError(t, err)
	_, err = b.Exec(t.Context(), "DELETE FROM books")
	assert.Equal(t, "55P03", sqlState(t, err))
	_, err = b.Begin(t.Context())
	assert.Equal(t, "55P03", sqlState(t, err))
	require.NoError(t, tx.Rollback(t.Context()))
	mustExec(t, b, "DELETE FROM books")
}

func TestBusyFileHonoursTheContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "library.db")
	a, b := openAt(t, path), openAt(t, path, sqlite.WithBusyTimeout(time.Hour))
	mustExec(t, a, booksDDL)
	tx, err := a.Begin(t.Context())
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = b.Exec(ctx, "DELETE FROM books")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = b.Begin(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, tx.Rollback(t.Context()))
	mustExec(t, b, "DELETE FROM books")
}

func TestMemoryIsPrivateAndShared(t *testing.T) {
	t.Parallel()
	a, b := openMemory(t), openMemory(t)
	mustExec(t, a, "CREATE TABLE t (x INTEGER) STRICT")
	mustExec(t, b, "CREATE TABLE t (x INTEGER) STRICT")
	mustExec(t, a, "INSERT INTO t VALUES (1)")

	// Several rows at the same time are on several connections.
	for range 3 {
		rows, err := a.Query(t.Context(), "SELECT x FROM t")
		require.NoError(t, err)
		defer rows.Close()
		require.True(t, rows.Next())
	}
	assert.Equal(t, int64(0), one[int64](t, b, "SELECT count(*) FROM t"))
}

func TestSettings(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		assert.Equal(t, "wal", one[string](t, db, "PRAGMA journal_mode"))
		tx, err := db.Begin(t.Context())
		require.NoError(t, err)
		defer tx.Rollback(t.Context())
		assert.Equal(t, int64(1), one[int64](t, tx, "PRAGMA foreign_keys"))
		assert.Equal(t, int64(1), one[int64](t, tx, "PRAGMA synchronous"))
	})
}

func TestCloseEndsEverything(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		mustExec(t, db, "CREATE TABLE t (x INTEGER) STRICT; INSERT INTO t VALUES (1), (2)")
		rows, err := db.Query(t.Context(), "SELECT x FROM t")
		require.NoError(t, err)
		tx, err := db.Begin(t.Context())
		require.NoError(t, err)

		require.NoError(t, db.Close())
		require.NoError(t, db.Close())

		const closed = "sqlite: database is closed"
		_, err = db.Exec(t.Context(), "SELECT 1")
		assert.EqualError(t, err, closed)
		_, err = db.Exec(t.Context(), "DELETE FROM t")
		assert.EqualError(t, err, closed)
		_, err = db.Query(t.Context(), "SELECT 1")
		assert.EqualError(t, err, closed)
		assert.EqualError(t, db.QueryRow(t.Context(), "SELECT 1").Scan(new(int)), closed)
		_, err = db.Begin(t.Context())
		assert.EqualError(t, err, closed)

		got, err := pgx.CollectRows(rows, pgx.RowTo[int])
		require.NoError(t, err, "what was begun may end")
		assert.Equal(t, []int{1, 2}, got)
		_, err = tx.Exec(t.Context(), "INSERT INTO t VALUES (3)")
		require.NoError(t, err)
		require.NoError(t, tx.Commit(t.Context()))
	})
}

func TestCloseWakesThoseWhoWait(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	tx, err := db.Begin(t.Context())
	require.NoError(t, err)
	failed := make(chan error)
	go func() {
		_, err := db.Exec(context.Background(), "CREATE TABLE t (x INTEGER)")
		failed <- err
	}()
	require.NoError(t, db.Close())
	require.EqualError(t, <-failed, "sqlite: database is closed")
	require.NoError(t, tx.Rollback(t.Context()))
}

func TestWriterWaitIsBounded(t *testing.T) {
	t.Parallel()
	db := openBooks(t, sqlite.WithBusyTimeout(10*time.Millisecond))
	tx, err := db.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(t.Context())
	_, err = db.Exec(context.Background(), "DELETE FROM books")
	assert.Equal(t, "55P03", sqlState(t, err))
}

func TestReaderWaitIsBounded(t *testing.T) {
	t.Parallel()
	db := openBooks(t, sqlite.WithBusyTimeout(10*time.Millisecond), sqlite.WithReaders(1))
	rows, err := db.Query(t.Context(), "SELECT 1 UNION ALL SELECT 2")
	require.NoError(t, err)
	_, err = db.Exec(t.Context(), "SELECT 1")
	assert.Equal(t, "53300", sqlState(t, err))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = db.Exec(ctx, "SELECT 1")
	require.ErrorIs(t, err, context.Canceled)
	rows.Close()
	mustExec(t, db, "SELECT 1")
}
