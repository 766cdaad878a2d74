package crud

import (
	"context"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
)

// updateTogether writes rows that are locked by statements that are sent together.
// All that is wrong with the values is told at once.
func (r *repository) updateTogether(ctx context.Context, tx *Tx, b *batchUpdate, old map[any]proto.Message) ([]proto.Message, error) {
	next, err := r.nextRows(ctx, tx, b, old)
	if err != nil {
		return nil, err
	}
	stored := make([]proto.Message, len(next))
	var statements []queued
	var elements []int
	for i, u := range next {
		m, found := old[b.updates[i].key]
		switch {
		case !found:
			stored[i], err = r.writeFound(ctx, tx, b.updates[i], &b.settings[i], m, false)
		case u == nil:
			stored[i] = m
		default:
			var q queued
			q, err = r.queuedUpdate(ctx, u, &stored[i])
			statements, elements = append(statements, q), append(elements, i)
		}
		if err != nil {
			return nil, ofElement(i, err)
		}
	}
	if failed, err := tx.pipeline(ctx, statements); err != nil {
		i := elements[failed]
		return nil, ofElement(i, r.ofUpdate(r.writeError(ctx, tx, err, next[i].m), next[i].m))
	}
	for i, u := range next {
		if u == nil {
			continue
		}
		if err := r.emit(ctx, tx, eventlog.Updated, old[u.key], stored[i]); err != nil {
			return nil, ofElement(i, err)
		}
	}
	return stored, nil
}

// nextRows returns what the rows will become: nil for one that is created, or that
// stays as it is.
func (r *repository) nextRows(ctx context.Context, tx *Tx, b *batchUpdate, old map[any]proto.Message) ([]*update, error) {
	next := make([]*update, len(b.updates))
	var wrong findings
	var other error
	for i, u := range b.updates {
		m, ok := old[u.key]
		if !ok {
			continue
		}
		var err error
		if b.settings[i].allowMissing && r.unaltered(u, m) {
			err = r.checkEtag(u.key, m, u.etag)
		} else {
			next[i], _, err = r.nextRow(ctx, tx, u, m)
		}
		if err = wrong.element(i, err); err != nil && other == nil {
			other = err
		}
		if err == nil && next[i] != nil && r.idle(next[i]) {
			next[i] = nil
		}
	}
	if err := wrong.error(r.domain); err != nil {
		return nil, err
	}
	return next, other
}

// queuedUpdate is the UPDATE of a row that is locked; into is for the row as stored.
func (r *repository) queuedUpdate(ctx context.Context, u *update, into *proto.Message) (queued, error) {
	sql, args, err := r.updateStatement(ctx, u)
	return queued{sql, args, func(rows pgx.Rows) error {
		m, found, err := r.table.one(rows, r.dialect, nil)
		if err == nil && !found {
			return errNoRowBack
		}
		*into = m
		return err
	}}, err
}
