package model

import (
	"fmt"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

const fieldStorage = 9

// storedKind returns the kind of a field that has a column; 0, reported, if it cannot
// have one.
func (d *draft) storedKind(f *field) Kind {
	d.refuseDefault(f)
	own := ownKind(f.Field)
	switch f.opts.GetStorage() {
	case protocrudv1.Field_JSON:
		return d.jsonKind(f, own)
	case protocrudv1.Field_EMBEDDED:
		return d.embeddedKind(f)
	case protocrudv1.Field_COLUMN:
		if own == 0 {
			d.add(f.option(fieldStorage), fmt.Sprintf("storage is COLUMN, but %s has no column type of its own", fieldForm(f.Field)), "remove it: the field is stored as JSON")
		}
		return own
	}
	if own == 0 {
		return d.jsonKind(f, own)
	}
	return own
}

// ownKind is the kind of a field that has a column type of its own, 0 of others.
func ownKind(f *protogen.Field) Kind {
	switch {
	case f.Desc.IsMap(), f.Desc.IsList() && kindOf(f) == FieldMask:
		return 0
	case Wrapped(f):
		return wrapped[f.Message.Desc.FullName()]
	}
	return kindOf(f)
}

// jsonKind is that of a field that is stored as JSON, unless nobody would mean that.
func (d *draft) jsonKind(f *field, own Kind) Kind {
	switch stated := f.opts.GetStorage() == protocrudv1.Field_JSON; {
	case stated && own != 0 && !f.Desc.IsList() && f.Message == nil:
		d.add(f.option(fieldStorage), fmt.Sprintf("storage is JSON on %s, which has a column type of its own", withArticle(typeName(f.Field))), "remove it; it is for messages, maps and repeated fields")
		return 0
	case !stated && f.Message != nil && isModel(messageOf(f.Field)):
		d.add(atType(f.Field), fmt.Sprintf("%s is a model, with a table of its own", messageOf(f.Field).Desc.FullName()),
			"join it with [(protocrud.v1.field) = {relation: {}}]; or store its key instead, with references; or write [(protocrud.v1.field) = {storage: JSON}] to keep a copy in the row")
		return 0
	}
	return JSON
}

// messageOf returns the message type of a field, of its values if it is a map; nil if
// they are no messages.
func messageOf(f *protogen.Field) *protogen.Message {
	if f.Desc.IsMap() {
		return f.Message.Fields[1].Message
	}
	return f.Message
}

func isModel(m *protogen.Message) bool {
	if m == nil {
		return false
	}
	_, state := findOption(m.Desc, crudNumber)
	return state != absent
}

// jsonForm says what JSON a field is stored as.
func jsonForm(f protoreflect.FieldDescriptor) JSONForm {
	switch {
	case f.IsMap():
		return JSONMap
	case f.IsList():
		return JSONList
	}
	return JSONMessage
}
