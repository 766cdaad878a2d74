package model

import "fmt"

// checkEvents reports what would change rows of a model with events and write none: the
// database itself, when it follows a reference.
func (d *draft) checkEvents() {
	if !d.Events {
		return
	}
	for _, r := range d.References {
		for _, a := range []struct {
			action, name string
			part         int32
		}{{r.OnDelete, "on_delete", referenceOnDelete}, {r.OnUpdate, "on_update", referenceOnUpdate}} {
			if a.action == "" || a.action == "RESTRICT" {
				continue
			}
			where, hint := d.option(modelEvents), "remove events; the parent's say that it is gone"
			if f := d.referenceField(r); f != nil {
				where, hint = f.option(fieldReferences, a.part), "remove it and write the rows themselves, or remove events from the model"
			}
			d.add(where, fmt.Sprintf("the model has events, and with %s: %s of its reference to %s the database would change its rows without any", a.name, a.action, r.Model.Message.Desc.FullName()), hint)
		}
	}
}

// referenceField returns the field whose option states a reference; nil for that of a
// parent.
func (d *draft) referenceField(r *Reference) *field {
	for _, f := range d.fields {
		if f.column != nil && len(r.Columns) == 1 && f.column == r.Columns[0] && f.opts.GetReferences() != nil {
			return f
		}
	}
	return nil
}
