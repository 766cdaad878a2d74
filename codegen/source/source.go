// Package source reads protos where no compiler hands them over: .proto files from
// import paths, or a descriptor set that protoc or buf wrote.
package source

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

// A Config says what to read.
type Config struct {
	// Files are .proto files, as paths on disk or relative to an import path. With a
	// descriptor set they are names in it, and none means all that are not imports of
	// everybody's: google/protobuf and what export writes.
	Files []string
	// Paths are the import paths, in the order of the search; none is the working
	// directory. The protos that `export --with-deps` writes are found without one.
	Paths []string
	// Texts are contents of .proto files by the names that others import them by. They
	// stand in for those on disk.
	Texts map[string][]byte
	// Set is the path of a FileDescriptorSet: what `buf build -o` or
	// `protoc --include_imports --include_source_info -o` wrote. Empty is none.
	Set string
}

// Read returns the files, as a plugin that is to generate for them has them. An error
// about a proto has its file, line and column.
func Read(ctx context.Context, c Config) (*protogen.Plugin, error) {
	files, names, err := c.load(ctx)
	if err != nil {
		return nil, err
	}
	req := &pluginpb.CodeGeneratorRequest{FileToGenerate: names}
	o := ordered{byName: files, request: req, seen: map[string]bool{}}
	for _, name := range names {
		o.add(name)
	}
	// What a compiler made of the options becomes what this program knows of them.
	raw, err := proto.Marshal(req)
	if err != nil {
		return nil, err
	}
	if err := proto.Unmarshal(raw, req); err != nil {
		return nil, err
	}
	return protogen.Options{}.New(req)
}

// load returns all files by name, and the names of those that were asked for, sorted.
func (c Config) load(ctx context.Context) (files map[string]*descriptorpb.FileDescriptorProto, names []string, err error) {
	if c.Set == "" {
		files, names, err = c.compile(ctx)
	} else {
		files, names, err = c.readSet()
	}
	slices.Sort(names)
	return files, slices.Compact(names), err
}

func (c Config) readSet() (files map[string]*descriptorpb.FileDescriptorProto, names []string, err error) {
	raw, err := os.ReadFile(c.Set)
	if err != nil {
		return nil, nil, err
	}
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(raw, set); err != nil {
		return nil, nil, fmt.Errorf("%s is no descriptor set, as buf build -o writes one: %w", c.Set, err)
	}
	known, err := exported()
	if err != nil {
		return nil, nil, err
	}
	files = map[string]*descriptorpb.FileDescriptorProto{}
	for _, f := range set.GetFile() {
		files[f.GetName()] = f
		_, ours := known[f.GetName()]
		if len(c.Files) == 0 && !ours && !strings.HasPrefix(f.GetName(), "google/protobuf/") {
			names = append(names, f.GetName())
		}
	}
	for _, name := range c.Files {
		if files[name] == nil {
			return nil, nil, fmt.Errorf("%s has no file %s", c.Set, name)
		}
		names = append(names, name)
	}
	return files, names, nil
}

// ordered puts files into a request, imports first. It keeps no order of the
// compiler's.
type ordered struct {
	byName  map[string]*descriptorpb.FileDescriptorProto
	request *pluginpb.CodeGeneratorRequest
	seen    map[string]bool
}

func (o *ordered) add(name string) {
	f := o.byName[name]
	if f == nil || o.seen[name] {
		return // protogen says what is missing
	}
	o.seen[name] = true
	for _, dependency := range slices.Sorted(slices.Values(f.GetDependency())) {
		o.add(dependency)
	}
	o.request.ProtoFile = append(o.request.ProtoFile, f)
}
