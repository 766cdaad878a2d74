// Package scaffold adds to .proto files what a model needs to be served: the service
// with the standard methods of the AIPs, and their request and response messages.
//
// It inserts text and changes none: whatever is in a file keeps its bytes, its order and
// its comments. A method or a message that is there is left as it is, so a second run
// changes nothing.
package scaffold

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/compiler/protogen"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
)

// A Config says what to add.
type Config struct {
	// Messages are names of models, full or as their files call them; none is all
	// models of the files.
	Messages []string
	// Methods returns the methods of a model, in any order; none adds nothing. A nil
	// func is Standard.
	Methods func(*model.Model) []model.MethodKind
	// Style is how requests name a resource.
	Style Style
	// Fields are optional request fields that each switch a behaviour on, of Fields.
	// Every added method that can have one has it. Messages that exist are left as
	// they are.
	Fields []string
}

// Style is how a request names one resource.
type Style uint8

const (
	// ByKey is by the resource name where the model has one, else by its key fields.
	ByKey Style = iota
	// ByID is by the key fields, GetBookRequest{int64 id}.
	ByID
	// ByName is by the resource name, GetBookRequest{string name}.
	ByName
)

// ParseStyle returns the style that id or name is, and ByKey for nothing.
func ParseStyle(name string) (Style, error) {
	switch name {
	case "":
		return ByKey, nil
	case "id":
		return ByID, nil
	case "name":
		return ByName, nil
	}
	return ByKey, fmt.Errorf("unknown style %q; id and name are known", name)
}

// A File is a .proto file with what was added.
type File struct {
	// Name is that by which others import it, Path that on disk.
	Name, Path string
	// Old is the text as it is, New as it is to be.
	Old, New []byte
}

// Add returns the files that get something new, in the order of their names; none is
// written. What it adds has the form that `buf format` gives, and every method of it is
// recognised by the plugin.
//
// The service of a model is the one in its file that has methods of it; else the one of
// its package that is named BookService; else one of another file that has methods of
// it. Only the files of from are looked at. Where there is none, BookService is added to
// the model's file.
//
// An error about a proto has its file, line and column: a file that the plugin would
// refuse is not added to. It is an error to ask for a message that is no model, for a
// method that the model cannot have, or for one that would have to use a message that
// is there and does not fit. A descriptor set cannot be added to.
func Add(ctx context.Context, from source.Config, c Config) ([]File, error) {
	if from.Set != "" {
		return nil, errors.New("a descriptor set cannot be added to; give the .proto files")
	}
	if err := checkFields(c.Fields); err != nil {
		return nil, err
	}
	files, err := load(ctx, from)
	if err != nil {
		return nil, err
	}
	models, err := c.models(files)
	if err != nil {
		return nil, err
	}
	a := &adder{Config: c, from: from, files: files, targets: map[string]*target{}}
	for _, m := range models {
		if err := a.add(m); err != nil {
			return nil, err
		}
	}
	added := a.result()
	return added, a.verify(ctx, added)
}

func load(ctx context.Context, from source.Config) ([]*model.File, error) {
	gen, err := source.Read(ctx, from)
	if err != nil {
		return nil, err
	}
	files, problems := model.Load(gen)
	if len(problems) > 0 {
		return nil, problems
	}
	return files, nil
}

// models returns those that the config names.
func (c Config) models(files []*model.File) ([]*model.Model, error) {
	var all, named []*model.Model
	for _, f := range files {
		all = append(all, f.Models...)
	}
	if len(all) == 0 {
		return nil, errors.New("no message of the files has option (protocrud.v1.model)")
	}
	if len(c.Messages) == 0 {
		return all, nil
	}
	for _, name := range c.Messages {
		i := slices.IndexFunc(all, func(m *model.Model) bool {
			desc := m.Message.Desc
			return string(desc.FullName()) == name || relative(desc.FullName(), desc.ParentFile().Package()) == name
		})
		if i < 0 {
			return nil, fmt.Errorf("message %q is no model of the files; add option (protocrud.v1.model) = {} to it, or name another", name)
		}
		if !slices.Contains(named, all[i]) {
			named = append(named, all[i])
		}
	}
	return named, nil
}

// An adder adds to files.
type adder struct {
	Config
	from    source.Config
	files   []*model.File
	targets map[string]*target // by the names of the files
	added   []addedMethod
}

// An addedMethod is a method that the plugin must recognise.
type addedMethod struct {
	service, name string
	kind          model.MethodKind
}

// add adds a model's methods to its service.
func (a *adder) add(m *model.Model) error {
	r, err := a.resource(m)
	if err != nil {
		return err
	}
	kinds, err := a.methodsOf(m)
	if err != nil {
		return err
	}
	place := a.home(m)
	t, err := a.target(place.file)
	if err != nil {
		return err
	}
	r.target = t
	var rpcs []string
	for _, method := range methods {
		rpcName := method.nameOf(m)
		if !slices.Contains(kinds, method.kind) || a.hasMethod(place.file, rpcName) {
			continue
		}
		rpcs = append(rpcs, r.rpc(method))
		a.added = append(a.added, addedMethod{service: string(place.file.Desc.Package().Append(place.name)), name: rpcName, kind: method.kind})
	}
	if len(rpcs) == 0 {
		return nil
	}
	name := string(place.name)
	if place.exists {
		t.methods[name] = append(t.methods[name], rpcs...)
	} else {
		t.addService(name, r.many(), rpcs)
	}
	return nil
}

// target returns what is added to a file.
func (a *adder) target(f *protogen.File) (*target, error) {
	name := f.Desc.Path()
	if t := a.targets[name]; t != nil {
		return t, nil
	}
	path, text, err := a.from.ReadFile(name)
	if err != nil {
		return nil, err
	}
	t, err := newTarget(f, path, text)
	if err != nil {
		return nil, err
	}
	t.known = a.messagesOf(f)
	a.targets[name] = t
	return t, nil
}
