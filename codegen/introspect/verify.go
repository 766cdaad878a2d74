package introspect

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/scaffold"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
)

// serve adds the services of the new messages to a file as it is to be, before anybody
// has it. What the plugin would refuse in the file is a warning: a person wrote of a
// field that is gone, say, and has to say something else.
func (o *Output) serve(ctx context.Context, c Config, existing *Existing, paths []string) error {
	if existing != nil && o.Text == existing.Text {
		return nil // which has been read
	}
	dir, err := os.MkdirTemp("", "introspect")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // which is the system's to clear otherwise
	name := "introspected.proto"
	if existing != nil {
		name = existing.Proto.Desc.Path()
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(o.Text), 0o600); err != nil {
		return err
	}
	from := source.Config{Files: []string{path}, Paths: append([]string{dir}, paths...)}
	served := len(o.created) > 0 && c.Methods != nil
	if existing != nil || !served { // scaffold reads a file too, and nobody has written in a new one
		if right, err := o.verify(ctx, from); err != nil || !right || !served {
			return err
		}
	}
	files, err := scaffold.Add(ctx, from, scaffold.Config{Messages: o.created, Methods: func(m *model.Model) []model.MethodKind {
		return o.methods(c, m)
	}})
	if err != nil {
		return err
	}
	for _, f := range files {
		o.Text = string(f.New)
	}
	return nil
}

// verify reads the file, and warns of what is not right in it.
func (o *Output) verify(ctx context.Context, from source.Config) (right bool, err error) {
	gen, err := source.Read(ctx, from)
	if err != nil {
		return false, fmt.Errorf("what is to be written is no proto; this is a mistake of the program's: %w", err)
	}
	_, problems := model.Load(gen)
	for _, p := range problems {
		o.Warnings = append(o.Warnings, "what is written needs a hand: "+fmt.Sprint(p))
	}
	return len(problems) == 0, nil
}

// methods are those of a new message, as far as its rows can be told apart; of a view
// those that read.
func (o *Output) methods(c Config, m *model.Model) []model.MethodKind {
	var kinds []model.MethodKind
	for _, kind := range c.Methods(m) {
		if !m.Serves(kind) {
			continue
		}
		if !o.views[string(m.Message.Desc.FullName())] || kind == model.Get || kind == model.List {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
