package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/protocrud/protoc-gen-go-crud/codegen/export"
)

// exported returns what every file can import, text by name. Printing it takes longer than
// most compilations.
var exported = sync.OnceValues(func() (map[string]string, error) { return export.Files(true) })

// compile parses the files and what they import.
func (c Config) compile(ctx context.Context) (files map[string]*descriptorpb.FileDescriptorProto, names []string, err error) {
	if len(c.Files) == 0 {
		return nil, nil, errors.New("no .proto file is given")
	}
	paths := c.Paths
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, file := range c.Files {
		name, err := importName(file, paths)
		if err != nil {
			return nil, nil, err
		}
		names = append(names, name)
	}
	known, err := exported()
	if err != nil {
		return nil, nil, err
	}
	var problems []error
	compiler := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{Accessor: accessor(paths, known)}),
		Reporter: reporter.NewReporter(func(err reporter.ErrorWithPos) error {
			problems = append(problems, err)
			return nil // and go on
		}, nil),
		SourceInfoMode: protocompile.SourceInfoStandard | protocompile.SourceInfoExtraOptionLocations,
	}
	compiled, err := compiler.Compile(ctx, names...)
	if len(problems) > 0 {
		return nil, nil, errors.Join(problems...)
	}
	if err != nil {
		return nil, nil, err
	}
	files = map[string]*descriptorpb.FileDescriptorProto{}
	for _, fd := range compiled {
		addFile(files, fd)
	}
	return files, names, nil
}

// addFile adds a file and all that it imports.
func addFile(files map[string]*descriptorpb.FileDescriptorProto, fd protoreflect.FileDescriptor) {
	if files[fd.Path()] != nil {
		return
	}
	files[fd.Path()] = protoutil.ProtoFromFileDescriptor(fd)
	for i := range fd.Imports().Len() {
		addFile(files, fd.Imports().Get(i).FileDescriptor)
	}
}

// importName returns the name of a file as others import it: relative to the first
// import path that holds it.
func importName(file string, paths []string) (string, error) {
	for _, dir := range paths {
		if rel, err := filepath.Rel(dir, file); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel), nil
		}
	}
	for _, dir := range paths {
		if _, err := os.Stat(filepath.Join(dir, file)); err == nil {
			return filepath.ToSlash(filepath.Clean(file)), nil
		}
	}
	return "", fmt.Errorf("%s is below none of the import paths %s; name the one that it is below with -I", file, strings.Join(paths, ", "))
}

// accessor opens a file by its name: from the import paths, or as this program has it.
func accessor(paths []string, known map[string]string) func(string) (io.ReadCloser, error) {
	return func(name string) (io.ReadCloser, error) {
		for _, dir := range paths {
			f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
			if err == nil {
				return f, nil
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
		if text, ok := known[name]; ok {
			return io.NopCloser(strings.NewReader(text)), nil
		}
		return nil, fs.ErrNotExist
	}
}
