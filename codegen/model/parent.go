package model

import (
	"fmt"
	"strings"
)

// addParent finds the collection that the pattern's leading variables name, and its
// model if the file sees it.
func (l *loader) addParent(d *draft) {
	pattern, nested := Pattern{}, false
	if d.keyed && d.pattern != nil {
		pattern, nested = d.pattern.parent()
	}
	check := d.opts.CheckParent
	if !nested {
		if check != nil && (d.keyed || !d.namesKeyed) {
			d.add(d.option(modelCheckParent), "check_parent is set, but the model has no parent", "remove it")
		}
		if d.opts.GetAcrossParents() && (d.keyed || !d.namesKeyed) {
			d.add(d.option(modelAcrossParents), "across_parents is set, but the model has no parent", "remove it")
		}
		return
	}
	d.Parent = &Parent{Pattern: pattern, Columns: d.Key.Columns[:len(pattern.Variables)], Across: d.opts.GetAcrossParents()}
	parent := l.parentModel(d, pattern)
	if parent == nil {
		if d.opts.GetCheckParent() {
			d.add(d.option(modelCheckParent), fmt.Sprintf("check_parent is set, but the file sees no model with the pattern %q", pattern.Text),
				"import the file of the parent's model, or remove the option")
		}
		return
	}
	d.uses = append(d.uses, parent)
	if !sameKinds(d.Parent.Columns, parent.Key.Columns) {
		d.reportParentKinds(parent)
		return
	}
	d.Parent.Model = parent.Model
	d.Parent.Check = check == nil || *check
	onDelete := ""
	if d.Singleton() {
		onDelete = "CASCADE" // it is part of its parent, and does not keep it
	}
	d.References = append(d.References, &Reference{
		OnDelete:   onDelete,
		Constraint: d.foreignKey(d.Parent.Columns),
		Columns:    d.Parent.Columns,
		Model:      parent.Model,
		Target:     parent.Key.Columns,
		IsParent:   true,
	})
}

// parentModel returns the visible model of a pattern. Of several, one of the same
// file or package is meant.
func (l *loader) parentModel(d *draft, pattern Pattern) *draft {
	var found []*draft
	for _, other := range l.byPattern[pattern.Text] {
		if l.sees(d.file, other.file) {
			found = append(found, other)
		}
	}
	near := found
	for _, is := range []func(*draft) bool{
		func(o *draft) bool { return o.file == d.file },
		func(o *draft) bool { return o.file.Desc.Package() == d.file.Desc.Package() },
	} {
		if len(near) > 1 {
			near = narrow(near, is)
		}
	}
	if len(near) > 1 {
		d.add(d.resourceOption(resourcePattern, 0),
			fmt.Sprintf("the parent %q is the pattern of %s and of %s", pattern.Text, placed(near[0]), placed(near[1])),
			"give each resource a pattern of its own")
	}
	if len(near) == 0 {
		return nil
	}
	return near[0]
}

// narrow keeps the drafts for which is holds, unless it holds for none.
func narrow(drafts []*draft, is func(*draft) bool) []*draft {
	var kept []*draft
	for _, d := range drafts {
		if is(d) {
			kept = append(kept, d)
		}
	}
	if len(kept) == 0 {
		return drafts
	}
	return kept
}

func (d *draft) reportParentKinds(parent *draft) {
	for i, c := range d.Parent.Columns {
		target := parent.Key.Columns[i]
		if c.Kind == target.Kind {
			continue
		}
		where := d.resourceOption(resourcePattern, 0)
		if c.Field != nil {
			where = at(c.Field.Desc)
		}
		d.add(where, fmt.Sprintf("column %s is %s, and the key column %s of the parent %s is %s", c.Name, c.Kind, target.Name, parent.Message.Desc.FullName(), target.Kind),
			"give both the same type, by a field for each")
	}
}

// foreignKey returns the name of the constraint over columns.
func (d *draft) foreignKey(columns []*Column) string {
	return derivedName(d.Table, strings.Join(sqlNames(columns), "_"), "fkey")
}

// placed names a model and the place of its message.
func placed(d *draft) string {
	return fmt.Sprintf("%s (%s)", d.Message.Desc.FullName(), at(d.Message.Desc))
}
