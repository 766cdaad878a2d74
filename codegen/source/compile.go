package source

import (
	"bytes"
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
	for _, file := range c.Files {
		name, err := c.importName(file)
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
		Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{Accessor: c.accessor(known)}),
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

// paths are the import paths.
func (c Config) paths() []string {
	if len(c.Paths) == 0 {
		return []string{"."}
	}
	return c.Paths
}

// importName returns the name of a file as others import it: relative to the first
// import path that holds it.
func (c Config) importName(file string) (string, error) {
	if _, ok := c.Texts[file]; ok {
		return file, nil
	}
	for _, dir := range c.paths() {
		if rel, err := filepath.Rel(dir, file); err == nil && filepath.IsLocal(rel) {
			return filepath.ToSlash(rel), nil
		}
	}
	for _, dir := range c.paths() {
		if _, err := os.Stat(filepath.Join(dir, file)); err == nil {
			return filepath.ToSlash(filepath.Clean(file)), nil
		}
	}
	return "", fmt.Errorf("%s is below none of the import paths %s; name the one that it is below with -I", file, strings.Join(c.paths(), ", "))
}

// ReadFile returns the text of a .proto file, by the name that others import it by, and
// its path on disk: that below the first import path that has it. The path of a file of
// Texts is its name, unless it is on disk too. The error is that of the file system.
func (c Config) ReadFile(name string) (path string, text []byte, err error) {
	given, isGiven := c.Texts[name]
	for _, dir := range c.paths() {
		path = filepath.Join(dir, filepath.FromSlash(name))
		text, err = os.ReadFile(path)
		switch {
		case err == nil && isGiven:
			return path, given, nil
		case err == nil || !errors.Is(err, fs.ErrNotExist):
			return path, text, err
		}
	}
	if isGiven {
		return filepath.FromSlash(name), given, nil
	}
	return path, nil, err
}

// accessor opens a file by its name: what is given, from the import paths, or as this
// program has it.
func (c Config) accessor(known map[string]string) func(string) (io.ReadCloser, error) {
	return func(name string) (io.ReadCloser, error) {
		if text, ok := c.Texts[name]; ok {
			return io.NopCloser(bytes.NewReader(text)), nil
		}
		for _, dir := range c.paths() {
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
