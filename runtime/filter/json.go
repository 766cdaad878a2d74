package filter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/internal/protopath"
)

// A place is where a value is inside a column of protobuf's JSON.
type place struct {
	// base is the SQL of the column, or of an element of a list.
	base string
	// from is the field whose value, or whose element, is at base; column is its path where
	// it is a column.
	from   protoreflect.FieldDescriptor
	column string
	steps  []jsonStep
	// message is how many steps lead to the message that holds the value: where that is
	// not there, nothing is known of the value. -1 is for a value that no message holds.
	message int
	// entry says that the value is that of a map's key, which may be missing.
	entry bool
	// element is what is asked of the elements of a list, in terms of their alias; nil
	// where there is a single value.
	element *Field
}

// A jsonStep goes into an object: by a field, whose name is of the proto, or by the key
// of a map, which is the caller's.
type jsonStep struct {
	name string
	key  bool
}

// jsonKinds are the kinds of fields in JSON.
var jsonKinds = map[protoreflect.Kind]Kind{
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

// wellKnownKinds are the messages whose JSON is a value.
var wellKnownKinds = map[protoreflect.FullName]Kind{
	"google.protobuf.Timestamp":   Timestamp,
	"google.protobuf.Duration":    Duration,
	"google.protobuf.BoolValue":   Bool,
	"google.protobuf.Int32Value":  Int32,
	"google.protobuf.Int64Value":  Int64,
	"google.protobuf.UInt32Value": Uint32,
	"google.protobuf.UInt64Value": Uint64,
	"google.protobuf.FloatValue":  Float,
	"google.protobuf.DoubleValue": Double,
	"google.protobuf.StringValue": String,
	"google.protobuf.BytesValue":  Bytes,
}

// kindInside returns the kind of a field's values, of a list's elements.
func kindInside(fd protoreflect.FieldDescriptor) Kind {
	if fd.IsMap() {
		return Map
	}
	if md := fd.Message(); md != nil {
		if k, ok := wellKnownKinds[md.FullName()]; ok {
			return k
		}
		return Message
	}
	return jsonKinds[fd.Kind()]
}

// names returns the parts of a path, without quotes and escapes.
func (n comparison) names() []string {
	s := scanner{text: n.path}
	var names []string
	for !s.done() {
		switch {
		case s.at('.'):
			s.pos++
		case isQuote(s.text[s.pos]):
			l, _ := s.quoted() // the parser has read it
			names = append(names, unescape(l.raw))
		default:
			names = append(names, s.run(endsName))
		}
	}
	return names
}

// inside returns the field that a path names below a column of JSON.
func (c *checker) inside(f *Field, n comparison) (*Field, error) {
	d := &descent{checker: c, n: n, path: f.Path, hides: f.Hides}
	at := place{base: f.sql[0], from: f.Inside, column: f.Path, message: -1}
	found, err := d.field(f.Inside, at, n.names()[1+strings.Count(f.Path, "."):], 1)
	if found != nil {
		found.present = f.present
	}
	return found, err
}

// A descent follows a path into JSON.
type descent struct {
	*checker
	n    comparison
	path string // so far
	// hides says which fields cannot be asked for; nil is none.
	hides func(protoreflect.FieldDescriptor) bool
}

func (d *descent) fail(format string, args ...any) error {
	return d.checker.fail(d.n.at, format, args...)
}

// field returns the field that names lead to from fd, whose value is at a place. level
// counts the lists on the way.
func (d *descent) field(fd protoreflect.FieldDescriptor, at place, names []string, level int) (*Field, error) {
	switch {
	case fd.IsMap():
		return d.entry(fd, at, names, level)
	case fd.IsList():
		return d.elements(fd, at, names, level)
	}
	return d.value(fd, at, names, level, fd.HasPresence())
}

// value returns the field that names lead to from a single value.
func (d *descent) value(fd protoreflect.FieldDescriptor, at place, names []string, level int, presence bool) (*Field, error) {
	kind := kindInside(fd)
	if len(names) == 0 {
		return newInside(d.path, fd, kind, at, presence), nil
	}
	if kind != Message {
		return nil, d.fail("%s has no fields of its own", quote(d.path))
	}
	md := fd.Message()
	if protopath.Ends(md) {
		return nil, d.fail("%s is a %s, of which only %s:* can be asked", quote(d.path), md.FullName(), d.path)
	}
	next := md.Fields().ByName(protoreflect.Name(names[0]))
	if next == nil {
		return nil, d.fail("%s has no field %s%s", quote(d.path), quote(names[0]), didYouMean(names[0], protopath.FieldNames(md)))
	}
	d.path += "." + names[0]
	if d.hides != nil && d.hides(next) {
		return nil, d.fail("filters cannot ask for the field %s", quote(d.path))
	}
	at.message, at.entry = len(at.steps), false
	at.steps = append(slices.Clip(at.steps), jsonStep{name: next.TextName()}) // as the JSON has it, also for a group
	return d.field(next, at, names[1:], level)
}

// entry returns the map, or what names lead to from one of its values.
func (d *descent) entry(fd protoreflect.FieldDescriptor, at place, names []string, level int) (*Field, error) {
	if len(names) == 0 {
		f := newInside(d.path, fd, Map, at, false)
		f.keys = fd.MapKey()
		return f, nil
	}
	key, ok := protopath.MapKey(fd.MapKey(), names[0])
	if !ok {
		return nil, d.fail("the keys of %s are of type %s, and %s is none", d.path, fd.MapKey().Kind(), quote(names[0]))
	}
	d.path += "." + names[0]
	at.entry = true
	at.steps = append(slices.Clip(at.steps), jsonStep{name: key.String(), key: true})
	return d.value(fd.MapValue(), at, names[1:], level, true)
}

// elements returns the list, or what names lead to from each of its elements.
func (d *descent) elements(fd protoreflect.FieldDescriptor, at place, names []string, level int) (*Field, error) {
	list := newInside(d.path, fd, kindInside(fd), at, false)
	element, err := d.value(fd, place{base: elementAlias + strconv.Itoa(level) + ".value", from: fd, message: -1}, names, level+1, true)
	if err != nil {
		return nil, err
	}
	element.Null = NullIsUnknown
	if len(names) > 0 {
		element.Null = nullInside(element.at, element.presence)
	}
	list.Path, list.Kind, list.Enum, list.keys = element.Path, element.Kind, element.Enum, element.keys
	list.Repeated = true
	list.at.element = element
	return list, nil
}

// newInside returns a field of JSON.
func newInside(path string, fd protoreflect.FieldDescriptor, kind Kind, at place, presence bool) *Field {
	f := &Field{Path: path, Kind: kind, Null: nullInside(&at, presence || kind == Message), Filterable: true, at: &at, presence: presence}
	if kind == Enum {
		f.Enum = fd.Enum()
	}
	return f
}

// nullInside is what a missing value means. That of a field which a message holds is
// known where the message is there.
func nullInside(at *place, presence bool) Null {
	switch {
	case at.entry:
		return NullIsUnknown
	case presence:
		return NullIsUnset
	}
	return NullIsZero
}

// insideTest reads a comparison with a field that is no single value. ok is false for
// one that is.
func (c *checker) insideTest(f *Field, n comparison) (t *test, ok bool, err error) {
	switch {
	case n.op == has && n.value.bare("*"):
		return nil, false, nil
	case f.Kind == Map:
		if n.op != has {
			return nil, true, c.fail(n.at, "%s is a map; write %s:key, or %s.key and a comparator", f.Path, f.Path, f.Path)
		}
		key, valid := protopath.MapKey(f.keys, unescape(n.value.raw))
		if !valid {
			return nil, true, c.fail(n.value.at, "%s cannot be a key of %s", quote(n.value.String()), f.Path)
		}
		return &test{field: f, is: hasKey, value: key.String()}, true, nil
	case f.Kind == Message:
		hint := fmt.Sprintf("ask for one of its fields, or write %s:*", f.Path)
		if n.value.bare("null") && f.at.element == nil {
			return nil, false, nil
		}
		return nil, true, c.fail(n.at, "%s is a message; %s", f.Path, hint)
	case f.Kind == Bytes && n.op.ordering():
		return nil, true, c.fail(n.at, "%s has no order inside a message; use = or !=", f.Path)
	}
	return nil, false, nil
}

// sqlText is a literal of SQL. Names of the proto hold no quotes.
func sqlText(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }
