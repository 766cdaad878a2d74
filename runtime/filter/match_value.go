package filter

import (
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// fieldAt returns the field at a path below messages; nil if there is none.
func fieldAt(md protoreflect.MessageDescriptor, path string) (fd protoreflect.FieldDescriptor) {
	for name := range strings.SplitSeq(path, ".") {
		if md == nil {
			return nil
		}
		if fd = md.Fields().ByName(protoreflect.Name(name)); fd == nil {
			return nil
		}
		md = fd.Message()
	}
	return fd
}

// holderOf returns the message that holds the field at a path, which is one of m's type,
// and the field in it; no message where one on the way is unset.
func holderOf(m protoreflect.Message, path string) (protoreflect.Message, protoreflect.FieldDescriptor) {
	for {
		name, rest, below := strings.Cut(path, ".")
		fd := m.Descriptor().Fields().ByName(protoreflect.Name(name))
		switch {
		case !below:
			return m, fd
		case !m.Has(fd):
			return nil, fd
		}
		m, path = m.Get(fd).Message(), rest
	}
}

// value returns a value, or an element of a list, as literals of the field's kind are
// read.
func (f *Field) value(fd protoreflect.FieldDescriptor, v protoreflect.Value) any {
	switch f.Kind {
	case Bool:
		return unwrapped(fd, v).Bool()
	case Int32, Int64:
		return unwrapped(fd, v).Int()
	case Uint32:
		return int64(unwrapped(fd, v).Uint())
	case Uint64:
		return unwrapped(fd, v).Uint()
	case Float, Double:
		return unwrapped(fd, v).Float()
	case Bytes:
		return unwrapped(fd, v).Bytes()
	case Enum:
		return int64(v.Enum())
	case EnumName:
		return f.enumName(v.Enum())
	case Timestamp:
		seconds, nanos := parts(v.Message())
		return time.Unix(seconds, nanos).UnixMicro()
	case Duration:
		seconds, nanos := parts(v.Message())
		return seconds*second + nanos/1000
	case Date:
		year, month, day := threeOf(v.Message())
		return time.Date(int(year), time.Month(month), int(day), 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay
	case TimeOfDay:
		hours, minutes, seconds := threeOf(v.Message())
		nanos := v.Message().Get(v.Message().Descriptor().Fields().ByNumber(4)).Int()
		return (hours*3600+minutes*60+seconds)*second + nanos/1000
	}
	return unwrapped(fd, v).String() // of a string, a wrapper of one, or a google.type.Decimal
}

// unwrapped returns the value of a wrapper or a Decimal, which is its field 1, or the value.
func unwrapped(fd protoreflect.FieldDescriptor, v protoreflect.Value) protoreflect.Value {
	if fd.Message() == nil {
		return v
	}
	return v.Message().Get(v.Message().Descriptor().Fields().ByNumber(1))
}

// parts returns the seconds and nanos of a Timestamp or a Duration.
func parts(m protoreflect.Message) (seconds, nanos int64) {
	fields := m.Descriptor().Fields()
	return m.Get(fields.ByNumber(1)).Int(), m.Get(fields.ByNumber(2)).Int()
}

// threeOf returns the first three fields of a Date or a TimeOfDay.
func threeOf(m protoreflect.Message) (a, b, c int64) {
	fields := m.Descriptor().Fields()
	return m.Get(fields.ByNumber(1)).Int(), m.Get(fields.ByNumber(2)).Int(), m.Get(fields.ByNumber(3)).Int()
}

// matches reports whether a text is one of the pattern's.
func (p pattern) matches(text string) bool {
	first, last := p[0], p[len(p)-1]
	if len(p) == 1 {
		return text == first
	}
	rest, ok := strings.CutPrefix(text, first)
	if !ok {
		return false
	}
	if rest, ok = strings.CutSuffix(rest, last); !ok {
		return false
	}
	for _, part := range p[1 : len(p)-1] { // the first place is the best for those behind
		_, rest, ok = strings.Cut(rest, part)
		if !ok {
			return false
		}
	}
	return true
}
