package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// What is written can be run, and then there is nothing left to write.
func TestMigrate(t *testing.T) {
	t.Parallel()
	url := crudtest.PostgresURL(t)
	conn := connect(t, url)
	_, err := conn.Exec(t.Context(), "CREATE TABLE tools (id bigint PRIMARY KEY, weight integer NOT NULL)")
	require.NoError(t, err)
	dir, file := writeTool(t, `comment: "All; of them."`)
	out := filepath.Join(dir, "migrations")
	migrate := func() string {
		var stdout, stderr bytes.Buffer
		code := run([]string{"migrate", "--database", url, "--out", out, "--format", "golang-migrate", "--name", "first", "-I", dir, file},
			strings.NewReader(""), &stdout, &stderr)
		require.Equal(t, exitOK, code, stderr.String())
		return stdout.String()
	}

	said := migrate()
	assert.Contains(t, said, "Stays, though no model has it: the column weight of tools\n")
	assert.Contains(t, said, "With --allow-destructive")
	written, err := filepath.Glob(filepath.Join(out, "*.up.sql"))
	require.NoError(t, err)
	require.NotEmpty(t, written)
	for _, name := range written {
		assert.Contains(t, said, name+"\n")
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		_, err = conn.Exec(t.Context(), string(text), pgx.QueryExecModeSimpleProtocol)
		require.NoError(t, err, "%s", text)
	}

	assert.True(t, strings.HasPrefix(migrate(), "The database has what the models say.\n"))
	_, err = conn.Exec(t.Context(), "INSERT INTO tools DEFAULT VALUES")
	require.NoError(t, err)
}

// A model of another file that is referred to is known, and not planned for.
func TestMigrateKnowsWhatIsReferredTo(t *testing.T) {
	t.Parallel()
	url := crudtest.PostgresURL(t)
	dir, _ := writeTool(t, "")
	file := filepath.Join(dir, "loans.proto")
	require.NoError(t, os.WriteFile(file, []byte(`syntax = "proto3";
package tools.v1;
import "protocrud/v1/options.proto";
import "tools.proto";
option go_package = "example.com/tools/v1;toolsv1";
message Loan {
  option (protocrud.v1.model) = {};
  int64 id = 1;
  int64 tool_id = 2 [(protocrud.v1.field) = {references: {model: "tools.v1.Tool"}}];
}
`), 0o644))
	out := filepath.Join(dir, "migrations")
	var stdout, stderr bytes.Buffer
	code := run([]string{"migrate", "--database", url, "--out", out, "--format", "plain", "-I", dir, file}, strings.NewReader(""), &stdout, &stderr)
	require.Equal(t, exitOK, code, stderr.String())
	var text strings.Builder
	written, err := filepath.Glob(filepath.Join(out, "*.up.sql"))
	require.NoError(t, err)
	for _, name := range written {
		part, err := os.ReadFile(name)
		require.NoError(t, err)
		text.Write(part)
	}
	assert.Contains(t, text.String(), "FOREIGN KEY (tool_id) REFERENCES tools (id)")
	assert.NotContains(t, text.String(), "CREATE TABLE tools")
}
