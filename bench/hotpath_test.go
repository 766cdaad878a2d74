package bench

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

const (
	product  = "github.com/protocrud/protoc-gen-go-crud"
	squirrel = "github.com/Masterminds/squirrel"
)

// slow is the code of others that must not run on the hot path: building SQL, and
// protobuf's reflection.
var slow = []string{squirrel, "google.golang.org/protobuf/internal/impl", "google.golang.org/protobuf/proto"}

// direct are the packages that the runtime may call on the hot path. None of them
// looks at a value by reflection, as reflect, fmt, encoding/json and log/slog do. Add
// a package only if that is true of it.
var direct = []string{
	"crypto/sha256", "encoding/base64", "encoding/binary", "math", "slices", "strings", "time", "unicode/utf8",
	"google.golang.org/protobuf/encoding/protowire",
	product + "/internal/objectaccess", product + "/runtime/identity",
}

// TestHotPath has each method of the generated server called once, with coverage, and
// looks at the code that ran.
func TestHotPath(t *testing.T) {
	t.Parallel()
	dir := recordCalls(t)
	for _, name := range []string{"get", "list", "list after a token", "create", "update", "delete"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ran := coverage(t, filepath.Join(dir, name))
			assert.NotEmpty(t, ran.of(product+"/runtime/crud"), "the runtime was not seen to run")
			for _, pkg := range slow {
				assert.Empty(t, ran.of(pkg), "%s ran", pkg)
			}
			for pkg, places := range ran.calls(t) {
				if !slices.Contains(direct, pkg) {
					assert.Fail(t, pkg+" is called on the hot path", "%s", strings.Join(places, "\n"))
				}
			}
		})
	}
	t.Run("a query that is put together is seen", func(t *testing.T) {
		t.Parallel()
		ran := coverage(t, filepath.Join(dir, "dynamic"))
		assert.NotEmpty(t, ran.of(squirrel))
		assert.Contains(t, ran.calls(t), squirrel)
	})
	t.Run("an error's text is seen", func(t *testing.T) {
		t.Parallel()
		ran := coverage(t, filepath.Join(dir, "missing"))
		assert.Contains(t, ran.calls(t), "fmt")
	})
	t.Run("protobuf's reflection is seen", func(t *testing.T) {
		t.Parallel()
		ran := coverage(t, filepath.Join(dir, "clone"))
		assert.NotEmpty(t, ran.of("google.golang.org/protobuf/internal/impl"))
		assert.NotEmpty(t, ran.of("google.golang.org/protobuf/proto"))
	})
}

// recordCalls builds and runs the program that makes the calls, and returns the
// directory that it filled.
func recordCalls(t *testing.T) string {
	t.Helper()
	url := crudtest.PostgresURL(t)
	pool, err := pgxpool.New(t.Context(), url)
	require.NoError(t, err)
	createTable(t, pool)
	pool.Close()

	program, dir := filepath.Join(t.TempDir(), "hotpath"), t.TempDir()
	run(t, "go", "build", "-cover", "-covermode=atomic",
		"-coverpkg="+product+"/...,"+strings.Join(slow, ","),
		"-o", program, "./internal/hotpath")
	run(t, program, url, dir)
	return dir
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", cmd, out)
}

// A block is a piece of code without a branch that ran.
type block struct {
	file     string // import path of the package, and the file's name
	from, to position
}

type position struct{ line, column int }

func (p position) before(q position) bool {
	return p.line < q.line || p.line == q.line && p.column < q.column
}

func (b block) contains(p position) bool { return !p.before(b.from) && p.before(b.to) }

type blocks []block

// coverage returns the blocks that ran between two clearings of the counters.
func coverage(t *testing.T, dir string) blocks {
	t.Helper()
	name := filepath.Join(t.TempDir(), "text")
	run(t, "go", "tool", "covdata", "textfmt", "-i="+dir, "-o="+name)
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	var ran blocks
	for line := range strings.Lines(string(text)) {
		file, rest, ok := strings.Cut(line, ":")
		if !ok || file == "mode" {
			continue
		}
		b := block{file: file}
		var statements, count int
		_, err := fmt.Sscanf(rest, "%d.%d,%d.%d %d %d",
			&b.from.line, &b.from.column, &b.to.line, &b.to.column, &statements, &count)
		require.NoError(t, err, rest)
		if count > 0 {
			ran = append(ran, b)
		}
	}
	return ran
}

// of returns the places of the blocks of a package.
func (bs blocks) of(pkg string) []string {
	var places []string
	for _, b := range bs {
		if path.Dir(b.file) == pkg {
			places = append(places, fmt.Sprintf("%s:%d", b.file, b.from.line))
		}
	}
	return places
}

// calls returns the packages whose functions the blocks of the runtime call, with the
// places where they do.
func (bs blocks) calls(t *testing.T) map[string][]string {
	t.Helper()
	byFile := map[string]blocks{}
	for _, b := range bs {
		if strings.HasPrefix(b.file, product+"/runtime/") || strings.HasPrefix(b.file, product+"/internal/") {
			byFile[b.file] = append(byFile[b.file], b)
		}
	}
	found := map[string][]string{}
	for _, file := range slices.Sorted(maps.Keys(byFile)) {
		byFile[file].addCalls(t, file, found)
	}
	return found
}

// addCalls adds the calls in the blocks of one file.
func (bs blocks) addCalls(t *testing.T, file string, found map[string][]string) {
	t.Helper()
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, filepath.Join("..", strings.TrimPrefix(file, product)), nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	imports := importsOf(t, parsed)
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		name, pkg := callee(call, imports)
		at := fset.Position(call.Pos())
		p := position{at.Line, at.Column}
		if pkg != "" && slices.ContainsFunc(bs, func(b block) bool { return b.contains(p) }) {
			found[pkg] = append(found[pkg], fmt.Sprintf("%s:%d: %s", path.Base(file), at.Line, name))
		}
		return true
	})
}

// callee returns which function of which package is called, "" for those of the file's
// own package, for builtins, and for methods of values but package variables.
func callee(call *ast.CallExpr, imports map[string]string) (name, pkg string) {
	f := call.Fun
	for {
		switch x := f.(type) {
		case *ast.ParenExpr:
			f = x.X
		case *ast.IndexExpr: // of a generic function
			f = x.X
		case *ast.IndexListExpr:
			f = x.X
		case *ast.CompositeLit: // proto.MarshalOptions{}.Marshal
			f = x.Type
		case *ast.SelectorExpr:
			if p, ok := x.X.(*ast.Ident); ok {
				return p.Name + "." + x.Sel.Name, imports[p.Name]
			}
			f = x.X // binary.BigEndian.Uint64
		default:
			return "", ""
		}
	}
}

// importsOf returns the packages that a file imports by the names it uses.
func importsOf(t *testing.T, f *ast.File) map[string]string {
	t.Helper()
	imports := map[string]string{}
	for _, spec := range f.Imports {
		pkg, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		name := path.Base(pkg)
		switch {
		case spec.Name != nil:
			name = spec.Name.Name
		case strings.HasPrefix(name, "v"): // a major version: pgx/v5
			name = path.Base(path.Dir(pkg))
		}
		imports[name] = pkg
	}
	return imports
}
