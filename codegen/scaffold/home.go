package scaffold

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// home returns the service that a model's methods are in, or are to be in, and its file.
func (a *adder) home(m *model.Model) (f *protogen.File, name protoreflect.Name, exists bool) {
	own := m.Message.Desc.ParentFile().Path()
	usual := protoreflect.Name(m.Noun + "Service")
	var others []func() (*protogen.File, protoreflect.Name, bool)
	for _, file := range a.files {
		serving := file.Services
		for _, s := range serving {
			if !serves(s, m) {
				continue
			}
			found := func() (*protogen.File, protoreflect.Name, bool) { return file.Proto, s.Service.Desc.Name(), true }
			if file.Proto.Desc.Path() == own {
				return found()
			}
			others = append(others, found)
		}
		if file.Proto.Desc.Path() == own {
			f = file.Proto
		}
	}
	exists = f.Desc.Services().ByName(usual) != nil
	if !exists && len(others) > 0 {
		return others[0]()
	}
	return f, usual, exists
}

func serves(s *model.Service, m *model.Model) bool {
	return slices.ContainsFunc(s.Stores, func(store *model.Store) bool { return store.Model.Message == m.Message })
}

// hasMethod reports whether a service of the file's package has a method of that name.
func (a *adder) hasMethod(f *protogen.File, name string) bool {
	for _, other := range a.files {
		if other.Proto.Desc.Package() != f.Desc.Package() {
			continue
		}
		for _, s := range other.Proto.Services {
			if s.Desc.Methods().ByName(protoreflect.Name(name)) != nil {
				return true
			}
		}
	}
	return false
}

// messagesOf returns the messages of a file's package that the run knows, by their
// names: those of the files that it adds to and of what they import.
func (a *adder) messagesOf(f *protogen.File) map[string]string {
	known := map[string]string{}
	seen := map[string]bool{}
	var visit func(protoreflect.FileDescriptor)
	visit = func(fd protoreflect.FileDescriptor) {
		if seen[fd.Path()] {
			return
		}
		seen[fd.Path()] = true
		if fd.Package() == f.Desc.Package() {
			for i := range fd.Messages().Len() {
				known[string(fd.Messages().Get(i).Name())] = fd.Path()
			}
		}
		for i := range fd.Imports().Len() {
			visit(fd.Imports().Get(i).FileDescriptor)
		}
	}
	for _, file := range a.files {
		visit(file.Proto.Desc)
	}
	return known
}

// result returns the files with what was added.
func (a *adder) result() []File {
	var files []File
	for _, name := range slices.Sorted(maps.Keys(a.targets)) {
		t := a.targets[name]
		if added := t.apply(); string(added) != string(t.text) {
			files = append(files, File{Name: name, Path: t.path, Old: t.text, New: added})
		}
	}
	return files
}
