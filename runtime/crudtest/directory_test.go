package crudtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSweep(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	dead := deadProcess(t)
	gone := []string{fmt.Sprintf("crudtest-%d-1", dead), fmt.Sprintf("crudtest-%d-2", dead)}
	stays := []string{
		fmt.Sprintf("crudtest-%d-3", dead), // locked: of a process in another container
		fmt.Sprintf("crudtest-%d-4", os.Getpid()),
		fmt.Sprintf("crudtest-%d", dead),
		fmt.Sprintf("crudtest-%d-5-x", dead),
		fmt.Sprintf("xcrudtest-%d-6", dead),
		"crudtest-root-7",
	}
	for _, name := range append(gone, stays...) {
		require.NoError(t, os.MkdirAll(filepath.Join(root, name, "data"), 0o700))
	}
	touch(t, filepath.Join(root, gone[0], "owner"))
	lock := touch(t, filepath.Join(root, stays[0], "owner"))
	require.NoError(t, tryLock(lock))
	touch(t, filepath.Join(root, fmt.Sprintf("crudtest-%d-8", dead))) // not a directory

	sweep(root)

	for _, name := range gone {
		assert.NoDirExists(t, filepath.Join(root, name))
	}
	for _, name := range stays {
		assert.DirExists(t, filepath.Join(root, name, "data"))
	}
	assert.FileExists(t, filepath.Join(root, fmt.Sprintf("crudtest-%d-8", dead)))
}

func TestDirectoryIsLocked(t *testing.T) {
	t.Parallel()
	a, err := serverAccount()
	require.NoError(t, err)
	d, err := newDirectory(a)
	require.NoError(t, err)
	owner := d.join("owner")
	assert.True(t, locked(owner))
	assert.Regexp(t, directoryName, filepath.Base(d.path))
	require.NoError(t, d.remove())
	assert.False(t, locked(owner))
	assert.NoDirExists(t, d.path)
}

// deadProcess returns the id of a process that has ended.
func deadProcess(t *testing.T) int {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-test.list=^$")
	require.NoError(t, cmd.Run())
	return cmd.Process.Pid
}

func touch(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Create(path)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, f.Close()) })
	return f
}
