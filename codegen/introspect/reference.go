package introspect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

var actionWords = map[string]word{"RESTRICT": "RESTRICT", "CASCADE": "CASCADE", "SET NULL": "SET_NULL", "SET DEFAULT": "SET_DEFAULT"}

// reference adds the foreign key of a field, if it is over the field alone and to a
// table that has a message.
func (w *writer) reference(m *message, f *field) {
	stated := false
	for _, k := range m.table.Constraints {
		if k.Kind != catalog.ForeignKey || len(k.Columns) != 1 || k.Columns[0] != f.column.Name {
			continue
		}
		r, ok := w.referenceTo(m, f, k)
		if !ok || stated {
			f.comment = append(f.comment, fmt.Sprintf("Refers to %s of %s.", k.Target[0], k.References))
			continue
		}
		stated = true
		f.options.add("references", r)
	}
}

func (w *writer) referenceTo(m *message, f *field, k *catalog.Constraint) (r record, ok bool) {
	target := w.byTable[k.References]
	if target == nil || !target.model {
		return nil, false
	}
	if !f.kind.agree(w.types[place{k.References, k.Target[0]}]) {
		return nil, false
	}
	r.add("model", w.fullName(target))
	if len(target.key.columns) != 1 || target.key.columns[0] != k.Target[0] {
		name, unique := w.uniqueField(target, k.Target[0])
		if !unique {
			return nil, false
		}
		r.add("field", name)
	}
	w.actions(&r, k, m.table.Name.String()+"."+k.Columns[0], "the field cannot have it", f.unset(), f.filled())
	return r, true
}

// unset reports whether the field can be unset.
func (f *field) unset() bool {
	return (f.label == "optional" || f.present || f.kind.from != "") && !slices.Contains(f.behavior, "REQUIRED")
}

// filled reports whether the column has a default.
func (f *field) filled() bool {
	return slices.ContainsFunc(f.options, func(e entry) bool { return e.name == "default" })
}

// uniqueField returns the field of a column that is unique by itself.
func (w *writer) uniqueField(target *message, column string) (name string, ok bool) {
	if target.existing != nil {
		for _, c := range target.existing.Columns {
			if c.Name == column && c.Field != nil {
				return string(c.Field.Desc.Name()), target.existing.Identifies([]*model.Column{c})
			}
		}
		return "", false
	}
	k := derived(target.table.Name.Name, column, "key")
	return w.fieldNames(target)[column], !w.softDeleted(target) && w.sole(target.table, column) && (!w.relations[k] || w.owner[k] == target.table.Name)
}

// sole reports whether a column is unique by itself.
func (w *writer) sole(t *catalog.Table, column string) bool {
	only := func(columns []string) bool { return len(columns) == 1 && columns[0] == column }
	return slices.ContainsFunc(t.Constraints, func(k *catalog.Constraint) bool { return k.Kind == catalog.Unique && only(k.Columns) }) ||
		slices.ContainsFunc(t.Indexes, func(x *catalog.Index) bool {
			return x.Unique && x.Key && x.Valid && only(x.Columns) && strings.HasPrefix(x.Definition, " USING btree (")
		})
}
