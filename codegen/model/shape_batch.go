package model

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// readBatch reads a method over several resources (AIP-231, 233 to 235). Its list
// holds their names, their keys, or requests of which each is as that of the method
// over one.
func (s *shape) readBatch() {
	lists := make([]*protogen.Field, 0, 3)
	roles := s.listRoles(&lists)
	if s.model.Parent != nil {
		roles = append(roles, s.text("parent", &s.Method.Parent))
	}
	switch s.Kind {
	case BatchGet:
		roles = append(roles, s.readRoles()...)
	case BatchUpdate:
		roles = append(roles, message("update_mask", fieldMask, &s.UpdateMask))
		fallthrough
	default:
		roles = append(roles, s.writeRoles()...)
	}
	s.readRequest(roles...)
	s.checkOptions()
	s.readLists(lists)
	s.readBatchResponse()
}

// listRoles are those of the lists that the batch may have. The fields that take one
// are appended to lists.
func (s *shape) listRoles(lists *[]*protogen.Field) []role {
	list := func(name, typeName string, fits func(*protogen.Field) bool) role {
		taken := func(f *protogen.Field) bool {
			ok := fits(f)
			if ok && f.Desc.IsList() {
				*lists = append(*lists, f)
			}
			return ok
		}
		return role{name: name, typeName: typeName, list: true, fits: taken, into: new(*protogen.Field)}
	}
	roles := []role{list("requests", s.elementName(), func(f *protogen.Field) bool { return f.Message != nil })}
	if s.Kind != BatchGet && s.Kind != BatchDelete {
		return roles
	}
	key := s.model.Key
	if key.Name != nil {
		roles = append(roles, list("names", "string", func(f *protogen.Field) bool { return f.Desc.Kind() == protoreflect.StringKind }))
	}
	if c := key.Columns[0]; key.Fields() && len(key.Columns) == 1 {
		roles = append(roles, list(key.List(), typeName(c.Field),
			func(f *protogen.Field) bool { return kindOf(f) == c.Kind.protoKind() }))
	}
	return roles
}

// elementName is what the message of one request is usually called.
func (s *shape) elementName() string {
	return strings.TrimPrefix(s.verb.name, "Batch") + s.model.singular + "Request"
}

// readLists reads the one list that the batch must have.
func (s *shape) readLists(lists []*protogen.Field) {
	where := at(s.Method.Method.Desc, methodInput)
	switch {
	case s.request == s.model.Message || slices.ContainsFunc(s.listNames(), func(name string) bool { return s.inputField(name) != nil }) && len(lists) == 0:
		return // reported with the request
	case len(lists) == 0:
		s.lacks(s.listHint())
		return
	case len(lists) > 1:
		s.add(where, fmt.Sprintf("the request %s of %s has two lists, %s and %s", s.input(), s.what(), lists[0].Desc.Name(), lists[1].Desc.Name()), "keep one of the two")
		return
	}
	s.Method.Batch = &Batch{List: lists[0]}
	if lists[0].Message != nil {
		s.readElement(lists[0].Message)
	}
	byKey := s.Kind == BatchGet || s.Kind == BatchDelete
	if e := s.Method.Batch.Element; byKey && s.Method.Parent != nil && (e == nil && lists[0].Desc.Name() != "names" || e != nil && e.Name == nil) {
		s.add(at(s.Method.Parent.Desc), fmt.Sprintf("field parent of %s is without meaning: the request has keys, not names", s.what()), "remove it, or list names")
	}
}

func (s *shape) listNames() []string {
	names := []string{"requests", "names"}
	if s.model.keyed && s.model.Key.Fields() {
		names = append(names, s.model.Key.List())
	}
	return names
}

// listHint says which list the batch should have.
func (s *shape) listHint() string {
	key := s.model.Key
	switch {
	case s.Kind == BatchCreate, s.Kind == BatchUpdate, key.Name == nil && len(key.Columns) > 1:
		return "repeated " + s.elementName() + " requests"
	case key.Name != nil:
		return "repeated string names"
	}
	c := key.Columns[0]
	return "repeated " + typeName(c.Field) + " " + key.List()
}

// readElement reads the message of one request. What it cannot say to a batch is
// refused there, so that nothing in it is ignored.
func (s *shape) readElement(m *protogen.Message) {
	element := &Method{Method: s.Method.Method, Kind: s.Kind, Store: s.Store}
	s.Method.Batch.Element = element
	e := shape{server: s.server, Method: element, model: s.model, verb: s.verb, request: m}
	switch s.Kind {
	case BatchCreate:
		e.readRequest(e.createRoles()...)
	case BatchUpdate:
		e.readRequest(e.updateRoles()...)
	default:
		e.readKeyRequest()
	}
}

// readBatchResponse reads what a batch returns: the resources, or nothing where they
// are gone.
func (s *shape) readBatchResponse() {
	output := s.Method.Method.Output
	where := at(s.Method.Method.Desc, methodOutput)
	hard := s.Kind == BatchDelete && s.model.SoftDelete() == nil
	hint := fmt.Sprintf("return a message with repeated %s %s, or %s", s.model.Message.Desc.Name(), snakeCase(s.model.plural), skipMethodHint)
	switch {
	case hard:
		s.outputIs(emptyMessage)
		return
	case output == s.model.Message || output.Desc.FullName() == emptyMessage:
		s.add(where, fmt.Sprintf("the output of %s is %s", s.what(), output.Desc.FullName()), hint)
		return
	}
	for _, f := range output.Fields {
		switch {
		case f.Desc.IsList() && s.Items == nil:
			s.readItems(f)
			if s.Items == nil {
				return
			}
		default:
			s.add(at(f.Desc), fmt.Sprintf("field %s has no defined behaviour in the response of %s", f.Desc.Name(), s.what()), "remove it, or "+skipMethodHint)
		}
	}
	if s.Items == nil {
		s.add(where, fmt.Sprintf("the response %s of %s has no repeated field of %s", output.Desc.FullName(), s.what(), s.model.Message.Desc.FullName()), hint)
	}
}
