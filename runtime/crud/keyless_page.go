package crud

import (
	"bytes"
	"context"
	"math"
	"slices"

	"github.com/Masterminds/squirrel"
	"google.golang.org/protobuf/proto"
)

// The token of a page of rows without a key says the place of the last row, and how many
// of those that have it were passed. The next page begins at the place, and leaves out as
// many.
//
// A row that is too large for a token is not in it. The next page then leaves out as
// many rows as were passed from the first on, which is the same in a table at rest.

// maxPlaceBytes is how large the values of a place may be in a token. In base64 they fit
// into a URI of 8,000 bytes, which is what everybody is to support (RFC 9110, 4.1).
const maxPlaceBytes = 4096

// A passing is what a page has passed: the place of its last row, and how many rows up to
// it have that place.
type passing struct {
	place []any
	run   int
}

func (p *passing) add(place []any) {
	if p.run == 0 || !samePlace(p.place, place) {
		p.place, p.run = place, 0
	}
	p.run++
}

func samePlace(a, b []any) bool {
	return slices.EqualFunc(a, b, func(a, b any) bool {
		switch a := a.(type) {
		case []byte:
			b, ok := b.([]byte)
			return ok && bytes.Equal(a, b)
		case float64:
			b, ok := b.(float64)
			return ok && math.Float64bits(a) == math.Float64bits(b)
		case float32:
			b, ok := b.(float32)
			return ok && math.Float32bits(a) == math.Float32bits(b)
		}
		return a == b
	})
}

// fetchPlaced reads the rows of a page without a key, of which the last is not shown.
func (r *repository) fetchPlaced(ctx context.Context, l *listing, limit int) ([]proto.Message, error) {
	rows, err := r.rowsOf(ctx, l, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	reader := r.table.reader(rows, r.dialect, l.selected, limit)
	reader.extra = len(l.exactTexts())
	sources := l.sources()
	var items []proto.Message // filled up to n
	n := 0
	for rows.Next() {
		if n == len(items) {
			items = r.table.appendNew(items, min(max(limit-n, 1), slabSize))
		}
		err := reader.read(items[n])
		if err == nil && n < limit-1 {
			var place []any
			place, err = l.placeOf(reader, sources, items[n])
			l.passed.add(place)
		}
		if err != nil {
			return nil, classify(ctx, r.domain, err)
		}
		n++
	}
	if err := rows.Err(); err != nil {
		return nil, classify(ctx, r.domain, err)
	}
	return items[:n], nil
}

// sources are the places in a result of what the order is by.
func (l *listing) sources() []int {
	names := l.table.columnNames(nil, func(name string) string { return name })
	sources := make([]int, len(l.order))
	extra := len(names)
	for i := range l.order {
		if l.order[i].exact && l.dialect == Postgres {
			sources[i] = extra
			extra++
			continue
		}
		sources[i] = slices.Index(names, l.order[i].name)
	}
	return sources
}

// placeOf returns the values of the order in the current row, which was read into m.
// What is NULL is asked of the row: a message may show it as zero.
func (l *listing) placeOf(r *reader, sources []int, m proto.Message) ([]any, error) {
	place := make([]any, len(sources))
	if l.dialect == SQLite {
		values, err := r.rows.Values()
		for i, at := range sources {
			if err == nil {
				place[i] = values[at]
			}
		}
		return place, err
	}
	raw := r.rows.RawValues()
	for i, at := range sources {
		switch k := &l.order[i]; {
		case raw[at] == nil:
		case k.exact:
			place[i] = string(raw[at])
		default:
			place[i] = k.column.codec.cursor(m)
		}
	}
	return place, nil
}

// setPlace takes what a token says of the rows before. ok is false for a token of
// another order.
func (l *listing) setPlace(p tokenPlace) (ok bool) {
	l.sent = p.sent
	if len(p.values) == 0 { // the row was too large
		l.offset = p.sent
		return true
	}
	l.from, l.offset = p.values, p.same
	if len(p.values) != len(l.order) {
		return false
	}
	for i, v := range p.values {
		arg, ok := v, true
		if k := &l.order[i]; v != nil && !k.exact && l.dialect == Postgres {
			arg, ok = k.column.codec.bind(v, l.dialect)
		}
		if !ok {
			return false
		}
		l.cursor = append(l.cursor, arg)
	}
	return true
}

// nextPlace is what the token of the next page says.
func (r *repository) nextPlace(ctx context.Context, l *listing, size int) (tokenPlace, error) {
	p := tokenPlace{values: l.passed.place, same: int64(l.passed.run), sent: l.sent + int64(l.query.Skip) + int64(size)}
	skipped := l.skip() + int64(size) // from where the statement begins
	switch {
	case l.passed.run < size: // the place begins on this page
	case l.query.Skip > 0: // or among the rows that were skipped
		before, err := r.countBefore(ctx, l, p)
		if err != nil {
			return p, err
		}
		p.same = skipped - before
	case samePlace(l.from, p.values):
		p.same = skipped
	}
	if b, err := p.marshal(); err != nil || len(b) > maxPlaceBytes {
		p.values, p.same = nil, 0
		return p, err
	}
	return p, nil
}

// countBefore counts the rows between where the listing begins and a place.
func (r *repository) countBefore(ctx context.Context, l *listing, p tokenPlace) (n int64, err error) {
	to := *l
	to.cursor = nil
	if !to.setPlace(p) {
		return 0, internal(r.domain, errNoPlace)
	}
	b := l.where(squirrel.Select("count(*)").From(l.name))
	if len(l.cursor) > 0 {
		b = b.Where(l.seek().rows())
	}
	behind := to.seek().rows()
	b = b.Where(squirrel.Expr("("+behind.text.String()+") IS NOT TRUE", behind.args...))
	sql, args, err := b.PlaceholderFormat(squirrel.Dollar).ToSql()
	if err != nil {
		return 0, internal(r.domain, err)
	}
	if err := r.db.QueryRow(ctx, sql, args...).Scan(&n); err != nil {
		return 0, classify(ctx, r.domain, err)
	}
	return n, nil
}
