package consumer_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/citext"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// An introspected database is one of the fixtures of package introspect.
type introspected struct {
	name  string
	sql   string   // of the database; that of the fixture's file where it is empty
	args  []string // of introspect
	seed  string   // SQL for what no row can be created without
	views []string // that are served by a column which nothing says is unique
	url   string
}

var fixtures = []*introspected{
	{name: "types"},
	{name: "cases", views: []string{"adults"}},
	{name: "shop"},
	// A store has a manager, who works at a store: the first of both need one statement.
	{name: "rental", views: []string{"customer_lists"}, seed: `WITH store AS (INSERT INTO stores VALUES (-1, -1))
		INSERT INTO staff (staff_id, store_id, username) VALUES (-1, -1, 'first')`},
	{name: "issues", args: []string{"--style", "name"}},
	{name: "sqlite", views: []string{"adults"}},
	{name: "many", sql: manyTables()},
}

// TestIntrospected goes the whole way from databases that exist: introspect writes their
// protos, which buf lints and builds, and the plugins generate servers that create, get,
// list, update and delete rows of every table that has a key, create and list those of the
// others, and list the views. Nothing is edited by hand.
func TestIntrospected(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, "introspected")
	want := map[string][]string{}
	for _, f := range fixtures {
		want[f.name] = f.create(t)
		w.run(w.bin+"/protoc-gen-go-crud", slices.Concat([]string{
			"introspect", "--database", f.url, "--out", "proto", "-I", "deps", "--package", f.name + ".v1",
			"--go-package", "example.com/consumer/gen/" + f.name + "/v1;" + f.name + "v1",
		}, f.args)...)
	}
	buf := tool(t, "buf", "run make tools")
	assert.Empty(t, w.run(buf, "lint"))
	w.run(buf, "build")
	w.run(buf, "generate")
	w.writeRegistry(t)
	w.goTool(w.dir, "build", "-o", w.bin+"/introspected", ".")

	for _, f := range fixtures {
		t.Run(f.name, func(t *testing.T) {
			var hints bytes.Buffer // of indexes that the fixtures do without
			cmd := w.command(t.Context(), w.bin+"/introspected", slices.Concat([]string{f.name, f.url}, f.views)...)
			cmd.Stderr = &hints
			out, err := cmd.Output()
			require.NoError(t, err, hints.String())
			assert.ElementsMatch(t, want[f.name], strings.Split(strings.TrimSpace(string(out)), "\n"))
		})
	}
}

// create makes the database, and returns the names of its tables that can be written.
func (f *introspected) create(t *testing.T) []string {
	t.Helper()
	if f.sql == "" {
		text, err := os.ReadFile(filepath.Join("..", "..", "codegen", "introspect", "testdata", f.name+".sql"))
		require.NoError(t, err)
		f.sql = string(text)
	}
	tables := "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
	var db crud.DB
	if f.name == "sqlite" {
		f.url = "sqlite:" + filepath.Join(t.TempDir(), "introspected.db")
		tables = "SELECT name FROM sqlite_schema WHERE type = 'table'"
		db = f.openSQLite(t)
	} else {
		f.url = withPublic(crudtest.PostgresURL(t))
		db = f.openPostgres(t)
	}
	for sql := range strings.SplitSeq(f.sql+f.seed, ";\n") {
		if strings.TrimSpace(sql) != "" {
			_, err := db.Exec(t.Context(), sql)
			require.NoError(t, err, sql)
		}
	}
	rows, err := db.Query(t.Context(), tables)
	require.NoError(t, err)
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Err())
	return names
}

// withPublic puts the schema public, which has citext, behind the test's own: the last
// word of the address.
func withPublic(url string) string {
	if before, ok := strings.CutSuffix(url, "'"); ok { // of keywords and values
		return before + ",public'"
	}
	return url + "%2Cpublic"
}

func (f *introspected) openSQLite(t *testing.T) crud.DB {
	t.Helper()
	db, err := sqlite.Open(f.url)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	return db
}

// openPostgres opens a database that has citext.
func (f *introspected) openPostgres(t *testing.T) crud.DB {
	t.Helper()
	db, err := pgxpool.New(t.Context(), f.url)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	require.NoError(t, citext.Create(t.Context(), db))
	return db
}

var (
	generatedTable  = regexp.MustCompile(`(?m)^var (\w+) = new\w+Table\(\)$`)
	generatedServer = regexp.MustCompile(`(?m)^func NewCRUD(\w+)Server\(db crud\.DB`)
)

// writeRegistry writes the list of what was generated, which an application has in its
// own code.
func (w *workspace) writeRegistry(t *testing.T) {
	t.Helper()
	imports, entries := "", ""
	for path, code := range generated(t, filepath.Join(w.dir, "gen")) {
		name, _, _ := strings.Cut(path, "/")
		imports += fmt.Sprintf("\t%[1]q\n", "example.com/consumer/gen/"+name+"/v1")
		entries += fmt.Sprintf("\t%q: {tables: []crud.AnyTable{", name)
		for _, table := range generatedTable.FindAllStringSubmatch(code, -1) {
			entries += name + "v1." + table[1] + ", "
		}
		entries += "}, register: func(s grpc.ServiceRegistrar, db crud.DB) {\n"
		for _, server := range generatedServer.FindAllStringSubmatch(code, -1) {
			entries += fmt.Sprintf("\t\t%[1]sv1.Register%[2]sServer(s, %[1]sv1.NewCRUD%[2]sServer(db))\n", name, server[1])
		}
		entries += "\t}},\n"
	}
	text := "package main\n\nimport (\n\t\"google.golang.org/grpc\"\n\n" + imports +
		"\t\"github.com/protocrud/protoc-gen-go-crud/runtime/crud\"\n)\n\nvar fixtures = map[string]fixture{\n" + entries + "}\n"
	require.NoError(t, os.WriteFile(filepath.Join(w.dir, "registry.go"), []byte(text), 0o644))
}
