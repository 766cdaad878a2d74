package introspect_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/compiler/protogen"

	"github.com/protocrud/protoc-gen-go-crud/codegen/introspect"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/scaffold"
	"github.com/protocrud/protoc-gen-go-crud/codegen/schema"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
	"github.com/protocrud/protoc-gen-go-crud/internal/citext"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

var update = flag.Bool("update", false, "rewrite the golden protos")

func TestMain(m *testing.M) { crudtest.Main(m) }

// all are the methods of a complete service.
var all = introspect.Config{Package: "app.v1", GoPackage: "example.com/app/v1;appv1", Methods: scaffold.Standard}

// database makes a database with what a file of SQL makes, and returns the name of its
// schema.
func database(t *testing.T, opts ...crudtest.PostgresOption) (db *pgxpool.Pool, schema string) {
	t.Helper()
	db = crudtest.Postgres(t, append(opts, crudtest.WithConfig(func(c *pgxpool.Config) {
		c.ConnConfig.RuntimeParams["search_path"] += ", public"
	}))...)
	require.NoError(t, db.QueryRow(t.Context(), "SELECT CAST(current_schema() AS text)").Scan(&schema))
	return db, schema
}

func run(t *testing.T, db *pgxpool.Pool, sql string) {
	t.Helper()
	_, err := db.Exec(t.Context(), sql)
	require.NoError(t, err)
}

func read(t *testing.T, db *pgxpool.Pool, tables ...string) *introspect.Database {
	t.Helper()
	var d *introspect.Database
	require.NoError(t, db.AcquireFunc(t.Context(), func(c *pgxpool.Conn) (err error) {
		d, err = introspect.ReadPostgres(t.Context(), c.Conn(), "", tables)
		return err
	}))
	return d
}

// output writes what Make makes into a directory, and returns it and its warnings.
func output(t *testing.T, d *introspect.Database, c introspect.Config, dir string) *introspect.Output {
	t.Helper()
	o, err := introspect.Make(t.Context(), d, c, dir, nil)
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(o.Path), 0o755))
	require.NoError(t, os.WriteFile(o.Path, []byte(o.Text), 0o644))
	return o
}

// load reads a proto as the plugin does; what is wrong with it fails the test.
func load(t *testing.T, dir, path string) []*model.File {
	t.Helper()
	_, files := loadIn(t, dir, path)
	return files
}

func loadIn(t require.TestingT, dir, path string) (*protogen.Plugin, []*model.File) {
	gen, err := source.Read(context.Background(), source.Config{Files: []string{path}, Paths: []string{dir}})
	require.NoError(t, err)
	files, problems := model.Load(gen)
	require.Empty(t, problems)
	return gen, files
}

// tables are the tables of a proto's models, but for views, which have no keys.
func tables(files []*model.File, views ...string) []crud.AnyTable {
	var all []crud.AnyTable
next:
	for _, table := range schema.Tables(files) {
		for _, v := range views {
			if table.Name == v {
				continue next
			}
		}
		all = append(all, crud.Described(table.TableInfo))
	}
	return all
}

// formatted fails if buf would write a file in another way.
func formatted(t *testing.T, path string) {
	t.Helper()
	out, err := exec.Command(buf(t), "format", "-d", path).CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Empty(t, string(out))
}

// buf is the path of the program, which make tools installs.
func buf(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../bin/buf")
	require.NoError(t, err)
	return path
}

func golden(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), text)
}

// Every type and every case become protos that load, that buf would not write otherwise,
// and that fit the live tables; a second run changes nothing.
func TestPostgres(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		views []string
		named bool
	}{
		"types":  {},
		"cases":  {views: []string{"adults"}},
		"shop":   {},
		"rental": {views: []string{"customer_lists"}},
		"issues": {named: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, own := database(t)
			require.NoError(t, citext.Create(t.Context(), db))
			sql, err := os.ReadFile("testdata/" + name + ".sql")
			require.NoError(t, err)
			run(t, db, string(sql))
			d, dir, c := read(t, db), t.TempDir(), all
			c.Named = tc.named

			o := output(t, d, c, dir)

			formatted(t, o.Path)
			golden(t, name+".proto.txt", strings.ReplaceAll(o.Text, own, "app"))
			golden(t, name+".warnings.txt", strings.ReplaceAll(strings.Join(o.Warnings, "\n")+"\n", own, "app"))
			files := load(t, dir, o.Path)
			require.NoError(t, crud.CheckTables(t.Context(), db, tables(files, tc.views...)...))
			again := output(t, d, c, dir)
			assert.Equal(t, o.Text, again.Text)
		})
	}
}
