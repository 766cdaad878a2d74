package model

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
)

// readWatch reads a method that tells the changes of resources.
func (s *shape) readWatch() {
	if !s.model.Events {
		s.add(at(s.Method.Method.Desc), fmt.Sprintf("%s has nothing to tell: the model writes no events", s.what()),
			"set events: true in option (protocrud.v1.model), or "+skipMethodHint)
	}
	roles := []role{
		s.text("filter", &s.Filter), required(s.text("resume_token", &s.ResumeToken)),
		message("read_mask", fieldMask, &s.ReadMask),
	}
	if s.model.Parent != nil {
		roles = append(roles, required(s.text("parent", &s.Method.Parent)))
	}
	s.readRequest(roles...)
	if s.Method.Method.Output == s.model.Message {
		s.add(at(s.Method.Method.Desc, methodOutput), fmt.Sprintf("the output of %s is the resource itself", s.what()), s.eventHint())
		return
	}
	s.readEvent()
}

// eventHint says what Watch's response is.
func (s *shape) eventHint() string {
	return fmt.Sprintf("return a stream of messages with %s %s, string resume_token and an enum type, or %s",
		s.model.Message.Desc.Name(), s.model.Singular, skipMethodHint)
}

// readEvent reads the message that tells of one change.
func (s *shape) readEvent() {
	e := &WatchEvent{}
	s.Event = e
	resource := s.model.Message.Desc.FullName()
	kind := role{
		name: "type", typeName: "an enum", into: &e.Type, required: true,
		fits: func(f *protogen.Field) bool { return f.Enum != nil },
	}
	roles := []role{
		required(message(s.model.Singular, resource, &e.Resource)), required(s.text("resume_token", &e.ResumeToken)), kind,
		message("previous_"+s.model.Singular, resource, &e.Previous), message("event_time", timestamp, &e.Time),
		message("update_mask", fieldMask, &e.Changed),
	}
	output := s.Method.Method.Output
	present := map[string]bool{}
	for _, f := range output.Fields {
		present[string(f.Desc.Name())] = true
		if !s.assign(f, roles) {
			s.add(at(f.Desc), fmt.Sprintf("field %s has no defined behaviour in the response of %s", f.Desc.Name(), s.what()), "remove it, or "+skipMethodHint)
		}
	}
	for _, r := range roles {
		if r.required && !present[r.name] {
			s.add(at(s.Method.Method.Desc, methodOutput), fmt.Sprintf("the response %s of %s has no field %s %s", output.Desc.FullName(), s.what(), r.typeName, r.name), "add it, or "+skipMethodHint)
		}
	}
	if e.Type != nil {
		s.readEventTypes(e)
	}
}

// readEventTypes finds what the values of the enum stand for, by the last word of their
// names.
func (s *shape) readEventTypes(e *WatchEvent) {
	wanted := []struct {
		word     string
		into     **protogen.EnumValue
		required bool
	}{
		{"CREATED", &e.Created, true},
		{"UPDATED", &e.Updated, true},
		{"DELETED", &e.Deleted, true},
		{"UNDELETED", &e.Undeleted, false},
		{"BOOKMARK", &e.Bookmark, false},
	}
	where, enum := atType(e.Type), e.Type.Enum
	for _, v := range enum.Values {
		name := string(v.Desc.Name())
		word := name[strings.LastIndexByte(name, '_')+1:]
		known := v.Desc.Number() == 0 && word == "UNSPECIFIED"
		for _, w := range wanted {
			if w.word != word || v.Desc.Number() == 0 {
				continue
			}
			known = true
			if *w.into != nil {
				s.add(where, fmt.Sprintf("type of %s has two values that end in %s", s.what(), word), "keep one of the two")
			}
			*w.into = v
		}
		if !known {
			s.add(where, fmt.Sprintf("type of %s has the value %s, which has no defined behaviour", s.what(), name),
				"use an enum of 0 _UNSPECIFIED, and of others that end in CREATED, UPDATED, DELETED, UNDELETED and BOOKMARK, or "+skipMethodHint)
		}
	}
	for _, w := range wanted {
		if w.required && *w.into == nil {
			s.add(where, fmt.Sprintf("type of %s has no value that ends in %s", s.what(), w.word), "add one to "+string(enum.Desc.FullName()))
		}
	}
}
