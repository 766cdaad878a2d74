package crud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
)

// createRelated writes the owned relations of a message that was just stored.
func (r *repository) createRelated(ctx context.Context, tx *Tx, given, stored proto.Message) error {
	for _, at := range r.table.ownedIn(given) {
		if err := r.connections[at].create(ctx, tx, given, stored); err != nil {
			return err
		}
	}
	return nil
}

// updateRelated writes the owned relations that an update names.
func (r *repository) updateRelated(ctx context.Context, tx *Tx, u *update, stored proto.Message) error {
	for _, named := range u.related {
		if err := r.connections[named.at].update(ctx, tx, u.m, stored, u.client); err != nil {
			return err
		}
	}
	return nil
}

// checkRelated returns what is wrong with the values of the owned relations of a
// message.
func (t *table) checkRelated(m proto.Message, d Dialect) []Violation {
	var violations []Violation
	for _, at := range t.ownedIn(m) {
		violations = append(violations, t.relations[at].check(m, d)...)
	}
	return violations
}

// path is the path of an element, or of the only one.
func (r *relation) path(i int) string {
	if r.Many {
		return fmt.Sprintf("%s[%d]", r.Field, i)
	}
	return r.Field
}

// below puts what is wrong with an element under its path.
func (r *relation) below(i int, violations []Violation) []Violation {
	for at := range violations {
		violations[at].Field = joined(r.path(i), violations[at].Field)
	}
	return violations
}

func (r *relation) check(m proto.Message, d Dialect) []Violation {
	elements := r.get(m)
	if most := int(r.table.info.MaxBatchSize); len(elements) > most {
		return []Violation{invalidField(r.Field, fmt.Sprintf("has %d elements, more than %d", len(elements), most))}
	}
	var violations []Violation
	for i, e := range elements {
		switch {
		case r.table.isNil(e):
			violations = append(violations, invalidField(r.path(i), "is null"))
		case r.Join != nil:
			violations = append(violations, r.below(i, r.missingKey(e))...)
		default:
			wrong := r.withoutFilled(r.table.check(e, nil, d))
			violations = append(violations, r.below(i, append(wrong, r.table.checkRelated(e, d)...))...)
		}
	}
	return violations
}

// missingKey returns the key fields that an element of a many-to-many relation lacks.
func (r *relation) missingKey(e proto.Message) []Violation {
	if !r.table.hasKey(e) {
		return []Violation{missingField(r.table.keyField())}
	}
	return nil
}

// fills reports whether the write fills in a column of the elements: their reference and
// their place.
func (r *relation) fills(c *column) bool {
	return r.Join == nil && (sharesName(c.Names, r.TargetColumns) || slices.Contains(c.Names, r.OrderBy))
}

// withoutFilled returns the violations but for those of what the write fills in.
func (r *relation) withoutFilled(violations []Violation) []Violation {
	return slices.DeleteFunc(violations, func(v Violation) bool {
		c, ok := r.table.column(v.Field)
		return ok && r.fills(c)
	})
}

func (r *relation) required(m proto.Message) []Violation {
	if r.Join != nil {
		return nil // of which no field is written
	}
	var violations []Violation
	for i, e := range r.get(m) {
		if r.table.isNil(e) {
			continue // which check tells
		}
		wrong := append(r.table.checkKeyInput(e), r.table.checkRequired(e, nil)...)
		violations = append(violations, r.below(i, r.withoutFilled(wrong))...)
	}
	return violations
}

func (r *relation) input(dst, src proto.Message) {
	if r.Join != nil {
		r.copy(dst, src)
		return
	}
	r.set(dst, Each(r.get(src), r.newElement))
}

// newElement is an element with what a client may create, and with what the write fills
// in: a reference to another owner is to be told.
func (r *relation) newElement(e proto.Message) proto.Message {
	if r.table.isNil(e) {
		return e // which check tells
	}
	in := r.table.createInput(e)
	for i := range r.table.columns {
		if c := &r.table.columns[i]; r.fills(c) {
			c.codec.copy(in, e)
		}
	}
	return in
}

func (r *relation) clearMade(stored, given proto.Message) {
	if r.Join != nil {
		return
	}
	from := r.get(given)
	for i, e := range r.get(stored) {
		if i < len(from) {
			r.table.clearMade(e, from[i])
		}
	}
}

