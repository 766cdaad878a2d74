package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const booksDDL = `
CREATE TABLE shelves (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE books (
	id INTEGER PRIMARY KEY,
	title TEXT NOT NULL,
	isbn TEXT UNIQUE,
	pages INTEGER,
	shelf_id INTEGER REFERENCES shelves (id),
	CONSTRAINT pages_positive CHECK (pages > 0)
) STRICT;
`

// onEachEngine runs f on a database in a file and on one in memory.
func onEachEngine(t *testing.T, f func(t *testing.T, db *sqlite.DB), opts ...sqlite.Option) {
	t.Helper()
	for name, path := range map[string]func(*testing.T) string{
		"file":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "test.db") },
		"memory": func(*testing.T) string { return ":memory:" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, openAt(t, path(t), opts...))
		})
	}
}

func openAt(t testing.TB, name string, opts ...sqlite.Option) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(name, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// openMemory returns an empty database in memory.
func openMemory(t testing.TB, opts ...sqlite.Option) *sqlite.DB {
	t.Helper()
	return openAt(t, ":memory:", opts...)
}

// openBooks returns a database in memory with the tables of booksDDL.
func openBooks(t testing.TB, opts ...sqlite.Option) *sqlite.DB {
	t.Helper()
	db := openMemory(t, opts...)
	mustExec(t, db, booksDDL)
	return db
}

func mustExec(t testing.TB, db execer, sql string, args ...any) string {
	t.Helper()
	tag, err := db.Exec(context.Background(), sql, args...)
	require.NoError(t, err)
	return tag.String()
}

// endless is a query that runs for hours without returning a row.
const endless = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0`
