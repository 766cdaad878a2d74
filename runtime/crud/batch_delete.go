package crud

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"
)

// deleteKeys is [Repository.BatchDelete].
func (r *repository) deleteKeys(ctx context.Context, keys []any, opts ...WriteOption) ([]proto.Message, error) {
	if err := r.keyed("BatchDelete"); err != nil {
		return nil, err
	}
	if err := r.checkBatch("keys", len(keys)); err != nil {
		return nil, err
	}
	s := writeSettingsOf(opts)
	etags, err := r.etagsOf(&s, len(keys))
	if err != nil {
		return nil, err
	}
	d := &batchDelete{keys: keys, unique: distinct(keys), etags: etags, allowMissing: s.allowMissing}
	remove := func() ([]proto.Message, error) {
		return r.transactAll(ctx, &s, func(tx *Tx) ([]proto.Message, error) { return r.deleteAll(ctx, tx, d) })
	}
	removed, err := remove()
	var refused *rowRefused
	if errors.As(err, &refused) && r.tx == nil && r.table.deleteTime < 0 {
		// Something refers to one of the rows. Deleting one by one tells to which.
		d.singly = true
		return remove()
	}
	return removed, withoutMark(err)
}

// A batchDelete is what one call of BatchDelete is to delete.
type batchDelete struct {
	keys, unique []any
	etags        []string // one for each key, or nil
	allowMissing bool
	singly       bool // one statement for each row
}

// etagsOf returns the etags that the rows must have, nil for any.
func (r *repository) etagsOf(s *writeSettings, n int) ([]string, error) {
	switch {
	case s.etag == "" && len(s.etags) == 0:
		return nil, nil
	case r.table.etag < 0:
		return nil, r.noEtags()
	case len(s.etags) == 0:
		return slices.Repeat([]string{s.etag}, n), nil
	case len(s.etags) != n:
		return nil, internal(r.domain, fmt.Errorf("crud: IfEtags has %d etags for %d keys", len(s.etags), n))
	}
	return s.etags, nil
}

// deleteAll deletes the rows, which are locked first where something needs to see
// them.
func (r *repository) deleteAll(ctx context.Context, tx *Tx, d *batchDelete) ([]proto.Message, error) {
	hooked := r.hooks.has(beforeDelete) || r.hooks.has(afterDelete)
	if !hooked && d.etags == nil && !r.emits() {
		return r.removeAll(ctx, tx, d, nil)
	}
	old, err := r.lockKeys(ctx, tx, d.unique)
	if err != nil {
		return nil, err
	}
	if err := r.deletable(d, old); err != nil {
		return nil, err
	}
	if hooked {
		return r.deleteInTurn(ctx, tx, d, old)
	}
	return r.removeAll(ctx, tx, d, old)
}

// deletable compares the locked rows with what the call expects of them.
func (r *repository) deletable(d *batchDelete, old map[any]proto.Message) error {
	if err := r.deleteGone(d, old); err != nil {
		return err
	}
	for i, etag := range d.etags {
		m, ok := old[d.keys[i]]
		if !ok || r.table.isDeleted(m) {
			continue
		}
		if err := r.checkEtag(d.keys[i], m, etag); err != nil {
			return ofElement(i, err)
		}
	}
	return nil
}

// deleteGone is NOT_FOUND of all keys that are not among the rows, or whose rows are
// deleted.
func (r *repository) deleteGone(d *batchDelete, rows map[any]proto.Message) error {
	if d.allowMissing {
		return nil
	}
	var gone []string
	deleted := 0
	for _, key := range d.unique {
		m, ok := rows[key]
		switch {
		case !ok:
			gone = append(gone, r.table.keyName(key))
		case r.table.isDeleted(m):
			gone, deleted = append(gone, r.table.keyName(key)), deleted+1
		}
	}
	return r.goneAll(gone, deleted)
}

// deleteInTurn deletes one row after the other, so that the hooks of each see what
// those before it did.
func (r *repository) deleteInTurn(ctx context.Context, tx *Tx, d *batchDelete, old map[any]proto.Message) ([]proto.Message, error) {
	removed := make(map[any]proto.Message, len(old))
	for _, key := range d.unique {
		m, ok := old[key]
		if !ok || r.table.isDeleted(m) {
			continue
		}
		after, err := r.deleteRow(ctx, tx, key, m)
		if err != nil {
			return nil, ofElement(slices.Index(d.keys, key), err)
		}
		removed[key] = after
	}
	return r.leftovers(ctx, tx, d, removed)
}

// removeSingly deletes each row by a statement of its own.
func (r *repository) removeSingly(ctx context.Context, tx *Tx, d *batchDelete) (map[any]proto.Message, error) {
	removed := make(map[any]proto.Message, len(d.unique))
	var statements []queued
	var keys []any
	for _, key := range d.unique {
		bound, ok := r.table.keyArgs(key, r.dialect)
		if !ok {
			continue
		}
		sql, args, err := r.deleteStatement(ctx, key, bound, "")
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
		statements = append(statements, queued{sql, args, func(rows pgx.Rows) error {
			rows.Close()
			if rows.CommandTag().RowsAffected() > 0 {
				removed[key] = r.table.New()
			}
			return rows.Err()
		}})
	}
	failed, err := tx.pipeline(ctx, statements)
	if err != nil {
		key := keys[failed]
		return nil, ofElement(slices.Index(d.keys, key), r.deleteError(ctx, err, key))
	}
	return removed, nil
}
