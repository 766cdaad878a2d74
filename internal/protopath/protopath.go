// Package protopath is what masks and filters know of the messages that their paths go
// into.
package protopath

import (
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Ends reports whether paths end at messages of a type: the fields that its JSON shows
// are not its own.
func Ends(md protoreflect.MessageDescriptor) bool {
	return md.ParentFile().Package() == "google.protobuf"
}

// FieldNames are the names of a message's fields, in their order.
func FieldNames(md protoreflect.MessageDescriptor) []string {
	names := make([]string, md.Fields().Len())
	for i := range names {
		names[i] = string(md.Fields().Get(i).Name())
	}
	return names
}

// MapKey reads a key of a map from a path; fd is that of the map's keys. ok is false for
// a text that no key has. Its String is the key as JSON has it.
func MapKey(fd protoreflect.FieldDescriptor, text string) (key protoreflect.MapKey, ok bool) {
	switch fd.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(text == "true").MapKey(), text == "true" || text == "false"
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(text).MapKey(), true
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		n, err := strconv.ParseInt(text, 10, 32)
		return protoreflect.ValueOfInt32(int32(n)).MapKey(), err == nil
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		n, err := strconv.ParseUint(text, 10, 32)
		return protoreflect.ValueOfUint32(uint32(n)).MapKey(), err == nil
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		n, err := strconv.ParseUint(text, 10, 64)
		return protoreflect.ValueOfUint64(n).MapKey(), err == nil
	default:
		n, err := strconv.ParseInt(text, 10, 64)
		return protoreflect.ValueOfInt64(n).MapKey(), err == nil
	}
}
