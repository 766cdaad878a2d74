package sqlite_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

type book struct {
	ID    int64
	Title string
	Pages *int32
}

func openShelf(t testing.TB) *sqlite.DB {
	db := openBooks(t)
	mustExec(t, db, "INSERT INTO books (id, title, pages) VALUES (1, 'Emma', 500), (2, 'Persuasion', NULL)")
	return db
}

const selectBooks = "SELECT id, title, pages FROM books ORDER BY id"

func TestCollect(t *testing.T) {
	t.Parallel()
	db := openShelf(t)
	want := []book{{1, "Emma", ptr[int32](500)}, {2, "Persuasion", nil}}
	query := func() pgx.Rows {
		rows, err := db.Query(t.Context(), selectBooks)
		require.NoError(t, err)
		return rows
	}
	byName, err := pgx.CollectRows(query(), pgx.RowToStructByName[book])
	require.NoError(t, err)
	assert.Equal(t, want, byName)
	byPos, err := pgx.CollectRows(query(), pgx.RowToStructByPos[book])
	require.NoError(t, err)
	assert.Equal(t, want, byPos)
	lax, err := pgx.CollectOneRow(query(), pgx.RowToAddrOfStructByNameLax[book])
	require.NoError(t, err)
	assert.Equal(t, &want[0], lax)
	_, err = pgx.CollectExactlyOneRow(query(), pgx.RowToStructByName[book])
	require.ErrorIs(t, err, pgx.ErrTooManyRows)
	maps, err := pgx.CollectRows(query(), pgx.RowToMap)
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"id": int64(2), "title": "Persuasion", "pages": nil}, maps[1])

	rows, err := db.Query(t.Context(), "SELECT title FROM books ORDER BY id")
	require.NoError(t, err)
	titles, err := pgx.AppendRows([]string{"first"}, rows, pgx.RowTo[string])
	require.NoError(t, err)
	assert.Equal(t, []string{"first", "Emma", "Persuasion"}, titles)

	var title string
	tag, err := pgx.ForEachRow(query(), []any{nil, &title, nil}, func() error { return nil })
	require.NoError(t, err)
	assert.Equal(t, "SELECT 2", tag.String())
	assert.Equal(t, "Persuasion", title)
}

func TestCollectFromAWrite(t *testing.T) {
	t.Parallel()
	db := openShelf(t)
	rows, err := db.Query(t.Context(), "UPDATE books SET pages = 1 RETURNING id, title, pages")
	require.NoError(t, err)
	got, err := pgx.CollectRows(rows, pgx.RowToStructByName[book])
	require.NoError(t, err)
	assert.ElementsMatch(t, []book{{1, "Emma", ptr[int32](1)}, {2, "Persuasion", ptr[int32](1)}}, got)
	assert.Equal(t, "UPDATE 2", rows.CommandTag().String())
}

func TestRowsStates(t *testing.T) {
	t.Parallel()
	for name, sql := range map[string]string{
		"read":  selectBooks,
		"write": "UPDATE books SET isbn = id RETURNING id, title, pages",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openShelf(t)
			rows, err := db.Query(t.Context(), sql)
			require.NoError(t, err)
			var id int64
			var title string
			assert.Error(t, rows.Scan(&id, &title, nil), "there is no row before Next")
			_, err = rows.Values()
			assert.Error(t, err)
			assert.Empty(t, rows.CommandTag().String())
			require.Len(t, rows.FieldDescriptions(), 3)
			assert.Equal(t, "title", rows.FieldDescriptions()[1].Name)
			assert.Zero(t, rows.FieldDescriptions()[1].DataTypeOID)
			assert.Nil(t, rows.RawValues())
			assert.Nil(t, rows.Conn())
			assert.NotNil(t, rows.TypeMap())

			require.True(t, rows.Next())
			require.NoError(t, rows.Scan(&id, &title, nil))
			require.NoError(t, rows.Scan(nil, nil, nil), "a row can be scanned twice")
			values, err := rows.Values()
			require.NoError(t, err)
			assert.Equal(t, []any{id, title, int64(500)}, values)

			require.True(t, rows.Next())
			assert.False(t, rows.Next())
			assert.False(t, rows.Next())
			rows.Close()
			rows.Close()
			require.NoError(t, rows.Err())
			assert.Error(t, rows.Scan(&id, &title, nil))
			_, err = rows.Values()
			assert.Error(t, err)
			assert.Len(t, rows.FieldDescriptions(), 3)
		})
	}
}

func TestScanErrorClosesRows(t *testing.T) {
	t.Parallel()
	db := openShelf(t)
	for _, dest := range [][]any{{new(int)}, {new(int), new(int), nil}} {
		rows, err := db.Query(t.Context(), selectBooks)
		require.NoError(t, err)
		require.True(t, rows.Next())
		err = rows.Scan(dest...)
		require.Error(t, err)
		assert.False(t, rows.Next())
		assert.Equal(t, err, rows.Err())
	}
}

