package emit

import (
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/gofeaturespb"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// Messages of the open API have struct fields and getters; those of the hybrid and
// the opaque API have methods for everything. All three are written here, so that
// nothing else needs to know.

func open(m *protogen.Message) bool { return m.APILevel == gofeaturespb.GoFeatures_API_OPEN }

// methodName returns the name of a field's Get, Set, Has or Clear method. Only Get
// exists in the open API.
func methodName(f *protogen.Field, verb string) string {
	name, _ := f.MethodName(verb)
	return name
}

// read returns the value of a field of the message in variable.
func read(variable string, f *protogen.Field) string {
	return variable + "." + methodName(f, "Get") + "()"
}

// isSet returns whether a field of the message in variable is set, which in a field
// without presence means that it differs from zero. It is asked of key fields only.
func isSet(variable string, f *protogen.Field) string {
	switch {
	case !f.Desc.HasPresence() && f.Desc.Kind() == protoreflect.StringKind:
		return read(variable, f) + ` != ""`
	case !f.Desc.HasPresence():
		return read(variable, f) + " != 0"
	case open(f.Parent):
		return variable + "." + f.GoName + " != nil"
	default:
		return variable + "." + methodName(f, "Has") + "()"
	}
}

// write returns the statement that sets a field of the message in variable to value,
// which must be addressable.
func (p *printer) write(variable string, f *protogen.Field, value string) string {
	if !open(f.Parent) {
		return variable + "." + methodName(f, "Set") + "(" + value + ")"
	}
	if model.InOneof(f) {
		return variable + "." + f.Oneof.GoName + " = &" + p.name(f.GoIdent) + "{" + f.GoName + ": " + value + "}"
	}
	if pointer(f) {
		value = "&" + value
	}
	return variable + "." + f.GoName + " = " + value
}

// ofArm returns the call of a func of the runtime on the oneof of a field, in the open
// API.
func (p *printer) ofArm(function string, f *protogen.Field) string {
	return p.crud(function) + "[*" + p.name(f.GoIdent) + "](m." + f.Oneof.GoName + ")"
}

// pointer reports whether the struct field of the open API is a pointer to the value.
func pointer(f *protogen.Field) bool {
	return f.Desc.HasPresence() && f.Message == nil && f.Desc.Kind() != protoreflect.BytesKind
}

// getter returns the func that reads a field from its message.
func (p *printer) getter(f *protogen.Field) string { return p.methodOf(f, "Get") }

// setter returns the func that sets a column's field.
func (p *printer) setter(c *model.Column) string {
	return p.assigned(c.Field, func() string { return p.goType(c) })
}

// nameSetter returns the func that sets the field of a resource name.
func (p *printer) nameSetter(f *protogen.Field) string {
	return p.assigned(f, func() string { return "string" })
}

// assigned returns the func that sets a field to a value of a type, which is not asked
// for where its name is not written: its package would be imported.
func (p *printer) assigned(f *protogen.Field, goType func() string) string {
	if !open(f.Parent) {
		return p.methodOf(f, "Set")
	}
	return p.assign(f, goType())
}

// assign returns a setter for the open API, which has none.
func (p *printer) assign(f *protogen.Field, goType string) string {
	return "func(m *" + p.name(f.Parent.GoIdent) + ", v " + goType + ") { " + p.write("m", f, "v") + " }"
}

// haser returns the func that reports whether a field with presence is set.
func (p *printer) haser(f *protogen.Field) string {
	if !open(f.Parent) {
		return p.methodOf(f, "Has")
	}
	if model.InOneof(f) {
		return "func(m *" + p.name(f.Parent.GoIdent) + ") bool { return " + p.ofArm("IsArm", f) + " }"
	}
	return "func(m *" + p.name(f.Parent.GoIdent) + ") bool { return " + isSet("m", f) + " }"
}

// clearer returns the func that unsets a field with presence.
func (p *printer) clearer(f *protogen.Field) string {
	if !open(f.Parent) {
		return p.methodOf(f, "Clear")
	}
	if model.InOneof(f) {
		return "func(m *" + p.name(f.Parent.GoIdent) + ") { m." + f.Oneof.GoName + " = " + p.ofArm("WithoutArm", f) + " }"
	}
	return "func(m *" + p.name(f.Parent.GoIdent) + ") { m." + f.GoName + " = nil }"
}

func (p *printer) methodOf(f *protogen.Field, verb string) string {
	return "(*" + p.name(f.Parent.GoIdent) + ")." + methodName(f, verb)
}

// goType returns the Go type of a column's value in getters and setters.
func (p *printer) goType(c *model.Column) string {
	if c.Repeated {
		return "[]" + p.elementType(c)
	}
	return p.elementType(c)
}

func (p *printer) elementType(c *model.Column) string {
	if c.Wrapper {
		return "*" + p.name(c.Field.Message.GoIdent)
	}
	return p.valueType(c)
}

// valueType is the Go type of a value of the column's kind, as callers give it: that of
// a wrapper is its scalar.
func (p *printer) valueType(c *model.Column) string {
	switch c.Kind {
	case model.Enum:
		return p.name(c.Field.Enum.GoIdent)
	case model.Timestamp, model.Duration, model.Date, model.TimeOfDay, model.Decimal, model.FieldMask:
		return "*" + p.name(c.Field.Message.GoIdent)
	default:
		return scalarTypes[c.Kind]
	}
}

var scalarTypes = map[model.Kind]string{
	model.Bool:   "bool",
	model.Int32:  "int32",
	model.Int64:  "int64",
	model.Uint32: "uint32",
	model.Uint64: "uint64",
	model.Float:  "float32",
	model.Double: "float64",
	model.String: "string",
	model.UUID:   "string",
	model.Text:   "string",
	model.Bytes:  "[]byte",
}
