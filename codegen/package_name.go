package codegen

import (
	"fmt"
	"go/token"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// goPackagePath is where a file states option go_package: field options of a
// FileDescriptorProto, field go_package of FileOptions.
var goPackagePath = protoreflect.SourcePath{8, 11}

// checkPackageNames reports the files to be generated whose Go package has a name that
// Go does not take. protogen takes what follows the ; of go_package as it is.
func checkPackageNames(gen *protogen.Plugin) model.Diagnostics {
	var problems model.Diagnostics
	for _, f := range gen.Files {
		if !f.Generate || token.IsIdentifier(string(f.GoPackageName)) && f.GoPackageName != "_" {
			continue
		}
		at := f.Desc.SourceLocations().ByPath(goPackagePath)
		problems = append(problems, model.Diagnostic{
			File: f.Desc.Path(), Line: at.StartLine + 1, Column: at.StartColumn + 1,
			Name:    string(f.Desc.Package()),
			Problem: fmt.Sprintf("the Go package name %q is no Go identifier", f.GoPackageName),
			Hint:    "write another after the ; of option go_package, or of the parameter M",
		})
	}
	return problems
}
