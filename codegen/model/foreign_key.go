package model

import (
	"fmt"
	"slices"
	"strings"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// addForeignKeys reads the foreign keys of several columns.
func (l *loader) addForeignKeys(d *draft) {
	for i, opts := range d.opts.GetForeignKeys() {
		l.addForeignKey(d, opts, referenceOption{opts, d.option(modelForeignKeys, int32(i))})
	}
}

func (l *loader) addForeignKey(d *draft, opts *protocrudv1.ForeignKey, o referenceOption) {
	columns, ok := d.foreignKeyColumns(opts, o)
	target := l.referencedModel(d, o)
	if target == nil {
		return
	}
	d.uses = append(d.uses, target)
	targets, found := d.targetColumns(opts, o, target)
	if !ok || !found || !d.pair(o, columns, target, targets) {
		return
	}
	d.checkActions(o, columns...)
	r := &Reference{Constraint: opts.GetName(), Columns: columns, Model: target.Model, Target: targets}
	for _, other := range d.References {
		if same, ok := d.stated[other]; ok && other.same(r) {
			d.add(o.site, fmt.Sprintf("%s is also stated at %s", o.noun(), same.site), "keep one of the two")
			return
		}
	}
	d.checkForeignKeyName(o, r.Constraint)
	d.state(o, r)
}

func (d *draft) checkForeignKeyName(o referenceOption, name string) {
	if problem := identifierProblem(name); name != "" && problem != "" {
		d.add(o.part("name"), fmt.Sprintf("constraint name %q %s", name, problem), "state another")
	}
}

// foreignKeyColumns returns the columns of a foreign key; ok is false, with a report, if
// it cannot be over them.
func (d *draft) foreignKeyColumns(opts *protocrudv1.ForeignKey, o referenceOption) (columns []*Column, ok bool) {
	switch len(opts.GetFields()) {
	case 0:
		d.add(o.site, "the foreign key has no fields", "name the fields in the order of the referenced ones")
		return nil, false
	case 1:
		d.add(o.part("fields"), o.noun()+" has one field", "remove it, and write [(protocrud.v1.field).references] at the field")
		return nil, false
	}
	columns, ok = d.namedColumns("foreign key", opts.GetFields(), func(i int) site { return o.part("fields", int32(i)) })
	for _, c := range columns {
		if c.Repeated {
			d.add(o.part("fields", int32(slices.Index(opts.GetFields(), string(c.Field.Desc.Name())))), fmt.Sprintf("foreign key field %q is repeated", c.Field.Desc.Name()), "name a field that is not")
			ok = false
		}
	}
	return columns, ok
}

// targetColumns returns the columns that a foreign key refers to, by default the target's
// key; ok is false, with a report, if there are no such ones.
func (d *draft) targetColumns(opts *protocrudv1.ForeignKey, o referenceOption, target *draft) (columns []*Column, ok bool) {
	names, full := opts.GetTargetFields(), target.Message.Desc.FullName()
	switch {
	case target.Keyless && len(names) == 0:
		d.add(o.part("model"), fmt.Sprintf("%s references %s, which has no key", o.noun(), full), "name fields of a unique index of it as target_fields, or remove the foreign key")
		return nil, false
	case !target.keyed && !target.Keyless:
		return nil, false // reported there
	case len(names) == 0:
		return target.Key.Columns, true
	}
	ok = true
	for i, name := range names {
		f := target.fieldNamed(name)
		switch where := o.part("target_fields", int32(i)); {
		case name == "":
			ok = false // reported with the options
		case f == nil || f.column == nil:
			ok = false
			d.add(where, fmt.Sprintf("%q is no stored field of %s", name, full), "name those of its key or of a unique index")
		case slices.Contains(columns, f.column):
			ok = false
			d.add(where, fmt.Sprintf("%s names %q of %s twice", o.noun(), name, full), "name it once")
		default:
			columns = append(columns, f.column)
		}
	}
	return columns, ok && d.checkUnique(o, target, columns)
}

// checkUnique reports columns that are not those of one row.
func (d *draft) checkUnique(o referenceOption, target *draft, columns []*Column) bool {
	if target.Identifies(columns) {
		return true
	}
	problem, hint := "are neither the key of %s nor together unique", "name its key, or those of a unique index without a condition, in its order or another"
	if target.unique(columns) {
		problem, hint = "are unique among the live rows of %s only, which is soft-deleted", "name its key"
	}
	d.add(o.part("target_fields"), strings.Join(sqlNames(columns), ", ")+" "+fmt.Sprintf(problem, target.Message.Desc.FullName()), hint)
	return false
}

// Identifies reports whether a foreign key can refer to the columns, in any order: they
// are the key or unique, whether those of the scope, which lead every key, are among them
// or not.
func (m *Model) Identifies(columns []*Column) bool {
	return m.sameKey(m.Key.Columns, columns) || m.unique(columns) && m.SoftDelete() == nil
}

// unique reports whether no two rows that are alive agree in the columns.
func (m *Model) unique(columns []*Column) bool {
	if own := m.withoutScope(columns); len(own) == 1 && own[0].Unique {
		return true // also where it is part of the key
	}
	return slices.ContainsFunc(m.Lookups(), func(unique []*Column) bool { return m.sameKey(unique, columns) })
}

func (m *Model) sameKey(key, columns []*Column) bool {
	return len(key) > 0 && sameColumns(m.withoutScope(key), m.withoutScope(columns))
}

func (m *Model) withoutScope(columns []*Column) []*Column {
	return slices.DeleteFunc(slices.Clone(columns), func(c *Column) bool { return slices.Contains(m.Scope, c.Name) })
}

// pair reports columns that cannot refer to the targets one by one.
func (d *draft) pair(o referenceOption, columns []*Column, target *draft, targets []*Column) bool {
	full := target.Message.Desc.FullName()
	if len(columns) != len(targets) {
		d.add(o.part("fields"), fmt.Sprintf("%s has %d fields, and refers to %d of %s: %s", o.noun(), len(columns), len(targets), full, strings.Join(sqlNames(targets), ", ")), "name as many")
		return false
	}
	for i, c := range columns {
		if !sameKind(c, targets[i]) {
			d.add(o.part("fields", int32(i)), fmt.Sprintf("foreign key field %q is %s, and the referenced column %s.%s is %s", c.Field.Desc.Name(), c.kindName(), full, targets[i].Name, targets[i].kindName()),
				"give both the same type, or name the fields in another order")
			return false
		}
	}
	return true
}

// refers reports whether a field is, or is part of, a foreign key.
func (d *draft) refers(f *field) bool {
	return f.opts.GetReferences() != nil || slices.ContainsFunc(d.opts.GetForeignKeys(), func(k *protocrudv1.ForeignKey) bool {
		return slices.Contains(k.GetFields(), string(f.Desc.Name()))
	})
}
