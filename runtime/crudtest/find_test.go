package crudtest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFindPrograms(t *testing.T) {
	root := t.TempDir()
	inPath := programsAt(t, root, "path/bin")
	linked := filepath.Join(root, "links")
	require.NoError(t, os.Mkdir(linked, 0o755))
	require.NoError(t, os.Symlink(filepath.Join(inPath, "initdb"), filepath.Join(linked, "initdb")))
	configured := programsAt(t, root, "config/bin")
	config := filepath.Join(root, "client")
	writeProgram(t, filepath.Join(config, "pg_config"), "#!/bin/sh\necho '"+configured+"'\n")
	emptyConfig := filepath.Join(root, "client-only")
	writeProgram(t, filepath.Join(emptyConfig, "pg_config"), "#!/bin/sh\necho /nonexistent\n")
	programsAt(t, root, "9.6/bin")
	newest := programsAt(t, root, "16/bin")
	programsAt(t, root, "15/bin")
	require.NoError(t, os.MkdirAll(filepath.Join(root, "17/bin"), 0o755)) // without programs
	pattern := filepath.Join(root, "[0-9]*/bin")

	for name, tc := range map[string]struct{ pgbin, path, pattern, want string }{
		"PGBIN":        {pgbin: newest, path: inPath, pattern: pattern, want: newest},
		"PATH":         {path: inPath, pattern: pattern, want: inPath},
		"link in PATH": {path: linked, pattern: pattern, want: inPath},
		"pg_config":    {path: config, pattern: pattern, want: configured},
		"newest":       {path: emptyConfig, pattern: pattern, want: newest},
		"nothing":      {path: emptyConfig, pattern: filepath.Join(root, "none/*")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PGBIN", tc.pgbin)
			t.Setenv("PATH", tc.path)
			got, err := findPrograms([]string{tc.pattern})
			if tc.want == "" {
				require.ErrorIs(t, err, errNoPostgres)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)
		})
	}
}

func TestNoPostgresSaysHowToGetOne(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, errNoPostgres, "apt-get install postgresql")
	require.ErrorContains(t, errNoPostgres, "CRUDTEST_DATABASE_URL=postgres://user:password@host:5432/database")
}

func TestEnterable(t *testing.T) {
	t.Parallel()
	root := openRoot(t)
	closed := filepath.Join(root, "closed")
	below := filepath.Join(closed, "below")
	require.NoError(t, os.MkdirAll(below, 0o755))
	assert.True(t, enterable(below))
	require.NoError(t, os.Chmod(closed, 0o750))
	assert.False(t, enterable(closed))
	assert.False(t, enterable(below))
	assert.False(t, enterable(filepath.Join(root, "absent")))
}

// programsAt puts a server's programs into a directory below root.
func programsAt(t *testing.T, root, dir string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(root)
	require.NoError(t, err)
	path := filepath.Join(root, dir)
	writeProgram(t, filepath.Join(path, "initdb"), "#!/bin/sh\n")
	writeProgram(t, filepath.Join(path, "postgres"), "#!/bin/sh\n")
	return path
}

func writeProgram(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o755))
}
