package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/compiler/protogen"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/plan"
)

// A table is a model as far as its SQL goes.
func table(schema, name string, columns ...*model.Column) *model.Model {
	m := &model.Model{Schema: schema, Table: name, Columns: columns}
	for _, c := range columns {
		if c.PrimaryKey {
			m.Key.Columns = append(m.Key.Columns, c)
		}
	}
	return m
}

func key(name string) *model.Column { return &model.Column{Name: name, PrimaryKey: true} }

func column(name string) *model.Column { return &model.Column{Name: name} }

func identity(name string) *model.Column {
	return &model.Column{Name: name, PrimaryKey: true, Generated: model.Identity}
}

func unique(name string) *model.Column {
	return &model.Column{Name: name, Unique: true, Field: &protogen.Field{}}
}

func TestStatements(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name                         string
		model                        *model.Model
		rows, get, insert, returning string
		remove                       string
		lookups                      []string
	}{
		{
			name:      "one key column",
			model:     table("", "books", key("id"), column("title")),
			rows:      "SELECT books.id, books.title FROM books",
			get:       "WHERE books.id = $1",
			insert:    "INSERT INTO books ( id, title ) VALUES ($1, $2)",
			returning: "RETURNING books.id, books.title",
			remove:    "DELETE FROM books WHERE books.id = $1",
		},
		{
			name:      "the database numbers the key",
			model:     table("", "books", identity("id"), column("title")),
			rows:      "SELECT books.id, books.title FROM books",
			get:       "WHERE books.id = $1",
			insert:    "INSERT INTO books ( title ) VALUES ($1)",
			returning: "RETURNING books.id, books.title",
			remove:    "DELETE FROM books WHERE books.id = $1",
		},
		{
			name:      "nothing but a number",
			model:     table("", "tickets", identity("id")),
			rows:      "SELECT tickets.id FROM tickets",
			get:       "WHERE tickets.id = $1",
			insert:    "INSERT INTO tickets DEFAULT VALUES",
			returning: "RETURNING tickets.id",
			remove:    "DELETE FROM tickets WHERE tickets.id = $1",
		},
		{
			name:      "composite key, not in front",
			model:     table("", "members", column("role"), key("org_id"), key("user_id")),
			rows:      "SELECT members.role, members.org_id, members.user_id FROM members",
			get:       "WHERE members.org_id = $1 AND members.user_id = $2",
			insert:    "INSERT INTO members ( role, org_id, user_id ) VALUES ($1, $2, $3)",
			returning: "RETURNING members.role, members.org_id, members.user_id",
			remove:    "DELETE FROM members WHERE members.org_id = $1 AND members.user_id = $2",
		},
		{
			name:      "schema",
			model:     table("library", "books", key("id")),
			rows:      "SELECT books.id FROM library.books",
			get:       "WHERE books.id = $1",
			insert:    "INSERT INTO library.books ( id ) VALUES ($1)",
			returning: "RETURNING books.id",
			remove:    "DELETE FROM library.books WHERE books.id = $1",
		},
		{
			name:      "names in quotes",
			model:     table("Main", "order", key("Id"), column("select"), column("full name")),
			rows:      `SELECT "order"."Id", "order"."select", "order"."full name" FROM "Main"."order"`,
			get:       `WHERE "order"."Id" = $1`,
			insert:    `INSERT INTO "Main"."order" ( "Id", "select", "full name" ) VALUES ($1, $2, $3)`,
			returning: `RETURNING "order"."Id", "order"."select", "order"."full name"`,
			remove:    `DELETE FROM "Main"."order" WHERE "order"."Id" = $1`,
		},
		{
			name:      "unique fields",
			model:     table("", "users", identity("id"), unique("username"), unique("email")),
			rows:      "SELECT users.id, users.username, users.email FROM users",
			get:       "WHERE users.id = $1",
			insert:    "INSERT INTO users ( username, email ) VALUES ($1, $2)",
			returning: "RETURNING users.id, users.username, users.email",
			remove:    "DELETE FROM users WHERE users.id = $1",
			lookups:   []string{"WHERE users.username = $1", "WHERE users.email = $1"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sql := plan.Of(tt.model).SQL
			assert.Equal(t, tt.rows, oneLine(sql.Select))
			assert.Equal(t, tt.rows+" "+tt.get, oneLine(sql.Get))
			assert.Equal(t, tt.insert+" "+tt.returning, oneLine(sql.Create))
			assert.Equal(t, tt.remove, oneLine(sql.Delete))
			require.Len(t, sql.Lookups, len(tt.lookups))
			for i, lookup := range tt.lookups {
				assert.Equal(t, tt.rows+" "+lookup, oneLine(sql.Lookups[i]))
			}
		})
	}
}

