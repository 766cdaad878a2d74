package model

import "fmt"

// readOneof makes a column an arm of its field's oneof. What would set one arm whatever
// the others are is reported.
func (d *draft) readOneof(f *field) {
	if !InOneof(f.Field) {
		return
	}
	f.column.Oneof = string(f.Oneof.Desc.Name())
	if f.Oneof.Desc.Fields().Len() == 1 {
		return
	}
	if f.behavior.Required {
		d.add(atOption(f.Desc, behaviorNumber), fmt.Sprintf("REQUIRED on a field of oneof %s means that no other field of it could ever be set", f.Oneof.Desc.Name()), "remove it")
	}
	if f.opts.GetDefault() != "" {
		d.add(f.option(fieldSQLDefault), fmt.Sprintf("default is set on a field of oneof %s, of which another field may be set", f.Oneof.Desc.Name()), "remove it")
	}
}
