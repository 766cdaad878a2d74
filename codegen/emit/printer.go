package emit

import (
	"path"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// The packages that generated code imports by name. Those of messages come with
// their identifiers.
const (
	contextPackage = protogen.GoImportPath("context")
	crudPackage    = protogen.GoImportPath("github.com/protocrud/protoc-gen-go-crud/runtime/crud")
	limitPackage   = protogen.GoImportPath("github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit")
	grpcPackage    = protogen.GoImportPath("google.golang.org/grpc")
	protoPackage   = protogen.GoImportPath("google.golang.org/protobuf/proto")
	timePackage    = protogen.GoImportPath("time")
)

// A printer writes one generated file.
type printer struct {
	*protogen.GeneratedFile
	proto *protogen.File
	// packages are the names by which packages of other protos may be imported.
	packages map[string]bool
}

func newPrinter(gen *protogen.Plugin, f *protogen.File) *printer {
	p := &printer{
		GeneratedFile: gen.NewGeneratedFile(f.GeneratedFilenamePrefix+suffix, f.GoImportPath),
		proto:         f,
		packages:      map[string]bool{},
	}
	p.notePackages(gen, f.Desc, map[string]bool{})
	return p
}

// notePackages collects the package names of all that f imports.
func (p *printer) notePackages(gen *protogen.Plugin, f protoreflect.FileDescriptor, seen map[string]bool) {
	imports := f.Imports()
	for i := range imports.Len() {
		dep := gen.FilesByPath[imports.Get(i).Path()]
		if dep == nil || seen[dep.Desc.Path()] {
			continue
		}
		seen[dep.Desc.Path()] = true
		p.packages[path.Base(string(dep.GoImportPath))] = true
		p.notePackages(gen, dep.Desc, seen)
	}
}

// local returns a name for a parameter or variable: name, unless that would hide an
// imported package. It is asked for wherever a function's body names messages of
// other packages.
func (p *printer) local(name string) string {
	for p.packages[name] {
		name += "_"
	}
	return name
}

// name returns an identifier as this file writes it.
func (p *printer) name(id protogen.GoIdent) string { return p.QualifiedGoIdent(id) }

// crud returns an identifier of the runtime as this file writes it.
func (p *printer) crud(name string) string { return p.name(crudPackage.Ident(name)) }

// mark says where in the proto a declaration comes from, so that editors can go
// there. A method is Type.Method.
func (p *printer) mark(symbol string, at protogen.Location) {
	p.AnnotateSymbol(symbol, protogen.Annotation{Location: at})
}
