package scaffold

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// verify reads the files as they are to be: each method must be what it was added as.
// What speaks against it is something that is there and does not fit.
func (a *adder) verify(ctx context.Context, files []File) error {
	if len(files) == 0 {
		return nil
	}
	from := a.from
	from.Files = nil
	for _, f := range a.files {
		from.Files = append(from.Files, f.Proto.Desc.Path())
	}
	from.Texts = maps.Clone(from.Texts)
	if from.Texts == nil {
		from.Texts = map[string][]byte{}
	}
	for _, f := range files {
		from.Texts[f.Name] = f.New
	}
	loaded, err := load(ctx, from)
	if err != nil {
		return fmt.Errorf("what is there does not fit what would be added; the lines are those of the new text:\n%w", err)
	}
	kinds := map[addedMethod]bool{}
	for _, f := range loaded {
		for _, s := range f.Services {
			for _, m := range s.Methods {
				kinds[addedMethod{service: string(s.Service.Desc.FullName()), name: string(m.Method.Desc.Name()), kind: m.Kind}] = m.Store != nil
			}
		}
	}
	if i := slices.IndexFunc(a.added, func(m addedMethod) bool { return !kinds[m] }); i >= 0 {
		return fmt.Errorf("%s of %s would not be a standard method; a message of the name that its request has is there and asks for something else", a.added[i].name, a.added[i].service)
	}
	return nil
}
