package model

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// The roles of the fields that each switch a behaviour on.

func (s *shape) boolean(name string, into **protogen.Field) role {
	return scalar(name, protoreflect.BoolKind, into)
}

func (s *shape) text(name string, into **protogen.Field) role {
	return scalar(name, protoreflect.StringKind, into)
}

// writeRoles are those of all methods that write (AIP-155, AIP-163).
func (s *shape) writeRoles() []role {
	return []role{s.boolean("validate_only", &s.ValidateOnly), s.text("request_id", &s.RequestID)}
}

// readRoles are those of the methods that only read (AIP-157).
func (s *shape) readRoles() []role {
	view := role{
		name: "view", typeName: "an enum", into: &s.View,
		fits: func(f *protogen.Field) bool { return f.Enum != nil },
	}
	return []role{message("read_mask", fieldMask, &s.ReadMask), view}
}

// etagRole is the etag of a request that holds no resource (AIP-154).
func (s *shape) etagRole() role { return s.text("etag", &s.Method.Etag) }

// checkOptions reports fields whose behaviour the model cannot have.
func (s *shape) checkOptions() {
	if s.Method.Etag != nil && s.model.Etag() == nil {
		s.add(at(s.Method.Etag.Desc), fmt.Sprintf("field etag of %s is without meaning: the resource has no etag", s.what()),
			"add string etag to the message, or remove the field")
	}
	if s.ShowDeleted != nil && s.model.SoftDelete() == nil {
		s.add(at(s.ShowDeleted.Desc), fmt.Sprintf("field show_deleted of %s is without meaning: the resource is not soft-deleted", s.what()),
			"add google.protobuf.Timestamp delete_time to the message, or remove the field")
	}
	if s.View != nil {
		s.checkView()
	}
	s.checkForce()
}

// checkView reports a view that has other values than AIP-157's.
func (s *shape) checkView() {
	for _, v := range s.View.Enum.Values {
		name := string(v.Desc.Name())
		known := strings.HasSuffix(name, "_BASIC") || strings.HasSuffix(name, "_FULL")
		if v.Desc.Number() == 0 {
			known = strings.HasSuffix(name, "_UNSPECIFIED")
		}
		if !known {
			s.add(atType(s.View), fmt.Sprintf("view of %s has the value %s, which has no defined behaviour", s.what(), name),
				"use an enum of _UNSPECIFIED, _BASIC and _FULL, or "+skipMethodHint)
			return
		}
	}
}
