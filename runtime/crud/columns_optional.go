package crud

// The constructors here are for fields with presence: unset is NULL, and zero is
// zero. has tells whether the field is set, and unset clears it; the other
// arguments are those of the constructors without presence.

// OptionalBool is [Bool] with presence.
func OptionalBool[M any](field string, get func(M) bool, has func(M) bool, set func(M, bool), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, boolKind, get, has, set, unset, opts)
}

// OptionalInt32 is [Int32] with presence.
func OptionalInt32[M any](field string, get func(M) int32, has func(M) bool, set func(M, int32), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, int32Kind, get, has, set, unset, opts)
}

// OptionalInt64 is [Int64] with presence.
func OptionalInt64[M any](field string, get func(M) int64, has func(M) bool, set func(M, int64), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, int64Kind, get, has, set, unset, opts)
}

// OptionalUint32 is [Uint32] with presence.
func OptionalUint32[M any](field string, get func(M) uint32, has func(M) bool, set func(M, uint32), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, uint32Kind, get, has, set, unset, opts)
}

// OptionalUint64 is [Uint64] with presence.
func OptionalUint64[M any](field string, get func(M) uint64, has func(M) bool, set func(M, uint64), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, uint64Kind, get, has, set, unset, opts)
}

// OptionalFloat is [Float] with presence.
func OptionalFloat[M any](field string, get func(M) float32, has func(M) bool, set func(M, float32), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, floatKind, get, has, set, unset, opts)
}

// OptionalDouble is [Double] with presence.
func OptionalDouble[M any](field string, get func(M) float64, has func(M) bool, set func(M, float64), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, doubleKind, get, has, set, unset, opts)
}

// OptionalString is [String] with presence.
func OptionalString[M any](field string, get func(M) string, has func(M) bool, set func(M, string), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, stringKind, get, has, set, unset, opts)
}

// OptionalUUID is [UUID] with presence. A field that is set is not empty.
func OptionalUUID[M any](field string, get func(M) string, has func(M) bool, set func(M, string), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, uuidKind, get, has, set, unset, opts)
}

// OptionalBytes is [Bytes] with presence.
func OptionalBytes[M any](field string, get func(M) []byte, has func(M) bool, set func(M, []byte), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, bytesKind, get, has, set, unset, opts)
}

// OptionalEnum is [Enum] with presence.
func OptionalEnum[M any, E ~int32](field string, get func(M) E, has func(M) bool, set func(M, E), unset func(M), opts ...ColumnOption) Column[M] {
	return newOptional(field, newEnumKind[E](), get, has, set, unset, opts)
}
