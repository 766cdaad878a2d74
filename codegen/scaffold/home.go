package scaffold

import (
	"maps"
	"slices"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// A home is the service that a model's methods are in, or are to be in.
type home struct {
	file   *protogen.File
	name   protoreflect.Name
	exists bool
}

// home finds that of a model: what serves it in its own file, what is named after it,
// what serves it elsewhere.
func (a *adder) home(m *model.Model) home {
	usual := protoreflect.Name(m.Noun + "Service")
	var own *protogen.File
	var here, named, elsewhere []home
	for _, f := range a.files {
		isOwn := f.Proto.Desc.Path() == m.Message.Desc.ParentFile().Path()
		if isOwn {
			own = f.Proto
		}
		for _, s := range f.Services {
			if serves(s, m) && isOwn {
				here = append(here, home{f.Proto, s.Service.Desc.Name(), true})
			} else if serves(s, m) {
				elsewhere = append(elsewhere, home{f.Proto, s.Service.Desc.Name(), true})
			}
		}
		if f.Proto.Desc.Package() == m.Message.Desc.ParentFile().Package() && f.Proto.Desc.Services().ByName(usual) != nil {
			named = append(named, home{f.Proto, usual, true})
		}
	}
	if found := slices.Concat(here, named, elsewhere); len(found) > 0 {
		return found[0]
	}
	return home{own, usual, false}
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