// create inserts the related rows of a message that was just stored, or links them.
func (c *junction) create(ctx context.Context, tx *Tx, given, stored proto.Message) error {
	if c.Join != nil {
		return c.link(ctx, tx, given, stored)
	}
	elements, err := c.filled(given, stored)
	if err != nil {
		return err
	}
	rows, err := c.insert(ctx, tx, elements, nil)
	if err == nil {
		c.set(stored, rows)
	}
	return err
}

// filled returns copies of the elements of given with the reference to stored and their
// places.
func (c *junction) filled(given, stored proto.Message) ([]proto.Message, error) {
	elements := Each(c.get(given), c.table.clone)
	by, numbered := c.position()
	var violations []Violation
	for i, e := range elements {
		for at, p := range c.own {
			field := &c.table.columns[c.theirs[at].column]
			had := field.codec.cursor(e)
			if had != nil && field.codec.has(e) && had != c.ownColumns[p.column].codec.cursor(stored) {
				violations = append(violations, invalidField(joined(c.path(i), field.Field), "is not that of the resource; leave it out"))
				continue
			}
			if !assign(field, e, c.ownColumns[p.column].codec.cursor(stored)) {
				return nil, internal(c.core.domain, fmt.Errorf("crud: %s.%s cannot hold the key of its owner", c.table.info.Message, field.Field))
			}
		}
		if numbered && !assign(by, e, int64(i+1)) {
			return nil, internal(c.core.domain, fmt.Errorf("crud: %s.%s cannot hold a place", c.table.info.Message, by.Field))
		}
	}
	if len(violations) > 0 {
		return nil, invalid(c.core.domain, violations...)
	}
	return elements, nil
}

// position is the column that holds the place of an element, if one does.
func (c *junction) position() (*column, bool) {
	for i := range c.table.columns {
		if slices.Contains(c.table.columns[i].Names, c.OrderBy) {
			return &c.table.columns[i], true
		}
	}
	return nil, false
}

// assign sets a field to a Go value of its type; a number fits every type of numbers.
func assign(c *column, m proto.Message, v any) bool {
	a, ok := c.codec.(interface {
		assign(m proto.Message, v any) bool
	})
	if n, isNumber := v.(int64); isNumber {
		switch c.Kind {
		case KindInt32:
			v = int32(n)
		case KindUint32:
			v = uint32(n)
		case KindUint64:
			v = uint64(n)
		}
	}
	return ok && a.assign(m, v)
}

// insert inserts elements, of which places says which they are; nil is all.
func (c *junction) insert(ctx context.Context, tx *Tx, elements []proto.Message, places []int) ([]proto.Message, error) {
	if len(elements) == 0 {
		return nil, nil
	}
	rows, err := c.repository(tx).BatchCreate(ctx, elements)
	return rows, c.ofElements(err, places)
}

// ofElements puts the paths of a batch under the relation's field.
func (c *junction) ofElements(err error, places []int) error {
	var e *Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	out := e.renamed(func(v Violation) string {
		i, rest, ok := cutElement(v.Field)
		switch {
		case !ok:
			return c.Field
		case places != nil && i < len(places):
			i = places[i]
		}
		return joined(c.path(i), rest)
	})
	var hook *hookError
	if errors.As(err, &hook) {
		return &hookError{out}
	}
	return out
}

// cutElement cuts [3]. off the front of a path.
func cutElement(path string) (i int, rest string, ok bool) {
	if _, err := fmt.Sscanf(path, "[%d]", &i); err != nil {
		return 0, path, false
	}
	_, rest, _ = strings.Cut(path, "].")
	return i, rest, true
}

// clearMadeRelated clears the ids of related messages that given did not have.
func (t *table) clearMadeRelated(stored, given proto.Message) {
	for i := range t.relations {
		t.relations[i].clearMade(stored, given)
	}
}

// missingRelated returns what is missing of the owned relations that a target names, of
// all if it is nil.
func (t *table) missingRelated(m proto.Message, named *target) []Violation {
	var violations []Violation
	for i := range t.relations {
		r := t.relations[i]
		in := named == nil || slices.ContainsFunc(named.related, func(p relatedPaths) bool { return p.at == i })
		switch {
		case !r.Owned || !in:
		case r.Required && !r.has(m):
			violations = append(violations, missingField(r.Field))
		default:
			violations = append(violations, r.required(m)...)
		}
	}
	return violations
}
