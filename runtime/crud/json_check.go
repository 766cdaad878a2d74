package crud

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// maxJSONDepth is how deep messages may be nested in a column of JSON. Both engines and
// the JSON library allow more; a caller has no use for it.
const maxJSONDepth = 100

// A jsonProblem is a value that JSON cannot hold exactly, and where it is below the
// field: ".given_name", "[2].name", `["key"]`.
type jsonProblem struct{ path, text string }

// in puts the place of a problem below another one.
func (p *jsonProblem) in(place string) *jsonProblem {
	if p != nil {
		p.path = place + p.path
	}
	return p
}

func jsonProblemf(format string, args ...any) *jsonProblem {
	return &jsonProblem{text: fmt.Sprintf(format, args...)}
}

// problem returns what is wrong with a column's value, and the path of what has it: the
// field, or what is inside.
func (c *column) problem(m proto.Message, d Dialect) (path, text string) {
	if inner, ok := c.codec.(*jsonCodec); ok {
		if p := inner.problem(m); p != nil {
			return c.Field + p.path, p.text
		}
		return "", ""
	}
	if inner, ok := c.codec.(interface {
		problem(proto.Message, Dialect) (path, text string)
	}); ok {
		path, text = inner.problem(m, d)
		return c.Field + "." + path, text
	}
	return c.Field, c.codec.check(m, &c.ColumnInfo, d)
}

func (c *jsonCodec) check(m proto.Message, _ *ColumnInfo, _ Dialect) string {
	if p := c.problem(m); p != nil {
		return strings.TrimPrefix(p.path+" "+p.text, " ")
	}
	return ""
}

func (c *jsonCodec) problem(m proto.Message) *jsonProblem {
	r := m.ProtoReflect()
	if !r.Has(c.field()) {
		return nil
	}
	return checkJSONField(c.field(), r.Get(c.field()), 1)
}

// checkJSONField returns what is wrong with the value of a field.
func checkJSONField(fd protoreflect.FieldDescriptor, v protoreflect.Value, depth int) *jsonProblem {
	switch {
	case fd.IsList():
		list := v.List()
		for i := range list.Len() {
			if p := checkJSONValue(fd, list.Get(i), depth); p != nil {
				return p.in(fmt.Sprintf("[%d]", i))
			}
		}
		return nil
	case fd.IsMap():
		return checkJSONMap(fd, v.Map(), depth)
	}
	return checkJSONValue(fd, v, depth)
}

// checkJSONMap tells of the first key, so that the same input has one answer.
func checkJSONMap(fd protoreflect.FieldDescriptor, m protoreflect.Map, depth int) *jsonProblem {
	var first *jsonProblem
	m.Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
		p := checkJSONValue(fd.MapKey(), k.Value(), depth)
		if p != nil {
			p.text = "has a key that " + p.text
		} else if p = checkJSONValue(fd.MapValue(), v, depth); p != nil {
			p.in(fmt.Sprintf("[%q]", k.String()))
		}
		if p != nil && (first == nil || p.path+p.text < first.path+first.text) {
			first = p
		}
		return true
	})
	return first
}

// checkJSONValue returns what is wrong with a single value.
func checkJSONValue(fd protoreflect.FieldDescriptor, v protoreflect.Value, depth int) *jsonProblem {
	switch fd.Kind() {
	case protoreflect.StringKind:
		return checkJSONText(v.String())
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		if f := v.Float(); f == 0 && math.Signbit(f) {
			return jsonProblemf("must not be negative zero, which JSON in a database does not keep")
		}
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return checkJSONMessage(v.Message(), depth)
	}
	return nil
}

func checkJSONText(s string) *jsonProblem {
	switch {
	case !utf8.ValidString(s):
		return jsonProblemf("must be valid UTF-8")
	case strings.ContainsRune(s, 0):
		return jsonProblemf("must not contain NUL")
	}
	return nil
}

func checkJSONMessage(m protoreflect.Message, depth int) *jsonProblem {
	if depth > maxJSONDepth {
		return jsonProblemf("must not be nested more than %d deep", maxJSONDepth)
	}
	if p := checkWellKnown(m, depth); p != nil {
		return p
	}
	var first *jsonProblem
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if p := checkJSONField(fd, v, depth+1); p != nil {
			p.in("." + string(fd.Name()))
			if first == nil || p.path < first.path {
				first = p
			}
		}
		return true
	})
	return first
}

// checkWellKnown returns what keeps a message of a type that JSON treats in a way of
// its own from having JSON.
func checkWellKnown(m protoreflect.Message, depth int) *jsonProblem {
	switch m.Descriptor().FullName() {
	case "google.protobuf.Timestamp":
		if proto.Size(m.Interface()) > 0 && !validJSON(m) {
			return jsonProblemf("must be a valid timestamp in the years 1 to 9999")
		}
	case "google.protobuf.Duration":
		if proto.Size(m.Interface()) > 0 && !validJSON(m) {
			return jsonProblemf("must be a valid duration of at most 10,000 years")
		}
	case "google.protobuf.FieldMask":
		if !validJSON(m) {
			return jsonProblemf("has a path that JSON cannot hold: names are lower-case words joined by single underscores")
		}
	case "google.protobuf.Any":
		return checkAny(m, depth)
	case "google.protobuf.Value":
		return checkStructValue(m)
	}
	return nil
}

func validJSON(m protoreflect.Message) bool {
	_, err := marshalJSON.Marshal(m.Interface())
	return err == nil
}

// checkStructValue returns why a value of a Struct has no JSON.
func checkStructValue(m protoreflect.Message) *jsonProblem {
	v, ok := m.Interface().(*structpb.Value)
	if !ok {
		return nil // a dynamic message, which no generated code has
	}
	switch kind := v.GetKind().(type) {
	case nil:
		return jsonProblemf("must have a value, null at least")
	case *structpb.Value_NumberValue:
		if math.IsNaN(kind.NumberValue) || math.IsInf(kind.NumberValue, 0) {
			return jsonProblemf("must be a finite number")
		}
	}
	return nil
}

// checkAny returns what is wrong with the message that an Any holds.
func checkAny(m protoreflect.Message, depth int) *jsonProblem {
	held, ok := m.Interface().(*anypb.Any)
	if !ok || held.GetTypeUrl() == "" && len(held.GetValue()) == 0 {
		return nil
	}
	inner, err := anypb.UnmarshalNew(held, proto.UnmarshalOptions{AllowPartial: true})
	if err != nil || !validJSON(m) {
		return jsonProblemf("must be of a message type that the server has")
	}
	if hasUnknown(inner.ProtoReflect()) {
		return jsonProblemf("has fields that the server does not know, which JSON would lose")
	}
	return checkJSONMessage(inner.ProtoReflect(), depth+1)
}

// hasUnknown reports whether a message, or one in it, has fields that its type lacks.
func hasUnknown(m protoreflect.Message) bool {
	found := len(m.GetUnknown()) > 0
	m.Range(func(fd protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if messageOf(fd) != nil {
			inside(m, fd, func(_ string, inner protoreflect.Message) { found = found || hasUnknown(inner) })
		}
		return !found
	})
	return found
}
