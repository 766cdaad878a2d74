package model

import "google.golang.org/protobuf/reflect/protoreflect"

const fieldMask = protoreflect.FullName("google.protobuf.FieldMask")

// readCreate: with resource names, the caller names the parent and may choose the id;
// the id is required if nobody else makes it. Plain keys are fields of the resource.
func (s *shape) readCreate() {
	s.outputIs(s.model.Message.Desc.FullName())
	roles := []role{s.resource()}
	if s.model.Key.Name != nil {
		id := scalar(s.model.Singular+"_id", protoreflect.StringKind, &s.ID)
		id.required = s.model.lastKey().Generated == ByClient
		roles = append(roles, id)
	}
	if s.model.Parent != nil {
		roles = append(roles, required(scalar("parent", protoreflect.StringKind, &s.Method.Parent)))
	}
	s.readRequest(append(roles, s.writeRoles()...)...)
}

func (s *shape) readUpdate() {
	s.outputIs(s.model.Message.Desc.FullName())
	s.readRequest(append(s.writeRoles(), s.resource(), message("update_mask", fieldMask, &s.UpdateMask),
		s.boolean("allow_missing", &s.AllowMissing))...)
}
