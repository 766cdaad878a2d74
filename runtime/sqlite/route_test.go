package sqlite_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// What reads does not need the writer; what writes does.
func TestRouting(t *testing.T) {
	t.Parallel()
	for sql, reads := range map[string]bool{
		"SELECT 1":                               true,
		"  /* a */ -- b\n select 1":              true,
		"VALUES (1)":                             true,
		";SELECT 1":                              true,
		"SELECT 1;":                              true,
		"SELECT 1 ; -- done":                     true,
		"SELECT 'INSERT INTO books'":             true,
		"WITH x AS (SELECT 1) SELECT * FROM x":   true,
		"EXPLAIN SELECT 1":                       true,
		"EXPLAIN QUERY PLAN SELECT * FROM books": true,
		"PRAGMA user_version":                    true,
		"PRAGMA main.user_version;":              true,
		"PRAGMA table_info(books)":               true,
		"PRAGMA main.table_xinfo('books')":       true,
		"PRAGMA integrity_check":                 true,
		"INSERT INTO books (title) VALUES ('x')": false,
		"REPLACE INTO books (title) VALUES (1)":  false,
		"UPDATE books SET title = title":         false,
		"DELETE FROM books RETURNING id":         false,
		"WITH x AS (SELECT 1 AS id) DELETE FROM books WHERE id IN (SELECT id FROM x)":                false,
		"WITH x AS (SELECT 'a' AS t) INSERT INTO books (title) SELECT t FROM x RETURNING title":      false,
		"WITH x(a, b) AS (SELECT 1, ')') UPDATE books SET title = 'x' WHERE id IN (SELECT a FROM x)": false,
		"CREATE TABLE t (a INTEGER)": false,
		"PRAGMA user_version = 7":    false,
		"PRAGMA user_version(7)":     false,
		"PRAGMA wal_checkpoint":      false,
		"PRAGMA foreign_keys = OFF":  false,
		"ANALYZE":                    false,
		"":                           false,
	} {
		t.Run(sql, func(t *testing.T) {
			t.Parallel()
			db := openBooks(t, sqlite.WithBusyTimeout(0))
			tx, err := db.Begin(t.Context())
			require.NoError(t, err)
			_, execErr := db.Exec(t.Context(), sql)
			rows, queryErr := db.Query(t.Context(), sql)
			rows.Close()
			require.NoError(t, tx.Rollback(t.Context()))
			if reads {
				require.NoError(t, execErr)
				require.NoError(t, queryErr)
				return
			}
			assert.Equal(t, "55P03", sqlState(t, execErr))
			assert.Equal(t, "55P03", sqlState(t, queryErr))
			_, err = db.Exec(t.Context(), sql)
			require.NotEqual(t, "25006", stateOrEmpty(err))
		})
	}
}

func TestReadYourWrites(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		mustExec(t, db, "CREATE TABLE t (n INTEGER) STRICT; INSERT INTO t VALUES (0)")
		for want := int64(1); want <= 200; want++ {
			if want%2 == 0 {
				mustExec(t, db, "UPDATE t SET n = n + 1")
			} else {
				require.Equal(t, want, one[int64](t, db, "UPDATE t SET n = n + 1 RETURNING n"))
			}
			require.Equal(t, want, one[int64](t, db, "SELECT n FROM t"))
		}
	})
}

func TestAReadKeepsItsSnapshot(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		mustExec(t, db, "CREATE TABLE t (n INTEGER) STRICT; INSERT INTO t VALUES (1), (2), (3)")
		rows, err := db.Query(t.Context(), "SELECT n FROM t")
		require.NoError(t, err)
		defer rows.Close()
		mustExec(t, db, "DELETE FROM t")
		n := 0
		for rows.Next() {
			n++
		}
		require.NoError(t, rows.Err())
		assert.Equal(t, 3, n)
		assert.Equal(t, int64(0), one[int64](t, db, "SELECT count(*) FROM t"))
	})
}

// A write holds the writer only until Query returns, whoever forgets the rows.
func TestWriteRowsHoldNothing(t *testing.T) {
	t.Parallel()
	db := openBooks(t, sqlite.WithBusyTimeout(0))
	rows, err := db.Query(t.Context(), "INSERT INTO books (title) VALUES ('a'), ('b') RETURNING title")
	require.NoError(t, err)
	db.QueryRow(t.Context(), "INSERT INTO books (title) VALUES ('c') RETURNING title") // never scanned
	mustExec(t, db, "INSERT INTO books (title) VALUES ('d')")
	assert.Equal(t, int64(4), one[int64](t, db, "SELECT count(*) FROM books"))
	rows.Close()
}

func TestStatementsThatAreRefused(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	for sql, want := range map[string]string{
		"BEGIN":                        "use Begin",
		"begin immediate":              "use Begin",
		"COMMIT":                       "use Begin",
		"END":                          "use Begin",
		"ROLLBACK":                     "use Begin",
		"ROLLBACK TO a":                "use Begin",
		"SAVEPOINT a":                  "need a transaction",
		"RELEASE a":                    "need a transaction",
		"ATTACH ':memory:' AS other":   "ATTACH and DETACH are not supported",
		"DETACH other":                 "ATTACH and DETACH are not supported",
		"DELETE FROM books; COMMIT":    "use Begin",
		"SELECT 1; BEGIN; SELECT 2":    "use Begin",
		"DELETE FROM books; SELECT $1": "there is no parameter $1",
	} {
		_, err := db.Exec(t.Context(), sql)
		assert.ErrorContains(t, err, want, sql)
		_, err = db.Query(t.Context(), sql)
		assert.Error(t, err, sql)
	}
	mustExec(t, db, "DELETE FROM books")
}

func TestScripts(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		tag := mustExec(t, db, `
			CREATE TABLE a (s TEXT) STRICT; -- one; two
			INSERT INTO a VALUES ('x;y'), ('z');
			CREATE TRIGGER tr AFTER DELETE ON a BEGIN SELECT 1; SELECT 2; END;
			;;
			DELETE FROM a WHERE s = 'z' /* ; */ ;
		`)
		assert.Equal(t, "DELETE 1", tag)
		assert.Equal(t, "x;y", one[string](t, db, "SELECT s FROM a"))

		_, err := db.Exec(t.Context(), "DELETE FROM a; INSERT INTO nowhere VALUES (1); DELETE FROM a")
		assert.Equal(t, "42P01", sqlState(t, err))
		assert.Equal(t, int64(1), one[int64](t, db, "SELECT count(*) FROM a"), "all or nothing")

		_, err = db.Exec(t.Context(), "DELETE FROM a WHERE s = $1; DELETE FROM a", "x;y")
		assert.Equal(t, "42601", sqlState(t, err))
		mustExec(t, db, "SELECT 1; DELETE FROM a")
		assert.Equal(t, int64(0), one[int64](t, db, "SELECT count(*) FROM a"))
	})
}
