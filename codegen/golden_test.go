package codegen_test

import (
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the golden files with what the plugin gives now")

const (
	goldenDir = "internal/golden"
	badDir    = "testdata/bad"
)

// Every directory of internal/golden is a case: its protos, and what protoc-gen-go,
// protoc-gen-go-grpc and this plugin make of them under buf. The build compiles them.
//
// protoc knows less of a proto than buf: no location inside of an option, and as
// distributions have it no edition. What it knows must give the same file.
func TestGolden(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, goldenDir)
	got := w.bufGenerate()
	if *update {
		rewrite(t, goldenDir, got)
	}
	want := readTree(t, goldenDir, ".pb.go")
	assert.Equal(t, slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
	for _, name := range slices.Sorted(maps.Keys(got)) {
		assert.Equal(t, want[name], got[name], "%s differs; go test ./codegen -update rewrites it", name)
	}
	assert.GreaterOrEqual(t, len(subdirectories(t, goldenDir)), 25)

	underProtoc := 0
	for _, dir := range w.protos.directories() {
		if w.usesEditions(dir) {
			continue
		}
		for name, content := range w.protocGenerate(dir) {
			underProtoc++
			assert.Equal(t, got[name], content, "%s under protoc", name)
		}
	}
	assert.Greater(t, underProtoc, 25)
}

// Every directory of testdata/bad is a case: protos that are wrong, and all that the
// plugin says of them, in want_error.txt. Where protoc knows no place inside of an
// option, want_error_protoc.txt has what it says under protoc.
func TestBad(t *testing.T) {
	t.Parallel()
	w := newWorkspace(t, badDir)
	cases := subdirectories(t, badDir)
	assert.GreaterOrEqual(t, len(cases), 40)
	for _, name := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			buf := w.in(t).bufError(name)
			protoc := buf
			if !w.usesEditions(name) {
				protoc = w.in(t).protocError(name)
			}
			wantFile := filepath.Join(badDir, name, "want_error.txt")
			protocFile := filepath.Join(badDir, name, "want_error_protoc.txt")
			if *update {
				writeGolden(t, wantFile, buf)
				if protoc == buf {
					protoc = ""
				}
				writeGolden(t, protocFile, protoc)
				return
			}
			want := readFile(t, wantFile)
			assert.Equal(t, want, buf, "under buf")
			if _, err := os.Stat(protocFile); err == nil {
				want = readFile(t, protocFile)
			}
			assert.Equal(t, want, protoc, "under protoc")
		})
	}
}

// rewrite makes the generated files below dir those of got.
func rewrite(t *testing.T, dir string, got map[string]string) {
	t.Helper()
	for name := range readTree(t, dir, ".pb.go") {
		if _, ok := got[name]; !ok {
			require.NoError(t, os.Remove(filepath.Join(dir, name)))
		}
	}
	for name, content := range got {
		writeGolden(t, filepath.Join(dir, name), content)
	}
}

// writeGolden writes a golden file, or removes it if there is nothing to say.
func writeGolden(t *testing.T, name, content string) {
	t.Helper()
	if content == "" {
		if err := os.Remove(name); err != nil {
			require.ErrorIs(t, err, fs.ErrNotExist)
		}
		return
	}
	require.NoError(t, os.WriteFile(name, []byte(content), 0o644))
}

// readTree returns the files below dir whose names end with suffix, by their slash
// paths in it.
func readTree(t testing.TB, dir, suffix string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, suffix) {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		files[filepath.ToSlash(rel)] = readFile(t, name)
		return err
	}))
	return files
}

func readFile(t testing.TB, name string) string {
	t.Helper()
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(content)
}

func subdirectories(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}
