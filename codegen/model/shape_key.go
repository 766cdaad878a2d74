package model

import (
	"fmt"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const emptyMessage = protoreflect.FullName("google.protobuf.Empty")

func (s *shape) readGet() {
	s.outputIs(s.model.Message.Desc.FullName())
	if c := s.soleLookup(); c != nil {
		s.readLookup(c)
		return
	}
	s.readKeyRequest(s.readRoles()...)
}

// soleLookup returns the unique column by which a Get asks that states no key.
func (s *shape) soleLookup() *Column {
	if s.model.Key.Name != nil && s.inputField("name") != nil {
		return nil
	}
	for _, c := range s.model.Key.Columns {
		if c.Field != nil && s.inputField(string(c.Field.Desc.Name())) != nil {
			return nil
		}
	}
	for _, columns := range s.model.Lookups() {
		if len(columns) == 1 && s.inputField(string(columns[0].Field.Desc.Name())) != nil {
			return columns[0]
		}
	}
	return nil
}

// readGetBy reads a method that is named after the field by which it asks.
func (s *shape) readGetBy() {
	s.outputIs(s.model.Message.Desc.FullName())
	name := s.words.lookupField(string(s.Method.Method.Desc.Name()), s.model)
	for _, columns := range s.model.Lookups() {
		if len(columns) == 1 && columns[0].Field == name.Field {
			s.readLookup(columns[0])
			return
		}
	}
	s.add(at(s.Method.Method.Desc), fmt.Sprintf("%s asks for a resource by %s, which is not unique", s.Method.Method.Desc.Name(), name.Desc.Name()),
		"set [(protocrud.v1.field).unique] on the field, or "+skipMethodHint)
}

// readLookup reads a request that names one resource by a unique field.
func (s *shape) readLookup(c *Column) {
	s.Kind, s.Lookup = GetBy, c
	s.readRequest(append(s.readRoles(), required(keyRole(c, &s.LookupField)))...)
	s.checkOptions()
}

// readDelete: the output says whether the row is kept.
func (s *shape) readDelete() {
	output, resource := s.Method.Method.Output.Desc.FullName(), s.model.Message.Desc.FullName()
	where := at(s.Method.Method.Desc, methodOutput)
	switch soft := s.model.SoftDelete() != nil; {
	case output == resource && !soft:
		s.add(where, fmt.Sprintf("%s returns the resource, which is not soft-deleted", s.what()),
			fmt.Sprintf("return %s, or add google.protobuf.Timestamp delete_time to the message", emptyMessage))
	case output == emptyMessage && soft:
		s.add(where, fmt.Sprintf("%s returns %s, but the resource is soft-deleted and is still there", s.what(), emptyMessage),
			fmt.Sprintf("return %s, or state soft_delete: false in option (protocrud.v1.model)", resource))
	case soft:
		s.outputIs(resource)
	default:
		s.outputIs(emptyMessage)
	}
	s.readKeyRequest(append(s.writeRoles(), s.etagRole(), s.boolean("allow_missing", &s.AllowMissing), s.boolean("force", &s.Method.Force))...)
}

func (s *shape) readUndelete() {
	if s.model.SoftDelete() == nil {
		s.add(at(s.Method.Method.Desc), fmt.Sprintf("%s has no meaning: the resource is not soft-deleted", s.what()),
			"add google.protobuf.Timestamp delete_time to the message, or "+skipMethodHint)
		return
	}
	s.outputIs(s.model.Message.Desc.FullName())
	s.readKeyRequest(append(s.writeRoles(), s.etagRole())...)
}

// readKeyRequest reads a request that names one resource: by its name, or by all its
// key fields.
func (s *shape) readKeyRequest(roles ...role) {
	key := s.model.Key
	if key.Name != nil {
		roles = append(roles, scalar("name", protoreflect.StringKind, &s.Name))
	}
	fields := make([]*protogen.Field, len(key.Columns))
	if key.Fields() {
		for i, c := range key.Columns {
			roles = append(roles, keyRole(c, &fields[i]))
		}
	}
	s.readRequest(roles...)
	if s.request != s.model.Message {
		s.checkKeyRequest(fields)
	}
	s.checkOptions()
}

// keyRole is the role of a key field: the same name and type as in the model.
func keyRole(c *Column, into **protogen.Field) role {
	return role{
		name: string(c.Field.Desc.Name()), typeName: typeName(c.Field), into: into,
		fits: func(f *protogen.Field) bool { return kindOf(f) == c.Kind.protoKind() },
	}
}

func (s *shape) checkKeyRequest(fields []*protogen.Field) {
	key := s.model.Key
	named := key.Name != nil && s.inputField("name") != nil
	var missing []string
	stated := 0
	if key.Fields() {
		for _, c := range key.Columns {
			if s.inputField(string(c.Field.Desc.Name())) == nil {
				missing = append(missing, typeName(c.Field)+" "+string(c.Field.Desc.Name()))
			} else {
				stated++
			}
		}
	}
	switch {
	case named && stated > 0:
		s.add(at(s.Method.Method.Desc, methodInput), fmt.Sprintf("the request %s of %s states the key twice, by name and by its fields", s.input(), s.what()), "keep one of the two")
	case named:
	case stated == 0 && key.Name != nil:
		s.lacks("string name")
	default:
		for _, field := range missing {
			s.lacks(field)
		}
		if len(missing) == 0 {
			s.KeyFields = fields
		}
	}
}
