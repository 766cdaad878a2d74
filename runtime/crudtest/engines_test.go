package crudtest

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

func TestEachEngine(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	ran := map[string]crud.Dialect{}
	t.Run("all", func(t *testing.T) {
		EachEngine(t, func(t *testing.T, db crud.DB) {
			_, err := db.Exec(t.Context(), "CREATE TABLE books (id int)")
			require.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			ran[t.Name()] = crud.DialectOf(db)
		})
	})
	assert.Equal(t, map[string]crud.Dialect{
		"TestEachEngine/all/postgres": crud.Postgres,
		"TestEachEngine/all/sqlite":   crud.SQLite,
	}, ran)
}

func TestSQLiteIsolates(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *sqlite.DB{"file": SQLite, "memory": SQLiteMemory} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := open(t), open(t)
			_, err := first.Exec(t.Context(), "CREATE TABLE books (id INTEGER)")
			require.NoError(t, err)
			_, err = second.Exec(t.Context(), "SELECT id FROM books")
			require.ErrorContains(t, err, "books")
		})
	}
}

func TestSQLiteIsClosed(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *sqlite.DB{"file": SQLite, "memory": SQLiteMemory} {
		var db *sqlite.DB
		t.Run(name, func(t *testing.T) {
			db = open(t)
			_, err := db.Exec(t.Context(), "CREATE TABLE books (id INTEGER)")
			require.NoError(t, err)
		})
		_, err := db.Exec(context.Background(), "SELECT 1")
		require.Error(t, err)
	}
}

func TestSQLiteIsInAFile(t *testing.T) {
	t.Parallel()
	db := SQLite(t)
	_, err := db.Exec(t.Context(), "CREATE TABLE books (id INTEGER)")
	require.NoError(t, err)
	var file string
	require.NoError(t, db.QueryRow(t.Context(), "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&file))
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Positive(t, info.Size())
}
