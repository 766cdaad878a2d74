package crudtest

import (
	"path/filepath"
	"testing"

	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// SQLite returns an empty database of the embedded engine in a file of its own.
// When t ends, the database is closed and the file removed.
func SQLite(t testing.TB) *sqlite.DB {
	t.Helper()
	return openSQLite(t, filepath.Join(t.TempDir(), "test.db"))
}

// SQLiteMemory returns an empty database of the embedded engine in memory, closed
// when t ends. It is the quickest to have; what concerns files, such as opening a
// database again, needs [SQLite].
func SQLiteMemory(t testing.TB) *sqlite.DB {
	t.Helper()
	return openSQLite(t, ":memory:")
}

func openSQLite(t testing.TB, name string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(name)
	if err != nil {
		t.Fatalf("crudtest: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("crudtest: %v", err)
		}
	})
	return db
}
