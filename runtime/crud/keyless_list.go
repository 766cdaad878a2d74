package crud

import (
	"bytes"
	"context"
	"math"
	"slices"

	"github.com/Masterminds/squirrel"
)

// Rows without a key are listed in the order of the query and then of all columns, each
// in an order that tells all of its values apart. Rows with one place in it are then the
// same to whoever reads them, and any of them will do: a page token says the place of
// the last row, and how many of those that have it were passed. The next page begins at
// the place, and leaves out as many.
//
// A row that is too large for a token is not in it. The next page then leaves out as
// many rows as were passed from the first on, which is the same in a table at rest.

// maxPlaceBytes is how large the values of a place may be in a token. In base64 they fit
// into a URL, which is not to have more than 8,000 bytes (RFC 9110).
const maxPlaceBytes = 4096

// setWholeOrder takes the order of rows without a key. Every column may be NULL,
// whatever the model says: a row that no condition holds for would be lost.
func (l *listing[M]) setWholeOrder() {
	for i := range l.order {
		l.order[i].nullable = true
	}
	for i := range l.table.columns {
		c := &l.table.columns[i]
		if c.distinct(l.dialect) {
			if !l.orders(c.Names[0]) {
				l.order = append(l.order, wholeOrder(c, c.Names[0], false))
			}
			continue
		}
		if (c.Kind == KindFloat || c.Kind == KindDouble) && !c.Repeated && l.dialect == Postgres && !l.orders(c.Names[0]) {
			l.order = append(l.order, wholeOrder(c, c.Names[0], false)) // by number first
		}
		for _, name := range c.Names {
			l.order = append(l.order, wholeOrder(c, name, true))
		}
	}
	l.sorted = true
}

func wholeOrder[M any](c *Column[M], name string, exact bool) orderKey[M] {
	return orderKey[M]{column: c, name: name, key: -1, nullable: true, exact: exact}
}

// distinct reports whether the order of PostgreSQL's column tells apart all values that
// messages have different values for: it does not for texts, whose collation may take
// two for one, nor for numbers with a negative zero or with zeros behind the point. In
// SQLite a column's type says little of its values.
func (c *Column[M]) distinct(d Dialect) bool {
	if d != Postgres || c.Repeated || len(c.Names) != 1 {
		return false
	}
	switch c.Kind {
	case KindBool, KindInt32, KindInt64, KindUint32, KindUint64, KindTimestamp, KindDuration, KindDate, KindTimeOfDay:
		return true
	case KindEnum:
		return c.EnumUnknown != UnknownZero
	default:
		return false
	}
}

// term writes what a column's rows are ordered by.
func (k *orderKey[M]) term(column string, d Dialect) string {
	switch {
	case !k.exact:
		return column
	case d == SQLite:
		return column + " COLLATE BINARY"
	}
	return asExactText(column) + ` COLLATE "C"`
}

func asExactText(column string) string { return "CAST(" + column + " AS text)" }

// exactTexts are what a page selects besides its columns: the texts that the place of a
// row has.
func (l *listing[M]) exactTexts() []string {
	if !l.placed || l.dialect == SQLite {
		return nil
	}
	var texts []string
	for i := range l.order {
		if l.order[i].exact {
			texts = append(texts, asExactText(l.column(l.order[i].name)))
		}
	}
	return texts
}

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
func (r *repository[M]) fetchPlaced(ctx context.Context, l *listing[M], limit int) ([]M, error) {
	rows, err := r.rowsOf(ctx, l, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	reader := r.table.reader(rows, r.dialect, l.selected, limit)
	reader.extra = len(l.exactTexts())
	sources := l.sources()
	var items []M // filled up to n
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
func (l *listing[M]) sources() []int {
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
func (l *listing[M]) placeOf(r *reader[M], sources []int, m M) ([]any, error) {
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
func (l *listing[M]) setPlace(p tokenPlace) (ok bool) {
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
func (r *repository[M]) nextPlace(ctx context.Context, l *listing[M], size int) (tokenPlace, error) {
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
func (r *repository[M]) countBefore(ctx context.Context, l *listing[M], p tokenPlace) (n int64, err error) {
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
