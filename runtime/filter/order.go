package filter

import (
	"fmt"
	"slices"
	"strings"
)

// An Order is the fields that rows are ordered by, the first one first. Rows that
// these leave equal are in no order: a caller adds the key.
type Order []OrderKey

// An OrderKey is one field of an order.
type OrderKey struct {
	// Field must not be changed. A Name is ordered by its columns, one after the other.
	Field *Field
	// Desc says that greater values come first.
	Desc bool
}

// String returns the order in its plainest spelling.
func (o Order) String() string {
	var b strings.Builder
	for i, k := range o {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(k.Field.Path)
		if k.Desc {
			b.WriteString(" desc")
		}
	}
	return b.String()
}

// Order reads an order_by of AIP-132: fields with commas between them, each with desc,
// asc or nothing behind it. A blank one is empty. Its error is an [*Error].
func (s *Schema) Order(text string) (Order, error) {
	p := orderParser{scanner{text: text}, s}
	if err := p.check(); err != nil {
		return nil, err
	}
	if p.space(); p.done() {
		return nil, nil
	}
	var o Order
	for {
		at := p.pos
		k, err := p.key()
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(o, func(other OrderKey) bool { return other.Field == k.Field }) {
			return nil, p.failAt(at, fmt.Sprintf("%s is named twice", k.Field.Path))
		}
		o = append(o, k)
		if p.done() {
			return o, nil
		}
		p.pos++ // the comma
		p.space()
	}
}

type orderParser struct {
	scanner
	schema *Schema
}

func endsOrderWord(c byte) bool { return isSpace(c) || c == ',' }

// key reads a field and its direction, up to a comma or the end.
func (p *orderParser) key() (k OrderKey, err error) {
	at := p.pos
	if k.Field, err = p.field(p.run(endsOrderWord), at); err != nil {
		return k, err
	}
	p.space()
	at = p.pos
	switch word := p.run(endsOrderWord); word {
	case "", "asc":
	case "desc":
		k.Desc = true
	default:
		return k, p.failAt(at, fmt.Sprintf("expected asc, desc or a comma, not %s", quote(word)))
	}
	if p.space(); !p.done() && !p.at(',') {
		return k, p.failAt(p.pos, "expected a comma")
	}
	return k, nil
}

func (p *orderParser) field(path string, at int) (*Field, error) {
	f := p.schema.fields[path]
	root, _, inside := strings.Cut(path, ".")
	switch {
	case path == "":
		return nil, p.failAt(at, "expected a field")
	case f == nil && inside && p.schema.fields[root] != nil && p.schema.fields[root].Kind != Message:
		return nil, p.failAt(at, "rows cannot be ordered by what is inside the field "+quote(root))
	case f == nil:
		return nil, p.failAt(at, "unknown field "+quote(path)+didYouMean(path, p.schema.orderable()))
	case !f.sorts():
		return nil, p.failAt(at, "rows cannot be ordered by the field "+quote(path))
	}
	return f, nil
}
