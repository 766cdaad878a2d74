package model

import "google.golang.org/protobuf/reflect/protoreflect"

const fieldMask = protoreflect.FullName("google.protobuf.FieldMask")

func (s *shape) readCreate() {
	s.outputIs(s.model.Message.Desc.FullName())
	s.readRequest(append(s.createRoles(), s.writeRoles()...)...)
}

// createRoles: with resource names, the caller names the parent and may choose the id;
// the id is required if nobody else makes it. Plain keys are fields of the resource. In
// a batch the parent may be that of the whole.
func (s *shape) createRoles() []role {
	roles := []role{s.resource()}
	if s.model.Key.Name != nil {
		id := s.text(s.model.Singular+"_id", &s.ID)
		id.required = s.model.lastKey().Generated == ByClient
		roles = append(roles, id)
	}
	if s.model.Parent != nil {
		parent := s.text("parent", &s.Method.Parent)
		parent.required = s.Kind == Create
		roles = append(roles, parent)
	}
	return roles
}

func (s *shape) readUpdate() {
	s.outputIs(s.model.Message.Desc.FullName())
	s.readRequest(append(s.updateRoles(), s.writeRoles()...)...)
}

func (s *shape) updateRoles() []role {
	return []role{s.resource(), message("update_mask", fieldMask, &s.UpdateMask), s.boolean("allow_missing", &s.AllowMissing)}
}
