package source_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/compiler/protogen"

	"github.com/protocrud/protoc-gen-go-crud/codegen/export"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
)

const book = `syntax = "proto3";
package shop.v1;
import "google/api/field_behavior.proto";
import "protocrud/v1/options.proto";
import "shop/v1/author.proto";
option go_package = "example.com/shop/v1;shopv1";
// A book.
message Book {
  option (protocrud.v1.model) = {indexes: [{fields: ["title"]}]};
  int64 id = 1;
  string title = 2 [(google.api.field_behavior) = REQUIRED];
  int64 author_id = 3 [(protocrud.v1.field) = {references: {model: "shop.v1.Author"}}];
}
`

const author = `syntax = "proto3";
package shop.v1;
import "protocrud/v1/options.proto";
option go_package = "example.com/shop/v1;shopv1";
message Author {
  option (protocrud.v1.model) = {};
  int64 id = 1;
}
`

// write writes files below a directory of the test's own.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

func shop(t *testing.T) string {
	return write(t, map[string]string{"shop/v1/book.proto": book, "shop/v1/author.proto": author})
}

// generated returns the names of the files that a plugin is to generate for.
func generated(gen *protogen.Plugin) []string {
	var names []string
	for _, f := range gen.Files {
		if f.Generate {
			names = append(names, f.Desc.Path())
		}
	}
	return names
}

func TestReadFiles(t *testing.T) {
	t.Parallel()
	dir := shop(t)
	for name, c := range map[string]source.Config{
		"on disk, below a path": {Files: []string{filepath.Join(dir, "shop/v1/book.proto")}, Paths: []string{dir}},
		"as it is imported":     {Files: []string{"shop/v1/book.proto"}, Paths: []string{dir}},
		"of the second path":    {Files: []string{"shop/v1/book.proto"}, Paths: []string{t.TempDir(), dir}},
		"twice":                 {Files: []string{"shop/v1/book.proto", filepath.Join(dir, "shop/v1/book.proto")}, Paths: []string{dir}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			gen, err := source.Read(t.Context(), c)
			require.NoError(t, err)
			assert.Equal(t, []string{"shop/v1/book.proto"}, generated(gen))
			files, problems := model.Load(gen)
			require.Empty(t, problems)
			require.Len(t, files[0].Models, 1)
			assert.Equal(t, "A book.", files[0].Models[0].Comment)
			assert.Equal(t, "authors", files[0].Models[0].References[0].Model.Table)
		})
	}
}

func TestReadSet(t *testing.T) {
	t.Parallel()
	dir := shop(t)
	image := filepath.Join(t.TempDir(), "image.binpb")
	deps := t.TempDir()
	_, err := export.Write(deps, true)
	require.NoError(t, err)
	out, err := exec.Command("protoc", "-I", dir, "-I", deps, "--include_imports", "--include_source_info", "-o", image,
		"shop/v1/book.proto", "shop/v1/author.proto").CombinedOutput()
	require.NoError(t, err, "%s", out)

	gen, err := source.Read(t.Context(), source.Config{Set: image})
	require.NoError(t, err)
	assert.Equal(t, []string{"shop/v1/author.proto", "shop/v1/book.proto"}, generated(gen))
	_, problems := model.Load(gen)
	require.Empty(t, problems)

	gen, err = source.Read(t.Context(), source.Config{Set: image, Files: []string{"shop/v1/book.proto"}})
	require.NoError(t, err)
	assert.Equal(t, []string{"shop/v1/book.proto"}, generated(gen))

	_, err = source.Read(t.Context(), source.Config{Set: image, Files: []string{"shop/v1/bok.proto"}})
	require.ErrorContains(t, err, "has no file shop/v1/bok.proto")
	_, err = source.Read(t.Context(), source.Config{Set: filepath.Join(dir, "shop/v1/book.proto")})
	require.ErrorContains(t, err, "is no descriptor set")
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"typo.proto":   "syntax = \"proto3\";\nmessage A { strin b = 1; }\nmessage C { strng d = 1; }\n",
		"import.proto": "syntax = \"proto3\";\nimport \"none.proto\";\n",
		"nogo.proto":   "syntax = \"proto3\";\n",
	})
	for name, tc := range map[string]struct {
		files []string
		want  []string
	}{
		"all mistakes":      {[]string{"typo.proto"}, []string{"typo.proto:2:13: ", "typo.proto:3:13: "}},
		"a missing import":  {[]string{"import.proto"}, []string{"import.proto:2:8: "}},
		"no go_package":     {[]string{"nogo.proto"}, []string{"go_package"}},
		"no such file":      {[]string{"nothere.proto"}, []string{"nothere.proto is below none of the import paths"}},
		"no file":           {nil, []string{"no .proto file is given"}},
		"outside the paths": {[]string{"/elsewhere/a.proto"}, []string{"/elsewhere/a.proto is below none of the import paths"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := source.Read(t.Context(), source.Config{Files: tc.files, Paths: []string{dir}})
			for _, want := range tc.want {
				require.ErrorContains(t, err, want)
			}
		})
	}
}

// Texts stand in for files on disk, and for files that are not there.
func TestReadTexts(t *testing.T) {
	t.Parallel()
	dir := shop(t)
	c := source.Config{
		Files: []string{"shop/v1/book.proto", "shop/v1/tool.proto"}, Paths: []string{t.TempDir(), dir},
		Texts: map[string][]byte{
			"shop/v1/author.proto": []byte(strings.ReplaceAll(author, "int64 id", "int64 id = 2; string pen_name")),
			"shop/v1/tool.proto":   []byte(strings.ReplaceAll(author, "Author", "Tool")),
		},
	}
	gen, err := source.Read(t.Context(), c)
	require.NoError(t, err)
	assert.Equal(t, []string{"shop/v1/book.proto", "shop/v1/tool.proto"}, generated(gen))
	assert.Equal(t, 2, gen.FilesByPath["shop/v1/author.proto"].Messages[0].Desc.Fields().Len())

	for name, want := range map[string]struct{ path, text string }{
		"shop/v1/book.proto":   {filepath.Join(dir, "shop/v1/book.proto"), book},
		"shop/v1/author.proto": {filepath.Join(dir, "shop/v1/author.proto"), string(c.Texts["shop/v1/author.proto"])},
		"shop/v1/tool.proto":   {filepath.FromSlash("shop/v1/tool.proto"), string(c.Texts["shop/v1/tool.proto"])},
	} {
		path, text, err := c.ReadFile(name)
		require.NoError(t, err)
		assert.Equal(t, want.path, path)
		assert.Equal(t, want.text, string(text))
	}
	_, _, err = c.ReadFile("shop/v1/none.proto")
	require.ErrorIs(t, err, fs.ErrNotExist)
}
