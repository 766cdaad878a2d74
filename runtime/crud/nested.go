package crud

import (
	"slices"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/internal/protopath"
)

// A nestedColumn is a column of messages, or of a map or list of them, that masks go
// into or whose types have behaviors.
type nestedColumn struct {
	at    int
	field protoreflect.FieldDescriptor
	rules *rules // nil for none
}

// whole is all of the column as a part.
func (n nestedColumn) whole() part {
	return part{column: n.at, text: string(n.field.Name()), steps: []step{{field: n.field}}}
}

// nestedColumns are those of a table. The descriptors are there only once the program
// runs.
func (t *table) nestedColumns() []nestedColumn {
	var nested []nestedColumn
	for i := range t.columns {
		fd := t.columns[i].codec.below()
		if fd == nil || t.columns[i].value() || messageOf(fd) == nil || protopath.Ends(messageOf(fd)) {
			continue
		}
		nested = append(nested, nestedColumn{i, fd, rulesOf(messageOf(fd))})
	}
	return nested
}

// implied is what a missing mask names: the fields that are set, and in messages that
// are set those that are set in them.
func (t *table) implied(m proto.Message) target {
	named := target{set: make(columnSet, len(t.columns))}
	named.related = t.populated(m)
	t.markAll(named.set, func(c *column) bool { return c.codec.has(m) })
	for _, n := range t.nested() {
		if named.set[n.at] == 1 && goesInto(n.field) {
			named.set[n.at] = 0
			named.parts = append(named.parts, impliedParts(m.ProtoReflect(), n.whole())...)
		}
	}
	return named
}

// goesInto reports whether a field is a single message of fields.
func goesInto(fd protoreflect.FieldDescriptor) bool {
	return !fd.IsList() && !fd.IsMap() && fd.Message() != nil && !protopath.Ends(fd.Message())
}

// impliedParts are the set fields below a message that is set. One that has none is
// itself a part, which is set if it was not.
func impliedParts(m protoreflect.Message, p part) []part {
	last := p.steps[len(p.steps)-1].field
	if !goesInto(last) || p.tooDeep() {
		return []part{p}
	}
	m = m.Get(last).Message()
	var parts []part
	for fd := range fieldsOf(m.Descriptor()) {
		if m.Has(fd) {
			parts = append(parts, impliedParts(m, p.down(fd))...)
		}
	}
	if parts == nil {
		p.atLeast = true
		return []part{p}
	}
	return parts
}

// tooDeep reports whether nothing below a part can be stored. Its fields are not listed,
// each with all of its path; check refuses them together.
func (p part) tooDeep() bool { return len(p.steps) > maxJSONDepth }

// down is the part of a field in the message that p ends at.
func (p part) down(fd protoreflect.FieldDescriptor) part {
	p.text += "." + string(fd.Name())
	p.steps = append(slices.Clip(p.steps), step{field: fd})
	return p
}

// allow takes from what a mask names the nested fields that a client may not write:
// those that are OUTPUT_ONLY are left out, and those that are IMMUTABLE must be as they
// are stored; fixed are their paths. A message that is named as a whole becomes its
// fields where the type says either of some. input is m, or a copy without what the
// elements of lists and maps may not bring.
func (t *table) allow(named *target, m proto.Message) (input proto.Message, fixed []string) {
	input = m
	parts := named.parts
	named.parts = nil
	for _, n := range t.nested() {
		if named.set[n.at] == 1 && n.rules.keepsStored() {
			named.set[n.at] = 0
			parts = append(parts, n.whole())
		}
	}
	copied := false
	for _, p := range parts {
		allowed, immutable := allowedParts(m.ProtoReflect(), p)
		named.parts = append(named.parts, allowed...)
		fixed = append(fixed, immutable...)
		copied = copied || slices.ContainsFunc(allowed, part.hasElements)
	}
	for _, p := range named.parts {
		if len(p.steps) == 1 && !p.atLeast { // all of the column after all
			named.set[p.column] = 1
		}
	}
	named.parts = slices.DeleteFunc(named.parts, func(p part) bool { return named.set[p.column] == 1 })
	if copied {
		input = t.clone(m)
		t.clearInside(input, annotations.FieldBehavior_OUTPUT_ONLY)
	}
	return input, fixed
}

