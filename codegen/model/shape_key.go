package model

import (
	"fmt"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const emptyMessage = protoreflect.FullName("google.protobuf.Empty")

func (s *shape) readGet() {
	s.outputIs(s.model.Message.Desc.FullName())
	s.readKeyRequest()
}

func (s *shape) readDelete() {
	if s.Method.Method.Output.Desc.FullName() == s.model.Message.Desc.FullName() {
		s.add(at(s.Method.Method.Desc, methodOutput), "a Delete that returns the resource is a soft delete, which is not supported yet by this version",
			fmt.Sprintf("return %s, or %s", emptyMessage, skipMethodHint))
	} else {
		s.outputIs(emptyMessage)
	}
	s.readKeyRequest()
}

// readKeyRequest reads a request that names one resource: by its name, or by all its
// key fields.
func (s *shape) readKeyRequest() {
	key := s.model.Key
	var roles []role
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
	if s.Method.Method.Input != s.model.Message {
		s.checkKeyRequest(fields)
	}
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
