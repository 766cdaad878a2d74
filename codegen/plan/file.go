package plan

import (
	"google.golang.org/protobuf/compiler/protogen"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// A File is all that a generated file is written from.
type File struct {
	Proto    *protogen.File
	Models   []Model
	Services []*model.Service
}

// OfFile returns the file with the SQL of its models. Order is kept.
func OfFile(f *model.File) File {
	planned := File{Proto: f.Proto, Services: f.Services}
	for _, m := range f.Models {
		planned.Models = append(planned.Models, Of(m))
	}
	return planned
}
