package imports_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/protocrud/protoc-gen-go-crud/"

// A floor is a folder of the repository and the folders of ours that its code may
// import, whatever lies below them. Of several floors a package is on the longest.
type floor struct {
	folder string
	below  []string
}

// floors are those of the repository, from the roof down.
var floors = []floor{
	{"example", []string{"example", "options", "runtime"}},
	{"bench", []string{"bench", "options", "runtime"}},
	{"cmd", []string{"codegen", "runtime/sqlite"}},
	{"codegen", []string{"codegen"}},
	{"codegen/internal/golden", []string{"codegen/internal/golden", "options", "runtime"}},
	{"codegen/emit", []string{"codegen/plan", "codegen/model"}},
	{"codegen/plan", []string{"codegen/model", "internal/sqlname"}},
	{"codegen/model", []string{"options", "internal/sqlname", "internal/texttype"}},
	{"codegen/export", []string{"options"}},
	{"codegen/source", []string{"codegen/export"}},
	{"codegen/introspect", []string{"codegen/migrate/catalog", "codegen/model", "codegen/protoedit", "codegen/scaffold", "codegen/source", "internal/sqlname", "internal/texttype", "runtime/crud"}},
	{"codegen/scaffold", []string{"codegen/model", "codegen/protoedit", "codegen/source"}},
	{"codegen/protoedit", nil},
	{"codegen/schema", []string{"codegen/model", "runtime/crud"}},
	{"codegen/migrate/history", nil},
	{"codegen/migrate", []string{"codegen/migrate/catalog", "codegen/schema", "internal/sqlname", "runtime/crud"}},
	{"codegen/migrate/catalog", []string{"internal/sqlname"}},
	{"options", nil},
	{"runtime", []string{"runtime", "internal/sqlname"}},
	{"runtime/crudtest", []string{"runtime", "internal/firstrow", "internal/sqlname"}},
	{"runtime/crud", []string{"runtime/filter", "runtime/identity", "runtime/auth", "runtime/ratelimit", "internal/draining", "internal/eventlog", "internal/nearest", "internal/objectaccess", "internal/protopath", "internal/sqlname", "internal/texttype"}},
	{"runtime/events", []string{"runtime/crud", "internal/eventlog"}},
	{"runtime/filter", []string{"internal/nearest", "internal/protopath", "internal/sqlname", "internal/texttype"}},
	{"runtime/identity", nil},
	{"runtime/auth", []string{"runtime/identity", "internal/objectaccess", "internal/richstatus"}},
	{"runtime/auth/jwtauth", []string{"runtime/auth", "runtime/identity"}},
	{"runtime/perimeter/connectrpc", []string{"internal/httpheader", "internal/richstatus"}},
	{"runtime/perimeter/cors", nil},
	{"runtime/perimeter/rest", []string{"internal/httpheader", "internal/richstatus"}},
	{"runtime/ratelimit", []string{"runtime/identity", "internal/richstatus"}},
	{"runtime/ratelimit/internal", []string{"runtime/ratelimit"}},
	{"runtime/ratelimit/pglimit", []string{"runtime/ratelimit", "runtime/crud"}},
	{"runtime/ratelimit/redislimit", []string{"runtime/ratelimit"}},
	{"runtime/rls", []string{"runtime/crud", "internal/firstrow"}},
	{"runtime/client", []string{"internal/certfile", "internal/setting"}},
	{"runtime/server", []string{"runtime/crud", "runtime/auth", "runtime/ratelimit", "runtime/signals", "internal/certfile", "internal/draining", "internal/richstatus", "internal/setting"}},
	{"runtime/signals", nil},
	{"internal/allkinds", []string{"options", "runtime"}},
	{"internal/apitest", []string{"options", "runtime"}},
	{"internal/bookpb", []string{"options", "runtime"}},
	{"internal/certfile", nil},
	{"internal/citext", nil},
	{"internal/cmd", []string{"runtime"}},
	{"internal/consumer", nil},
	{"internal/firstrow", nil},
	{"internal/httpheader", nil},
	{"internal/draining", nil},
	{"internal/eventlog", nil},
	{"internal/eventtest", []string{"options", "runtime"}},
	{"internal/imports", nil},
	{"internal/nearest", nil},
	{"internal/objectaccess", nil},
	{"internal/protopath", nil},
	{"internal/relations", []string{"options", "runtime"}},
	{"internal/richstatus", nil},
	{"internal/setting", nil},
	{"internal/sqlname", nil},
	{"internal/texttype", []string{"internal/nearest"}},
}

