package crud

// newEnumKind makes the kind of an enum, which is kept as its number. Numbers that
// the enum does not name stay as they are, as in proto3.
func newEnumKind[E ~int32]() *kind[E] {
	return newNumberKind(KindEnum, "enum",
		func(v E) any { return int32(v) },
		func(vs []E) any { return convertList[int32](vs) })
}
