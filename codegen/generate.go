package codegen

import (
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/protocrud/protoc-gen-go-crud/codegen/emit"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/plan"
)

// Generate adds the generated files of a run to gen. What is wrong with the protos
// becomes the response's error, all of it at once; then no file is begun. It returns
// the files that it added.
func Generate(gen *protogen.Plugin) []*protogen.GeneratedFile {
	announce(gen)
	files, problems := model.Load(gen)
	problems = append(problems, checkPackageNames(gen)...)
	if len(problems) > 0 {
		gen.Error(problems)
		return nil
	}
	var generated []*protogen.GeneratedFile
	for _, f := range files {
		if g := emit.File(gen, plan.OfFile(f)); g != nil {
			generated = append(generated, g)
		}
	}
	return generated
}

// announce says which protobuf features and editions the plugin knows.
func announce(gen *protogen.Plugin) {
	gen.SupportedFeatures = uint64(pluginpb.CodeGeneratorResponse_FEATURE_PROTO3_OPTIONAL |
		pluginpb.CodeGeneratorResponse_FEATURE_SUPPORTS_EDITIONS)
	gen.SupportedEditionsMinimum = descriptorpb.Edition_EDITION_PROTO2
	gen.SupportedEditionsMaximum = descriptorpb.Edition_EDITION_2024
}
