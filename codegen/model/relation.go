package model

import (
	"fmt"
	"slices"
	"strings"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// Fields of the option's relation, as parts of a location's path.
const (
	relationWrite   = 1
	relationOrderBy = 2
	relationThrough = 3
	relationBy      = 4
)

// readRelation takes a field that is joined to another model. It has no column.
func (d *draft) readRelation(f *field) bool {
	if f.opts.GetRelation() == nil {
		return false
	}
	d.refuseBeside(f, fieldRelation, "is set with relation, and a relation has no column")
	owned := f.opts.GetRelation().GetWrite() == protocrudv1.Relation_OWNED
	switch {
	case d.Keyless:
		d.add(f.option(fieldRelation), "relation is set"+noKey+": related rows are found by keys", "remove the field, or keyless")
	case f.Desc.IsMap() || f.Message == nil || !isModel(f.Message):
		d.add(f.option(fieldRelation), fmt.Sprintf("relation is set on %s, which is no model", fieldForm(f.Field)), "remove it, or give the field the type of a model")
	case InOneof(f.Field):
		d.add(f.option(fieldRelation), "relation is set on a field of a oneof, and related rows do not exclude each other", "move the field out of the oneof")
	case f.behavior.Required && !owned:
		d.add(atOption(f.Desc, behaviorNumber), "the field is REQUIRED, but writes ignore it", "remove REQUIRED, or write relation: {write: OWNED}")
	case f.behavior.OutputOnly && owned:
		d.add(atOption(f.Desc, behaviorNumber), "the field is OUTPUT_ONLY and OWNED", "keep one of the two")
	case f.behavior.InputOnly || f.behavior.Immutable || f.behavior.Identifier:
		d.add(atOption(f.Desc, behaviorNumber), "a relation is not INPUT_ONLY, IMMUTABLE or IDENTIFIER", "remove it, or say it of the fields of the related model")
	default:
		d.relations = append(d.relations, f)
	}
	return true
}

// addRelations joins the fields to their models, once the references of all are known.
func (l *loader) addRelations(d *draft) {
	for _, f := range d.relations {
		target := l.byName[f.Message.Desc.FullName()]
		if target != nil && target.Keyless {
			d.add(f.option(fieldRelation), fmt.Sprintf("relation is set on a field of %s, which has no key, and related rows are found by keys", f.Message.Desc.FullName()), "remove the field, or give that model a key")
		}
		if target == nil || !d.keyed || !target.keyed {
			continue // a diagnostic says why
		}
		d.uses = append(d.uses, target)
		r := &Relation{
			Field: f.Field, Model: target.Model, Required: f.behavior.Required,
			Owned: f.opts.GetRelation().GetWrite() == protocrudv1.Relation_OWNED,
		}
		joined := false
		if f.opts.GetRelation().GetThrough() != "" {
			joined = l.joinThrough(d, f, target, r)
		} else {
			joined = d.joinBy(f, target, r)
		}
		if !joined {
			continue
		}
		d.readOrderBy(f, target, r)
		d.checkOwned(f, target, r)
		d.Relations = append(d.Relations, r)
	}
}

// A joint is a reference that can join a field to its model.
type joint struct {
	*Reference
	from      *draft // whose reference it is
	belongsTo bool
}

// has reports whether the reference has a field.
func (j joint) has(field string) bool {
	return slices.ContainsFunc(j.Columns, func(c *Column) bool { return c.Field != nil && string(c.Field.Desc.Name()) == field })
}

// byField returns the reference of a field: that of the field alone, else the only one
// that has it.
func byField(all []joint, field string) (found joint, ok bool) {
	n := 0
	for _, j := range all {
		switch {
		case !j.has(field), j.Reference == found.Reference: // one of the own table is there twice
		case len(j.Columns) == 1:
			return j, true
		default:
			found = j
			n++
		}
	}
	return found, n == 1
}

func (j joint) String() string {
	return string(j.from.Message.Desc.Name()) + "." + strings.Join(sqlNames(j.Columns), ",")
}

// joinBy joins a field by a reference between the two models.
func (d *draft) joinBy(f *field, target *draft, r *Relation) bool {
	all := d.joints(f, target)
	j, ok := d.chooseJoint(f, target, all)
	if !ok {
		return false
	}
	r.BelongsTo = j.belongsTo
	if j.belongsTo {
		r.Columns, r.Target = j.Columns, j.Reference.Target
	} else {
		r.Columns, r.Target = j.Reference.Target, j.Columns
	}
	return true
}

// joints are the references that can join a field.
func (d *draft) joints(f *field, target *draft) (all []joint) {
	if !f.Desc.IsList() {
		for _, ref := range d.References {
			if ref.Model == target.Model {
				all = append(all, joint{ref, d, true})
			}
		}
	}
	for _, ref := range target.References {
		if ref.Model == d.Model && (f.Desc.IsList() || target.oneRowOf(ref)) {
			all = append(all, joint{ref, target, false})
		}
	}
	return all
}

// oneRowOf reports whether at most one row can have a reference to the same row.
func (d *draft) oneRowOf(r *Reference) bool {
	if len(r.Columns) == 1 && r.Columns[0].Unique || sameColumns(r.Columns, d.Key.Columns) {
		return true
	}
	return slices.ContainsFunc(d.Indexes, func(i *Index) bool { return i.identifies() && sameColumns(i.Columns, r.Columns) })
}

// chooseJoint returns the reference that joins a field.
func (d *draft) chooseJoint(f *field, target *draft, all []joint) (joint, bool) {
	by := f.opts.GetRelation().GetBy()
	named := by
	if by == "" {
		named = string(f.Desc.Name()) + "_id"
	}
	where := f.option(fieldRelation)
	if j, ok := byField(all, named); ok {
		return j, true
	}
	names := make([]string, len(all))
	for i, j := range all {
		names[i] = j.String()
	}
	switch {
	case by != "" && len(all) > 0:
		d.add(f.option(fieldRelation, relationBy), fmt.Sprintf("no reference that joins %s is that of a field %q", target.Message.Desc.FullName(), by), "name one of: "+strings.Join(names, ", "))
	case len(all) == 1:
		return all[0], true
	case len(all) > 1:
		d.add(where, fmt.Sprintf("several references join %s: %s", target.Message.Desc.FullName(), strings.Join(names, ", ")), "name the field of one of them as relation.by")
	default:
		d.addNoJoint(f, target)
	}
	return joint{}, false
}

// addNoJoint says why nothing joins a field, and what would.
func (d *draft) addNoJoint(f *field, target *draft) {
	own, full := d.Message.Desc.FullName(), target.Message.Desc.FullName()
	problem := fmt.Sprintf("neither of %s and %s references the other", own, full)
	hint := fmt.Sprintf("add a field such as %s_id with [(protocrud.v1.field) = {references: {model: %q}}]", f.Desc.Name(), full)
	switch {
	case f.Desc.IsList():
		problem = fmt.Sprintf("%s has no reference to %s", full, own)
		hint = fmt.Sprintf("give it a field with [(protocrud.v1.field) = {references: {model: %q}}], or name the table between the two as relation.through", own)
	case slices.ContainsFunc(target.References, func(r *Reference) bool { return r.Model == d.Model }):
		problem = fmt.Sprintf("several rows of %s can refer to one of %s", full, own)
		hint = "make the field repeated, or the reference unique"
	}
	d.add(f.option(fieldRelation), "nothing joins the field: "+problem, hint)
}

// readOrderBy finds the column that elements are in the order of.
func (d *draft) readOrderBy(f *field, target *draft, r *Relation) {
	name := f.opts.GetRelation().GetOrderBy()
	if name == "" {
		return
	}
	where := f.option(fieldRelation, relationOrderBy)
	by := target.fieldNamed(name)
	switch {
	case !f.Desc.IsList():
		d.add(where, "order_by is set on a field that is not repeated", "remove it")
	case by == nil || by.column == nil:
		d.add(where, fmt.Sprintf("%q is no stored field of %s", name, target.Message.Desc.FullName()), "name one that is")
	case by.column.Repeated || by.column.Kind == JSON || by.column.Kind == Bytes:
		d.add(where, fmt.Sprintf("field %s of %s has no order", name, target.Message.Desc.FullName()), "name another")
	case r.Owned && r.Join == nil && (by.column.Kind != Int32 && by.column.Kind != Int64 || by.column.Wrapper):
		d.add(where, fmt.Sprintf("field %s of %s is numbered by writes, and is no int32 or int64", name, target.Message.Desc.FullName()), "make it one, or name another")
	case r.Owned && r.Join == nil && by.column.Unique:
		d.add(where, fmt.Sprintf("field %s of %s is unique in the whole table, and is numbered from 1 for each %s", name, target.Message.Desc.FullName(), d.Message.Desc.Name()),
			"make an index with the reference unique instead")
	default:
		r.OrderBy = by.column
	}
}

// checkOwned reports what writes of a relation could not write.
func (d *draft) checkOwned(f *field, target *draft, r *Relation) {
	if !r.Owned {
		return
	}
	where := f.option(fieldRelation, relationWrite)
	full := target.Message.Desc.FullName()
	switch {
	case r.BelongsTo:
		d.add(where, fmt.Sprintf("the relation is OWNED, but the model belongs to the %s: others may too", target.Message.Desc.Name()), "remove write: OWNED; writes set the reference")
	case r.Join != nil && !r.Join.Made:
		d.add(where, fmt.Sprintf("the relation is OWNED, but its links are rows of a model, on table %q", r.Join.Table), "remove write: OWNED and write those rows, or own them by a repeated field of that model")
	case r.Join != nil:
	case target.Key.Name != nil:
		d.add(where, fmt.Sprintf("the relation is OWNED, but the rows of %s have resource names, which their parents' methods give", full), "remove write: OWNED, or give the related model a plain key")
	case slices.ContainsFunc(r.Target, func(c *Column) bool { return c.Field == nil }):
		d.add(where, fmt.Sprintf("the relation is OWNED, but the reference of %s is no field of it", full), "remove write: OWNED")
	case !slices.ContainsFunc(target.References, func(ref *Reference) bool {
		return ref.Model == d.Model && ref.OnDelete == "CASCADE" && slices.Equal(ref.Columns, r.Target)
	}):
		d.add(where, fmt.Sprintf("the relation is OWNED, but the reference of %s does not cascade, so that its rows would keep the %s from being deleted", full, d.Message.Desc.Name()),
			"write on_delete: CASCADE in it")
	}
}
