package model

import (
	"fmt"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

func (s *shape) readList() {
	streams := s.Streams()
	size, token := scalar("page_size", protoreflect.Int32Kind, &s.PageSize), s.text("page_token", &s.PageToken)
	size.required, token.required = !streams, !streams
	roles := append(s.readRoles(), size, token,
		s.text("filter", &s.Filter), s.text("order_by", &s.OrderBy),
		scalar("skip", protoreflect.Int32Kind, &s.Skip), s.boolean("show_deleted", &s.ShowDeleted))
	if s.model.Parent != nil {
		roles = append(roles, required(s.text("parent", &s.Method.Parent)))
	}
	s.readRequest(roles...)
	s.checkOptions()
	switch resource := s.Method.Method.Output == s.model.Message; {
	case streams:
		s.outputIs(s.model.Message.Desc.FullName())
	case resource:
		s.add(at(s.Method.Method.Desc, methodOutput), fmt.Sprintf("the output of %s is the resource itself", s.what()), s.pageHint())
	default:
		s.readPage()
	}
}

// pageHint says what List's response is.
func (s *shape) pageHint() string {
	return fmt.Sprintf("return a message with repeated %s %s and string next_page_token, or %s", s.model.Message.Desc.Name(), snakeCase(s.model.plural), skipMethodHint)
}

// readPage reads List's response: its first repeated field holds the resources.
func (s *shape) readPage() {
	output := s.Method.Method.Output
	next := scalar("next_page_token", protoreflect.StringKind, &s.NextPageToken)
	total := role{
		name: "total_size", typeName: "int32", into: &s.TotalSize,
		fits: func(f *protogen.Field) bool { return kindOf(f) == Int32 || kindOf(f) == Int64 },
	}
	first := true
	for _, f := range output.Fields {
		switch {
		case f.Desc.IsList() && first:
			first = false
			s.readItems(f)
		case s.assign(f, []role{next, total}):
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
