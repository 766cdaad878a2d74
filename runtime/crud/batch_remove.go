package crud

import (
	"context"

	"github.com/Masterminds/squirrel"
	"google.golang.org/protobuf/proto"
)

// removeAll deletes the rows by one statement. Where it finds fewer rows than keys, it
// says which are missing, and its caller rolls back. old are the rows, if they are locked.
func (r *repository) removeAll(ctx context.Context, tx *Tx, d *batchDelete, old map[any]proto.Message) ([]proto.Message, error) {
	remove := r.removeRows
	switch {
	case r.table.deleteTime >= 0:
		remove = r.setRowsDeleted
	case d.singly:
		remove = r.removeSingly
	}
	removed, err := remove(ctx, tx, d)
	if err != nil {
		return nil, err
	}
	if len(removed) < len(d.unique) && !d.allowMissing {
		return nil, r.notRemoved(ctx, tx, d, removed)
	}
	if err := r.emitRemoved(ctx, tx, d.unique, old, removed); err != nil {
		return nil, err
	}
	return r.leftovers(ctx, tx, d, removed)
}

// removeRows runs the DELETE and returns the keys of the rows that are gone.
func (r *repository) removeRows(ctx context.Context, tx *Tx, d *batchDelete) (map[any]proto.Message, error) {
	args, n := r.bindKeys(d.unique)
	if n == 0 {
		return nil, nil
	}
	sql, err := r.batches.get([]byte{'d'}, func() (string, error) {
		return "DELETE FROM " + r.name + "\nWHERE " + numbered(r.anyKey(), 1) + r.scope.static(r.keyParams()+1), nil
	})
	if err != nil {
		return nil, internal(r.domain, err)
	}
	key := r.keySet()
	return r.written(ctx, tx, sql, returning+" "+r.table.selection(key, r.column), args, key, n)
}

// setRowsDeleted runs the UPDATE of a soft delete and returns the rows it found alive.
func (r *repository) setRowsDeleted(ctx context.Context, tx *Tx, d *batchDelete) (map[any]proto.Message, error) {
	keys, n := r.bindKeys(d.unique)
	if n == 0 {
		return nil, nil
	}
	args := r.lifeArgs(true)
	sql, err := r.batches.get([]byte{'s'}, r.buildSetDeleted)
	if err != nil {
		return nil, internal(r.domain, err)
	}
	return r.written(ctx, tx, sql, returning+r.table.sql.Columns, append(args, keys...), nil, n)
}

func (r *repository) buildSetDeleted() (string, error) {
	alive := r.column(r.table.columns[r.table.deleteTime].Names[0]) + " IS NULL"
	keys := make([]any, r.keyParams())
	sql, args, err := r.touch(r.setLifeTimes()).Where(squirrel.Expr(r.anyKey(), keys...)).Where(alive).ToSql()
	return sql + r.scope.static(len(args)+1), err
}

// written runs a statement over the rows of many keys and returns what it gave back.
func (r *repository) written(ctx context.Context, tx *Tx, sql, suffix string, args []any, selected columnSet, n int) (map[any]proto.Message, error) {
	if !r.scope.empty() {
		var err error
		if sql, args, err = r.scoped(ctx, sql, args); err != nil {
			return nil, err
		}
	}
	rows, err := tx.Query(ctx, sql+suffix, args...)
	var items []proto.Message
	if err == nil {
		items, err = r.table.many(rows, r.dialect, selected, n)
	}
	switch {
	case refusesRow(err):
		return nil, &rowRefused{r.bulkError(ctx, err, true)}
	case err != nil:
		return nil, classify(ctx, r.domain, err)
	}
	return r.byKey(items)
}

// keySet are the columns of the key.
func (r *repository) keySet() columnSet {
	set := make(columnSet, len(r.table.columns))
	for i := range r.table.columns {
		if r.table.columns[i].PrimaryKey {
			set[i] = 1
		}
	}
	return set
}

// notRemoved is the error of the keys whose rows are not among those removed:
// NOT_FOUND, since they are not there or deleted.
func (r *repository) notRemoved(ctx context.Context, tx *Tx, d *batchDelete, removed map[any]proto.Message) error {
	rest := &batchDelete{}
	for _, key := range d.unique {
		if _, ok := removed[key]; !ok {
			rest.unique = append(rest.unique, key)
		}
	}
	var left map[any]proto.Message
	if r.table.deleteTime >= 0 {
		var err error
		if left, err = r.readKeys(ctx, tx, rest.unique, nil, ""); err != nil {
			return err
		}
	}
	if err := r.deleteGone(rest, left); err != nil {
		return err
	}
	return concurrentModification(r.domain, nil) // another call brought them back meanwhile
}

// leftovers are the resources after a soft delete, in the order of the keys. One that
// there was nothing to do for is as it is.
func (r *repository) leftovers(ctx context.Context, tx *Tx, d *batchDelete, removed map[any]proto.Message) ([]proto.Message, error) {
	if r.table.deleteTime < 0 {
		return nil, nil
	}
	items := make([]proto.Message, len(d.unique))
	for i, key := range d.unique {
		m, ok := removed[key]
		if !ok {
			var err error
			if m, err = r.within(tx).leftover(ctx, key); err != nil {
				return nil, err
			}
		}
		items[i] = m
	}
	return items, nil
}
