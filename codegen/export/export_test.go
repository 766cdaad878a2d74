package export_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/export"
	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

var optionsOnly = []string{"protocrud/v1/options.proto"}

var withDependencies = []string{
	"buf/validate/validate.proto",
	"google/api/annotations.proto",
	"google/api/client.proto",
	"google/api/field_behavior.proto",
	"google/api/field_info.proto",
	"google/api/http.proto",
	"google/api/launch_stage.proto",
	"google/api/resource.proto",
	"google/api/routing.proto",
	"google/type/calendar_period.proto",
	"google/type/color.proto",
	"google/type/date.proto",
	"google/type/datetime.proto",
	"google/type/dayofweek.proto",
	"google/type/decimal.proto",
	"google/type/expr.proto",
	"google/type/fraction.proto",
	"google/type/interval.proto",
	"google/type/latlng.proto",
	"google/type/localized_text.proto",
	"google/type/money.proto",
	"google/type/month.proto",
	"google/type/phone_number.proto",
	"google/type/postal_address.proto",
	"google/type/quaternion.proto",
	"google/type/timeofday.proto",
	"protocrud/v1/options.proto",
}

func TestWrite(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		withDeps bool
		want     []string
	}{
		"options":           {withDeps: false, want: optionsOnly},
		"with dependencies": {withDeps: true, want: withDependencies},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "third", "party")

			written, err := export.Write(dir, tc.withDeps)

			require.NoError(t, err)
			assert.Equal(t, tc.want, relative(t, dir, written))
			assert.Equal(t, tc.want, filesBelow(t, dir))
			files, err := export.Files(tc.withDeps)
			require.NoError(t, err)
			for path, text := range files {
				got, err := os.ReadFile(filepath.Join(dir, path))
				require.NoError(t, err)
				assert.Equal(t, text, string(got), path)
			}
		})
	}
}

func TestFilesHoldsTheOptionsInTheirSource(t *testing.T) {
	t.Parallel()
	for _, withDeps := range []bool{false, true} {
		files, err := export.Files(withDeps)
		require.NoError(t, err)
		source, err := os.ReadFile("../../options/protocrud/v1/options.proto")
		require.NoError(t, err)
		assert.Equal(t, string(source), files[protocrudv1.Path])
	}
}

func TestFilesIsDeterministic(t *testing.T) {
	t.Parallel()
	first, err := export.Files(true)
	require.NoError(t, err)
	for range 20 {
		again, err := export.Files(true)
		require.NoError(t, err)
		require.Equal(t, first, again)
	}
}

func TestWriteOverwritesAnEarlierExport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stale := filepath.Join(dir, "protocrud", "v1", "options.proto")
	require.NoError(t, os.MkdirAll(filepath.Dir(stale), 0o755))
	require.NoError(t, os.WriteFile(stale, []byte(strings.Repeat("stale ", 1<<14)), 0o644))
	other := filepath.Join(dir, "protocrud", "v1", "mine.proto")
	require.NoError(t, os.WriteFile(other, []byte("kept"), 0o644))

	_, err := export.Write(dir, false)

	require.NoError(t, err)
	got, err := os.ReadFile(stale)
	require.NoError(t, err)
	assert.Equal(t, protocrudv1.Source(), string(got))
	kept, err := os.ReadFile(other)
	require.NoError(t, err)
	assert.Equal(t, "kept", string(kept))
}

func TestWriteErrorNamesThePath(t *testing.T) {
	t.Parallel()
	t.Run("a file where a directory is needed", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		blocked := filepath.Join(dir, "protocrud")
		require.NoError(t, os.WriteFile(blocked, nil, 0o644))

		written, err := export.Write(dir, true)

		require.ErrorContains(t, err, blocked)
		// protocrud/... sorts last, so that all the others were written.
		assert.Equal(t, withDependencies[:len(withDependencies)-1], relative(t, dir, written))
	})
	t.Run("a directory where a file is needed", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		blocked := filepath.Join(dir, "protocrud", "v1", "options.proto")
		require.NoError(t, os.MkdirAll(blocked, 0o755))

		written, err := export.Write(dir, false)

		require.ErrorContains(t, err, blocked)
		assert.Empty(t, written)
	})
}

// relative returns the names relative to dir, with slashes.
func relative(t *testing.T, dir string, names []string) []string {
	t.Helper()
	var paths []string
	for _, name := range names {
		path, err := filepath.Rel(dir, name)
		require.NoError(t, err)
		paths = append(paths, filepath.ToSlash(path))
	}
	return paths
}

// filesBelow returns the files below dir, sorted.
func filesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	})
	require.NoError(t, err)
	paths := relative(t, dir, names)
	slices.Sort(paths)
	return paths
}