// The runtime and the emitted constants take the texts apart and put them together.
func TestStatementsShareTheirParts(t *testing.T) {
	t.Parallel()
	sql := plan.Of(table("", "users", identity("id"), unique("email"))).SQL
	assert.True(t, strings.HasPrefix(sql.Columns, "\n"))
	assert.True(t, strings.HasPrefix(sql.Get, sql.Select))
	assert.True(t, strings.HasPrefix(sql.Lookups[0], sql.Select))
	assert.True(t, strings.HasPrefix(sql.Select, "SELECT"+sql.Columns))
	assert.True(t, strings.HasSuffix(sql.Create, "RETURNING"+sql.Columns))
}

func TestOneColumnPerLine(t *testing.T) {
	t.Parallel()
	before := plan.Of(table("", "books", key("id"), column("title"))).SQL
	after := plan.Of(table("", "books", key("id"), column("title"), column("pages"))).SQL
	assert.Equal(t, before.Columns+",\n\t\tbooks.pages", after.Columns)
	assert.Contains(t, after.Create, "\n\t\t\ttitle,\n\t\t\tpages\n")
}

func TestManyPlaceholdersAreWrapped(t *testing.T) {
	t.Parallel()
	columns := []*model.Column{key("id")}
	for i := 2; i <= 100; i++ {
		columns = append(columns, column(fmt.Sprintf("c%d", i)))
	}
	create := plan.Of(table("", "wide", columns...)).SQL.Create
	_, values, found := strings.Cut(create, ") VALUES (")
	require.True(t, found)
	values, _, found = strings.Cut(values, ")")
	require.True(t, found)
	for line := range strings.Lines(values) {
		assert.LessOrEqual(t, len(line), 80)
		assert.NotRegexp(t, `[ \t]\n$`, line)
	}
	want := make([]string, 100)
	for i := range want {
		want[i] = fmt.Sprintf("$%d", i+1)
	}
	assert.Equal(t, strings.Join(want, ", "), oneLine(values))
}

// Whatever the names: every value is bound, nothing is read by *, and squirrel finds
// no placeholder of its own.
func TestStatementRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-zA-Z_][a-zA-Z0-9_ .-]{0,20}`)
		columns := []*model.Column{key(name.Draw(t, "key"))}
		for _, n := range rapid.SliceOfN(name, 0, 30).Draw(t, "columns") {
			columns = append(columns, column(n))
		}
		m := table(rapid.SampledFrom([]string{"", "s", "Own"}).Draw(t, "schema"), name.Draw(t, "table"), columns...)
		sql := plan.Of(m).SQL
		for _, text := range []string{sql.Select, sql.Get, sql.Create, sql.Delete} {
			assert.NotContains(t, text, "*")
			assert.NotContains(t, text, "?")
			assert.NotContains(t, text, "::")
			assert.NotContains(t, strings.ToLower(text), "now()")
		}
		assert.Equal(t, len(columns), strings.Count(sql.Create, "$"))
		assert.Equal(t, 1, strings.Count(sql.Get, "$"))
		assert.Equal(t, sql, plan.Of(m).SQL)
	})
}

// oneLine returns the text with single spaces.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
