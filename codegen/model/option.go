package model

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// crudNumber is the number of the project's options, whatever they extend.
var crudNumber = protocrudv1.E_Model.TypeDescriptor().Number()

// An optionState says how an option was found.
type optionState uint8

const (
	absent optionState = iota
	present
	// unreadable is an option whose bytes are not of the type that it should have.
	unreadable
)

// findOption returns an option by the number of its extension.
func findOption(d protoreflect.Descriptor, number protoreflect.FieldNumber) (protoreflect.Value, optionState) {
	options := d.Options()
	if options == nil {
		return protoreflect.Value{}, absent
	}
	m := options.ProtoReflect()
	var value protoreflect.Value
	state := absent
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if fd.Number() == number {
			value, state = v, present
		}
		return state == absent
	})
	if hasUnknown(m.GetUnknown(), number) {
		state = unreadable
	}
	return value, state
}

// hasUnknown reports whether unknown fields hold one with that number.
func hasUnknown(raw protoreflect.RawFields, number protoreflect.FieldNumber) bool {
	for len(raw) > 0 {
		got, _, n := protowire.ConsumeField(raw)
		if n < 0 {
			return false
		}
		if got == number {
			return true
		}
		raw = raw[n:]
	}
	return false
}

// messageOption returns an option that is a message, and whether it is set. What
// cannot be read is reported, and is then as if it were set and empty.
func messageOption[T proto.Message](r *reports, d protoreflect.Descriptor, xt protoreflect.ExtensionType) (value T, set bool) {
	number := xt.TypeDescriptor().Number()
	v, state := findOption(d, number)
	if state == present {
		if m, ok := v.Interface().(protoreflect.Message); ok {
			if value, ok = m.Interface().(T); ok {
				return value, true
			}
		}
		state = unreadable
	}
	if state == unreadable {
		r.add(atOption(d, number), fmt.Sprintf("option %s cannot be read", optionName(xt)),
			"compile it with the definition of the option that this plugin exports")
	}
	empty, _ := xt.New().Message().Interface().(T)
	return empty, state == unreadable
}

func optionName(xt protoreflect.ExtensionType) string {
	return "(" + string(xt.TypeDescriptor().FullName()) + ")"
}

// crudOption returns one of the project's own options, and whether it is set. Every
// part of it that this version does not handle is reported.
func crudOption[T proto.Message](r *reports, d protoreflect.Descriptor, xt protoreflect.ExtensionType) (value T, set bool) {
	value, set = messageOption[T](r, d, xt)
	if set {
		c := optionCheck{reports: r, desc: d}
		c.message(value.ProtoReflect(), optionName(xt), nil)
	}
	return value, set
}

// An optionCheck walks through an option, so that no part is accepted and ignored.
type optionCheck struct {
	*reports
	desc protoreflect.Descriptor
}

func (c optionCheck) message(m protoreflect.Message, name string, path []int32) {
	c.unknown(m.GetUnknown(), name, path)
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		name, path := name+"."+string(fd.Name()), extend(path, int32(fd.Number()))
		switch {
		case !handled[fd.FullName()]:
			c.add(c.site(path), fmt.Sprintf("option %s is not supported yet by this version", name), "remove it")
		case fd.IsList():
			for i := range v.List().Len() {
				c.value(fd, v.List().Get(i), name, extend(path, int32(i)))
			}
		default:
			c.value(fd, v, name, path)
		}
		return true
	})
}

func (c optionCheck) value(fd protoreflect.FieldDescriptor, v protoreflect.Value, name string, path []int32) {
	switch fd.Kind() {
	case protoreflect.MessageKind:
		c.message(v.Message(), name, path)
	case protoreflect.StringKind:
		if v.String() == "" {
			c.add(c.site(path), fmt.Sprintf("option %s is empty", name), "state it, or remove it")
		}
	case protoreflect.EnumKind:
		c.enum(fd, v.Enum(), name, path)
	}
}

func (c optionCheck) enum(fd protoreflect.FieldDescriptor, n protoreflect.EnumNumber, name string, path []int32) {
	value := fd.Enum().Values().ByNumber(n)
	switch {
	case value == nil:
		c.add(c.site(path), fmt.Sprintf("value %d of option %s is not known to this version of the plugin", n, name),
			"use a newer plugin, or remove it")
	case unhandledValues[value.FullName()]:
		c.add(c.site(path), fmt.Sprintf("option %s: %s is not supported yet by this version", name, value.Name()), "remove it")
	}
}

// unknown reports the fields that a newer definition of the options has.
func (c optionCheck) unknown(raw protoreflect.RawFields, name string, path []int32) {
	for len(raw) > 0 {
		number, _, n := protowire.ConsumeField(raw)
		if n < 0 {
			return
		}
		c.add(c.site(extend(path, int32(number))),
			fmt.Sprintf("option field %d of %s is not known to this version of the plugin", number, name),
			"use a newer plugin, or remove it")
		raw = raw[n:]
	}
}

func (c optionCheck) site(path []int32) site { return atOption(c.desc, crudNumber, path...) }

func extend(path []int32, n int32) []int32 { return append(path[:len(path):len(path)], n) }
