package model

import (
	"fmt"
	"slices"
	"strings"
)

// joinThrough joins a field by the table between two models.
func (l *loader) joinThrough(d *draft, f *field, target *draft, r *Relation) bool {
	where := f.option(fieldRelation, relationThrough)
	name := f.opts.GetRelation().GetThrough()
	if !f.Desc.IsList() {
		d.add(where, "through is set on a field that is not repeated", "make it repeated, or remove through")
		return false
	}
	for _, between := range l.visible(d.file) {
		if strings.EqualFold(between.Table, name) {
			return d.joinModel(f, target, between, r)
		}
	}
	if f.opts.GetRelation().By != nil {
		d.add(f.option(fieldRelation, relationBy), fmt.Sprintf("by names a field of the model on table %q, and there is none", name), "remove it, or declare the model")
		return false
	}
	return l.makeJoin(d, f, target, r)
}

// joinModel joins by the references of a model between the two.
func (d *draft) joinModel(f *field, target, between *draft, r *Relation) bool {
	where := f.option(fieldRelation, relationThrough)
	full := between.Message.Desc.FullName()
	d.uses = append(d.uses, between)
	own, ok := d.jointOf(f, between, d, f.opts.GetRelation().GetBy(), nil)
	if !ok {
		return false
	}
	theirs, ok := d.jointOf(f, between, target, "", own.Reference)
	if !ok {
		return false
	}
	for _, column := range between.Scope {
		if !slices.Contains(target.Scope, column) {
			d.add(where, fmt.Sprintf("%s is bound to the scope column %q, and %s is not", full, column, target.Message.Desc.FullName()), "give both the same scope")
			return false
		}
	}
	r.Columns, r.Target = own.Reference.Target, theirs.Reference.Target
	r.Join = &Join{Schema: between.Schema, Table: between.Table, Columns: sqlNames(own.Columns), Target: sqlNames(theirs.Columns)}
	if c := between.SoftDelete(); c != nil {
		r.Join.DeleteTime = c.Name
	}
	return true
}

// jointOf returns the reference of the model between to one of the two.
func (d *draft) jointOf(f *field, between, to *draft, by string, other *Reference) (joint, bool) {
	var all []joint
	for _, ref := range between.References {
		if ref.Model == to.Model && ref != other {
			all = append(all, joint{ref, between, false})
		}
	}
	full, model := between.Message.Desc.FullName(), to.Message.Desc.FullName()
	if j, ok := byField(all, by); ok {
		return j, true
	}
	switch {
	case len(all) == 0:
		d.add(f.option(fieldRelation, relationThrough), fmt.Sprintf("%s, on the table between, has no reference to %s", full, model),
			fmt.Sprintf("give it a field with [(protocrud.v1.field) = {references: {model: %q}}]", model))
		return joint{}, false
	case by != "":
		d.add(f.option(fieldRelation, relationBy), fmt.Sprintf("field %q of %s is no reference to %s", by, full, model), "name one that is")
		return joint{}, false
	case len(all) > 1:
		d.add(f.option(fieldRelation, relationThrough), fmt.Sprintf("%s, on the table between, has several references to %s", full, model),
			"name as relation.by the field of the one that is the model's side")
		return joint{}, false
	}
	return all[0], true
}

// makeJoin describes the table between two models that no model does.
func (l *loader) makeJoin(d *draft, f *field, target *draft, r *Relation) bool {
	where := f.option(fieldRelation, relationThrough)
	name := f.opts.GetRelation().GetThrough()
	problem, hint := "", ""
	switch {
	case identifierProblem(name) != "":
		problem, hint = fmt.Sprintf("table name %q %s", name, identifierProblem(name)), "state another"
	case reservedFor(name) != "":
		problem, hint = fmt.Sprintf("table name %q is reserved for %s", name, reservedFor(name)), "state another"
	case d == target:
		problem, hint = fmt.Sprintf("table %q would join the model with itself, and which column is which side is not known", name), "declare a model on the table, with two references, and name one as relation.by"
	case len(d.Scope)+len(target.Scope) > 0:
		problem, hint = fmt.Sprintf("table %q would join models that have a scope", name), "declare a model on the table, with the same scope"
	}
	if problem != "" {
		d.add(where, problem, hint)
		return false
	}
	r.Columns, r.Target = d.Key.Columns, target.Key.Columns
	r.Join = &Join{Schema: d.Schema, Table: name, Columns: d.joinColumns(), Target: target.joinColumns(), Made: true}
	if c, twice := shared(r.Join.Columns, r.Join.Target); twice {
		d.add(where, fmt.Sprintf("both sides of table %q would have a column %q", name, c), "declare a model on the table")
		return false
	}
	return l.claimJoin(d, f, target, name)
}

// joinColumns names the columns of a table between that refer to the model's key:
// book_id for the key id of Book.
func (d *draft) joinColumns() []string {
	names := sqlNames(d.Key.Columns)
	for i, name := range names {
		if prefix := d.Singular + "_"; !strings.HasPrefix(name, prefix) {
			names[i] = prefix + name
		}
	}
	return names
}

func shared(a, b []string) (string, bool) {
	for _, name := range a {
		if slices.Contains(b, name) {
			return name, true
		}
	}
	return "", false
}

// A madeJoin is a table between two models, and where it is stated first.
type madeJoin struct {
	own, target *draft
	site        site
}

// claimJoin reports a table that is to join two pairs of models.
func (l *loader) claimJoin(d *draft, f *field, target *draft, name string) bool {
	key := strings.ToLower(d.Schema + "." + name)
	where := f.option(fieldRelation, relationThrough)
	other, ok := l.joins[key]
	switch {
	case !ok:
		l.joins[key] = madeJoin{d, target, where}
	case (other.own != d || other.target != target) && (other.own != target || other.target != d):
		d.add(where, fmt.Sprintf("table %q joins other models at %s", name, other.site), "state another")
		return false
	}
	return true
}
