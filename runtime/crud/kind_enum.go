package crud

import "google.golang.org/protobuf/reflect/protoreflect"

// newEnumKind makes the kind of an enum, which is kept as its number. Numbers that
// the enum does not name stay as they are, as in proto3.
func newEnumKind[E ~int32]() *kind[E] {
	k := newNumberKind(KindEnum, "enum",
		func(v E) any { return int32(v) },
		func(vs []E) any { return convertList[int32](vs) })
	k.enum = func() protoreflect.EnumDescriptor {
		e, ok := any(E(0)).(protoreflect.Enum)
		if !ok {
			return nil
		}
		return e.Descriptor()
	}
	return k
}
