package model

import (
	"slices"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// scalarKinds are the kinds of the fields that are no messages.
var scalarKinds = map[protoreflect.Kind]Kind{
	protoreflect.BoolKind:     Bool,
	protoreflect.Int32Kind:    Int32,
	protoreflect.Sint32Kind:   Int32,
	protoreflect.Sfixed32Kind: Int32,
	protoreflect.Int64Kind:    Int64,
	protoreflect.Sint64Kind:   Int64,
	protoreflect.Sfixed64Kind: Int64,
	protoreflect.Uint32Kind:   Uint32,
	protoreflect.Fixed32Kind:  Uint32,
	protoreflect.Uint64Kind:   Uint64,
	protoreflect.Fixed64Kind:  Uint64,
	protoreflect.FloatKind:    Float,
	protoreflect.DoubleKind:   Double,
	protoreflect.StringKind:   String,
	protoreflect.BytesKind:    Bytes,
	protoreflect.EnumKind:     Enum,
}

// messageKinds are the kinds of the message types that have a column type.
var messageKinds = map[protoreflect.FullName]Kind{
	"google.protobuf.Timestamp": Timestamp,
	"google.protobuf.Duration":  Duration,
	"google.protobuf.FieldMask": FieldMask,
	"google.type.Date":          Date,
	"google.type.TimeOfDay":     TimeOfDay,
	"google.type.Decimal":       Decimal,
}

// kindOf returns the kind of a field's values, 0 if there is none.
func kindOf(f *protogen.Field) Kind {
	switch f.Desc.Kind() {
	case protoreflect.MessageKind:
		return messageKinds[f.Message.Desc.FullName()]
	case protoreflect.GroupKind:
		return 0
	}
	return scalarKinds[f.Desc.Kind()]
}

// typeName returns the type of a field as a proto writes it.
func typeName(f *protogen.Field) string {
	switch {
	case f.Message != nil:
		return string(f.Message.Desc.FullName())
	case f.Enum != nil:
		return string(f.Enum.Desc.FullName())
	}
	return f.Desc.Kind().String()
}

// withArticle returns the name of a type as prose has it: a string, an int32.
func withArticle(name string) string {
	switch name[0] {
	case 'a', 'e', 'i', 'o':
		return "an " + name
	}
	return "a " + name
}

var kindNames = map[Kind]string{
	Bool: "bool", Int32: "int32", Int64: "int64", Uint32: "uint32", Uint64: "uint64",
	Float: "float", Double: "double", String: "string", UUID: "uuid", Text: "string with a type", Bytes: "bytes",
	Enum: "enum", Timestamp: "google.protobuf.Timestamp", Duration: "google.protobuf.Duration",
	Date: "google.type.Date", TimeOfDay: "google.type.TimeOfDay", Decimal: "google.type.Decimal", FieldMask: "google.protobuf.FieldMask",
	JSON: "field stored as JSON", Embedded: "message stored in columns",
}

// String returns the kind as a proto writes it; a UUID is a string there.
func (k Kind) String() string { return kindNames[k] }

func (k Kind) integer() bool { return k >= Int32 && k <= Uint64 }

// keyable reports whether values of the column can be keys.
func (c *Column) keyable() bool {
	return c.Kind.integer() || c.Kind == String || c.Kind == UUID || c.Kind == Text && c.Text.Keyed()
}

const keyKinds = "int32, int64, uint32, uint64, string or uuid"

// protoKind is the kind that a request's field has for a key column.
func (k Kind) protoKind() Kind {
	if k == UUID || k == Text {
		return String
	}
	return k
}

func sameKinds(a, b []*Column) bool {
	return slices.EqualFunc(a, b, sameKind)
}

// sameKind reports whether a column can refer to another one.
func sameKind(a, b *Column) bool {
	return a.Kind == b.Kind && (a.Kind != Text || a.Text.Name == b.Text.Name)
}

// kindName is the type of a column as messages show it.
func (c *Column) kindName() string {
	if c.Kind == Text {
		return c.Text.SQL
	}
	return c.Kind.String()
}
