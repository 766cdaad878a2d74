package scaffold

import (
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/codegen/protoedit"
)

// A target is a file that is added to.
type target struct {
	*protoedit.File
	file *protogen.File
	path string // on disk
	text []byte
	// known are the files of the messages of the package, by their names.
	known map[string]string

	methods  map[string][]string // by the names of the services that are there
	services []string
	messages []string
}

func newTarget(f *protogen.File, path string, text []byte) (*target, error) {
	edited, err := protoedit.Parse(f.Desc.Path(), string(text))
	if err != nil {
		return nil, err
	}
	return &target{File: edited, file: f, path: path, text: text, methods: map[string][]string{}}, nil
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
	if file != t.file.Desc.Path() {
		t.Import(file)
	}
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
