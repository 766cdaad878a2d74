package crud

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
)

// deleteKey is [Repository.Delete].
func (r *repository) deleteKey(ctx context.Context, key any, opts ...WriteOption) (m proto.Message, err error) {
	if err := r.keyed("Delete"); err != nil {
		return m, err
	}
	s := writeSettingsOf(opts)
	if s.etag != "" && r.table.etag < 0 {
		return m, r.noEtags()
	}
	if s.inTx() || r.emits() || s.childless || r.table.comparesRows(s.etag) || r.hooks.has(beforeDelete) || r.hooks.has(afterDelete) {
		return r.transact(ctx, &s, func(tx *Tx) (proto.Message, error) { return r.deleteLocked(ctx, tx, key, &s) })
	}
	err = r.retried(ctx, func() error {
		m, err = r.remove(ctx, r.db, key, s.etag)
		return err
	})
	if s.allowMissing && isMissing(err) {
		return r.leftover(ctx, key)
	}
	return m, err
}

// isMissing reports whether a statement of the repository's own found no resource.
func isMissing(err error) bool {
	e, ok := err.(*Error) //nolint:errorlint // only what the statement itself returns
	return ok && e.Code == codes.NotFound &&
		(e.Reason == ReasonResourceNotFound || e.Reason == ReasonResourceDeleted)
}

// leftover is what is there after a Delete that found nothing to do.
func (r *repository) leftover(ctx context.Context, key any) (proto.Message, error) {
	if r.table.deleteTime < 0 {
		return r.absent(key), nil
	}
	m, err := r.read(ctx, r.db, key, "")
	if isMissing(err) {
		return r.absent(key), nil
	}
	return m, err
}

// absent is the answer to a Delete of a resource that may be missing: nothing, or
// where a Delete has an answer the key alone.
func (r *repository) absent(key any) (m proto.Message) {
	if r.table.deleteTime >= 0 {
		m = r.table.New()
		r.table.setKey(m, key)
	}
	return m
}

// deleteLocked reads and locks the row and deletes it with its hooks around.
func (r *repository) deleteLocked(ctx context.Context, tx *Tx, key any, s *writeSettings) (m proto.Message, err error) {
	old, err := r.read(ctx, tx, key, r.lock())
	switch {
	case isMissing(err) && s.allowMissing:
		return r.absent(key), nil
	case err != nil:
		return m, err
	case r.table.isDeleted(old) && s.allowMissing:
		return old, nil
	case r.table.isDeleted(old):
		return m, r.deleted(key)
	}
	if err := r.checkEtag(key, old, s.etag); err != nil {
		return m, err
	}
	if s.childless {
		if err := r.checkChildless(ctx, tx, key, old); err != nil {
			return m, err
		}
	}
	return r.deleteRow(ctx, tx, key, old)
}

// deleteRow deletes a row that is locked, with its hooks around.
func (r *repository) deleteRow(ctx context.Context, tx *Tx, key any, old proto.Message) (m proto.Message, err error) {
	w := &Write[proto.Message]{Tx: tx, Old: old}
	if err := r.hooks.run(ctx, w, beforeDelete); err != nil {
		return m, err
	}
	if m, err = r.remove(ctx, tx, key, ""); err != nil {
		return m, err
	}
	if err := r.emit(ctx, tx, eventlog.Deleted, old, m); err != nil {
		return m, err
	}
	return m, r.hooks.run(ctx, w, afterDelete)
}

// remove runs the DELETE, or the UPDATE of a soft delete.
func (r *repository) remove(ctx context.Context, db DB, key any, etag string) (m proto.Message, err error) {
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
func (r *repository) deleteStatement(ctx context.Context, key any, keys []any, etag string) (string, []any, error) {
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
func (c *core) keyError(field, text string, err error) *Error {
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
