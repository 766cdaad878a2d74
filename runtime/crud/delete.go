package crud

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
)

// Delete removes the resource with the key; the message it returns is nil. Where the
// model is soft-deleted, the row is kept, and the message is what it has become. See
// [Store] for its errors.
func (r *Repository[M, K]) Delete(ctx context.Context, key K, opts ...WriteOption) (m M, err error) {
	s := writeSettingsOf(opts)
	if s.etag != "" && r.table.etag < 0 {
		return m, r.noEtags()
	}
	if !s.inTx() && !r.hooks.has(beforeDelete[M]) && !r.hooks.has(afterDelete[M]) {
		err = r.retried(ctx, func() error {
			m, err = r.remove(ctx, r.db, key, s.etag)
			return err
		})
	} else {
		m, err = r.transact(ctx, &s, func(tx *Tx) (M, error) { return r.deleteLocked(ctx, tx, key, s.etag) })
	}
	if s.allowMissing && isMissing(err) {
		return r.leftover(ctx, key)
	}
	return m, err
}

// isMissing reports whether err is NOT_FOUND of the repository itself.
func isMissing(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == codes.NotFound &&
		(e.Reason == ReasonResourceNotFound || e.Reason == ReasonResourceDeleted)
}

// leftover is what is there after a Delete that found nothing to do: a resource that
// was deleted before, or where the row is gone only its key.
func (r *Repository[M, K]) leftover(ctx context.Context, key K) (m M, err error) {
	if r.table.deleteTime < 0 {
		return m, nil
	}
	if m, err = r.read(ctx, r.db, key, ""); isMissing(err) {
		m, err = r.table.New(), nil
		r.table.setKey(m, key)
	}
	return m, err
}

// deleteLocked reads and locks the row and deletes it with its hooks around.
func (r *Repository[M, K]) deleteLocked(ctx context.Context, tx *Tx, key K, etag string) (m M, err error) {
	old, err := r.read(ctx, tx, key, r.lock())
	switch {
	case err != nil:
		return m, err
	case r.table.isDeleted(old):
		return m, r.deleted(key)
	}
	if err := r.checkEtag(key, old, etag); err != nil {
		return m, err
	}
	return r.deleteRow(ctx, tx, key, old)
}

// deleteRow deletes a row that is locked, with its hooks around.
func (r *Repository[M, K]) deleteRow(ctx context.Context, tx *Tx, key K, old M) (m M, err error) {
	w := &Write[M]{Tx: tx, Old: old}
	if err := r.hooks.run(ctx, w, beforeDelete); err != nil {
		return m, err
	}
	if m, err = r.remove(ctx, tx, key, ""); err != nil {
		return m, err
	}
	return m, r.hooks.run(ctx, w, afterDelete)
}

// remove runs the DELETE, or the UPDATE of a soft delete.
func (r *Repository[M, K]) remove(ctx context.Context, db DB, key K, etag string) (m M, err error) {
	keys, ok := r.table.keyArgs(key, r.dialect)
	if !ok {
		return m, r.notFound(key)
	}
	if r.table.deleteTime >= 0 {
		return r.setDeleted(ctx, db, key, keys, etag)
	}
	sql, args, err := r.deleteStatement(ctx, key, keys, etag)
	if err != nil {
		return m, err
	}
	tag, err := db.Exec(ctx, sql, args...)
	switch {
	case err != nil:
		return m, r.deleteError(ctx, err, key)
	case tag.RowsAffected() > 0:
		return m, nil
	case etag != "":
		return m, r.missed(ctx, db, key, etag)
	}
	return m, r.notFound(key)
}

// deleteStatement returns the DELETE of one row and its arguments.
func (r *Repository[M, K]) deleteStatement(ctx context.Context, key K, keys []any, etag string) (string, []any, error) {
	sql := r.deleteSQL
	if etag != "" {
		sql = r.deleteIfSQL
		keys = append(keys, r.table.wantedRevision(key, etag))
	}
	if r.scope.empty() {
		return sql, keys, nil
	}
	return r.scoped(ctx, sql, keys)
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
