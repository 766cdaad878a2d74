package crud

import (
	"bytes"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// copyField sets a field, which src has, to a copy that shares nothing. proto.Clone
// would turn negative zero into zero before anybody could refuse it.
func copyField(dst, src protoreflect.Message, fd protoreflect.FieldDescriptor) {
	v := src.Get(fd)
	switch {
	case fd.IsList():
		from, to := v.List(), dst.NewField(fd)
		for i := range from.Len() {
			to.List().Append(copyOf(from.Get(i)))
		}
		dst.Set(fd, to)
	case fd.IsMap():
		to := dst.NewField(fd)
		v.Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
			to.Map().Set(k, copyOf(v))
			return true
		})
		dst.Set(fd, to)
	default:
		dst.Set(fd, copyOf(v))
	}
}

// copyOf returns a copy of a single value.
func copyOf(v protoreflect.Value) protoreflect.Value {
	switch v := v.Interface().(type) {
	case protoreflect.Message:
		out := v.New()
		v.Range(func(fd protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
			copyField(out, v, fd)
			return true
		})
		if unknown := v.GetUnknown(); len(unknown) > 0 {
			out.SetUnknown(bytes.Clone(unknown))
		}
		return protoreflect.ValueOfMessage(out)
	case []byte:
		return protoreflect.ValueOfBytes(bytes.Clone(v))
	}
	return v
}
