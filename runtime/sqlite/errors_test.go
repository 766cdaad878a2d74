package sqlite_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func pgError(t testing.TB, err error) *pgconn.PgError {
	t.Helper()
	require.Error(t, err)
	var e *pgconn.PgError
	require.ErrorAs(t, err, &e, "%T: %v", err, err)
	return e
}

func sqlState(t testing.TB, err error) string {
	t.Helper()
	return pgError(t, err).Code
}

func TestErrorStates(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		sql  string
		args []any
		want pgconn.PgError
	}{
		{
			sql:  "INSERT INTO books (id, title) VALUES (1, 'x')",
			want: pgconn.PgError{Code: "23505", TableName: "books", ColumnName: "id", Detail: "books.id"},
		},
		{
			sql:  "INSERT INTO books (title, isbn) VALUES ('x', '123')",
			want: pgconn.PgError{Code: "23505", TableName: "books", ColumnName: "isbn", Detail: "books.isbn"},
		},
		{
			sql:  "INSERT INTO pairs VALUES (1, 2, 'other')",
			want: pgconn.PgError{Code: "23505", TableName: "pairs", ColumnName: "a", Detail: "pairs.a, pairs.b"},
		},
		{
			sql:  "INSERT INTO pairs VALUES (3, 4, 'NAME')",
			want: pgconn.PgError{Code: "23505", ConstraintName: "pairs_lower_name"},
		},
		{
			sql:  "INSERT INTO books (id, title) VALUES (1, NULL)",
			want: pgconn.PgError{Code: "23502", TableName: "books", ColumnName: "title"},
		},
		{
			sql:  "INSERT INTO books (title, pages) VALUES ('x', 0)",
			want: pgconn.PgError{Code: "23514", ConstraintName: "pages_positive"},
		},
		{
			sql:  "INSERT INTO books (title, shelf_id) VALUES ('x', 99)",
			want: pgconn.PgError{Code: "23503"},
		},
		{
			sql:  "DELETE FROM shelves WHERE id = 1",
			want: pgconn.PgError{Code: "23503"},
		},
		{
			sql:  "DELETE FROM parents",
			want: pgconn.PgError{Code: "23503"}, // RESTRICT
		},
		{
			sql:  "DELETE FROM guarded",
			want: pgconn.PgError{Code: "23000"}, // a trigger
		},
		{
			sql:  "INSERT INTO books (title, pages) VALUES ('x', 'many')",
			want: pgconn.PgError{Code: "22P02", TableName: "books", ColumnName: "pages", DataTypeName: "INTEGER"},
		},
		{
			sql: "INSERT INTO books (id, title) VALUES ($1, 'x')", args: []any{"one"},
			want: pgconn.PgError{Code: "22P02"},
		},
		{sql: "SELECT * FROM nowhere", want: pgconn.PgError{Code: "42P01"}},
		{sql: "INSERT INTO nowhere VALUES (1)", want: pgconn.PgError{Code: "42P01"}},
		{sql: "SELECT absent FROM books", want: pgconn.PgError{Code: "42703"}},
		{sql: `SELECT "absent" FROM books`, want: pgconn.PgError{Code: "42703"}},
		{sql: "INSERT INTO books (absent) VALUES (1)", want: pgconn.PgError{Code: "42703"}},
		{sql: "UPDATE books SET absent = 1", want: pgconn.PgError{Code: "42703"}},
		{sql: "SELEC 1", want: pgconn.PgError{Code: "42601"}},
		{sql: "SELECT (1", want: pgconn.PgError{Code: "42601"}},
		{sql: "SELECT 'open", want: pgconn.PgError{Code: "42601"}},
		{sql: "SELECT 1; SELECT $1", args: []any{1}, want: pgconn.PgError{Code: "42601"}},
		{sql: "SELECT 1; DELETE FROM books WHERE id = $1", want: pgconn.PgError{Code: "42P02"}},
		{sql: "SELECT 1\x00", want: pgconn.PgError{Code: "42601"}},
		{sql: "SELECT now()", want: pgconn.PgError{Code: "42883"}},
		{sql: "SELECT lower()", want: pgconn.PgError{Code: "42883"}},
		{sql: "SELECT id FROM books, shelves", want: pgconn.PgError{Code: "42702"}},
		{sql: "CREATE TABLE books (a INTEGER)", want: pgconn.PgError{Code: "42P07"}},
		{sql: "ALTER TABLE books ADD COLUMN title TEXT", want: pgconn.PgError{Code: "42701"}},
		{sql: "DROP INDEX nowhere", want: pgconn.PgError{Code: "42704"}},
		{sql: "SELECT id FROM books WHERE count(*) > 1", want: pgconn.PgError{Code: "42803"}},
		{sql: "SELECT abs(-9223372036854775807 - 1)", want: pgconn.PgError{Code: "22003"}},
		{sql: "SELECT value FROM json_each('[')", want: pgconn.PgError{Code: "22032"}},
		{sql: "SELECT zeroblob(2000000000)", want: pgconn.PgError{Code: "54000"}},
		{sql: "SELECT $1::text", args: []any{"a"}, want: pgconn.PgError{Code: "42601"}},
		{sql: "SELECT $1, $3", args: []any{1, 2}, want: pgconn.PgError{Code: "42P18"}},
		{sql: "SELECT ?", args: []any{1}, want: pgconn.PgError{Code: "42P02"}},
		{sql: "SELECT @a", args: []any{1}, want: pgconn.PgError{Code: "42P02"}},
		{sql: "SELECT $01", args: []any{1}, want: pgconn.PgError{Code: "42P02"}},
		{sql: "SELECT ?1", args: []any{1}, want: pgconn.PgError{Code: "42P02"}},
		{sql: "SELECT :a", args: []any{1}, want: pgconn.PgError{Code: "42P02"}},
		{sql: "SELECT $a", args: []any{1}, want: pgconn.PgError{Code: "42P02"}},
		{sql: "SELECT $0", args: []any{1}, want: pgconn.PgError{Code: "42P02"}},
		{sql: "SELECT $2", args: []any{1}, want: pgconn.PgError{Code: "42P18"}},
		{sql: "SELECT $32767", args: []any{1}, want: pgconn.PgError{Code: "54000"}},
	} {
		t.Run(tc.sql, func(t *testing.T) {
			t.Parallel()
			db := openBooks(t)
			mustExec(t, db, `
				INSERT INTO shelves VALUES (1, 'a');
				INSERT INTO books (id, title, isbn, shelf_id) VALUES (1, 'Emma', '123', 1);
				CREATE TABLE pairs (a INTEGER, b INTEGER, name TEXT, PRIMARY KEY (a, b)) STRICT;
				CREATE UNIQUE INDEX pairs_lower_name ON pairs (lower(name));
				INSERT INTO pairs VALUES (1, 2, 'name');
				CREATE TABLE parents (id INTEGER PRIMARY KEY) STRICT;
				CREATE TABLE children (id INTEGER REFERENCES parents (id) ON DELETE RESTRICT) STRICT;
				INSERT INTO parents VALUES (1);
				INSERT INTO children VALUES (1);
				CREATE TABLE guarded (id INTEGER) STRICT;
				INSERT INTO guarded VALUES (1);
				CREATE TRIGGER guard BEFORE DELETE ON guarded BEGIN SELECT RAISE(ABORT, 'hands off'); END;
			`)
			_, err := db.Exec(t.Context(), tc.sql, tc.args...)
			got := pgError(t, err)
			assert.Equal(t, "ERROR", got.Severity)
			assert.NotEmpty(t, got.Message)
			tc.want.Severity, tc.want.SeverityUnlocalized = got.Severity, got.SeverityUnlocalized
			tc.want.Message, tc.want.Position = got.Message, got.Position
			assert.Equal(t, &tc.want, got)
		})
	}
}

