package scaffold_test

import (
	"flag"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/export"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/scaffold"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
)

var update = flag.Bool("update", false, "rewrite the golden files with what is added now")

// A sample is a file of testdata, and what to add to it.
type sample struct {
	name string // of the golden file, and of the package
	from string // the file of testdata
	// methods are as the command has them; empty is the standard ones.
	methods string
	config  scaffold.Config
}

const (
	every = "get,list,create,update,delete,undelete,batch_get,batch_create,batch_update,batch_delete"
	live  = "get,list,create,update,delete,batch_get,batch_create,batch_update,batch_delete"
)

var samples = []sample{
	{name: "users", from: "users"},
	{name: "usersbatch", from: "users", methods: live},
	{name: "usersfields", from: "users", config: scaffold.Config{Fields: scaffold.Fields()}},
	{name: "books", from: "books"},
	{name: "booksbatch", from: "books", methods: every, config: scaffold.Config{Messages: []string{"Book"}, Style: scaffold.ByName}},
	{name: "booksfields", from: "books", config: scaffold.Config{Messages: []string{"booksfields.v1.Book"}, Fields: scaffold.Fields()}},
	{name: "booksread", from: "books", methods: "list,get"},
	{name: "members", from: "members"},
	{name: "membersbatch", from: "members", methods: "get,batch_get,batch_create,batch_update"},
	{name: "settings", from: "settings"},
	{name: "both", from: "both", methods: live},
	{name: "bothid", from: "both", methods: live, config: scaffold.Config{Style: scaffold.ByID}},
	{name: "parts", from: "parts"},
	{name: "nested", from: "nested", config: scaffold.Config{Messages: []string{"Library.Card"}}},
	{name: "legacy", from: "legacy"},
	{name: "edition", from: "edition"},
	{name: "entries", from: "entries"},
	{name: "entriesbatch", from: "entries", methods: "list,create,batch_create", config: scaffold.Config{Style: scaffold.ByName, Fields: []string{"read_mask", "skip", "total_size"}}},
	{name: "watched", from: "watched", methods: "list,watch", config: scaffold.Config{Fields: []string{"read_mask"}}},
}

// named reports whether the sample's requests name resources.
func (s sample) named() bool {
	return slices.Contains([]string{"books", "settings", "both", "watched"}, s.from) && s.config.Style != scaffold.ByID
}

// scaffolding returns the sample's config.
func (s sample) scaffolding(t *testing.T) scaffold.Config {
	t.Helper()
	c := s.config
	if s.methods != "" {
		kinds, err := scaffold.ParseMethods(s.methods)
		require.NoError(t, err)
		c.Methods = func(*model.Model) []model.MethodKind { return kinds }
	}
	return c
}

// write writes the sample's proto below dir where its package belongs, and returns the
// name of the file.
func (s sample) write(t *testing.T, dir string) string {
	t.Helper()
	text := strings.ReplaceAll(read(t, filepath.Join("testdata", s.from+".proto")), s.from+".", s.name+".")
	text = strings.ReplaceAll(text, "example.com/"+s.from, "example.com/"+s.name)
	_, pkg, _ := strings.Cut(text, "\npackage ")
	pkg, _, _ = strings.Cut(pkg, ";")
	name := path.Join(strings.ReplaceAll(pkg, ".", "/"), s.name+".proto")
	put(t, filepath.Join(dir, name), text)
	return name
}

// Every sample has what its golden file says. All of it is formatted, passes buf's
// STANDARD rules and those for comments, is recognised, and is nothing to add to.
func TestAdd(t *testing.T) {
	t.Parallel()
	dir := workspace(t)
	var plain []string // those that break no rule by themselves
	for _, s := range samples {
		name := s.write(t, filepath.Join(dir, "protos"))
		from := source.Config{Files: []string{name}, Paths: []string{filepath.Join(dir, "protos")}}
		files, err := scaffold.Add(t.Context(), from, s.scaffolding(t))
		require.NoError(t, err, s.name)
		require.Len(t, files, 1, s.name)
		assert.Equal(t, filepath.Join(dir, "protos", name), files[0].Path)
		assert.Equal(t, name, files[0].Name)
		golden(t, s.name, string(files[0].New))
		assertAddedTo(t, string(files[0].Old), string(files[0].New))
		require.NoError(t, os.WriteFile(files[0].Path, files[0].New, 0o644))

		again, err := scaffold.Add(t.Context(), from, s.scaffolding(t))
		require.NoError(t, err, s.name)
		assert.Empty(t, again, s.name)
		assertRecognised(t, from)
		if s.name != "legacy" { // which has no version
			plain = append(plain, "--path", path.Join("protos", name))
		}
	}
	buf(t, dir, "format", "-d", "--exit-code", "protos")
	buf(t, dir, append([]string{"lint"}, plain...)...)
}

