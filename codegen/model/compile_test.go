package model_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/linker"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	_ "google.golang.org/protobuf/types/known/anypb"
	_ "google.golang.org/protobuf/types/known/emptypb"
	_ "google.golang.org/protobuf/types/known/fieldmaskpb"
	_ "google.golang.org/protobuf/types/known/structpb"
	_ "google.golang.org/protobuf/types/known/wrapperspb"
)

// head begins a proto whose body is all that a test is about. It is one line, so that
// the body begins in line 2.
const head = `syntax = "proto3"; package library.v1; option go_package = "example.com/library/v1;libraryv1";` +
	imports

const imports = ` import "protocrud/v1/options.proto";` +
	` import "google/api/field_behavior.proto"; import "google/api/field_info.proto"; import "google/api/resource.proto";` +
	` import "google/protobuf/any.proto"; import "google/protobuf/duration.proto"; import "google/protobuf/empty.proto";` +
	` import "google/protobuf/field_mask.proto"; import "google/protobuf/struct.proto"; import "google/protobuf/timestamp.proto";` +
	` import "google/protobuf/wrappers.proto";` + "\n"

// sources are the protos of a run by path. The first letter of a path that is only
// imported is a +.
type sources map[string]string

// request compiles sources to what a compiler sends to a plugin.
func request(t testing.TB, files sources, mode protocompile.SourceInfoMode) *pluginpb.CodeGeneratorRequest {
	t.Helper()
	accessor := map[string]string{}
	var paths, generate []string
	for path, text := range files {
		path, imported := strings.CutPrefix(path, "+")
		accessor[path] = text
		paths = append(paths, path)
		if !imported {
			generate = append(generate, path)
		}
	}
	compiler := protocompile.Compiler{
		Resolver: protocompile.CompositeResolver{
			&protocompile.SourceResolver{Accessor: func(path string) (io.ReadCloser, error) {
				text, ok := accessor[path]
				if !ok {
					return nil, protoregistry.NotFound
				}
				return io.NopCloser(strings.NewReader(text)), nil
			}},
			protocompile.ResolverFunc(linked),
		},
		SourceInfoMode: mode,
	}
	compiled, err := compiler.Compile(context.Background(), paths...)
	require.NoError(t, err)
	req := &pluginpb.CodeGeneratorRequest{FileToGenerate: generate}
	seen := map[string]bool{}
	var add func(f linker.File)
	add = func(f linker.File) {
		if seen[f.Path()] {
			return
		}
		seen[f.Path()] = true
		for i := range f.Imports().Len() {
			add(f.FindImportByPath(f.Imports().Get(i).Path()))
		}
		req.ProtoFile = append(req.ProtoFile, descriptor(f))
	}
	for _, f := range compiled {
		add(f)
	}
	return decoded(t, req)
}

func linked(path string) (protocompile.SearchResult, error) {
	f, err := protoregistry.GlobalFiles.FindFileByPath(path)
	if err != nil {
		return protocompile.SearchResult{}, fmt.Errorf("%s: %w", path, err)
	}
	return protocompile.SearchResult{Proto: protodesc.ToFileDescriptorProto(f)}, nil
}

func descriptor(f linker.File) *descriptorpb.FileDescriptorProto {
	if r, ok := f.(linker.Result); ok {
		return r.FileDescriptorProto()
	}
	return protodesc.ToFileDescriptorProto(f)
}

// decoded is the request as a plugin reads it: its options are those that are linked.
func decoded(t testing.TB, req *pluginpb.CodeGeneratorRequest) *pluginpb.CodeGeneratorRequest {
	t.Helper()
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(req)
	require.NoError(t, err)
	read := &pluginpb.CodeGeneratorRequest{}
	require.NoError(t, proto.Unmarshal(raw, read))
	return read
}

func plugin(t testing.TB, req *pluginpb.CodeGeneratorRequest) *protogen.Plugin {
	t.Helper()
	gen, err := protogen.Options{}.New(req)
	require.NoError(t, err)
	return gen
}

const everyLocation = protocompile.SourceInfoStandard | protocompile.SourceInfoExtraOptionLocations

// load reads one proto that has no mistakes.
func load(t testing.TB, body string) *model.File {
	t.Helper()
	files, diagnostics := model.Load(plugin(t, request(t, sources{"library/v1/library.proto": head + body}, everyLocation)))
	require.Empty(t, diagnostics.Error())
	require.Len(t, files, 1)
	return files[0]
}

// diagnose reads protos with mistakes.
func diagnose(t testing.TB, files sources) model.Diagnostics {
	t.Helper()
	loaded, diagnostics := model.Load(plugin(t, request(t, files, everyLocation)))
	if len(diagnostics) > 0 {
		require.Nil(t, loaded, "nothing may be emitted beside a mistake")
	}
	return diagnostics
}

// diagnoseOne reads one proto with mistakes.
func diagnoseOne(t testing.TB, body string) model.Diagnostics {
	t.Helper()
	return diagnose(t, sources{"library/v1/library.proto": head + body})
}
