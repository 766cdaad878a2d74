package allkinds_test

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// A truth is that of a filter for a message: 1, -1, or 0 where nothing is known.
type truth int

func known(b bool) truth {
	if b {
		return 1
	}
	return -1
}

// A leaf is one comparison below a column of JSON.
type leaf struct {
	path    []string
	op      string
	literal string // as it is meant; "*" is presence
}

func (l leaf) String() string {
	names := make([]string, len(l.path))
	for i, p := range l.path {
		names[i] = p
		if i > 0 && strings.ContainsAny(p, ` "'\.`) || p == "" {
			names[i] = quoted(p)
		}
	}
	value := l.literal
	switch {
	case value == "*" || value == "null":
	case strings.HasPrefix(value, "="): // a text
		value = quoted(value[1:])
	}
	return strings.Join(names, ".") + " " + l.op + " " + value
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "*", `\*`).Replace(s) + `"`
}

// of is what AIP-160 says of the leaf and a message.
func (l leaf) of(m protoreflect.Message) truth {
	if l.op == "!=" {
		return -leaf{l.path, "=", l.literal}.of(m)
	}
	return l.field(m, m.Descriptor().Fields().ByName(protoreflect.Name(l.path[0])), l.path[1:])
}

func (l leaf) field(m protoreflect.Message, fd protoreflect.FieldDescriptor, rest []string) truth {
	switch {
	case fd.IsList():
		list := m.Get(fd).List()
		one := l
		if one.op == ":" && one.literal != "*" {
			one.op = "=" // an element is compared as a whole
		}
		for i := range list.Len() {
			if len(rest) == 0 && l.literal == "*" || one.value(fd, list.Get(i), rest) == 1 {
				return 1
			}
		}
		return -1
	case fd.IsMap() && len(rest) == 0:
		entries := m.Get(fd).Map()
		found := l.literal == "*" && entries.Len() > 0
		entries.Range(func(k protoreflect.MapKey, _ protoreflect.Value) bool {
			found = found || k.String() == strings.TrimPrefix(l.literal, "=")
			return true
		})
		return known(found)
	case fd.IsMap():
		result := truth(0)
		if len(rest) == 1 && l.literal == "*" && m.IsValid() {
			result = -1 // m.k:* asks what m:k does
		}
		m.Get(fd).Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
			if k.String() == rest[0] {
				result = l.value(fd.MapValue(), v, rest[1:])
			}
			return true
		})
		return result
	case len(rest) > 0 && !m.Has(fd):
		return 0
	case len(rest) > 0:
		return l.value(fd, m.Get(fd), rest)
	case l.literal == "null":
		return known(!m.Has(fd))
	case l.literal == "*":
		return known(m.Has(fd))
	case fd.HasPresence() && !m.Has(fd):
		return -1
	}
	return l.value(fd, m.Get(fd), nil)
}

func (l leaf) value(fd protoreflect.FieldDescriptor, v protoreflect.Value, rest []string) truth {
	if len(rest) > 0 {
		inner := v.Message()
		return l.field(inner, inner.Descriptor().Fields().ByName(protoreflect.Name(rest[0])), rest[1:])
	}
	if l.literal == "*" {
		return 1
	}
	c, ok := l.compare(fd, v)
	if !ok {
		return -1
	}
	switch l.op {
	case "<":
		return known(c < 0)
	case "<=":
		return known(c <= 0)
	case ">":
		return known(c > 0)
	case ">=":
		return known(c >= 0)
	}
	return known(c == 0)
}

// compare returns how a value compares with the literal. ok is false for : of a text that
// is not in it.
func (l leaf) compare(fd protoreflect.FieldDescriptor, v protoreflect.Value) (c int, ok bool) {
	text := strings.TrimPrefix(l.literal, "=")
	switch fd.Kind() {
	case protoreflect.StringKind:
		if l.op == ":" && !fd.IsList() {
			return 0, strings.Contains(v.String(), text)
		}
		return strings.Compare(v.String(), text), true
	case protoreflect.BoolKind:
		return known2(v.Bool() == (text == "true")), true
	case protoreflect.EnumKind:
		return known2(v.Enum() == fd.Enum().Values().ByName(protoreflect.Name(text)).Number()), true
	case protoreflect.BytesKind:
		raw, _ := base64.StdEncoding.DecodeString(text)
		return bytes.Compare(v.Bytes(), raw), true
	case protoreflect.FloatKind:
		f, _ := strconv.ParseFloat(text, 32)
		return cmp.Compare(float32(v.Float()), float32(f)), true
	case protoreflect.DoubleKind:
		f, _ := strconv.ParseFloat(text, 64)
		return cmp.Compare(v.Float(), f), true
	case protoreflect.Uint32Kind, protoreflect.Uint64Kind:
		n, _ := strconv.ParseUint(text, 10, 64)
		return cmp.Compare(v.Uint(), n), true
	case protoreflect.MessageKind:
		switch known := v.Message().Interface().(type) {
		case *timestamppb.Timestamp:
			t, _ := time.Parse(time.RFC3339, text)
			return known.AsTime().Truncate(time.Microsecond).Compare(t), true
		case *durationpb.Duration:
			d, _ := strconv.ParseFloat(strings.TrimSuffix(text, "s"), 64)
			return cmp.Compare(float64(known.GetSeconds())+float64(known.GetNanos())/1e9, d), true
		case *wrapperspb.StringValue:
			return strings.Compare(known.GetValue(), text), true
		}
	}
	n, _ := strconv.ParseInt(text, 10, 64)
	return cmp.Compare(v.Int(), n), true
}

func known2(same bool) int {
	if same {
		return 0
	}
	return 1
}
