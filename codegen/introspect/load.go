package introspect

import (
	"context"
	"fmt"
	"os"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
)

// Load reads a file that is there, nil if none is. What is wrong with it is the error:
// nothing is merged into a file that means nothing.
func Load(ctx context.Context, path string, paths []string) (*Existing, error) {
	raw, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	gen, err := source.Read(ctx, source.Config{Files: []string{path}, Paths: paths})
	if err != nil {
		return nil, err
	}
	files, problems := model.Load(gen)
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s cannot be added to before it is right:\n%w", path, problems)
	}
	e := &Existing{Path: path, Text: string(raw)}
	for _, f := range gen.Files {
		if f.Generate {
			e.Proto = f
		}
	}
	for _, f := range files {
		e.Models = append(e.Models, f.Models...)
	}
	return e, nil
}
