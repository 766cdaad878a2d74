package crud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/Masterminds/squirrel"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// createRelated writes the owned relations of a message that was just stored.
func (r *Repository[M, K]) createRelated(ctx context.Context, tx *Tx, given, stored M) error {
	for _, at := range r.table.ownedIn(given) {
		if err := r.connections[at].create(ctx, tx, given, stored); err != nil {
			return err
		}
	}
	return nil
}

// updateRelated writes the owned relations that an update names.
func (r *Repository[M, K]) updateRelated(ctx context.Context, tx *Tx, u *update[M, K], stored M) error {
	for _, named := range u.related {
		if err := r.connections[named.at].update(ctx, tx, u.m, stored, u.client); err != nil {
			return err
		}
	}
	return nil
}

// checkRelated returns what is wrong with the values of the owned relations of a
// message.
func (t *Table[M, K]) checkRelated(m M, d Dialect) []Violation {
	var violations []Violation
	for _, at := range t.ownedIn(m) {
		violations = append(violations, t.relations[at].of.check(m, d)...)
	}
	return violations
}

// path is the path of an element, or of the only one.
func (r *relation[M, R, K]) path(i int) string {
	if r.info.Many {
		return fmt.Sprintf("%s[%d]", r.info.Field, i)
	}
	return r.info.Field
}

// below puts what is wrong with an element under its path.
func (r *relation[M, R, K]) below(i int, violations []Violation) []Violation {
	for at := range violations {
		violations[at].Field = joined(r.path(i), violations[at].Field)
	}
	return violations
}

func (r *relation[M, R, K]) check(m M, d Dialect) []Violation {
	elements := r.get(m)
	if most := int(r.table.info.MaxBatchSize); len(elements) > most {
		return []Violation{invalidField(r.info.Field, fmt.Sprintf("has %d elements, more than %d", len(elements), most))}
	}
	var violations []Violation
	for i, e := range elements {
		switch {
		case r.table.isNil(e):
			violations = append(violations, invalidField(r.path(i), "is null"))
		case r.info.Join != nil:
			violations = append(violations, r.below(i, r.missingKey(e))...)
		default:
			wrong := slices.DeleteFunc(r.table.check(e, nil, d), func(v Violation) bool { return r.fills(v.Field) })
			violations = append(violations, r.below(i, append(wrong, r.table.checkRelated(e, d)...))...)
		}
	}
	return violations
}

// missingKey returns the key fields that an element of a many-to-many relation lacks.
func (r *relation[M, R, K]) missingKey(e R) []Violation {
	if !r.table.hasKey(e) {
		return []Violation{missingField(r.table.keyField())}
	}
	return nil
}

// fills reports whether the write fills in a field of the elements: their reference and
// their place.
func (r *relation[M, R, K]) fills(field string) bool {
	c, ok := r.table.column(field)
	return ok && r.info.Join == nil && (sharesName(c.Names, r.info.TargetColumns) || slices.Contains(c.Names, r.info.OrderBy))
}

func (r *relation[M, R, K]) required(m M) []Violation {
	if r.info.Join != nil {
		return nil // of which no field is written
	}
	var violations []Violation
	for i, e := range r.get(m) {
		if r.table.isNil(e) {
			continue // which check tells
		}
		wrong := append(r.table.checkKeyInput(e), r.table.checkRequired(e, nil)...)
		wrong = slices.DeleteFunc(wrong, func(v Violation) bool { return r.fills(v.Field) })
		violations = append(violations, r.below(i, wrong)...)
	}
	return violations
}

func (r *relation[M, R, K]) input(dst, src M) {
	if r.info.Join != nil {
		r.copy(dst, src)
		return
	}
	r.set(dst, Each(r.get(src), func(e R) R {
		if r.table.isNil(e) {
			return e
		}
		in := r.table.createInput(e)
		for _, i := range r.reference() { // so that one of another resource is told
			r.table.columns[i].codec.copy(in, e)
		}
		return in
	}))
}

// reference are the columns of the related rows that refer to the owner.
func (r *relation[M, R, K]) reference() []int {
	var columns []int
	for _, p := range placesOf(r.table.columns, r.info.TargetColumns) {
		columns = append(columns, p.column)
	}
	return columns
}

