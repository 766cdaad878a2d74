package crud

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/internal/nearest"
	"github.com/protocrud/protoc-gen-go-crud/internal/protopath"
)

// A part is a path of a mask that ends below a column: author.given_name, or
// reviews.smith in a map (AIP-161).
type part struct {
	column int
	text   string
	steps  []step
	// atLeast is a message that is to be set, with whatever it has.
	atLeast bool
}

// A step goes into a message by a field, and into a map by a key behind it.
type step struct {
	field protoreflect.FieldDescriptor
	key   protoreflect.MapKey // valid if keyed
	keyed bool
}

// ofValue reports whether the part is one of a message that is a value as a whole, a date
// or a time of day.
func (p part) ofValue() bool {
	for _, s := range p.steps[:len(p.steps)-1] {
		if md := s.field.Message(); md != nil && (md.FullName() == "google.type.Date" || md.FullName() == "google.type.TimeOfDay") {
			return true
		}
	}
	return false
}

// outermost returns the parts that no other one holds, each once: masks may name a
// message and what is in it, and a part costs a copy.
func outermost(parts []part) []part {
	if len(parts) < 2 {
		return parts
	}
	seen := make(map[string]bool, len(parts))
	once := slices.DeleteFunc(parts, func(p part) bool {
		again := seen[p.text]
		seen[p.text] = true
		return again
	})
	return slices.DeleteFunc(once, func(p part) bool {
		for i := range p.text {
			if p.text[i] == '.' && seen[p.text[:i]] {
				return true
			}
		}
		return false
	})
}

// splitPath returns the segments of a path, those in backticks without them. problem
// says what is wrong with its form.
func splitPath(path string) (segments []string, problem string) {
	for {
		var segment string
		if rest, quoted := strings.CutPrefix(path, "`"); quoted {
			var ended bool
			if segment, path, ended = strings.Cut(rest, "`"); !ended {
				return nil, badSegment
			}
			segments = append(segments, segment)
			if path == "" {
				return segments, ""
			}
			if path, ended = strings.CutPrefix(path, "."); !ended {
				return nil, badSegment
			}
			continue
		}
		segment, rest, more := strings.Cut(path, ".")
		switch segment {
		case "":
			return nil, badSegment
		case "*":
			return nil, "has a wildcard, which stands for a field only if it is the whole mask"
		}
		segments = append(segments, segment)
		if !more {
			return segments, ""
		}
		path = rest
	}
}

const badSegment = "has an empty or unended part"

// stepsOf reads the segments of a path, the first of which names fd. problem says why
// there is no such path; it follows "path … ".
func stepsOf(fd protoreflect.FieldDescriptor, segments []string) (steps []step, problem string) {
	at := 0
	for {
		s := step{field: fd}
		name := segments[at]
		at++
		if fd.IsMap() && at < len(segments) {
			var ok bool
			if s.key, ok = mapKey(fd.MapKey(), segments[at]); !ok {
				return nil, fmt.Sprintf("has the key %s, and the keys of %s are of type %s", shown(segments[at]), name, fd.MapKey().Kind())
			}
			s.keyed = true
			name = segments[at]
			at++
		}
		steps = append(steps, s)
		switch {
		case at == len(segments):
			return steps, ""
		case len(steps) > maxJSONDepth:
			return nil, fmt.Sprintf("goes more than %d deep", maxJSONDepth)
		}
		inside, problem := insideOf(fd, name)
		if problem != "" {
			return nil, problem
		}
		if fd = inside.Fields().ByName(protoreflect.Name(segments[at])); fd == nil {
			return nil, unknownSubfield(inside, segments[at], name)
		}
	}
}

// insideOf returns the message that a path goes into through fd.
func insideOf(fd protoreflect.FieldDescriptor, name string) (_ protoreflect.MessageDescriptor, problem string) {
	value := fd
	if fd.IsMap() {
		value = fd.MapValue()
	}
	switch {
	case fd.IsList():
		return nil, fmt.Sprintf("goes into %s, which is repeated", name)
	case value.Message() == nil:
		return nil, fmt.Sprintf("goes into %s, which has no fields", name)
	case protopath.Ends(value.Message()):
		return nil, fmt.Sprintf("goes into %s, which is written as a whole", name)
	}
	return value.Message(), ""
}

