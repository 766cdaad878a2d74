package model

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// checkEvents reports what would change rows of a model with events and write none: the
// database itself, when it follows a reference.
func (d *draft) checkEvents() {
	if !d.Events {
		return
	}
	for _, r := range d.References {
		for _, a := range []struct {
			action string
			name   protoreflect.Name
		}{{r.OnDelete, "on_delete"}, {r.OnUpdate, "on_update"}} {
			if a.action == "" || a.action == "RESTRICT" {
				continue
			}
			where, hint := d.option(modelEvents), "remove events; the parent's say that it is gone"
			if o, ok := d.stated[r]; ok {
				where, hint = o.part(a.name), "remove it and write the rows themselves, or remove events from the model"
			}
			d.add(where, fmt.Sprintf("the model has events, and with %s: %s of its reference to %s the database would change its rows without any", a.name, a.action, r.Model.Message.Desc.FullName()), hint)
		}
	}
}
