package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// introspected runs the command, and returns what it prints.
func introspected(t *testing.T, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(append([]string{"introspect"}, args...), strings.NewReader(""), &out, &errs)
	require.Equal(t, want, code, errs.String())
	return out.String(), errs.String()
}

// A file is written once; then --check holds until the tables change, and prints how.
func TestIntrospect(t *testing.T) {
	t.Parallel()
	url := crudtest.PostgresURL(t)
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close(context.Background())) })
	exec := func(sql string) {
		_, err := conn.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	exec("CREATE TABLE tools (id bigserial PRIMARY KEY, weight integer NOT NULL, secret text); CREATE TABLE others (id bigserial PRIMARY KEY)")
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/shop\n"), 0o644))
	args := []string{"--database", url, "--table", "tools", "--exclude", "tools.secret", "--methods", "get,list", "--package", "shop.v1", "--out", dir}
	path := filepath.Join(dir, "shop/v1/shop.proto")

	printed, _ := introspected(t, exitOK, append(args, "--dry-run")...)
	require.NoFileExists(t, path)
	_, stderr := introspected(t, exitFailed, append(args, "--check")...)
	assert.Contains(t, stderr, "is not what the database has")
	said, _ := introspected(t, exitOK, args...)
	assert.Equal(t, path+"\n", said)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, printed, string(text))
	assert.Contains(t, printed, `option go_package = "example.com/shop/shop/v1;shopv1";`)
	assert.Contains(t, printed, "rpc ListTools(")
	for _, no := range []string{"secret", "message Other ", "rpc CreateTool("} {
		assert.NotContains(t, printed, no)
	}
	said, _ = introspected(t, exitOK, append(args, "--check", "--strict")...)
	assert.Empty(t, said)

	exec("ALTER TABLE tools DROP weight, ADD size money")
	said, _ = introspected(t, exitFailed, append(args, "--check")...)
	assert.Contains(t, said, "-  int32 weight = 2;\n")
	assert.Contains(t, said, "+  reserved \"weight\";\n")
	_, stderr = introspected(t, exitFailed, append(args, "--strict")...)
	assert.Contains(t, stderr, "1 warnings, and --strict")
	introspected(t, exitOK, append(args, "--check")...)
}

func TestIntrospectSQLite(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "library.db")
	db, err := sqlite.Open(file)
	require.NoError(t, err)
	_, err = db.Exec(t.Context(), "CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT NOT NULL)")
	require.NoError(t, err)
	require.NoError(t, db.Close())

	said, _ := introspected(t, exitOK, "--database", "sqlite:"+file, "--style", "name")

	assert.Contains(t, said, `pattern: "books/{book}"`)
	assert.Contains(t, said, "  string title = 3;\n")
	_, stderr := introspected(t, exitFailed, "--database", "sqlite:"+file+".not")
	assert.Contains(t, stderr, "no such file")
	require.NoFileExists(t, file+".not")
}

func TestIntrospectUsage(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"no database":    {nil, "--database is missing"},
		"a file":         {[]string{"--database", "x", "a.proto"}, `unexpected argument "a.proto"`},
		"a style":        {[]string{"--database", "x", "--style", "aip"}, `unknown style "aip"`},
		"a method":       {[]string{"--database", "x", "--methods", "get,put"}, `unknown method "put"; known are get, list, create, update, delete`},
		"check what":     {[]string{"--database", "x", "--check"}, "name it with --out"},
		"SQLite schemas": {[]string{"--database", "sqlite:x", "--schema", "y"}, "SQLite has no schemas"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, stderr := introspected(t, exitUsage, tc.args...)
			assert.Contains(t, stderr, tc.want)
		})
	}
}
