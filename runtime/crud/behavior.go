package crud

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/internal/protopath"
)

// rules are what google.api.field_behavior says inside a message type (AIP-203). They
// are read from the descriptors, since a type that contains itself has no finite list of
// paths; a type without any has none.
type rules struct {
	behaviors map[protoreflect.FieldNumber][]annotations.FieldBehavior
	// deep are the fields below which there are rules.
	deep []protoreflect.FieldDescriptor
}

// knownRules are those of the types that were asked for: *rules, nil for none, by
// descriptor.
var knownRules sync.Map

// rulesOf returns the rules of a message type, nil if neither it nor a type below it has
// any.
func rulesOf(md protoreflect.MessageDescriptor) *rules {
	if r, ok := knownRules.Load(md); ok {
		return r.(*rules)
	}
	var r *rules
	if ruled(md, map[protoreflect.FullName]bool{}) {
		r = newRules(md)
	}
	knownRules.Store(md, r)
	return r
}

func newRules(md protoreflect.MessageDescriptor) *rules {
	r := &rules{behaviors: map[protoreflect.FieldNumber][]annotations.FieldBehavior{}}
	for fd := range fieldsOf(md) {
		if b := behaviorsOf(fd); len(b) > 0 {
			r.behaviors[fd.Number()] = b
		}
		if inner := messageOf(fd); inner != nil && ruled(inner, map[protoreflect.FullName]bool{}) {
			r.deep = append(r.deep, fd)
		}
	}
	return r
}

// ruled reports whether there is a rule in a type or below it. seen are the types that
// are being looked at.
func ruled(md protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) bool {
	if seen[md.FullName()] || protopath.Ends(md) {
		return false
	}
	seen[md.FullName()] = true
	for fd := range fieldsOf(md) {
		if len(behaviorsOf(fd)) > 0 {
			return true
		}
		if inner := messageOf(fd); inner != nil && ruled(inner, seen) {
			return true
		}
	}
	return false
}

func fieldsOf(md protoreflect.MessageDescriptor) func(yield func(protoreflect.FieldDescriptor) bool) {
	return func(yield func(protoreflect.FieldDescriptor) bool) {
		for i := range md.Fields().Len() {
			if !yield(md.Fields().Get(i)) {
				return
			}
		}
	}
}

// messageOf returns the type of a field's messages, of a map's values; nil if they are
// none.
func messageOf(fd protoreflect.FieldDescriptor) protoreflect.MessageDescriptor {
	if fd.IsMap() {
		fd = fd.MapValue()
	}
	return fd.Message()
}

// behaviorsOf returns the behaviors of a field that mean something here.
func behaviorsOf(fd protoreflect.FieldDescriptor) []annotations.FieldBehavior {
	all, _ := proto.GetExtension(fd.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	return slices.DeleteFunc(slices.Clone(all), func(b annotations.FieldBehavior) bool {
		switch b {
		case annotations.FieldBehavior_REQUIRED, annotations.FieldBehavior_OUTPUT_ONLY,
			annotations.FieldBehavior_INPUT_ONLY, annotations.FieldBehavior_IMMUTABLE:
			return false
		}
		return true
	})
}

// says reports whether the type says b of a field. A nil r says nothing.
func (r *rules) says(fd protoreflect.FieldDescriptor, b annotations.FieldBehavior) bool {
	return r != nil && slices.Contains(r.behaviors[fd.Number()], b)
}

// keepsStored reports whether a message of the type that replaces another one leaves a
// part of it as it is, or must agree with it.
func (r *rules) keepsStored() bool {
	if r == nil {
		return false
	}
	for _, b := range r.behaviors {
		if slices.Contains(b, annotations.FieldBehavior_OUTPUT_ONLY) || slices.Contains(b, annotations.FieldBehavior_IMMUTABLE) {
			return true
		}
	}
	return len(r.deep) > 0
}

// inside calls f with each message in a field, and its place below the field.
func inside(m protoreflect.Message, fd protoreflect.FieldDescriptor, f func(place string, m protoreflect.Message)) {
	switch {
	case !m.Has(fd):
	case fd.IsList():
		list := m.Get(fd).List()
		for i := range list.Len() {
			f(fmt.Sprintf("[%d]", i), list.Get(i).Message())
		}
	case fd.IsMap():
		m.Get(fd).Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
			f(fmt.Sprintf("[%q]", k.String()), v.Message())
			return true
		})
	default:
		f("", m.Get(fd).Message())
	}
}

// clearNested clears the fields of a message, and of those in it, of which the types
// say b.
func clearNested(m protoreflect.Message, b annotations.FieldBehavior) {
	r := rulesOf(m.Descriptor())
	if r == nil {
		return
	}
	for fd := range fieldsOf(m.Descriptor()) {
		if r.says(fd, b) {
			m.Clear(fd)
		}
	}
	for _, fd := range r.deep {
		inside(m, fd, func(_ string, inner protoreflect.Message) { clearNested(inner, b) })
	}
}

// missingNested returns the required fields of a message, and of those in it, that are
// not set: truthy, where they have no presence. path is that of the message, and depth how
// deep it is; messages that are too deep are refused for that.
func missingNested(m protoreflect.Message, path string, depth int) []Violation {
	r := rulesOf(m.Descriptor())
	if r == nil || depth > maxJSONDepth {
		return nil
	}
	var violations []Violation
	for fd := range fieldsOf(m.Descriptor()) {
		if r.says(fd, annotations.FieldBehavior_REQUIRED) && !m.Has(fd) {
			violations = append(violations, missingField(path+"."+string(fd.Name())))
		}
	}
	for _, fd := range r.deep {
		inside(m, fd, func(place string, inner protoreflect.Message) {
			violations = append(violations, missingNested(inner, path+"."+string(fd.Name())+place, depth+1)...)
		})
	}
	slices.SortStableFunc(violations, func(a, b Violation) int { return strings.Compare(a.Field, b.Field) })
	return violations
}

// inputOnly reports whether no answer shows a nested field, and so no filter asks for it.
func inputOnly(fd protoreflect.FieldDescriptor) bool {
	return slices.Contains(behaviorsOf(fd), annotations.FieldBehavior_INPUT_ONLY)
}