// The goldens of the generator have a service of each style with all methods and fields
// that this package can add. There they are compiled.
func TestAddedServicesAreGoldens(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]sample{
		"scaffoldnames": {from: "books", methods: every, config: scaffold.Config{Messages: []string{"Book"}, Fields: []string{"allow_missing", "read_mask", "skip", "total_size"}}},
		"scaffoldkeys":  {from: "members", methods: "get,list,create,update,delete,undelete,batch_get,batch_create,batch_update"},
		"scaffoldids":   {from: "users", methods: "get,list,create,update,delete", config: scaffold.Config{Fields: scaffold.Fields()}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := filepath.Join("..", "internal", "golden", name, "in.proto")
			text := read(t, filepath.Join("testdata", s.from+".proto"))
			// The rows of a parent cannot be deleted while soft-deleted books refer to them.
			if before, after, ok := strings.Cut(text, "// Shelf is the parent of books."); ok {
				text = before + after[strings.Index(after, "// Book stays"):]
			}
			text = strings.ReplaceAll(text, "package "+s.from+".v1;", "package golden."+name+";")
			text = strings.ReplaceAll(text, "example.com/"+s.from+"/v1;"+s.from+"v1", "github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/"+name)
			files, err := scaffold.Add(t.Context(), source.Config{Files: []string{"in.proto"}, Texts: map[string][]byte{"in.proto": []byte(text)}}, s.scaffolding(t))
			require.NoError(t, err)
			if *update {
				put(t, want, string(files[0].New))
			}
			assert.Equal(t, read(t, want), string(files[0].New))
		})
	}
}

// assertAddedTo demands that all lines of a text are in another, in their order.
func assertAddedTo(t *testing.T, before, after string) {
	t.Helper()
	rest := strings.Split(before, "\n")
	for line := range strings.SplitSeq(after, "\n") {
		if len(rest) > 0 && line == rest[0] {
			rest = rest[1:]
		}
	}
	assert.Empty(t, rest, "lines are not there any more")
}

// assertRecognised demands that every method is a standard one.
func assertRecognised(t *testing.T, from source.Config) {
	t.Helper()
	gen, err := source.Read(t.Context(), from)
	require.NoError(t, err)
	files, problems := model.Load(gen)
	require.Empty(t, problems)
	for _, f := range files {
		require.NotEmpty(t, f.Services)
		for _, s := range f.Services {
			for _, m := range s.Methods {
				assert.NotContains(t, []model.MethodKind{model.Custom, model.Skipped, model.GetBy}, m.Kind, m.Method.GoName)
				assert.NotNil(t, m.Store, m.Method.GoName)
			}
		}
	}
}

// workspace makes a directory for protos with what they import.
func workspace(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	_, err := export.Write(filepath.Join(dir, "deps"), true)
	require.NoError(t, err)
	put(t, filepath.Join(dir, "buf.yaml"), `version: v2
modules:
  - path: protos
    lint:
      use: [STANDARD, COMMENTS]
      # The standard methods return the resource itself (AIP-131 and those after it).
      except: [RPC_RESPONSE_STANDARD_NAME, RPC_REQUEST_RESPONSE_UNIQUE]
  - path: deps
    lint:
      ignore: [deps]
`)
	return dir
}

func buf(t *testing.T, dir string, args ...string) {
	t.Helper()
	program, err := filepath.Abs(filepath.Join("..", "..", "bin", "buf"))
	require.NoError(t, err)
	if _, err := os.Stat(program); err != nil {
		program = "buf"
	}
	c := exec.Command(program, args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "want", name+".proto")
	if *update {
		put(t, file, got)
	}
	assert.Equal(t, read(t, file), got, "%s differs; go test ./codegen/scaffold -update rewrites it", name)
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

func put(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}