// What the tests of a package import is free of its floor, but for this: the runtime
// is tested without the generator, and a consumer's repository has no more than we
// publish.
var testFloors = []floor{
	{"example", []string{"example", "options", "runtime"}},
	{"bench", []string{"bench", "options", "runtime"}},
	{"runtime", []string{"runtime", "internal"}},
	{"runtime/identity", []string{"runtime/identity"}},
}

// A listed package is what go list says of it.
type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// Each package imports what is below it. That makes the runtime stand alone, keeps the
// stages of the generator in their order, and makes the example what a consumer can
// write.
func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	packages := list(t)
	for _, f := range append(floors, testFloors...) {
		assert.True(t, slices.ContainsFunc(packages, func(p listed) bool {
			return within(strings.TrimPrefix(p.ImportPath, module), f.folder)
		}), "no package is on the floor %s", f.folder)
	}
	for _, p := range packages {
		require.NotNil(t, floorOf(floors, p.ImportPath), "%s is on no floor; add it to floors", p.ImportPath)
		for _, wrong := range wrongImports(p) {
			t.Error(wrong)
		}
	}
}

// The rule would hold of anything if it saw nothing.
func TestImportsThatPointUpAreSeen(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		of    listed
		wrong []string
	}{
		{"the runtime and the generator", listed{
			ImportPath: module + "runtime/crud",
			Imports:    []string{"context", module + "codegen/model", module + "runtime/identity"},
		}, []string{"runtime/crud imports codegen/model"}},
		{"the runtime and the options", listed{
			ImportPath: module + "runtime/sqlite",
			Imports:    []string{module + "options/protocrud/v1", module + "runtime/crud"},
		}, []string{"runtime/sqlite imports options/protocrud/v1"}},
		{"the runtime's tests", listed{
			ImportPath:   module + "runtime/crud",
			TestImports:  []string{module + "internal/bookpb"},
			XTestImports: []string{module + "codegen"},
		}, []string{"a test of runtime/crud imports codegen"}},
		{"the core and an engine", listed{
			ImportPath: module + "runtime/crud",
			Imports:    []string{module + "runtime/sqlite"},
		}, []string{"runtime/crud imports runtime/sqlite"}},
		{"a leaf", listed{
			ImportPath: module + "runtime/identity",
			Imports:    []string{module + "runtime/crud"},
		}, []string{"runtime/identity imports runtime/crud"}},
		{"stages out of order", listed{
			ImportPath: module + "codegen/model",
			Imports:    []string{module + "codegen/emit", module + "codegen/plan"},
		}, []string{"codegen/model imports codegen/emit", "codegen/model imports codegen/plan"}},
		{"what is not published", listed{
			ImportPath:   module + "example/server",
			Imports:      []string{module + "internal/sqlname"},
			XTestImports: []string{module + "internal/bookpb"},
		}, []string{"example/server imports internal/sqlname", "a test of example/server imports internal/bookpb"}},
		{"a name that only begins like a floor", listed{
			ImportPath: module + "codegen/plan",
			Imports:    []string{module + "codegen/modelling"},
		}, []string{"codegen/plan imports codegen/modelling"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.wrong, wrongImports(tt.of))
		})
	}
}

