package introspect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// foreignKeys are those of several columns that the model states. notes say which it
// cannot, and why.
func (w *writer) foreignKeys(m *message) (all list, notes []string) {
	taken := names{}
	for _, k := range m.table.Constraints {
		if k.Kind == catalog.ForeignKey && len(k.Columns) == 1 {
			taken.add(derived(m.table.Name.Name, k.Columns[0], "fkey"))
		}
	}
	for _, k := range m.table.Constraints {
		if k.Kind != catalog.ForeignKey || len(k.Columns) < 2 {
			continue
		}
		name := w.constraintName(m, k)
		why := w.unstatable(m, k)
		switch same := pairs(k); {
		case why != "":
		case taken[same]:
			why = "another one is the same"
		case taken[name]:
			why = "the model has another one of its name"
		default:
			taken.add(name, same)
			all = append(all, w.foreignKey(m, k))
			continue
		}
		notes = append(notes, fmt.Sprintf("(%s) refers to (%s) of %s, which is not stated: %s.",
			strings.Join(k.Columns, ", "), strings.Join(k.Target, ", "), k.References, why))
	}
	return all, notes
}

// constraintName is the name of a foreign key, as the model has it: SQLite has none.
func (w *writer) constraintName(m *message, k *catalog.Constraint) string {
	if !w.db.SQLite {
		return k.Name
	}
	return standardName(m, k)
}

func standardName(m *message, k *catalog.Constraint) string {
	return derived(m.table.Name.Name, strings.Join(k.Columns, "_"), "fkey")
}

// pairs names what a foreign key leads from and to, whatever the order of its columns.
func pairs(k *catalog.Constraint) string {
	all := make([]string, len(k.Columns))
	for i, c := range k.Columns {
		all[i] = quoted(c) + quoted(k.Target[i])
	}
	slices.Sort(all)
	return k.References.String() + strings.Join(all, "")
}

// targetOf is the message that a foreign key leads to, nil if no model is of its table.
func (w *writer) targetOf(m *message, k *catalog.Constraint) *message {
	target := w.byTable[k.References]
	switch {
	case target == nil || !target.model:
		return nil
	case target.table.Name == m.table.Name:
		return m
	}
	return target
}

// unstatable says why the option cannot state a foreign key, "" if it can.
func (w *writer) unstatable(m *message, k *catalog.Constraint) string {
	target := w.targetOf(m, k)
	switch {
	case target == nil:
		return "no model is of that table"
	case m.fieldsOf(k.Columns) == nil || target.fieldsOf(k.Target) == nil:
		return "a column has no field"
	case !w.agree(m, target, k):
		return "the types of the fields differ"
	case !w.identifies(target, k.Target):
		return "the fields there are neither the key nor those of a unique index"
	}
	return unnamed(k.Name)
}

// foreignKey states a foreign key.
func (w *writer) foreignKey(m *message, k *catalog.Constraint) (r record) {
	target := w.targetOf(m, k)
	r.add("fields", texts(m.fieldsOf(k.Columns)))
	r.add("model", w.fullName(target))
	if !slices.Equal(k.Target, target.key.columns) {
		r.add("target_fields", texts(target.fieldsOf(k.Target)))
	}
	w.actions(&r, k, "("+strings.Join(k.Columns, ", ")+") of "+m.table.Name.String(), "it is not for all of the columns, or not all of the fields can have it",
		m.all(k.Columns, (*field).unset, func(c *model.Column) bool { return !c.NotNull }),
		m.all(k.Columns, (*field).filled, func(c *model.Column) bool { return c.Default != "" }))
	if name := w.constraintName(m, k); name != standardName(m, k) {
		r.add("name", name)
	}
	return r
}

// actions adds what is done with the rows, as far as the fields can have it: unset says
// that they can all be unset, filled that their columns all have defaults.
func (w *writer) actions(r *record, k *catalog.Constraint, of, why string, unset, filled bool) {
	for _, a := range []struct{ option, on, action string }{{"on_delete", "ON DELETE", k.OnDelete}, {"on_update", "ON UPDATE", k.OnUpdate}} {
		some := len(k.Columns) > 1 && strings.Contains(k.Definition, a.on+" "+a.action+" (")
		switch {
		case a.action == "":
		case a.action == "SET NULL" && (some || !unset), a.action == "SET DEFAULT" && (some || !filled):
			w.warn("%s %s of %s is left out: %s", a.on, a.action, of, why)
		default:
			r.add(a.option, actionWords[a.action])
		}
	}
}

// fieldsOf returns the fields of columns, nil if one has none.
func (m *message) fieldsOf(columns []string) []string {
	var all []string
	for _, c := range columns {
		name := m.fieldOf(c)
		if name == "" {
			return nil
		}
		all = append(all, name)
	}
	return all
}

// all reports whether something holds for the fields of all columns, new ones and those
// that were there.
func (m *message) all(columns []string, fresh func(*field) bool, there func(*model.Column) bool) bool {
	return !slices.ContainsFunc(columns, func(name string) bool {
		if c := m.column(name); c != nil {
			return !there(c)
		}
		i := slices.IndexFunc(m.fields, func(f *field) bool { return f.column.Name == name })
		return i < 0 || slices.Contains(m.key.columns, name) || !fresh(m.fields[i])
	})
}

// column returns a column of the model that is there, nil if it has none with a field.
func (m *message) column(name string) *model.Column {
	if m.existing == nil {
		return nil
	}
	i := slices.IndexFunc(m.existing.Columns, func(c *model.Column) bool { return c.Name == name && c.Field != nil })
	if i < 0 {
		return nil
	}
	return m.existing.Columns[i]
}

// agree reports whether each column can refer to its target.
func (w *writer) agree(m, target *message, k *catalog.Constraint) bool {
	for i, c := range k.Columns {
		if !w.types[place{m.table.Name, c}].agree(w.types[place{target.table.Name, k.Target[i]}]) {
			return false
		}
	}
	return true
}

// identifies reports whether the model of a message says that no two rows agree in the
// columns.
func (w *writer) identifies(m *message, columns []string) bool {
	if m.existing != nil {
		all := make([]*model.Column, len(columns))
		for i, name := range columns {
			if all[i] = m.column(name); all[i] == nil {
				return false
			}
		}
		return m.existing.Identifies(all)
	}
	want := slices.Sorted(slices.Values(columns))
	same := func(other []string) bool { return slices.Equal(slices.Sorted(slices.Values(other)), want) }
	if same(m.key.columns) {
		return true
	}
	return !w.softDeleted(m) && (slices.ContainsFunc(m.table.Constraints, func(k *catalog.Constraint) bool { return k.Kind == catalog.Unique && same(k.Columns) }) ||
		slices.ContainsFunc(m.table.Indexes, func(x *catalog.Index) bool {
			s, ok := indexOf(x)
			return ok && x.Unique && x.Key && x.Valid && same(x.Columns) && w.states(m, s)
		}))
}

func (w *writer) fullName(m *message) string {
	if m.existing != nil {
		return string(m.existing.Message.Desc.FullName())
	}
	return w.packageName + "." + m.name
}
