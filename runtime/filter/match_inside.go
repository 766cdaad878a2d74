package filter

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/internal/protopath"
)

// ofColumn is the test's answer of a value inside of a column that holds JSON.
func (t *test) ofColumn(m protoreflect.Message) answer {
	holder, fd := holderOf(m, t.field.at.column)
	if holder == nil {
		if len(t.field.present) > 0 {
			return unknown
		}
		return t.inside(protoreflect.Value{}, false)
	}
	return t.inside(holder.Get(fd), holder.Has(fd))
}

// inside is the test's answer of a value at its place below base. Nothing is known of a
// value whose message is not there; of another one that is not there, it is known that it
// is zero or unset.
func (t *test) inside(base protoreflect.Value, there bool) answer {
	at := t.field.at
	found := at.find(base, there)
	switch {
	case at.message >= 0 && !found.held:
		return unknown
	case at.element != nil:
		return t.someInside(found)
	case t.is == hasKey:
		return answerIf(found.there && found.hasKey(t.value.(string)))
	case t.field.Kind == Map:
		return answerIf(found.there && found.value.Map().Len() > 0)
	case t.is == present && at.entry:
		return answerIf(found.there)
	case t.is == impossible && at.entry && !found.there:
		return unknown
	case t.is == impossible:
		return no
	case t.nullCheck():
		return answerIf(found.there == (t.is == present))
	case !found.there && t.field.Null == NullIsUnknown:
		return unknown
	case !found.there:
		return answerIf(t.holdsForNull(false))
	}
	return t.ofValue(t.field.value(found.field, found.value))
}

// someInside is whether an element of a list passes the test.
func (t *test) someInside(list foundValue) answer {
	if !list.there {
		return no
	}
	inner := *t
	inner.field = t.field.at.element
	each := t.is == present && inner.field.at.element == nil && len(inner.field.at.steps) == 0
	elements := list.value.List()
	for i := range elements.Len() {
		if each || inner.inside(elements.Get(i), true) == yes {
			return yes
		}
	}
	return no
}

// A foundValue is what is at a place.
type foundValue struct {
	value protoreflect.Value
	field protoreflect.FieldDescriptor // whose value, or whose element, it is
	there bool
	held  bool // the message that holds it is there
}

func (v foundValue) hasKey(name string) bool {
	key, ok := protopath.MapKey(v.field.MapKey(), name)
	return ok && v.value.Map().Has(key)
}

// find follows the steps of the place from a value.
func (p *place) find(base protoreflect.Value, there bool) foundValue {
	v := foundValue{value: base, field: p.from, there: there}
	for i, s := range p.steps {
		if i == p.message {
			v.held = v.there
		}
		if !v.there {
			return v
		}
		v.step(s)
	}
	return v
}

func (v *foundValue) step(s jsonStep) {
	if s.key {
		key, ok := protopath.MapKey(v.field.MapKey(), s.name)
		v.there = ok && v.value.Map().Has(key)
		v.field, v.value = v.field.MapValue(), v.value.Map().Get(key)
		return
	}
	m := v.value.Message()
	v.field = m.Descriptor().Fields().ByTextName(s.name)
	v.there, v.value = m.Has(v.field), m.Get(v.field)
}
