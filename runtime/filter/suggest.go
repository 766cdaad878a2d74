package filter

import (
	"slices"

	"github.com/protocrud/protoc-gen-go-crud/internal/nearest"
)

// didYouMean returns words that propose the name nearest to a wrong one, "" if none
// is near.
func didYouMean(wrong string, names []string) string {
	name := nearest.Of(wrong, names)
	if name == "" {
		return ""
	}
	return "; did you mean " + quote(name) + "?"
}

// filterable are the paths that a filter may name.
func (s *Schema) filterable() []string {
	paths := slices.DeleteFunc(slices.Clone(s.paths), func(path string) bool { return !s.fields[path].Filterable })
	for _, r := range s.relations {
		paths = append(paths, r.Path)
	}
	return paths
}

// enumNames are the names of the values, in the order of the alphabet.
func (f *Field) enumNames() []string {
	values := f.Enum.Values()
	names := make([]string, values.Len())
	for i := range names {
		names[i] = string(values.Get(i).Name())
	}
	slices.Sort(names)
	return names
}

// orderable are the paths that an order may name.
func (s *Schema) orderable() []string {
	return slices.DeleteFunc(slices.Clone(s.paths), func(path string) bool { return !s.fields[path].sorts() })
}
