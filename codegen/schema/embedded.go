package schema

import (
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// embedded are the columns of a message that is stored in columns of its fields. The
// first tells an unset message from an empty one; the others are NULL where it is unset.
func embedded(c *model.Column) []crud.ColumnInfo {
	return within(c, string(c.Field.Desc.Name()), true)
}

// within are the columns of a message at a path; outermost says that it is in no other that
// is embedded.
func within(c *model.Column, path string, outermost bool) []crud.ColumnInfo {
	root, _, _ := strings.Cut(path, ".")
	all := []crud.ColumnInfo{{Field: path, Names: []string{c.Name + "_is_set"}, Kind: crud.KindBool, NotNull: outermost, Embedded: root}}
	for _, in := range c.Inner {
		name := path + "." + string(in.Field.Desc.Name())
		if in.Kind == model.Embedded {
			all = append(all, within(in, name, false)...)
			continue
		}
		info := column(in)
		info.Field, info.NotNull, info.Embedded = name, false, root
		if in.Oneof != "" {
			info.Oneof = in.Prefix + in.Oneof
		}
		all = append(all, info)
	}
	return all
}
