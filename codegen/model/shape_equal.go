package model

import (
	"fmt"
	"slices"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/compiler/protogen"
)

// equality takes a field of a List or Watch request that is named like a stored field: it
// limits the list to the rows with its value, or one of its values. ok is false if
// there is no such field.
func (s *shape) equality(f *protogen.Field) (ok bool) {
	named := s.model.fieldNamed(string(f.Desc.Name()))
	if s.Kind != List && s.Kind != Watch || named == nil || named.column == nil || named.column.Etag {
		return false
	}
	c := named.column
	switch {
	case InOneof(f):
		s.add(at(f.Desc), fmt.Sprintf("field %s of %s is part of a oneof", f.Desc.Name(), s.what()), "move it out of the oneof, or "+skipMethodHint)
	case c.Repeated:
		s.add(at(f.Desc), fmt.Sprintf("field %s of %s would compare a repeated field", f.Desc.Name(), s.what()), "remove it; a filter can ask for an element")
	case c.Kind == JSON:
		s.add(at(f.Desc), fmt.Sprintf("field %s of %s would compare a field that is stored as JSON", f.Desc.Name(), s.what()), "remove it; a filter can ask for what is inside")
	case c.Kind == Embedded:
		s.add(at(f.Desc), fmt.Sprintf("field %s of %s would compare a message that is stored in several columns", f.Desc.Name(), s.what()), "remove it; a filter can ask for what is inside")
	case c.Kind == FieldMask:
		s.add(at(f.Desc), fmt.Sprintf("field %s of %s would compare a list of paths", f.Desc.Name(), s.what()), "remove it; a filter can ask for a path")
	case !c.Compared():
		s.add(at(f.Desc), fmt.Sprintf("field %s of %s would compare a field of type %s, which has no order", f.Desc.Name(), s.what(), c.Text.SQL), "remove it, or "+skipMethodHint)
	case c.Behavior.InputOnly, c.Sensitive:
		s.add(at(f.Desc), fmt.Sprintf("field %s of %s would tell the values of a field that is INPUT_ONLY or sensitive", f.Desc.Name(), s.what()), "remove it, or "+skipMethodHint)
	case !compares(f, c) || f.Desc.IsList() && c.Kind == Bytes:
		s.add(atType(f), fmt.Sprintf("field %s of %s is %s, and that of the resource is %s", f.Desc.Name(), s.what(), fieldForm(f), typeName(c.Field)),
			"give it the same type, optional or repeated if it is to be so")
	default:
		s.Equal = append(s.Equal, Equality{Field: f, Column: c, Required: s.requiredField(f)})
	}
	return true
}

// compares reports whether a request's field has values of a column's type.
func compares(f *protogen.Field, c *Column) bool {
	switch {
	case f.Desc.IsMap():
		return false
	case Wrapped(f):
		return !f.Desc.IsList() && wrapped[f.Message.Desc.FullName()] == c.Kind.protoKind()
	case c.Kind == Enum:
		return f.Enum == c.Field.Enum
	}
	return kindOf(f) == c.Kind.protoKind()
}

// requiredField reports whether a request's field is REQUIRED (AIP-203).
func (s *shape) requiredField(f *protogen.Field) bool {
	return slices.Contains(s.behaviors(f.Desc), annotations.FieldBehavior_REQUIRED)
}
