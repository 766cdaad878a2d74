package crud

import (
	"context"
	"errors"
	"iter"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"
)

// List is [Repository.List].
func (r *repository) List(ctx context.Context, q Query) (*Page[proto.Message], error) {
	l, err := r.newListing(ctx, q, true)
	if err != nil {
		return nil, err
	}
	size := r.pageSize(q)
	items, err := r.fetch(ctx, l, size+1)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		if err := r.checkParent(ctx, l); err != nil {
			return nil, err
		}
	}
	page := &Page[proto.Message]{Items: items}
	if err := r.count(ctx, l, len(items), size); err != nil {
		return nil, err
	}
	page.TotalSize = l.total
	if len(items) > size {
		page.Items = items[:size]
		if page.NextPageToken, err = r.nextToken(ctx, l, page.Items[size-1], size); err != nil {
			return nil, err
		}
	}
	if err := r.loadRelated(ctx, r.db, l.related, page.Items...); err != nil {
		return nil, err
	}
	r.table.hide(l.reading, page.Items...)
	return page, nil
}

// pageSize applies the model's default and maximum (AIP-158).
func (r *repository) pageSize(q Query) int {
	if q.PageSize == 0 {
		return int(r.table.info.DefaultPageSize)
	}
	return int(min(q.PageSize, r.table.info.MaxPageSize))
}

// fetch reads up to limit rows.
func (r *repository) fetch(ctx context.Context, l *listing, limit int) ([]proto.Message, error) {
	if l.never {
		return nil, nil
	}
	if l.placed {
		return r.fetchPlaced(ctx, l, limit)
	}
	rows, err := r.rowsOf(ctx, l, limit)
	if err != nil {
		return nil, err
	}
	items, err := r.table.many(rows, r.dialect, l.selected, limit)
	if err != nil {
		return nil, classify(ctx, r.domain, err)
	}
	return items, nil
}

func (r *repository) rowsOf(ctx context.Context, l *listing, limit int) (pgx.Rows, error) {
	sql, args, err := l.statement(limit)
	if err != nil {
		return nil, internal(r.domain, err)
	}
	rows, err := r.db.Query(ctx, sql, args...)
	if err != nil {
		return nil, classify(ctx, r.domain, err)
	}
	return rows, nil
}

// checkParent answers NOT_FOUND for an empty collection whose parent does not exist.
func (r *repository) checkParent(ctx context.Context, l *listing) error {
	p := r.table.info.Parent
	if p == nil || !p.Check || l.across {
		return nil
	}
	for i := range r.table.info.References {
		ref := &r.table.info.References[i]
		if !ref.Parent {
			continue
		}
		if !l.never {
			found, err := r.exists(ctx, r.db, ref, l.parent)
			if err != nil || found {
				return err
			}
		}
		return notFound(r.domain, ref.Resource, l.query.Parent)
	}
	return nil
}

// All is [Repository.All].
func (r *repository) All(ctx context.Context, q Query) iter.Seq2[proto.Message, error] {
	return func(yield func(proto.Message, error) bool) {
		var none proto.Message
		if err := r.walk(ctx, q, func(m proto.Message) bool { return yield(m, nil) }); err != nil && !errors.Is(err, errStopped) {
			yield(none, err)
		}
	}
}

// errStopped ends a walk whose caller has enough.
var errStopped = errors.New("crud: stopped")

func (r *repository) walk(ctx context.Context, q Query, yield func(proto.Message) bool) error {
	l, err := r.newListing(ctx, q, false)
	if err != nil {
		return err
	}
	n := 0
	switch {
	case l.never:
	case len(l.related) > 0:
		if n, err = r.walkPages(ctx, l, yield); err != nil {
			return err
		}
	default:
		rows, err := r.rowsOf(ctx, l, int(q.PageSize))
		if err != nil {
			return err
		}
		show := func(m proto.Message) bool {
			r.table.hide(l.reading, m)
			return yield(m)
		}
		if n, err = r.each(ctx, rows, l.selected, show); err != nil {
			return err
		}
	}
	if n == 0 {
		return r.checkParent(ctx, l)
	}
	return nil
}

// each yields the rows one by one. Each message has memory of its own: a caller may
// keep one of very many.
func (r *repository) each(ctx context.Context, rows pgx.Rows, selected columnSet, yield func(proto.Message) bool) (n int, err error) {
	defer rows.Close()
	reader := r.table.reader(rows, r.dialect, selected, 1)
	for rows.Next() {
		m := r.table.New()
		if err := reader.read(m); err != nil {
			return n, classify(ctx, r.domain, err)
		}
		n++
		if !yield(m) {
			return n, errStopped
		}
	}
	if err := rows.Err(); err != nil {
		return n, classify(ctx, r.domain, err)
	}
	return n, nil
}
