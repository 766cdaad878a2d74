package crudtest

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestServerEndsWithItsProcess(t *testing.T) {
	t.Parallel()
	root := openRoot(t)
	first, second := startHolder(t, root), startHolder(t, root)
	require.NotEqual(t, first.url, second.url)
	require.NoError(t, ping(t.Context(), first.url))
	require.NoError(t, ping(t.Context(), second.url))

	require.NoError(t, first.cmd.Process.Kill())
	require.Error(t, first.cmd.Wait())
	requireStopped(t, first.url)
	require.DirExists(t, first.dir)
	require.NoError(t, ping(t.Context(), second.url), "the other process's server goes on")

	third := startHolder(t, root)
	assert.NoDirExists(t, first.dir, "the next start removes what the dead left")
	assert.DirExists(t, second.dir)
	require.NoError(t, ping(t.Context(), second.url), "and leaves the living alone")

	for _, h := range []*holder{second, third} {
		require.NoError(t, h.stdin.Close())
		require.NoError(t, h.cmd.Wait())
		requireStopped(t, h.url)
	}
}

func TestMainCleansUp(t *testing.T) {
	t.Parallel()
	root := openRoot(t)
	out, err := childCommand(t, "main", root, "-test.run=^TestPostgresURL$", "-test.v").CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "--- PASS: TestPostgresURL")
	requireEmpty(t, root)
}

func TestMainKeepsTheCode(t *testing.T) {
	t.Parallel()
	cmd := childCommand(t, "main", openRoot(t), "-test.run=^TestPostgresURL$")
	cmd.Env = append(cmd.Env, urlVariable+"=postgres://reader:hush@127.0.0.1:1/library")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Equal(t, 1, cmd.ProcessState.ExitCode())
	assert.Contains(t, string(out), "crudtest: PostgreSQL at 127.0.0.1:1 (named by CRUDTEST_DATABASE_URL): ")
	assert.NotContains(t, string(out), "hush")
}

func TestFailsWithoutPostgres(t *testing.T) {
	t.Parallel()
	root := openRoot(t)
	cmd := childCommand(t, "main", root, "-test.run=^TestPostgresURL$", "-test.v")
	cmd.Env = append(cmd.Env, "PGBIN="+root)
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "--- FAIL: TestPostgresURL")
	assert.Contains(t, string(out), "crudtest: PGBIN="+root+": initdb and postgres are not both there")
	requireEmpty(t, root)
}

func requireEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
	}
	require.Empty(t, strings.Join(names, " "))
}