// hasElements reports whether a part is of a list or map, in whose elements something is
// OUTPUT_ONLY perhaps.
func (p part) hasElements() bool {
	last := p.steps[len(p.steps)-1]
	inner := messageOf(last.field)
	return (last.field.IsList() || last.field.IsMap()) && inner != nil && rulesOf(inner) != nil
}

// allowedParts returns what a client may write of a part, and which of it must be as
// stored.
func allowedParts(m protoreflect.Message, p part) (allowed []part, fixed []string) {
	for i, s := range p.steps[1:] {
		in := p.steps[i].field
		r := rulesOf(messageOf(in))
		if r.says(s.field, annotations.FieldBehavior_OUTPUT_ONLY) {
			return nil, nil
		}
		if r.says(s.field, annotations.FieldBehavior_IMMUTABLE) {
			fixed = []string{p.text}
		}
	}
	last := p.steps[len(p.steps)-1]
	v, given := valueAt(m, p.steps)
	if p.atLeast || !given || p.tooDeep() || !(goesInto(last.field) || last.keyed && last.field.MapValue().Message() != nil) || !rulesOf(messageOf(last.field)).keepsStored() {
		return []part{p}, fixed
	}
	for fd := range fieldsOf(v.Message().Descriptor()) {
		inner, immutable := allowedParts(m, p.down(fd))
		allowed, fixed = append(allowed, inner...), append(fixed, immutable...)
	}
	return allowed, fixed
}

// missingParts are the required fields that a target names, or that lie in what it
// names, and that are not set.
func (t *table) missingParts(m proto.Message, named *target) []Violation {
	nested := t.nested()
	if len(nested) == 0 {
		return nil
	}
	var violations []Violation
	root := m.ProtoReflect()
	for _, n := range nested {
		if n.rules != nil && (named == nil || named.set[n.at] == 1) && !t.columns[n.at].serverOwned() {
			inside(root, n.field, func(place string, inner protoreflect.Message) {
				violations = append(violations, missingNested(inner, string(n.field.Name())+place, 1)...)
			})
		}
	}
	if named == nil {
		return violations
	}
	for _, p := range named.parts {
		violations = append(violations, missingPart(root, p)...)
	}
	return violations
}

func missingPart(root protoreflect.Message, p part) []Violation {
	last := p.steps[len(p.steps)-1]
	v, given := valueAt(root, p.steps)
	if !given {
		if n := len(p.steps); n > 1 && !last.keyed && rulesOf(messageOf(p.steps[n-2].field)).says(last.field, annotations.FieldBehavior_REQUIRED) {
			return []Violation{missingField(p.text)}
		}
		return nil
	}
	if inner := messageOf(last.field); inner == nil || rulesOf(inner) == nil {
		return nil
	}
	if last.keyed || goesInto(last.field) {
		return missingNested(v.Message(), p.text, len(p.steps))
	}
	parent := root
	if holder, nested := valueAt(root, p.steps[:len(p.steps)-1]); nested {
		parent = holder.Message()
	}
	var violations []Violation
	inside(parent, last.field, func(place string, inner protoreflect.Message) {
		violations = append(violations, missingNested(inner, p.text+place, len(p.steps))...)
	})
	return violations
}

// clearInside clears in all columns the nested fields of which the types say b.
func (t *table) clearInside(m proto.Message, b annotations.FieldBehavior) {
	for _, n := range t.nested() {
		if n.rules != nil {
			inside(m.ProtoReflect(), n.field, func(_ string, inner protoreflect.Message) { clearNested(inner, b) })
		}
	}
}

// hidesInside reports whether some nested field is INPUT_ONLY, which no answer shows.
func (t *table) hidesInside() bool {
	return slices.ContainsFunc(t.nested(), func(n nestedColumn) bool {
		return hasBehavior(n.rules, annotations.FieldBehavior_INPUT_ONLY, map[*rules]bool{})
	})
}

func hasBehavior(r *rules, b annotations.FieldBehavior, seen map[*rules]bool) bool {
	if r == nil || seen[r] {
		return false
	}
	seen[r] = true
	for _, of := range r.behaviors {
		if slices.Contains(of, b) {
			return true
		}
	}
	return slices.ContainsFunc(r.deep, func(fd protoreflect.FieldDescriptor) bool { return hasBehavior(rulesOf(messageOf(fd)), b, seen) })
}
