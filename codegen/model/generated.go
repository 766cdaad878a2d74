package model

import (
	"fmt"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// readGenerated finds who makes the values of the key columns.
func (d *draft) readGenerated() {
	if !d.keyed {
		return
	}
	stated := map[*Column]*field{}
	for _, f := range d.fields {
		if f.opts.GetGenerated() == protocrudv1.Field_GENERATED_UNSPECIFIED || f.opts.GetSkip() {
			continue
		}
		c := f.column
		if f == d.name {
			c = d.lastKey()
		}
		if c == nil || !c.PrimaryKey {
			if c != nil {
				d.add(f.option(fieldGenerated), "generated is set on a field that is no key", "remove it")
			}
			continue
		}
		if other := stated[c]; other != nil && other.opts.GetGenerated() != f.opts.GetGenerated() {
			d.add(f.option(fieldGenerated), fmt.Sprintf("generated differs from that of %s, which is the same column", other.Desc.Name()), "keep one of the two")
			continue
		}
		stated[c] = f
		d.setGenerated(f, c)
	}
	if d.Singleton() {
		d.checkSingleton(stated)
		return
	}
	if len(d.Key.Columns) == 1 && stated[d.lastKey()] == nil {
		d.lastKey().Generated = d.defaultGenerated(d.lastKey())
	}
	d.checkIdentities()
}

// setGenerated applies the option of a key field, or of the resource name.
func (d *draft) setGenerated(f *field, c *Column) {
	where, value := f.option(fieldGenerated), f.opts.GetGenerated()
	switch value {
	case protocrudv1.Field_IDENTITY:
		if !c.Kind.integer() || c.Kind == Uint64 {
			d.add(where, fmt.Sprintf("IDENTITY is set on %s key", withArticle(c.Kind.String())), "use UUID_V7 for a string or uuid, or NONE")
			return
		}
		c.Generated = Identity
	case protocrudv1.Field_UUID_V7, protocrudv1.Field_UUID_V4:
		if c.Kind != String && c.Kind != UUID {
			d.add(where, fmt.Sprintf("%s is set on %s key", value, withArticle(c.Kind.String())), "use IDENTITY for an integer, or NONE")
			return
		}
		if value == protocrudv1.Field_UUID_V7 && f.uuid4 {
			d.add(where, "UUID_V7 contradicts the format UUID4 of google.api.field_info", "write UUID_V4, or replace the format by type: \"uuid\"")
			return
		}
		c.Generated = UUIDv4
		if value == protocrudv1.Field_UUID_V7 {
			c.Generated = UUIDv7
		}
	default:
		return // NONE, or a value that has been reported
	}
	if d.refers(f) {
		d.add(where, fmt.Sprintf("%s is set on a key that references another model, which gives the value", value), "remove it")
	}
	if c.Behavior.Required {
		d.add(where, fmt.Sprintf("%s is set on a REQUIRED key, which the caller gives", value), "remove one of the two")
	}
}

// defaultGenerated is who makes the values of a key of one column without the option.
func (d *draft) defaultGenerated(c *Column) Generated {
	f := d.columnNamed(c.Name)
	if f == nil || d.refers(f) || c.Behavior.Required {
		return ByClient
	}
	switch {
	case c.Kind == UUID && f.uuid4:
		return UUIDv4
	case c.Kind == UUID:
		return UUIDv7
	case c.Kind.integer() && c.Kind != Uint64:
		return Identity
	}
	return ByClient
}

// checkIdentities reports a second column that the database would number.
func (d *draft) checkIdentities() {
	first := ""
	for _, c := range d.Key.Columns {
		if c.Generated != Identity {
			continue
		}
		if first != "" {
			d.add(at(c.Field.Desc), fmt.Sprintf("a table has one IDENTITY column, and %s is one already", first), "keep one of the two")
		}
		first = c.Name
	}
}
