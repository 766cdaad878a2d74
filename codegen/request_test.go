package codegen_test

import (
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/protocrud/protoc-gen-go-crud/codegen/export"
)

// A source is a set of protos that a test compiles, by their import paths.
type source map[string]string

// sources returns the protos below a directory, without those of editions that the
// compiler in this process does not know.
func sources(t testing.TB, dir string) source {
	t.Helper()
	protos := source{}
	for name, content := range readTree(t, dir, ".proto") {
		if !strings.HasPrefix(content, `edition = "2024"`) {
			protos[name] = content
		}
	}
	return protos
}

// directories returns the directories that hold protos, sorted.
func (s source) directories() []string {
	var dirs []string
	for name := range s {
		dirs = append(dirs, path.Dir(name))
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// files returns the protos of a directory, sorted; all of them if dir is empty.
func (s source) files(dir string) []string {
	var files []string
	for name := range s {
		if dir == "" || path.Dir(name) == dir {
			files = append(files, name)
		}
	}
	slices.Sort(files)
	return files
}

// request returns what buf sends to a plugin that generates the files.
func (s source) request(t testing.TB, files ...string) *pluginpb.CodeGeneratorRequest {
	t.Helper()
	deps, err := export.Files(true)
	require.NoError(t, err)
	accessor := map[string]string{}
	for _, set := range []map[string]string{deps, s} {
		for name, content := range set {
			accessor[name] = content
		}
	}
	compiler := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
			Accessor: protocompile.SourceAccessorFromMap(accessor),
		}),
		SourceInfoMode: protocompile.SourceInfoStandard | protocompile.SourceInfoExtraOptionLocations,
	}
	compiled, err := compiler.Compile(t.Context(), files...)
	require.NoError(t, err)
	req := &pluginpb.CodeGeneratorRequest{
		FileToGenerate: files,
		Parameter:      proto.String("paths=source_relative"),
	}
	seen := map[string]bool{}
	for _, fd := range compiled {
		addFile(req, fd, seen)
	}
	return req
}

// addFile adds a file after all that it imports.
func addFile(req *pluginpb.CodeGeneratorRequest, fd protoreflect.FileDescriptor, seen map[string]bool) {
	if seen[fd.Path()] {
		return
	}
	seen[fd.Path()] = true
	for i := range fd.Imports().Len() {
		addFile(req, fd.Imports().Get(i).FileDescriptor, seen)
	}
	req.ProtoFile = append(req.ProtoFile, protoutil.ProtoFromFileDescriptor(fd))
}

// shuffled returns the request with its files in another order that protoc could have
// sent: what is imported still comes first.
func shuffled(req *pluginpb.CodeGeneratorRequest, r *rand.Rand) *pluginpb.CodeGeneratorRequest {
	other := &pluginpb.CodeGeneratorRequest{
		Parameter:      req.Parameter,
		FileToGenerate: slices.Clone(req.FileToGenerate),
	}
	r.Shuffle(len(other.FileToGenerate), func(i, j int) {
		other.FileToGenerate[i], other.FileToGenerate[j] = other.FileToGenerate[j], other.FileToGenerate[i]
	})
	left := slices.Clone(req.ProtoFile)
	done := map[string]bool{}
	for len(left) > 0 {
		i := r.IntN(len(left))
		if !slices.ContainsFunc(left[i].Dependency, func(name string) bool { return !done[name] }) {
			done[left[i].GetName()] = true
			other.ProtoFile = append(other.ProtoFile, left[i])
			left = slices.Delete(left, i, i+1)
		}
	}
	return other
}
