package filter

import (
	"fmt"
	"strings"
)

// A test is a leaf of a checked filter. It is true or false of a row, or unknown.
type test struct {
	field *Field
	is    relation
	op    comparator // of compared
	value any        // a pattern of matches, an operand's value of compared
	at    int        // the offset of the comparison, from 0
}

// A relation is what a test asks of a field, of one of its elements if the field is
// repeated.
type relation uint8

const (
	compared   relation = iota // op holds between the field and value
	matches                    // the text matches a pattern
	present                    // the field differs from its default
	unset                      // the field is null
	impossible                 // the field equals what its type cannot hold
	hasKey                     // the map has a key
)

// A Predicate is a filter with a meaning. It is immutable and safe for concurrent
// use.
type Predicate struct {
	text string
	root node // of tests; nil matches everything
}

// Check gives a filter its meaning: it finds the fields and reads the literals as
// values of their types. Its error is an [*Error].
func (s *Schema) Check(f *Filter) (*Predicate, error) {
	c := checker{schema: s, text: f.text}
	root, err := c.node(f.root)
	if err != nil {
		return nil, err
	}
	return &Predicate{f.text, root}, nil
}

type checker struct {
	schema *Schema
	text   string
	depth  int // how many relations it is in
	// some says that a test is of some row: : then compares a text as a whole, as it does
	// with the elements of a list.
	some bool
}

func (c *checker) fail(at int, format string, args ...any) error {
	return &Error{Input: c.text, Offset: at + 1, Reason: fmt.Sprintf(format, args...)}
}

func (c *checker) node(n node) (node, error) {
	switch n := n.(type) {
	case allOf:
		members, err := c.nodes(n)
		return allOf(members), err
	case anyOf:
		members, err := c.nodes(n)
		return anyOf(members), err
	case negation:
		of, err := c.node(n.node)
		return negation{of}, err
	case comparison:
		return c.comparison(n)
	case word:
		return c.word(n)
	}
	return nil, nil
}