// wrongImports returns the imports of a package that do not point down.
func wrongImports(p listed) []string {
	var wrong []string
	add := func(who string, floors []floor, imports []string) {
		f := floorOf(floors, p.ImportPath)
		for _, path := range imports {
			folder, ours := strings.CutPrefix(path, module)
			if f == nil || !ours || path == p.ImportPath {
				continue
			}
			if !slices.ContainsFunc(f.below, func(below string) bool { return within(folder, below) }) {
				wrong = append(wrong, who+strings.TrimPrefix(p.ImportPath, module)+" imports "+folder)
			}
		}
	}
	add("", floors, p.Imports)
	add("a test of ", testFloors, append(slices.Clone(p.TestImports), p.XTestImports...))
	return wrong
}

// floorOf returns the floor that a package is on; nil if there is none.
func floorOf(floors []floor, path string) *floor {
	var best *floor
	for i, f := range floors {
		if within(strings.TrimPrefix(path, module), f.folder) && (best == nil || len(f.folder) > len(best.folder)) {
			best = &floors[i]
		}
	}
	return best
}

func within(folder, of string) bool { return folder == of || strings.HasPrefix(folder, of+"/") }

// list returns all packages of all modules.
func list(t *testing.T) []listed {
	t.Helper()
	root := filepath.Join("..", "..")
	modules, err := filepath.Glob(filepath.Join(root, "*", "go.mod"))
	require.NoError(t, err)
	require.Len(t, modules, 2, "example and bench")
	var packages []listed
	for _, dir := range append([]string{root}, filepath.Dir(modules[0]), filepath.Dir(modules[1])) {
		cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
		cmd.Dir = dir
		out, err := cmd.Output()
		require.NoError(t, err)
		for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
			var p listed
			err := dec.Decode(&p)
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			packages = append(packages, p)
		}
	}
	return packages
}

// What a service's owner links without asking for more: not the stores, the adapters or
// the server of others.
func TestCoreIsLight(t *testing.T) {
	t.Parallel()
	light := []string{
		"golang.org/x/", "google.golang.org/grpc", "google.golang.org/protobuf", "google.golang.org/genproto/googleapis/",
		"github.com/jackc/", "github.com/Masterminds/squirrel", "github.com/lann/", "github.com/google/uuid", module,
	}
	for _, core := range []string{"runtime/crud", "runtime/auth", "runtime/ratelimit", "runtime/signals", "runtime/server"} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", module+core).Output()
		require.NoError(t, err)
		for path := range strings.Lines(string(out)) {
			path = strings.TrimSpace(path)
			first, _, _ := strings.Cut(path, "/")
			if !strings.Contains(first, ".") { // the standard library's
				continue
			}
			assert.True(t, slices.ContainsFunc(light, func(prefix string) bool { return strings.HasPrefix(path, prefix) }),
				"%s links %s", core, path)
			for _, heavy := range []string{"runtime/auth/jwtauth", "runtime/ratelimit/redislimit", "runtime/ratelimit/pglimit", "runtime/validate", "runtime/sqlite", "runtime/crudtest"} {
				assert.NotEqual(t, module+heavy, path, "%s links it", core)
			}
		}
	}
}

// What calls a service links no database, whatever the service itself does.
func TestClientIsLight(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", module+"runtime/client").Output()
	require.NoError(t, err)
	light := []string{"golang.org/x/", "google.golang.org/grpc", "google.golang.org/protobuf", "google.golang.org/genproto/googleapis/rpc"}
	own := []string{"runtime/client", "internal/certfile", "internal/setting"}
	for path := range strings.Lines(string(out)) {
		path = strings.TrimSpace(path)
		first, _, _ := strings.Cut(path, "/")
		if !strings.Contains(first, ".") || slices.Contains(own, strings.TrimPrefix(path, module)) {
			continue
		}
		assert.True(t, slices.ContainsFunc(light, func(prefix string) bool { return strings.HasPrefix(path, prefix) }),
			"runtime/client links %s", path)
	}
}
