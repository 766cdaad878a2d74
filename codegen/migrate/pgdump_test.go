package migrate_test

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sameForPgDump compares what pg_dump says of the tables with what it says of those that
// CreateTables makes.
func (s *shape) sameForPgDump(t *testing.T, db database) {
	t.Helper()
	other := newDatabase(t)
	fresh := s.clone()
	fresh.forget()
	other.create(tablesOf(t, fresh.proto()))
	want := pgDump(other)
	require.Contains(t, want, "CREATE TABLE "+s.table+" (")
	assert.Equal(t, want, pgDump(db))
}

var (
	dumpNoise = regexp.MustCompile(`(?m)^(--|\\|SET |SELECT pg_catalog\.set_config|(CREATE|COMMENT ON) SCHEMA ).*\n`)
	dumpBlank = regexp.MustCompile(`\n\n+`)
	dumpTable = regexp.MustCompile(`(?s)(CREATE TABLE [^ ]+ \(\n)(.*?)(\n\);)`)
	dumpEnum  = regexp.MustCompile(`(?s)CREATE TYPE ([^ ]+) AS ENUM \(.*?\);\n`)
)

// pgDump returns what pg_dump --schema-only writes of the test's schema, but for the
// schema's name, and for what a migrated table cannot have in common with a new one: the
// order of its columns, since PostgreSQL adds one at the end, and enum types that no column
// has any more.
func pgDump(d database) string {
	d.Helper()
	var schema string
	require.NoError(d, d.pool.QueryRow(d.Context(), "SELECT current_schema()::text").Scan(&schema))
	cmd := exec.CommandContext(d.Context(), pgDumpProgram(d), "--schema-only", "--no-owner", "--schema="+schema, d.pool.Config().ConnString())
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(d, err, stderr.String())
	text := strings.ReplaceAll(string(out), schema+".", "")
	text = dumpNoise.ReplaceAllString(text, "")
	text = dumpTable.ReplaceAllStringFunc(text, func(table string) string {
		m := dumpTable.FindStringSubmatch(table)
		lines := strings.Split(m[2], "\n")
		for i := range lines {
			lines[i] = strings.TrimSuffix(lines[i], ",")
		}
		slices.Sort(lines)
		return m[1] + strings.Join(lines, "\n") + m[3]
	})
	text = dumpEnum.ReplaceAllStringFunc(text, func(enum string) string {
		name := dumpEnum.FindStringSubmatch(enum)[1]
		if strings.Contains(strings.ReplaceAll(text, "CREATE TYPE "+name, ""), " "+name) {
			return enum
		}
		return ""
	})
	return strings.TrimSpace(dumpBlank.ReplaceAllString(text, "\n\n"))
}

// pgDumpProgram finds pg_dump where package crudtest finds the server's programs.
func pgDumpProgram(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("PGBIN"); dir != "" {
		return filepath.Join(dir, "pg_dump")
	}
	if found, err := exec.LookPath("pg_dump"); err == nil {
		return found
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin"} {
		found, err := filepath.Glob(filepath.Join(pattern, "pg_dump"))
		require.NoError(t, err)
		if len(found) > 0 { // the newest, which reads all servers
			return slices.MaxFunc(found, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
		}
	}
	require.Fail(t, "pg_dump is not installed; it comes with PostgreSQL's client, and PGBIN says where it is")
	return ""
}
