package introspect_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/introspect"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// The tables of an SQLite database become protos that load and fit; a second run changes
// nothing, and a column that goes is reserved.
func TestSQLite(t *testing.T) {
	t.Parallel()
	db, err := sqlite.Open(":memory:")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	run := func(sql string) {
		_, err := db.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
	text, err := os.ReadFile("testdata/sqlite.sql")
	require.NoError(t, err)
	for sql := range strings.SplitSeq(string(text), ";\n") {
		if strings.TrimSpace(sql) != "" {
			run(sql)
		}
	}
	read := func() *introspect.Database {
		d, err := introspect.ReadSQLite(t.Context(), db, nil)
		require.NoError(t, err)
		return d
	}
	dir := t.TempDir()

	o := output(t, read(), all, dir)

	formatted(t, o.Path)
	golden(t, "sqlite.proto.txt", o.Text)
	golden(t, "sqlite.warnings.txt", strings.Join(o.Warnings, "\n")+"\n")
	require.NoError(t, crud.CheckTables(t.Context(), db, tables(load(t, dir, o.Path), "adults")...))
	assert.Equal(t, o.Text, output(t, read(), all, dir).Text)

	run("DROP INDEX people_name_age")
	run("ALTER TABLE people DROP COLUMN note")
	run("ALTER TABLE people ADD COLUMN height REAL")
	changed := output(t, read(), all, dir)
	assert.Contains(t, changed.Text, `reserved "note";`)
	assert.Contains(t, changed.Text, "optional double height = ")
	require.NoError(t, crud.CheckTables(t.Context(), db, tables(load(t, dir, changed.Path), "adults")...))
	formatted(t, changed.Path)
	_, err = introspect.ReadSQLite(t.Context(), db, []string{"nowhere"})
	require.ErrorContains(t, err, "there is no table or view nowhere")
}

// A file whose protos are wrong is left alone.
func TestLoadRefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a.proto")
	require.NoError(t, os.WriteFile(path, []byte("syntax = \"proto3\";\npackage a;\nimport \"protocrud/v1/options.proto\";\noption go_package = \"a/a\";\nmessage A { option (protocrud.v1.model) = {}; string b = 1; }\n"), 0o644))
	_, err := introspect.Load(t.Context(), path, []string{filepath.Dir(path)})
	require.ErrorContains(t, err, "the model has no key")
}
