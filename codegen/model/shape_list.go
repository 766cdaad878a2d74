package model

import (
	"fmt"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

func (s *shape) readList() {
	roles := []role{
		required(scalar("page_size", protoreflect.Int32Kind, &s.PageSize)),
		required(scalar("page_token", protoreflect.StringKind, &s.PageToken)),
	}
	if s.model.Parent != nil {
		roles = append(roles, required(scalar("parent", protoreflect.StringKind, &s.Method.Parent)))
	}
	s.readRequest(roles...)
	if s.Method.Method.Output == s.model.Message {
		s.add(at(s.Method.Method.Desc, methodOutput), fmt.Sprintf("the output of %s is the resource itself", s.what()), s.pageHint())
		return
	}
	s.readPage()
}

// pageHint says what List's response is.
func (s *shape) pageHint() string {
	return fmt.Sprintf("return a message with repeated %s %s and string next_page_token, or %s", s.model.Message.Desc.Name(), snakeCase(s.model.plural), skipMethodHint)
}

// readPage reads List's response: its first repeated field holds the resources.
func (s *shape) readPage() {
	output := s.Method.Method.Output
	next := scalar("next_page_token", protoreflect.StringKind, &s.NextPageToken)
	first := true
	for _, f := range output.Fields {
		switch {
		case f.Desc.IsList() && first:
			first = false
			s.readItems(f)
		case s.assign(f, []role{next}):
		case f.Desc.Name() == "total_size":
			s.add(at(f.Desc), fmt.Sprintf("field total_size of %s is not supported yet by this version", s.what()), "remove it, or "+skipMethodHint)
		default:
			s.add(at(f.Desc), fmt.Sprintf("field %s has no defined behaviour in the response of %s", f.Desc.Name(), s.what()), "remove it, or "+skipMethodHint)
		}
	}
	where := at(s.Method.Method.Desc, methodOutput)
	switch {
	case first:
		s.add(where, fmt.Sprintf("the response %s of %s has no repeated field of %s", output.Desc.FullName(), s.what(), s.model.Message.Desc.FullName()), s.pageHint())
	case output.Desc.Fields().ByName("next_page_token") == nil:
		s.add(where, fmt.Sprintf("the response %s of %s has no field string next_page_token", output.Desc.FullName(), s.what()), "add it, or "+skipMethodHint)
	}
}

func (s *shape) readItems(f *protogen.Field) {
	if f.Message == s.model.Message {
		s.Items = f
		return
	}
	s.add(atType(f), fmt.Sprintf("the first repeated field in the response of %s is %s", s.what(), fieldForm(f)),
		fmt.Sprintf("make it repeated %s, or %s", s.model.Message.Desc.FullName(), skipMethodHint))
}
