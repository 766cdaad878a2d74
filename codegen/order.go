package codegen

import (
	"slices"

	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

// inOrder returns the request with its files by their paths, imports before what
// imports them. protoc and buf may send them in any order that has imports first, and
// none of it must show in what is generated or said.
func inOrder(req *pluginpb.CodeGeneratorRequest) *pluginpb.CodeGeneratorRequest {
	s := sorter{byPath: map[string][]*descriptorpb.FileDescriptorProto{}, seen: map[string]bool{}}
	var paths []string
	for _, f := range req.GetProtoFile() {
		s.byPath[f.GetName()] = append(s.byPath[f.GetName()], f)
		paths = append(paths, f.GetName())
	}
	slices.Sort(paths)
	for _, path := range paths {
		s.add(path)
	}
	return &pluginpb.CodeGeneratorRequest{
		FileToGenerate:        slices.Sorted(slices.Values(req.GetFileToGenerate())),
		Parameter:             req.Parameter,
		ProtoFile:             s.sorted,
		SourceFileDescriptors: req.GetSourceFileDescriptors(),
		CompilerVersion:       req.GetCompilerVersion(),
	}
}

// A sorter puts files into order. What is wrong with a request stays wrong: files that
// have one path are all kept, imports that are missing stay missing.
type sorter struct {
	byPath map[string][]*descriptorpb.FileDescriptorProto
	seen   map[string]bool
	sorted []*descriptorpb.FileDescriptorProto
}

// add appends the files of a path after what they import.
func (s *sorter) add(path string) {
	if s.seen[path] {
		return
	}
	s.seen[path] = true
	for _, f := range s.byPath[path] {
		for _, dependency := range slices.Sorted(slices.Values(f.GetDependency())) {
			s.add(dependency)
		}
	}
	s.sorted = append(s.sorted, s.byPath[path]...)
}