func (c *checker) nodes(ns []node) ([]node, error) {
	out := make([]node, len(ns))
	for i, n := range ns {
		var err error
		if out[i], err = c.node(n); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// word looks for a text in the fields that the model has searched.
func (c *checker) word(w word) (node, error) {
	if len(c.schema.search) == 0 {
		return nil, c.fail(w.at, "%s stands alone, which is unsupported here; write a field and a comparator before it", quote(w.String()))
	}
	p := newPattern(w.raw).containing()
	tests := make(anyOf, len(c.schema.search))
	for i, f := range c.schema.search {
		tests[i] = &test{field: f, is: matches, value: p, at: w.at}
	}
	if len(tests) == 1 {
		return tests[0], nil
	}
	return tests, nil
}

func (c *checker) comparison(n comparison) (node, error) {
	if r, below := c.schema.relationAt(n.path); r != nil {
		return c.related(r, below, n)
	}
	f, err := c.field(n)
	if err != nil {
		return nil, err
	}
	if c.some && n.op == has && !f.Repeated && !n.value.bare("*") {
		n.op = equals
	}
	t, err := c.test(f, n)
	if err != nil {
		return nil, err
	}
	t.at = n.at
	if n.op == differs {
		return negation{t}, nil
	}
	return t, nil
}

// field finds the field of a comparison.
func (c *checker) field(n comparison) (*Field, error) {
	f := c.schema.fields[n.path]
	if f == nil {
		f = c.around(n.path)
	}
	switch {
	case f != nil && !f.Filterable:
		return nil, c.fail(n.at, "filters cannot ask for the field %s", quote(f.Path))
	case f != nil && f.Inside != nil:
		return c.inside(f, n)
	case f != nil:
		return f, nil
	}
	for path := n.path; strings.Contains(path, "."); {
		path = path[:strings.LastIndexByte(path, '.')]
		if f := c.schema.fields[path]; f != nil && f.Filterable && f.Kind != Message {
			return nil, c.fail(n.at, "%s has no fields of its own", quote(path))
		}
	}
	return nil, c.fail(n.at, "unknown field %s%s", quote(n.path), didYouMean(n.path, c.schema.filterable()))
}

// around returns the field of JSON that a path goes into.
func (c *checker) around(path string) *Field {
	for i := range path {
		if path[i] == '.' {
			if f := c.schema.fields[path[:i]]; f != nil && f.Inside != nil {
				return f
			}
		}
	}
	return nil
}

// test reads a comparison. What it says of != is what = means.
func (c *checker) test(f *Field, n comparison) (*test, error) {
	if f.at != nil {
		if t, ok, err := c.insideTest(f, n); ok || err != nil {
			return t, err
		}
	}
	switch {
	case n.value.bare("null"):
		return c.unset(f, n)
	case f.Kind == Message && f.at == nil && !(n.op == has && n.value.bare("*")):
		return nil, c.fail(n.at, "%s is a message; ask for one of its fields, or write %s:*", f.Path, f.Path)
	case f.Kind == Name && n.op != equals && n.op != differs:
		return nil, c.fail(n.at, "%s goes with = and != only", f.Path)
	case f.Repeated && n.op != has:
		return nil, c.fail(n.at, "%s is repeated; write %s:%s", f.Path, f.Path, quote(n.value.String()))
	case n.op == has && n.value.raw == "*":
		return &test{field: f, is: present}, nil
	case n.op.ordering() && !f.rule().ordered:
		return nil, c.fail(n.at, "%s has no order; use = or !=", f.Path)
	}
	if err := c.noField(f, n.value); err != nil {
		return nil, err
	}
	if f.Kind == String && !n.op.ordering() {
		if p := f.pattern(n); p != nil {
			return &test{field: f, is: matches, value: p}, nil
		}
	}
	return c.compared(f, n)
}

// pattern returns the pattern of a comparison with a text, nil if the text is compared
// as a whole: : looks for a part of a text, and for a whole element of a repeated one.
func (f *Field) pattern(n comparison) pattern {
	switch {
	case n.op == has && !f.Repeated:
		return newPattern(n.value.raw).containing()
	case hasStar(n.value.raw):
		return newPattern(n.value.raw)
	}
	return nil
}

// unset reads a comparison with null.
func (c *checker) unset(f *Field, n comparison) (*test, error) {
	switch {
	case n.op != equals && n.op != differs:
		return nil, c.fail(n.value.at, "null goes with = and != only")
	case f.Repeated || f.Null != NullIsUnset:
		return nil, c.fail(n.value.at, "%s is never null; write %s:* to ask whether it is set", f.Path, f.Path)
	}
	return &test{field: f, is: unset}, nil
}

// noField refuses a literal that reads as a field, which a text field would take for
// a text.
func (c *checker) noField(f *Field, l literal) error {
	if l.quote != 0 || f.Kind == Enum || f.Kind == EnumName || f.Kind == Bool {
		return nil
	}
	if other := c.schema.fields[l.raw]; other != nil && other.Filterable {
		return c.fail(l.at, "the field %s cannot stand behind a comparator; put it in quotes if it is meant as a text", quote(l.raw))
	}
	return nil
}

func (c *checker) compared(f *Field, n comparison) (*test, error) {
	rule := f.rule()
	var o operand
	ok := !rule.unquoted || n.value.quote == 0
	if ok {
		o, ok = rule.read(f, n.value.raw)
	}
	if !ok {
		return nil, c.fail(n.value.at, "%s takes %s, not %s%s", f.Path, f.takes(), quote(n.value.String()), f.hint(n.value))
	}
	if f.Kind == Name && hasStar(n.value.raw) {
		return nil, c.fail(n.value.at, `%s is compared as a whole; write \* for a star`, f.Path)
	}
	op := n.op
	if op == has || op == differs {
		op = equals
	}
	if (f.Kind == UUID || f.Kind == Typed && !f.Repeated) && o.value == "" {
		return c.emptyText(f, n)
	}
	if op, ok = o.compare(op); !ok {
		return &test{field: f, is: impossible}, nil
	}
	return &test{field: f, is: compared, op: op, value: o.value}, nil
}

// emptyText reads a comparison with the empty text, for which the column has NULL.
func (c *checker) emptyText(f *Field, n comparison) (*test, error) {
	if n.op.ordering() {
		return nil, c.fail(n.value.at, "%s has no order with the empty text", f.Path)
	}
	return &test{field: f, is: unset}, nil
}

// hint says more of a literal that is not of the field's type.
func (f *Field) hint(l literal) string {
	switch {
	case f.rule().unquoted && l.quote != 0:
		return "; write it without quotes"
	case f.Kind == Enum || f.Kind == EnumName:
		return didYouMean(l.raw, f.enumNames())
	}
	return ""
}
