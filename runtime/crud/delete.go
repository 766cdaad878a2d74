package crud

import (
	"context"
	"errors"
	"fmt"
)

// Delete removes the resource with the key; the message it returns is nil. See
// [Store] for its errors.
func (r *Repository[M, K]) Delete(ctx context.Context, key K, _ ...WriteOption) (none M, err error) {
	if !r.hooks.has(beforeDelete[M]) && !r.hooks.has(afterDelete[M]) {
		return none, r.retried(ctx, func() error { return r.deleteRow(ctx, r.db, key) })
	}
	return none, r.inTx(ctx, func(tx *Tx) error {
		old, err := r.read(ctx, tx, key, r.lock())
		if err != nil {
			return err
		}
		w := &Write[M]{Tx: tx, Old: old}
		if err := r.hooks.run(ctx, w, beforeDelete); err != nil {
			return err
		}
		if err := r.deleteRow(ctx, tx, key); err != nil {
			return err
		}
		return r.hooks.run(ctx, w, afterDelete)
	})
}

func (r *Repository[M, K]) deleteRow(ctx context.Context, db DB, key K) error {
	args, ok := r.table.keyArgs(key, r.dialect)
	if !ok {
		return r.notFound(key)
	}
	sql := r.remove
	if !r.scope.empty() {
		var err error
		if sql, args, err = r.scoped(ctx, sql, args); err != nil {
			return err
		}
	}
	tag, err := db.Exec(ctx, sql, args...)
	if err != nil {
		return r.deleteError(ctx, err, key)
	}
	if tag.RowsAffected() == 0 {
		return r.notFound(key)
	}
	return nil
}

// keyError is the error of a key that does not parse: NOT_FOUND where it only cannot
// be one of the table's, else a violation of the field.
func (c *core[M, K]) keyError(field, text string, err error) *Error {
	return keyError(&c.table.info, field, text, err)
}

func keyError(info *TableInfo, field, text string, err error) *Error {
	domain := domainOf(info.Message)
	switch {
	case text == "":
		return invalid(domain, missingField(field))
	case errors.Is(err, ErrNoSuchKey):
		return notFound(domain, info.Resource, text)
	}
	return invalid(domain, invalidField(field, fmt.Sprintf("%v", err)))
}
