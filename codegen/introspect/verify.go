package introspect

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
)

// verify reads a file as it is to be, before anybody has it. What the plugin would refuse
// in it is a warning: a person wrote of a field that is gone, say, and has to say
// something else.
func verify(ctx context.Context, o *Output, existing *Existing, paths []string) error {
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
	gen, err := source.Read(ctx, source.Config{Files: []string{path}, Paths: append([]string{dir}, paths...)})
	if err != nil {
		return fmt.Errorf("what is to be written is no proto; this is a mistake of the program's: %w", err)
	}
	_, problems := model.Load(gen)
	for _, p := range problems {
		o.Warnings = append(o.Warnings, "what is written needs a hand: "+fmt.Sprint(p))
	}
	return nil
}