func TestQueryRow(t *testing.T) {
	t.Parallel()
	db := openShelf(t)
	require.ErrorIs(t, db.QueryRow(t.Context(), "SELECT 1 WHERE false").Scan(new(int)), pgx.ErrNoRows)
	require.ErrorIs(t, db.QueryRow(t.Context(), "UPDATE books SET pages = 1 WHERE id = 9 RETURNING id").Scan(new(int)), pgx.ErrNoRows)
	require.ErrorIs(t, db.QueryRow(t.Context(), "UPDATE books SET pages = 1").Scan(), pgx.ErrNoRows)
	assert.Equal(t, "Emma", one[string](t, db, "SELECT title FROM books ORDER BY id"), "the first of several")

	row := db.QueryRow(t.Context(), "SELECT 5")
	require.NoError(t, row.Scan(new(int)))
	require.ErrorIs(t, row.Scan(new(int)), pgx.ErrNoRows, "there is no second one")
}

func TestCommandTags(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		for _, tc := range []struct{ sql, want string }{
			{"CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER) STRICT", "CREATE TABLE"},
			{"create unique index a_n on a (n) where n > 100", "CREATE INDEX"},
			{"CREATE TEMP VIEW v AS SELECT 1", "CREATE VIEW"},
			{"/* several */ INSERT INTO a (n) VALUES (1), (2), (3)", "INSERT 0 3"},
			{"INSERT INTO a (id) VALUES (1) ON CONFLICT DO NOTHING", "INSERT 0 0"},
			{"REPLACE INTO a (id, n) VALUES (1, 5)", "INSERT 0 1"},
			{"-- all\nUPDATE a SET n = n + 1", "UPDATE 3"},
			{"UPDATE a SET n = 0 WHERE false", "UPDATE 0"},
			{"UPDATE a SET n = n RETURNING n", "UPDATE 3"},
			{"WITH x AS (SELECT 1 AS n) UPDATE a SET n = 2 WHERE id IN (SELECT n FROM x)", "UPDATE 1"},
			{"WITH x AS (SELECT 'DELETE' /* ) */ AS n) SELECT n FROM x", "SELECT 1"},
			{"SELECT id FROM a", "SELECT 3"},
			{"VALUES (1), (2)", "SELECT 2"},
			{"DELETE FROM a WHERE id = 1", "DELETE 1"},
			{"DELETE FROM a", "DELETE 2"},
			{"ALTER TABLE a ADD COLUMN x TEXT", "ALTER TABLE"},
			{"DROP TABLE a", "DROP TABLE"},
			{"EXPLAIN SELECT 1", "EXPLAIN"},
			{"PRAGMA user_version = 3", "PRAGMA"},
			{"VACUUM", "VACUUM"},
			{"ANALYZE", "ANALYZE"},
			{"", ""},
			{" ; -- nothing", ""},
		} {
			assert.Equal(t, tc.want, mustExec(t, db, tc.sql), tc.sql)
		}
	})
}

func TestQueryOfNothing(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	rows, err := db.Query(t.Context(), "-- nothing")
	require.NoError(t, err)
	assert.False(t, rows.Next())
	require.NoError(t, rows.Err())
}

func TestSchemaChangesReachCachedStatements(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		mustExec(t, db, "CREATE TABLE a (id INTEGER PRIMARY KEY, x TEXT) STRICT; INSERT INTO a VALUES (1, 'x')")
		names := func(q interface {
			Query(context.Context, string, ...any) (pgx.Rows, error)
		}, sql string,
		) []string {
			rows, err := q.Query(t.Context(), sql)
			require.NoError(t, err)
			rows.Close()
			require.NoError(t, rows.Err())
			var names []string
			for _, f := range rows.FieldDescriptions() {
				names = append(names, f.Name)
			}
			return names
		}
		const read, write = "SELECT * FROM a", "UPDATE a SET id = id RETURNING *"
		for range 2 {
			assert.Equal(t, []string{"id", "x"}, names(db, read))
			assert.Equal(t, []string{"id", "x"}, names(db, write))
		}
		mustExec(t, db, "ALTER TABLE a ADD COLUMN y INTEGER")
		for range 2 {
			assert.Equal(t, []string{"id", "x", "y"}, names(db, read))
			assert.Equal(t, []string{"id", "x", "y"}, names(db, write))
		}
		mustExec(t, db, "ALTER TABLE a RENAME COLUMN x TO z")
		rows, err := db.Query(t.Context(), read)
		require.NoError(t, err)
		got, err := pgx.CollectOneRow(rows, pgx.RowToMap)
		require.NoError(t, err)
		assert.Equal(t, map[string]any{"id": int64(1), "z": "x", "y": nil}, got)

		mustExec(t, db, "DROP TABLE a")
		_, err = db.Query(t.Context(), read)
		assert.Equal(t, "42P01", sqlState(t, err))
		mustExec(t, db, "CREATE TABLE a (other TEXT)")
		assert.Equal(t, []string{"other"}, names(db, read))
	})
}
