package scaffold

import (
	"maps"
	"slices"

	"github.com/bufbuild/protocompile/ast"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A target is a file that is added to.
type target struct {
	file *protogen.File
	path string // on disk
	text []byte
	node *ast.FileNode
	// known are the files of the messages of the package, by their names.
	known map[string]string

	imports  map[string]bool     // the new ones
	methods  map[string][]string // by the names of the services that are there
	services []string
	messages []string
}

// addMessage adds a message, unless there is one of its name in the package.
func (t *target) addMessage(m message) {
	if file, ok := t.known[m.name]; ok {
		t.needs(file)
		return
	}
	t.known[m.name] = t.file.Desc.Path()
	t.messages = append(t.messages, m.text(t.file.Desc.Syntax()))
}

// addService adds a service with methods.
func (t *target) addService(name, many string, rpcs []string) {
	text := "// " + name + " serves " + many + ".\nservice " + name + " {\n"
	for i, rpc := range rpcs {
		if i > 0 {
			text += "\n"
		}
		text += rpc
	}
	t.services = append(t.services, text+"}\n")
}

// needs notes that the file imports another.
func (t *target) needs(file string) {
	if file == t.file.Desc.Path() {
		return
	}
	imports := t.file.Desc.Imports()
	for i := range imports.Len() {
		if imports.Get(i).Path() == file {
			return
		}
	}
	t.imports[file] = true
}

// ref names a message that the run knows.
func (t *target) ref(name protoreflect.FullName) string {
	pkg := t.file.Desc.Package()
	if rest := relative(name, pkg); rest != string(name) {
		return rest
	}
	return absolute(string(name), pkg)
}

// external names a message of others, and imports its file.
func (t *target) external(file, name string) string {
	t.needs(file)
	return absolute(name, t.file.Desc.Package())
}

// option names an option of others, and imports its file.
func (t *target) option(file, name string) string { return "(" + t.external(file, name) + ")" }

func (t *target) newImports() []string { return slices.Sorted(maps.Keys(t.imports)) }
