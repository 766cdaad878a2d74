package model

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A shape is the comparison of an RPC with what its verb asks for (AIP-131 to 135).
type shape struct {
	*server
	*Method
	model *draft
	verb  verb
	// request is the message whose fields have roles: the method's input, or an element
	// of a batch.
	request *protogen.Message
}

// A role is a field that has a meaning in a request or a response.
type role struct {
	name     string
	typeName string // as a proto writes it
	fits     func(*protogen.Field) bool
	into     **protogen.Field
	required bool
	list     bool
}

func (s *shape) read() {
	switch s.Kind {
	case Get:
		s.readGet()
	case List:
		s.readList()
	case Create:
		s.readCreate()
	case Update:
		s.readUpdate()
	case Delete:
		s.readDelete()
	case Undelete:
		s.readUndelete()
	case GetBy:
		s.readGetBy()
	case Watch:
		s.readWatch()
	case BatchGet, BatchCreate, BatchUpdate, BatchDelete:
		s.readBatch()
	}
}

// scalar is a role of a field of that proto type.
func scalar(name string, kind protoreflect.Kind, into **protogen.Field) role {
	return role{
		name: name, typeName: kind.String(), into: into,
		fits: func(f *protogen.Field) bool { return f.Desc.Kind() == kind },
	}
}

// message is a role of a field of that message type.
func message(name string, full protoreflect.FullName, into **protogen.Field) role {
	return role{
		name: name, typeName: string(full), into: into,
		fits: func(f *protogen.Field) bool { return f.Message != nil && f.Message.Desc.FullName() == full },
	}
}

// form is the role's type as a proto declares it.
func (r role) form() string {
	if r.list {
		return "repeated " + r.typeName
	}
	return r.typeName
}

func required(r role) role {
	r.required = true
	return r
}

// readRequest gives the request's fields their roles, and reports those that have none
// and roles that no field has. Where the request is the resource, what its fields are
// for is another matter.
func (s *shape) readRequest(roles ...role) {
	if s.request == s.model.Message {
		s.add(at(s.Method.Method.Desc, methodInput), fmt.Sprintf("the request of %s is the resource itself", s.what()),
			fmt.Sprintf("write a message %sRequest for it, or %s", s.Method.Method.GoName, skipMethodHint))
		return
	}
	present := map[string]bool{}
	for _, f := range s.request.Fields {
		name := string(f.Desc.Name())
		present[name] = true
		if !s.assign(f, roles) && !s.equality(f) {
			s.refuseField(f)
		}
	}
	for _, r := range roles {
		if r.required && !present[r.name] {
			s.lacks(r.form() + " " + r.name)
		}
	}
}

// assign gives a field its role; ok is false if there is none of its name.
func (s *shape) assign(f *protogen.Field, roles []role) (ok bool) {
	for _, r := range roles {
		if r.name != string(f.Desc.Name()) {
			continue
		}
		switch {
		case InOneof(f):
			s.add(at(f.Desc), fmt.Sprintf("field %s of %s is part of a oneof", r.name, s.what()), "move it out of the oneof, or "+skipMethodHint)
		case f.Desc.IsList() != r.list || f.Desc.IsMap() || !r.fits(f):
			s.add(atType(f), fmt.Sprintf("field %s of %s is %s", r.name, s.what(), fieldForm(f)), "make it "+r.form())
		default:
			*r.into = f
		}
		return true
	}
	return false
}

// lacks reports a field that the request does not have.
func (s *shape) lacks(field string) {
	hint := "add it, or " + skipMethodHint
	if s.input() == emptyMessage {
		hint = fmt.Sprintf("write a message %sRequest that has it, or %s", s.Method.Method.GoName, skipMethodHint)
	}
	s.add(at(s.Method.Method.Desc, methodInput), fmt.Sprintf("the request %s of %s has no field %s", s.input(), s.what(), field), hint)
}

// refuseField reports a request field without a meaning: no input is ignored.
func (s *shape) refuseField(f *protogen.Field) {
	name := string(f.Desc.Name())
	if s.laterField(f) {
		s.add(at(f.Desc), fmt.Sprintf("field %s of %s is not supported yet by this version", name, s.what()), "remove it, or "+skipMethodHint)
		return
	}
	s.add(at(f.Desc), fmt.Sprintf("field %s has no defined behaviour in %s", name, s.what()), "remove it, or "+skipMethodHint)
}

// laterFields are the standard request fields that this version does not implement.
var laterFields = map[MethodKind][]string{
	List:        {"return_partial_success"},
	Create:      {"read_mask", "view"},
	Update:      {"read_mask", "view"},
	BatchDelete: {"force"},
}

// laterField reports whether a field has a standard meaning.
func (s *shape) laterField(f *protogen.Field) bool {
	return slices.Contains(laterFields[s.Kind], string(f.Desc.Name()))
}

// outputIs reports an output that is not the message.
func (s *shape) outputIs(full protoreflect.FullName) {
	output := s.Method.Method.Output.Desc.FullName()
	if output == full {
		return
	}
	s.add(at(s.Method.Method.Desc, methodOutput), fmt.Sprintf("the output of %s is %s", s.what(), output),
		fmt.Sprintf("return %s, or %s", full, skipMethodHint))
}

// resource is the role of the model's message in a request. A field of that type with
// another name is reported here.
func (s *shape) resource() role {
	full := s.model.Message.Desc.FullName()
	r := required(message(s.model.Singular, full, &s.Resource))
	for _, f := range s.request.Fields {
		if string(f.Desc.Name()) != r.name && !f.Desc.IsList() && r.fits(f) && s.inputField(r.name) == nil {
			s.add(at(f.Desc), fmt.Sprintf("field %s of %s holds the resource, whose field is named %s", f.Desc.Name(), s.what(), r.name), "rename it to "+r.name)
			r.name, r.required = string(f.Desc.Name()), false
			break
		}
	}
	return r
}

func (s *shape) inputField(name string) *protogen.Field {
	for _, f := range s.request.Fields {
		if string(f.Desc.Name()) == name {
			return f
		}
	}
	return nil
}

func (s *shape) input() protoreflect.FullName { return s.request.Desc.FullName() }

// what is the method as diagnostics call it: Get of library.v1.Book.
func (s *shape) what() string {
	return s.verb.name + " of " + string(s.model.Message.Desc.FullName())
}
