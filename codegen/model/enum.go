package model

import (
	"fmt"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

const fieldEnumUnknown = 11

// readEnum reads how an enum is stored, and what is done with values that it does not
// declare.
func (d *draft) readEnum(f *field) {
	c := f.column
	if c.Kind != Enum {
		d.refuseEnumOptions(f)
		return
	}
	switch f.opts.GetEnumAs() {
	case protocrudv1.Field_NAME:
		c.EnumAs = AsName
	case protocrudv1.Field_POSTGRES:
		c.EnumAs = AsType
		d.readEnumType(f)
	}
	open := !f.Enum.Desc.IsClosed()
	keeps := open && c.EnumAs == AsNumber
	switch f.opts.GetEnumUnknown() {
	case protocrudv1.Field_REJECT:
		c.Unknown = RejectUnknown
	case protocrudv1.Field_ZERO:
		c.Unknown = ZeroUnknown
	case protocrudv1.Field_KEEP:
		if !keeps {
			d.add(f.option(fieldEnumUnknown), "enum_unknown is KEEP, but only the number of an open enum can be kept: "+whyNotKept(open), "write REJECT or ZERO")
		}
	default:
		if !keeps {
			c.Unknown = RejectUnknown
		}
	}
}

func whyNotKept(open bool) string {
	if open {
		return "this one is stored by name"
	}
	return "this one is closed"
}

func (d *draft) refuseEnumOptions(f *field) {
	for _, o := range []struct {
		set  bool
		name string
		part int32
	}{
		{f.opts.GetEnumAs() != protocrudv1.Field_ENUM_AS_UNSPECIFIED, "enum_as", fieldEnumAs},
		{f.opts.GetEnumUnknown() != protocrudv1.Field_ENUM_UNKNOWN_UNSPECIFIED, "enum_unknown", fieldEnumUnknown},
	} {
		if o.set {
			d.add(f.option(o.part), fmt.Sprintf("%s is set on %s", o.name, withArticle(typeName(f.Field))), "remove it; it is for enums")
		}
	}
}

// readEnumType finds the name of the enum's type in PostgreSQL.
func (d *draft) readEnumType(f *field) {
	c := f.column
	c.EnumType = snakeCase(string(f.Enum.Desc.Name()))
	where := f.option(fieldEnumAs)
	if name := f.opts.GetType(); name != "" {
		c.EnumType, where = name, f.option(fieldSQLType)
	}
	if problem := identifierProblem(c.EnumType); problem != "" {
		d.add(where, fmt.Sprintf("the name of the enum's type %q %s", c.EnumType, problem), "state another as [(protocrud.v1.field).type]")
	}
	if c.Repeated { // pgx cannot compare an array of a type that it does not know
		c.Unfilterable = true
	}
}
