package crud

import (
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"google.golang.org/protobuf/proto"
)

// slabSize is how many messages of a list are allocated at once.
const slabSize = 64

// A reader turns result rows into messages. Its columns are those of the table, in
// SELECT order.
type reader struct {
	table   *table
	dialect Dialect
	rows    pgx.Rows
	fds     []pgconn.FieldDescription
	// wire says that every column is decoded from its wire value; otherwise the rows
	// go through Values, which is slower and takes what any engine or mode gives.
	wire bool
	// selected are the table's columns that the rows have; nil is all.
	selected columnSet
	// extra is how many columns are behind the table's.
	extra int
	mem   memory
}

// reader returns a reader of rows. expect is how many there are likely to be.
func (t *table) reader(rows pgx.Rows, d Dialect, selected columnSet, expect int) *reader {
	return &reader{table: t, dialect: d, rows: rows, selected: selected, mem: memory{rows: expect, times: t.times}}
}

// describe looks at the result's columns once the first row is there.
func (r *reader) describe() error {
	r.fds = r.rows.FieldDescriptions()
	if width := r.table.widthOf(r.selected) + r.extra; len(r.fds) != width {
		return fmt.Errorf("crud: the query gave %d columns of %s, not %d", len(r.fds), r.table.info.Message, width)
	}
	r.wire = r.dialect == Postgres
	at := 0
	for i := range r.table.columns {
		c := &r.table.columns[i]
		if r.skips(i) {
			continue
		}
		for j := range c.Names {
			part := c.at(j)
			// A text that looks like JSON would come back without its quotes.
			if oid := r.fds[at].DataTypeOID; part.Kind != KindJSON && !part.Repeated && (oid == pgtype.JSONOID || oid == pgtype.JSONBOID) {
				return fmt.Errorf("crud: %s.%s: a JSON column", r.table.info.Message, c.Field)
			}
			r.wire = r.wire && readsAt(c.codec, j, &r.fds[at])
			at++
		}
	}
	return nil
}

func (r *reader) skips(column int) bool { return r.selected != nil && r.selected[column] == 0 }

// read fills m from the current row.
func (r *reader) read(m proto.Message) error {
	if r.fds == nil {
		if err := r.describe(); err != nil {
			return err
		}
	}
	if !r.wire {
		return r.scan(m)
	}
	raw := r.rows.RawValues()
	r.mem.begin(raw)
	at := 0
	for i := range r.table.columns {
		if r.skips(i) {
			continue
		}
		c := &r.table.columns[i]
		end := at + len(c.Names)
		err := r.table.checkArm(i, end > at && raw[at] != nil, m)
		if err == nil {
			err = c.codec.decode(m, r.fds[at:end], raw[at:end], &r.mem)
		}
		if err != nil {
			return fmt.Errorf("crud: %s.%s: %w", r.table.info.Message, c.Field, err)
		}
		at = end
	}
	r.mem.end()
	return nil
}

func (r *reader) scan(m proto.Message) error {
	values, err := r.rows.Values()
	if err != nil {
		return err
	}
	raw := r.rows.RawValues()
	at := 0
	for i := range r.table.columns {
		if r.skips(i) {
			continue
		}
		c := &r.table.columns[i]
		end := at + len(c.Names)
		err := r.table.checkArm(i, end > at && values[at] != nil, m)
		if err == nil {
			err = c.scanRow(m, r.fds[at:end], rawOf(raw, at, end), values[at:end], r.dialect)
		}
		if err != nil {
			return fmt.Errorf("crud: %s.%s: %w", r.table.info.Message, c.Field, err)
		}
		at = end
	}
	return nil
}

// rawOf are the wire values of columns; an engine without a wire has none.
func rawOf(raw [][]byte, at, end int) [][]byte {
	if len(raw) < end {
		return nil
	}
	return raw[at:end]
}

// one reads a result of at most one row.
func (t *table) one(rows pgx.Rows, d Dialect, selected columnSet) (m proto.Message, found bool, err error) {
	defer rows.Close()
	if rows.Next() {
		m, found = t.New(), true
		if err := t.reader(rows, d, selected, 1).read(m); err != nil {
			var none proto.Message
			return none, false, err
		}
	}
	rows.Close()
	return m, found, rows.Err()
}

// many reads all rows. expect is how many there are likely to be.
func (t *table) many(rows pgx.Rows, d Dialect, selected columnSet, expect int) ([]proto.Message, error) {
	defer rows.Close()
	r := t.reader(rows, d, selected, expect)
	var items []proto.Message // filled up to n
	n := 0
	for rows.Next() {
		if n == len(items) {
			items = t.appendNew(items, min(max(expect-n, 1), slabSize))
		}
		if err := r.read(items[n]); err != nil {
			return nil, err
		}
		n++
	}
	return items[:n], rows.Err()
}