func (r *relation[M, R, K]) clearMade(stored, given M) {
	if r.info.Join != nil {
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
func (c *junction[M, R, K]) create(ctx context.Context, tx *Tx, given, stored M) error {
	if c.info.Join != nil {
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
func (c *junction[M, R, K]) filled(given, stored M) ([]R, error) {
	elements := Each(c.get(given), c.table.clone)
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
		if by, ok := c.position(); ok && !assign(by, e, int64(i+1)) {
			return nil, internal(c.core.domain, fmt.Errorf("crud: %s.%s cannot hold a place", c.table.info.Message, by.Field))
		}
	}
	if len(violations) > 0 {
		return nil, invalid(c.core.domain, violations...)
	}
	return elements, nil
}

// position is the column that holds the place of an element, if one does.
func (c *junction[M, R, K]) position() (*Column[R], bool) {
	for i := range c.table.columns {
		if slices.Contains(c.table.columns[i].Names, c.info.OrderBy) {
			return &c.table.columns[i], true
		}
	}
	return nil, false
}

// assign sets a field to a Go value of its type; a number fits every type of numbers.
func assign[M any](c *Column[M], m M, v any) bool {
	a, ok := c.codec.(interface{ assign(m M, v any) bool })
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
func (c *junction[M, R, K]) insert(ctx context.Context, tx *Tx, elements []R, places []int) ([]R, error) {
	if len(elements) == 0 {
		return nil, nil
	}
	rows, err := c.repository(tx).BatchCreate(ctx, elements)
	return rows, c.ofElements(err, places)
}

// ofElements puts the paths of a batch under the relation's field.
func (c *junction[M, R, K]) ofElements(err error, places []int) error {
	var e *Error
	if err == nil || !errors.As(err, &e) {
		return err
	}
	out := e.renamed(func(v Violation) string {
		i, rest, ok := cutElement(v.Field)
		switch {
		case !ok:
			return c.info.Field
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

// update makes the related rows those of given: it deletes the missing, updates those
// with a key that is there, and inserts the others.
func (c *junction[M, R, K]) update(ctx context.Context, tx *Tx, given, stored M, client bool) error {
	if c.info.Join != nil {
		return c.link(ctx, tx, given, stored)
	}
	p, err := c.plan(ctx, tx, given, stored, client)
	if err != nil {
		return err
	}
	if err := p.run(ctx, tx); err != nil {
		return err
	}
	c.set(stored, p.stored)
	return nil
}

// A reconciliation is what an update does to the rows of a relation.
type reconciliation[M, R any, K comparable] struct {
	of      *junction[M, R, K]
	gone    []K
	changes []Change[R]
	changed []int // their places
	created []R
	added   []int // their places
	stored  []R
	// moved says that numbers are in the way of others until they are changed.
	moved bool
}

// plan compares the elements with the rows that are there.
func (c *junction[M, R, K]) plan(ctx context.Context, tx *Tx, given, stored M, client bool) (*reconciliation[M, R, K], error) {
	elements, err := c.filled(given, stored)
	if err != nil {
		return nil, err
	}
	p := &reconciliation[M, R, K]{of: c, stored: make([]R, len(elements))}
	old, err := c.rowsOf(ctx, tx, stored)
	if err != nil {
		return nil, err
	}
	var found findings
	seen := make(map[K]int, len(elements))
	for i, e := range elements {
		key, keyed := c.repository(tx).keyToBe(e)
		row, there := old[key]
		if first, again := seen[key]; keyed && again {
			found.add(invalidField(joined(c.path(i), c.table.keyField()), fmt.Sprintf("is that of element %d too", first)))
			continue
		}
		if keyed {
			seen[key] = i
		}
		switch {
		case keyed && there:
			delete(old, key)
			found.add(c.below(i, p.change(i, row, e, client))...)
		case keyed && c.table.makesKeys():
			found.add(invalidField(joined(c.path(i), c.table.keyField()), "is none of the resource's; leave it out for a new one"))
		default:
			if client {
				e = c.clientsNew(e)
			}
			p.created, p.added = append(p.created, e), append(p.added, i)
		}
	}
	for key := range old {
		p.gone = append(p.gone, key)
	}
	return p, found.error(c.core.domain)
}

// clientsNew is a new element with what a client may create.
func (c *junction[M, R, K]) clientsNew(e R) R {
	in := c.table.createInput(e)
	for i := range c.table.columns {
		if f := &c.table.columns[i]; c.fills(f.Field) {
			f.codec.copy(in, e)
		}
	}
	c.table.copyRelated(in, e, func(r *Relation[R]) {
		if r.Owned {
			r.of.input(in, e)
		}
	})
	return in
}

// rowsOf returns the related rows by their keys.
func (c *junction[M, R, K]) rowsOf(ctx context.Context, tx *Tx, stored M) (map[K]R, error) {
	keys, _ := c.keysOf([]M{stored})
	if len(keys) == 0 {
		return nil, nil
	}
	rows, _, err := c.read(ctx, tx, keys, reading{})
	if err != nil {
		return nil, err
	}
	return c.repository(tx).byKey(rows)
}

// makesKeys reports whether the server or the database makes the last value of keys.
func (t *Table[M, K]) makesKeys() bool {
	return t.keyColumns[len(t.keyColumns)-1].Generated != ByClient
}

// change adds the update of a row, if it differs from the element. It returns what is
// wrong with the element.
func (p *reconciliation[M, R, K]) change(i int, row, e R, client bool) []Violation {
	c := p.of
	r := &Repository[R, K]{core: c.core}
	mask := &fieldmaskpb.FieldMask{Paths: []string{"*"}}
	change := Change[R]{Message: e, Mask: mask}
	named, violations := c.table.resolve(e, mask)
	if client {
		in, wrong := c.table.masked(e, mask)
		named, violations = in.target, slices.DeleteFunc(wrong, func(v Violation) bool { return c.fills(v.Field) })
		change = Change[R]{in.m, in.paths, c.table.updateOptions(in, &writeSettings{}, nil)}
		if len(r.changed(row, e, in.fixed)) > 0 {
			named.related = append(named.related, relatedPaths{}) // the update tells what is wrong
		}
	}
	if len(violations) == 0 && len(named.related) == 0 && r.equalIn(named, row, e) {
		p.stored[i] = row
		return nil
	}
	if by, ok := c.position(); ok && !by.PrimaryKey && !by.codec.equal(row, e) {
		p.moved = true
	}
	p.changes, p.changed = append(p.changes, change), append(p.changed, i)
	return violations
}

// run writes the rows: those that go make room for those that come.
func (p *reconciliation[M, R, K]) run(ctx context.Context, tx *Tx) error {
	c := p.of
	r := c.repository(tx)
	if len(p.gone) > 0 {
		if _, err := r.BatchDelete(ctx, p.gone); err != nil {
			return c.ofElements(err, nil)
		}
	}
	if err := p.makeRoom(ctx, tx); err != nil {
		return err
	}
	if len(p.changes) > 0 {
		rows, err := r.BatchUpdate(ctx, p.changes)
		if err != nil {
			return c.ofElements(err, p.changed)
		}
		for n, i := range p.changed {
			p.stored[i] = rows[n]
		}
	}
	rows, err := c.insert(ctx, tx, p.created, p.added)
	if err != nil {
		return err
	}
	for n, i := range p.added {
		p.stored[i] = rows[n]
	}
	return nil
}

// makeRoom moves the numbers of rows that will have others out of the way, where no two
// rows may have the same one.
func (p *reconciliation[M, R, K]) makeRoom(ctx context.Context, tx *Tx) error {
	c := p.of
	by := c.info.OrderBy
	if !p.moved || !slices.ContainsFunc(c.table.info.Indexes, func(i Index) bool { return i.Unique && slices.Contains(i.Columns, by) }) {
		return nil
	}
	keys := make([]K, len(p.changes))
	for i, change := range p.changes {
		var err error
		if keys[i], err = c.table.KeyOf(change.Message); err != nil {
			return internal(c.core.domain, err)
		}
	}
	args, n := c.core.bindKeys(keys)
	if n == 0 {
		return nil
	}
	_, err := c.repository(tx).UpdateWhere(ctx).Set(by, squirrel.Expr("-"+sqlname.Quote(by))).Where(squirrel.Expr(c.core.anyKey(), args...)).Exec(ctx)
	return err
}

// clearMadeRelated clears the ids of related messages that given did not have.
func (t *Table[M, K]) clearMadeRelated(stored, given M) {
	for i := range t.relations {
		t.relations[i].of.clearMade(stored, given)
	}
}

// missingRelated returns what is missing of the owned relations that a target names, of
// all if it is nil.
func (t *Table[M, K]) missingRelated(m M, named *target) []Violation {
	var violations []Violation
	for i := range t.relations {
		r := &t.relations[i]
		in := named == nil || slices.ContainsFunc(named.related, func(p relatedPaths) bool { return p.at == i })
		switch {
		case !r.Owned || !in:
		case r.Required && !r.of.has(m):
			violations = append(violations, missingField(r.Field))
		default:
			violations = append(violations, r.of.required(m)...)
		}
	}
	return violations
}