func unknownSubfield(in protoreflect.MessageDescriptor, wrong, name string) string {
	if n := nearest.Of(wrong, protopath.FieldNames(in)); n != "" {
		return fmt.Sprintf("names no field of %s; did you mean %q?", name, n)
	}
	return fmt.Sprintf("names no field of %s", name)
}

// mapKey reads the key of a map. A text that no column can hold is none.
func mapKey(fd protoreflect.FieldDescriptor, text string) (key protoreflect.MapKey, ok bool) {
	key, ok = protopath.MapKey(fd, text)
	return key, ok && storable(text)
}

// merge makes what a part names in dst as it is in src: what src does not have is
// cleared. A message on the way is made if src has it.
func merge(dst, src protoreflect.Message, p part) {
	mergeSteps(dst, src, p.steps, p.atLeast)
}

func mergeSteps(dst, src protoreflect.Message, steps []step, atLeast bool) {
	s, last := steps[0], len(steps) == 1
	switch {
	case s.keyed:
		mergeEntry(dst, src, steps)
	case last && atLeast:
		dst.Mutable(s.field)
	case last && src.Has(s.field):
		copyField(dst, src, s.field)
	case last:
		dst.Clear(s.field)
	case src.Has(s.field) || dst.Has(s.field):
		mergeSteps(dst.Mutable(s.field).Message(), src.Get(s.field).Message(), steps[1:], atLeast)
	}
}

func mergeEntry(dst, src protoreflect.Message, steps []step) {
	s := steps[0]
	from := src.Get(s.field).Map()
	given := from.Has(s.key)
	switch {
	case !given && (len(steps) == 1 || !dst.Get(s.field).Map().Has(s.key)):
		if dst.Has(s.field) {
			dst.Mutable(s.field).Map().Clear(s.key)
		}
	case len(steps) == 1:
		dst.Mutable(s.field).Map().Set(s.key, copyOf(from.Get(s.key)))
	default:
		into := dst.Mutable(s.field).Map().Mutable(s.key).Message()
		value := into.New()
		if given {
			value = from.Get(s.key).Message()
		}
		mergeSteps(into, value, steps[1:], false)
	}
}

// hasSteps reports whether a message has what the steps name.
func hasSteps(m protoreflect.Message, steps []step) bool {
	_, ok := valueAt(m, steps)
	return ok
}

// valueAt returns the value that the steps name; ok is false if it is not set.
func valueAt(m protoreflect.Message, steps []step) (v protoreflect.Value, ok bool) {
	if len(steps) == 0 {
		return v, false
	}
	for i, s := range steps {
		if !m.Has(s.field) {
			return v, false
		}
		v = m.Get(s.field)
		if s.keyed {
			entries := v.Map()
			if !entries.Has(s.key) {
				return v, false
			}
			v = entries.Get(s.key)
		}
		if i < len(steps)-1 {
			m = v.Message()
		}
	}
	return v, true
}

// sameAt reports whether two messages agree in what the steps name.
func sameAt(a, b protoreflect.Message, steps []step) bool {
	x, okX := valueAt(a, steps)
	y, okY := valueAt(b, steps)
	return okX == okY && (!okX || x.Equal(y))
}

// sameField reports whether two messages agree in what a path names. A nested field of a
// message that a does not have agrees with everything: it is being created. problem says
// why the path names nothing.
func (t *table) sameField(a, b proto.Message, path string) (same bool, problem string) {
	if c, ok := t.column(path); ok {
		return c.codec.equal(a, b), ""
	}
	p, problem := t.partAt(path)
	if problem != "" {
		return false, problem
	}
	if n := len(p.steps); n > 1 && !hasSteps(a.ProtoReflect(), p.steps[:n-1]) {
		return true, ""
	}
	return sameAt(a.ProtoReflect(), b.ProtoReflect(), p.steps), ""
}

// checkTarget returns what is wrong with the values that a mask names.
func (t *table) checkTarget(m proto.Message, named target, d Dialect) []Violation {
	violations := t.check(m, named.set, d)
	if len(named.parts) == 0 {
		return violations
	}
	only, set := t.New(), make(columnSet, len(t.columns))
	for _, p := range named.parts {
		if !p.ofValue() { // of which a part is no value; the whole is checked then
			merge(only.ProtoReflect(), m.ProtoReflect(), p)
			set[p.column] = 1
		}
	}
	return append(violations, t.check(only, set, d)...)
}
