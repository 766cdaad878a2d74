package sqlite

import (
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// holder gets a connection back when its rows are closed. err is the engine's
// error, if the statement failed.
type holder interface {
	rowsClosed(r *rows, err error)
}

// rows implements pgx.Rows in two ways: over a statement that is stepped through,
// or over rows that were read before. It is not safe for concurrent use.
type rows struct {
	pgx.Rows // nil: pgx adds methods in minor releases

	// A statement that is stepped through.
	c       *conn
	st      *stmt
	from    holder
	tx      *session // non-nil within a transaction, which can close the rows
	ahead   bool     // a row was stepped to and waits for Next
	drained bool     // there are no more rows

	buf *buffer // rows that were read before

	fields  []pgconn.FieldDescription
	tag     pgconn.CommandTag
	count   int64 // of the rows that Next went to
	onRow   bool
	closed  bool
	err     error
	typeMap *pgtype.Map
}

func failedRows(err error) *rows { return &rows{closed: true, err: err} }

// lock takes the transaction that the rows belong to, if any.
func (r *rows) lock() {
	if r.tx != nil {
		r.tx.mu.Lock()
	}
}

func (r *rows) unlock() {
	if r.tx != nil {
		r.tx.mu.Unlock()
	}
}

// Next goes to the next row. It closes the rows when there is none.
func (r *rows) Next() bool {
	r.lock()
	defer r.unlock()
	if r.closed {
		return false
	}
	more, err := r.advance()
	if !more {
		r.finish(err, err)
		return false
	}
	r.onRow = true
	r.count++
	return true
}

func (r *rows) advance() (bool, error) {
	switch {
	case r.buf != nil:
		return r.count < int64(r.buf.rows), nil
	case r.drained:
		return false, nil
	case r.ahead:
		r.ahead = false
		return true, r.c.watch.err()
	default:
		return r.c.step(r.st)
	}
}

// Close ends the statement and gives its connection back. It may be called twice.
func (r *rows) Close() {
	r.lock()
	defer r.unlock()
	r.finish(nil, nil)
}

// finish closes the rows with err; engine is the error, if any, that failed the
// statement itself.
func (r *rows) finish(err, engine error) {
	if r.closed {
		return
	}
	r.closed, r.onRow = true, false
	if r.err == nil {
		r.err = err
	}
	if r.c == nil {
		r.buf = nil
		return
	}
	r.tag = r.st.command.tag(0, r.count)
	r.c.done(r.st)
	r.c.watch.stop()
	r.from.rowsClosed(r, engine)
	r.c, r.st = nil, nil
}

// Err returns the error that ended the rows. Ask for it once they are closed.
func (r *rows) Err() error { return r.err }

// CommandTag returns "SELECT n" or the tag of the write; for a SELECT n is the
// number of rows read. It is there once the rows are closed.
func (r *rows) CommandTag() pgconn.CommandTag {
	if !r.closed {
		return pgconn.CommandTag{}
	}
	return r.tag
}

// FieldDescriptions returns the columns. Only Name is set: SQLite's types belong
// to values, not to columns.
func (r *rows) FieldDescriptions() []pgconn.FieldDescription { return slices.Clip(r.fields) }

// Scan copies the columns of the current row into dest, one for each column; nil
// skips one. An error closes the rows.
func (r *rows) Scan(dest ...any) error {
	if len(dest) == 1 {
		if rs, ok := dest[0].(pgx.RowScanner); ok {
			return r.scanRow(rs)
		}
	}
	r.lock()
	defer r.unlock()
	if err := r.readable(); err != nil {
		return err
	}
	if len(dest) != len(r.fields) {
		return r.fail(fmt.Errorf("sqlite: the row has %d columns but there are %d destinations", len(r.fields), len(dest)))
	}
	for i, d := range dest {
		if d == nil {
			continue
		}
		v := r.value(i)
		if err := scan(&v, d); err != nil {
			return r.fail(pgx.ScanArgError{ColumnIndex: i, FieldName: r.fields[i].Name, Err: err})
		}
	}
	return nil
}

// scanRow lets the destination read the row by itself. It must not hold the lock:
// the destination calls Scan or Values again.
func (r *rows) scanRow(rs pgx.RowScanner) error {
	err := rs.ScanRow(r)
	if err == nil {
		return nil
	}
	r.lock()
	defer r.unlock()
	return r.fail(err)
}

func (r *rows) fail(err error) error {
	r.finish(err, nil)
	return err
}

func (r *rows) readable() error {
	switch {
	case r.closed:
		return errors.Join(errRowsClosed, r.err)
	case !r.onRow:
		return errNoRow
	default:
		return nil
	}
}

func (r *rows) value(i int) value {
	if r.buf != nil {
		return r.buf.cells[(int(r.count)-1)*len(r.fields)+i]
	}
	return r.c.column(r.st, i)
}

// Values returns the current row as int64, float64, string, []byte or nil.
func (r *rows) Values() ([]any, error) {
	r.lock()
	defer r.unlock()
	if err := r.readable(); err != nil {
		return nil, err
	}
	values := make([]any, len(r.fields))
	for i := range values {
		v := r.value(i)
		values[i] = v.any()
	}
	return values, nil
}

// RawValues returns nil: there is no wire format.
func (r *rows) RawValues() [][]byte { return nil }

// Conn returns nil: there is no *pgx.Conn.
func (r *rows) Conn() *pgx.Conn { return nil }

// TypeMap returns pgx's default types. Scan does not use them.
func (r *rows) TypeMap() *pgtype.Map {
	if r.typeMap == nil {
		r.typeMap = pgtype.NewMap()
	}
	return r.typeMap
}

// row implements pgx.Row.
type row rows

// Scan copies the first row into dest and closes the rows. Without a row it
// returns pgx.ErrNoRows.
func (r *row) Scan(dest ...any) error {
	rs := (*rows)(r)
	defer rs.Close()
	if rs.Err() != nil {
		return rs.Err()
	}
	if !rs.Next() {
		if rs.Err() != nil {
			return rs.Err()
		}
		return pgx.ErrNoRows
	}
	return rs.Scan(dest...)
}
