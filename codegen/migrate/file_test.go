package migrate_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate"
)

// Versions go on behind those of the directory, whatever the clock says.
func TestAfter(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		files []string
		want  time.Time
	}{
		"no files":     {nil, noon},
		"earlier ones": {[]string{"20251126120000_a.sql", "README.md", "1_b.sql"}, noon},
		"the same":     {[]string{"20261126120000_a.up.sql"}, noon.Add(time.Second)},
		"later ones":   {[]string{"20261126130000_a.sql", "20261126110000_b.sql"}, noon.Add(time.Hour + time.Second)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, f := range tc.files {
				require.NoError(t, os.WriteFile(filepath.Join(dir, f), nil, 0o644))
			}
			got, err := migrate.After(dir, noon)
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)
		})
	}
	got, err := migrate.After(filepath.Join(t.TempDir(), "none"), noon)
	require.NoError(t, err)
	assert.Equal(t, noon, got)
}

func TestWriteOverwritesNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "b")
	files := []migrate.File{{Name: "1.sql", Content: "SELECT 1;\n"}}
	require.NoError(t, migrate.Write(dir, files))
	text, err := os.ReadFile(filepath.Join(dir, "1.sql"))
	require.NoError(t, err)
	assert.Equal(t, files[0].Content, string(text))
	require.ErrorIs(t, migrate.Write(dir, []migrate.File{{Name: "1.sql"}}), os.ErrExist)
}
