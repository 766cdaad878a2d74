package crud

import (
	"context"
	"fmt"
	"slices"

	"github.com/Masterminds/squirrel"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// update makes the related rows those of given: it deletes the missing, updates those
// with a key that is there, and inserts the others.
func (c *junction) update(ctx context.Context, tx *Tx, given, stored proto.Message, client bool) error {
	if c.Join != nil {
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
type reconciliation struct {
	of      *junction
	gone    []any
	changes []Change[proto.Message]
	changed []int // their places
	created []proto.Message
	added   []int // their places
	stored  []proto.Message
	// moved says that numbers are in the way of others until they are changed.
	moved bool
}

// plan compares the elements with the rows that are there.
func (c *junction) plan(ctx context.Context, tx *Tx, given, stored proto.Message, client bool) (*reconciliation, error) {
	elements, err := c.filled(given, stored)
	if err != nil {
		return nil, err
	}
	p := &reconciliation{of: c, stored: make([]proto.Message, len(elements))}
	old, err := c.rowsOf(ctx, tx, stored)
	if err != nil {
		return nil, err
	}
	var found findings
	seen := make(map[any]int, len(elements))
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
				e = c.newElement(e)
			}
			p.created, p.added = append(p.created, e), append(p.added, i)
		}
	}
	for key := range old {
		p.gone = append(p.gone, key)
	}
	return p, found.error(c.core.domain)
}

// rowsOf returns the related rows by their keys.
func (c *junction) rowsOf(ctx context.Context, tx *Tx, stored proto.Message) (map[any]proto.Message, error) {
	keys, _ := c.keysOf([]proto.Message{stored})
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
func (t *table) makesKeys() bool {
	return t.keyColumns[len(t.keyColumns)-1].Generated != ByClient
}

// change adds the update of a row, if it differs from the element. It returns what is
// wrong with the element.
func (p *reconciliation) change(i int, row, e proto.Message, client bool) []Violation {
	c := p.of
	r := &repository{core: c.core}
	mask := &fieldmaskpb.FieldMask{Paths: []string{"*"}}
	change := Change[proto.Message]{Message: e, Mask: mask}
	named, violations := c.table.resolve(e, mask)
	if client {
		in, wrong := c.table.masked(e, mask)
		named, violations = in.target, c.withoutFilled(wrong)
		change = Change[proto.Message]{in.m, in.paths, c.table.updateOptions(in, &writeSettings{}, nil)}
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
func (p *reconciliation) run(ctx context.Context, tx *Tx) error {
	c := p.of
	r := c.repository(tx)
	if len(p.gone) > 0 {
		if _, err := r.deleteKeys(ctx, p.gone); err != nil {
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
func (p *reconciliation) makeRoom(ctx context.Context, tx *Tx) error {
	c := p.of
	by := c.OrderBy
	if !p.moved || !slices.ContainsFunc(c.table.info.Indexes, func(i Index) bool { return i.Unique && slices.Contains(i.Columns, by) }) {
		return nil
	}
	keys := make([]any, len(p.changes))
	for i, change := range p.changes {
		var err error
		if keys[i], err = c.table.keyOf(change.Message); err != nil {
			return internal(c.core.domain, err)
		}
	}
	args, n := c.core.bindKeys(keys)
	if n == 0 {
		return nil
	}
	_, err := c.repository(tx).UpdateWhere(ctx).Set(by, squirrel.Expr("-"+sqlname.Quote(by))).Where(squirrel.Expr(c.core.anyKey(), args...)).
		WithoutEvents().Exec(ctx) // the rows get their own numbers next
	return err
}
