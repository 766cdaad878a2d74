package filter

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// A Matcher is a predicate of messages: it says without a database what the predicate's
// SQL says of a message's row. It is immutable and safe for concurrent use.
//
// Texts are ordered by their bytes, as the columns of this project's tables are; a table
// with another collation may order them otherwise.
type Matcher struct {
	root node // nil matches everything
}

// Matcher returns the predicate for messages of a type, whose fields have the paths of
// the schema. Its error is an [*Error]: what a row's own message does not tell, that of
// a relation, and what only the database compares, cannot be matched.
func (p *Predicate) Matcher(md protoreflect.MessageDescriptor) (*Matcher, error) {
	if offset, reason := unmatchable(p.root, md); reason != "" {
		return nil, &Error{Input: p.text, Offset: offset + 1, Reason: reason}
	}
	return &Matcher{p.root}, nil
}

// unmatchable says where a predicate asks for what no message tells, and why; nothing if
// nowhere.
func unmatchable(n node, md protoreflect.MessageDescriptor) (at int, reason string) {
	switch n := n.(type) {
	case allOf:
		return firstUnmatchable(n, md)
	case anyOf:
		return firstUnmatchable(n, md)
	case negation:
		return unmatchable(n.node, md)
	case *existence:
		return n.at, fmt.Sprintf("%s is a relation, whose rows cannot be asked for here", quote(n.relation.Path))
	case *test:
		return n.at, n.unmatchable(md)
	}
	return 0, ""
}

func firstUnmatchable(members []node, md protoreflect.MessageDescriptor) (at int, reason string) {
	for _, m := range members {
		if at, reason = unmatchable(m, md); reason != "" {
			return at, reason
		}
	}
	return 0, ""
}

func (t *test) unmatchable(md protoreflect.MessageDescriptor) string {
	f := t.field
	path := f.Path
	if f.at != nil {
		path = f.at.column
	}
	compares := t.is == compared || t.is == matches
	switch {
	case fieldAt(md, path) == nil:
		return fmt.Sprintf("%s is no field of %s, which is all that can be asked for here", quote(path), md.FullName())
	case compares && (f.Opaque || f.Kind == Typed && f.Compare == nil):
		return fmt.Sprintf("only the database compares %s; here it can be asked only whether it is set, %s:*", quote(f.Path), f.Path)
	}
	return ""
}

// Match reports whether the predicate is true of a message, which is of the matcher's
// type. It is not where the predicate is unknown, as SQL has it.
func (m *Matcher) Match(message protoreflect.Message) bool {
	return m.root == nil || answerOf(m.root, message) == yes
}

// An answer is what a predicate is of a message. In this order AND is the least of its
// members, and OR the greatest (Kleene).
type answer int8

const (
	no      answer = -1
	unknown answer = 0
	yes     answer = 1
)

func answerIf(b bool) answer {
	if b {
		return yes
	}
	return no
}

func answerOf(n node, m protoreflect.Message) answer {
	switch n := n.(type) {
	case allOf:
		result := yes
		for _, member := range n {
			if result = min(result, answerOf(member, m)); result == no {
				break
			}
		}
		return result
	case anyOf:
		result := no
		for _, member := range n {
			if result = max(result, answerOf(member, m)); result == yes {
				break
			}
		}
		return result
	case negation:
		return -answerOf(n.node, m)
	}
	t := n.(*test)
	if t.field.at != nil {
		return t.ofColumn(m)
	}
	return t.of(m)
}

// of is the test's answer of a field that a column holds.
func (t *test) of(m protoreflect.Message) answer {
	f := t.field
	holder, fd := holderOf(m, f.Path)
	switch {
	case holder == nil && len(f.present) > 0:
		return unknown
	case holder == nil || f.isNull(holder, fd):
		return t.ofNull()
	case f.Kind == Name:
		return t.ofName(holder.Get(fd).String())
	case t.is == unset:
		return no
	case f.Repeated:
		return t.ofList(holder.Get(fd).List(), fd)
	case t.nullCheck():
		return yes
	}
	return t.ofValue(f.value(fd, holder.Get(fd)))
}

// isNull reports whether the column of a field is NULL.
func (f *Field) isNull(holder protoreflect.Message, fd protoreflect.FieldDescriptor) bool {
	switch {
	case f.Repeated || f.Kind == Name:
		return false
	case fd.HasPresence():
		return !holder.Has(fd)
	case f.Kind == UUID || f.Kind == Typed: // of which the empty text is no value
		return holder.Get(fd).String() == ""
	}
	return false
}

// ofNull is the test's answer of NULL.
func (t *test) ofNull() answer {
	switch {
	case t.field.Null == NullIsUnknown:
		return unknown
	case t.is == impossible:
		return no
	case t.nullCheck():
		return answerIf(t.is == unset)
	}
	return answerIf(t.holdsForNull(false))
}

// ofName is the test's answer of a resource name, which is compared as a whole.
func (t *test) ofName(name string) answer {
	text, ok := t.value.(string)
	if t.is == impossible || !ok {
		return no
	}
	_, ok = t.field.Key(text, Postgres)
	return answerIf(ok && name == text)
}

func (t *test) ofList(list protoreflect.List, fd protoreflect.FieldDescriptor) answer {
	if t.is == present {
		return answerIf(list.Len() > 0)
	}
	for i := range list.Len() {
		if t.ofValue(t.field.value(fd, list.Get(i))) == yes {
			return yes
		}
	}
	return no
}

// ofValue is the test's answer of a value that is there.
func (t *test) ofValue(v any) answer {
	switch t.is {
	case impossible:
		return no
	case matches:
		return answerIf(t.value.(pattern).matches(v.(string)))
	case present:
		return answerIf(t.field.orderOf(v, t.field.zero()) != 0)
	}
	return answerIf(t.op.holds(t.field.orderOf(v, t.value)))
}

// orderOf returns which of two values of the field comes first: -1, 0 or 1. NaN comes
// behind every number, as in PostgreSQL.
func (f *Field) orderOf(a, b any) int {
	if f.Kind == Typed {
		return f.Compare(a.(string), b.(string))
	}
	x, isFloat := a.(float64)
	if y, _ := b.(float64); isFloat {
		return orderFloats(x, y)
	}
	return order(a, b)
}

func orderFloats(a, b float64) int {
	aIsNaN, bIsNaN := a != a, b != b
	switch {
	case aIsNaN && bIsNaN:
		return 0
	case aIsNaN:
		return 1
	case bIsNaN:
		return -1
	}
	return order(a, b)
}