func TestErrorPosition(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	_, err := db.Query(t.Context(), "SELECT id, absent FROM books")
	assert.Equal(t, int32(12), pgError(t, err).Position)
}

func TestExplainOfAWrite(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	rows, err := db.Query(t.Context(), "EXPLAIN QUERY PLAN DELETE FROM books")
	require.NoError(t, err)
	rows.Close()
	require.NoError(t, rows.Err())
}

func TestDeferredForeignKeyFailsCommit(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	mustExec(t, db, `
		CREATE TABLE a (id INTEGER PRIMARY KEY) STRICT;
		CREATE TABLE b (a_id INTEGER REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED) STRICT`)
	tx, err := db.Begin(t.Context())
	require.NoError(t, err)
	mustExec(t, tx, "INSERT INTO b VALUES (1)")
	assert.Equal(t, "23503", sqlState(t, tx.Commit(t.Context())))
	assert.Equal(t, int64(0), one[int64](t, db, "SELECT count(*) FROM b"))
	mustExec(t, db, "INSERT INTO a VALUES (1)")
}

func TestFullDatabase(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	mustExec(t, db, "PRAGMA max_page_count = 20")
	_, err := db.Exec(t.Context(), "INSERT INTO books (title) VALUES ($1)", strings.Repeat("x", 1<<20))
	assert.Equal(t, "53100", sqlState(t, err))
	mustExec(t, db, "INSERT INTO books (title) VALUES ('short')")
}

func TestRowsCarryTheError(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	rows, err := db.Query(t.Context(), "SELECT absent FROM books")
	require.Error(t, err)
	require.NotNil(t, rows)
	assert.False(t, rows.Next())
	assert.Equal(t, err, rows.Err())
	rows.Close()
	assert.Equal(t, "42703", sqlState(t, db.QueryRow(t.Context(), "SELECT absent FROM books").Scan(new(int))))
}

func TestErrorInALaterRow(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	rows, err := db.Query(t.Context(),
		"SELECT abs(value) FROM json_each('[1, 2, -9223372036854775808]')")
	require.NoError(t, err)
	n := 0
	for rows.Next() {
		n++
	}
	assert.Equal(t, 2, n)
	assert.Equal(t, "22003", sqlState(t, rows.Err()))
}

// stateOrEmpty is the SQLSTATE of err, or "" if it has none.
func stateOrEmpty(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
