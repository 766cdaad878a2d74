package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/plan"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

// Both engines take the texts as they are.
func TestStatementsRun(t *testing.T) {
	t.Parallel()
	tests := map[string]*model.Model{
		"one key column":      table("", "books", key("id"), column("title")),
		"composite key":       table("", "members", column("role"), key("org_id"), key("user_id")),
		"unique fields":       table("", "users", key("id"), unique("username"), unique("email")),
		"numbered":            table("", "tickets", identity("id"), column("label")),
		"nothing but numbers": table("", "numbers", identity("id")),
		"capitals and more":   table("", "Track-List", key("TrackId"), column("Full Title"), column("künstler"), column("lab`el")),
		"reserved words":      table("", "order", key("select"), column("from"), unique("user")),
		"every keyword":       table("", "keywords", keywords(t)...),
	}
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		for name, m := range tests {
			t.Run(name, func(t *testing.T) { runStatements(t, db, m) })
		}
	})
}

// In PostgreSQL a schema is named where a table is, and columns go by the table alone.
func TestStatementsRunInASchema(t *testing.T) {
	t.Parallel()
	conn, err := crudtest.Postgres(t).Acquire(t.Context())
	require.NoError(t, err)
	defer conn.Release()
	var schema string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT current_schema()").Scan(&schema))
	_, err = conn.Exec(t.Context(), "SET search_path = pg_catalog")
	require.NoError(t, err)
	runStatements(t, conn.Conn(), table(schema, "order", key("id"), unique("title")))
}

// keywords returns a column per word that PostgreSQL or SQLite knows.
func keywords(t *testing.T) []*model.Column {
	t.Helper()
	rows, err := crudtest.Postgres(t).Query(t.Context(), "SELECT word FROM pg_get_keywords()")
	require.NoError(t, err)
	words, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Contains(t, words, "select")
	words = append(words, "autoincrement", "glob", "indexed", "isnull", "notnull", "pragma", "regexp")
	slices.Sort(words)
	columns := []*model.Column{key("k")}
	for _, word := range slices.Compact(words) {
		columns = append(columns, column(word))
	}
	return columns
}

// runStatements creates the table, writes a row, finds it by its key and by each
// unique column, and removes it.
func runStatements(t *testing.T, db crud.DB, m *model.Model) {
	t.Helper()
	sql := plan.Of(m).SQL
	_, err := db.Exec(t.Context(), ddl(db, m))
	require.NoError(t, err)

	var args []any
	for _, c := range m.Columns {
		if c.Generated != model.Identity {
			args = append(args, "of "+c.Name)
		}
	}
	stored := values(t, db, sql.Create, args...)
	require.Len(t, stored, 1)
	row := map[string]any{}
	for i, c := range m.Columns {
		row[c.Name] = stored[0][i]
	}
	assert.Equal(t, stored, values(t, db, sql.Select))

	keys := columnValues(row, m.Key.Columns)
	assert.Equal(t, stored, values(t, db, sql.Get, keys...))
	for i, columns := range m.Lookups() {
		require.Len(t, columns, 1)
		assert.Equal(t, stored, values(t, db, sql.Lookups[i], row[columns[0].Name]))
		assert.Empty(t, values(t, db, sql.Lookups[i], "another"))
	}
	tag, err := db.Exec(t.Context(), sql.Delete, keys...)
	require.NoError(t, err)
	assert.EqualValues(t, 1, tag.RowsAffected())
	assert.Empty(t, values(t, db, sql.Get, keys...))
}

func columnValues(row map[string]any, columns []*model.Column) []any {
	all := make([]any, len(columns))
	for i, c := range columns {
		all[i] = row[c.Name]
	}
	return all
}

// values returns the rows of a query.
func values(t *testing.T, db crud.DB, sql string, args ...any) [][]any {
	t.Helper()
	rows, err := db.Query(t.Context(), sql, args...)
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
	require.NoError(t, err)
	return all
}

// ddl returns the CREATE TABLE of text columns, with every name in quotes.
func ddl(db crud.DB, m *model.Model) string {
	number := "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
	if d, ok := db.(interface{ Dialect() crud.Dialect }); ok && d.Dialect() == crud.SQLite {
		number = "INTEGER PRIMARY KEY"
	}
	var lines, keys []string
	for _, c := range m.Columns {
		kind := "text"
		if c.Generated == model.Identity {
			kind = number
		} else if c.PrimaryKey {
			keys = append(keys, quote(c.Name))
		}
		lines = append(lines, quote(c.Name)+" "+kind)
	}
	if len(keys) > 0 {
		lines = append(lines, "PRIMARY KEY ("+strings.Join(keys, ", ")+")")
	}
	name := quote(m.Table)
	if m.Schema != "" {
		name = quote(m.Schema) + "." + name
	}
	return fmt.Sprintf("CREATE TABLE %s (%s)", name, strings.Join(lines, ", "))
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
