package crud

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/protobuf/proto"
)

const (
	// maxInsertRows is how many rows an INSERT has. Each number of rows is a text of its
	// own, a prepared statement on every connection, so there must not be many; and more
	// rows in a statement save little once the statements are sent together.
	maxInsertRows = 32
	// maxInsertParams is how many parameters it has: PostgreSQL takes 65,535 and SQLite
	// 32,766.
	maxInsertParams = 30_000
)

// An insertion is an INSERT of several rows, which all set the same columns.
type insertion struct {
	sql  string
	set  columnSet
	rows [][]any // arguments
	// keys and elements are the keys of the rows and their places in the batch.
	keys     []any
	elements []int
}

func (in *insertion) add(row []any, key any, element int) {
	in.rows, in.keys, in.elements = append(in.rows, row), append(in.keys, key), append(in.elements, element)
}

func (in *insertion) full(width, most int) bool {
	return len(in.rows) >= most || (len(in.rows)+1)*width > maxInsertParams
}

func (in *insertion) args() []any {
	if len(in.rows) == 1 {
		return in.rows[0]
	}
	args := make([]any, 0, len(in.rows)*len(in.rows[0]))
	for _, row := range in.rows {
		args = append(args, row...)
	}
	return args
}

// insertReady runs the INSERTs, of at most rows rows each.
func (r *repository) insertReady(ctx context.Context, s *writeSettings, ready []proto.Message, rows int) ([]proto.Message, error) {
	all, err := r.insertions(ctx, ready, rows)
	if err != nil {
		return nil, err
	}
	stored := make([]proto.Message, len(ready))
	if len(all) > 1 || s.inTx() || r.emits() {
		return r.transactAll(ctx, s, func(tx *Tx) ([]proto.Message, error) {
			if err := r.insertPipelined(ctx, tx, all, ready, stored); err != nil {
				return stored, err
			}
			return stored, r.emitCreated(ctx, tx, stored)
		})
	}
	err = r.retried(ctx, func() error {
		rows, err := r.db.Query(ctx, all[0].sql, all[0].args()...)
		if err == nil {
			err = r.takeInserted(rows, &all[0], stored)
		}
		return r.insertionError(ctx, r.db, err, &all[0], ready)
	})
	return stored, err
}

func (r *repository) insertPipelined(ctx context.Context, tx *Tx, all []insertion, ready, stored []proto.Message) error {
	statements := make([]queued, len(all))
	for i := range all {
		in := &all[i]
		statements[i] = queued{in.sql, in.args(), func(rows pgx.Rows) error { return r.takeInserted(rows, in, stored) }}
	}
	failed, err := tx.pipeline(ctx, statements)
	return r.insertionError(ctx, tx, err, &all[failed], ready)
}

// insertions distributes the messages over statements. A row is found again by its
// key, since the order of RETURNING is not promised: one whose key the database makes
// has a statement of its own.
func (r *repository) insertions(ctx context.Context, ready []proto.Message, most int) ([]insertion, error) {
	values, err := r.scope.values(ctx)
	if err != nil {
		return nil, err
	}
	scope, now := r.bindScope(values), r.now()
	var all []insertion
	open := make(map[string]int) // the insertion that takes rows of a set of columns
	for i, m := range ready {
		set, args := r.insertArgs(m, scope, now)
		key, known := r.keyToBe(m)
		at, ok := open[string(set)]
		if !ok || !known || all[at].full(len(args), most) {
			at = len(all)
			all = append(all, insertion{set: set})
		}
		if known {
			open[string(set)] = at
		}
		all[at].add(args, key, i)
	}
	for i := range all {
		if all[i].sql, err = r.insertionText(&all[i]); err != nil {
			return nil, internal(r.domain, err)
		}
	}
	return all, nil
}

func (r *repository) insertionText(in *insertion) (string, error) {
	if len(in.rows) == 1 {
		return r.insertText(in.set, in.rows[0])
	}
	shape := append(in.set[:len(in.set):len(in.set)], byte(len(in.rows)))
	return r.inserts.get(shape, func() (string, error) { return r.buildInsert(in.set, in.rows...) })
}

// takeInserted puts the rows that an INSERT gave back in their places.
func (r *repository) takeInserted(rows pgx.Rows, in *insertion, stored []proto.Message) (err error) {
	if len(in.elements) == 1 {
		stored[in.elements[0]], err = r.inserted(rows)
		return err
	}
	items, err := r.table.many(rows, r.dialect, nil, len(in.elements))
	if err != nil {
		return err
	}
	found, err := r.byKey(items)
	if err != nil {
		return err
	}
	for at, i := range in.elements {
		m, ok := found[in.keys[at]]
		if !ok {
			return errNoRowBack
		}
		stored[i] = m
	}
	return nil
}

// insertionError maps an error of an INSERT.
func (r *repository) insertionError(ctx context.Context, db DB, err error, in *insertion, ready []proto.Message) error {
	switch {
	case err == nil:
		return nil
	case len(in.elements) == 1:
		i := in.elements[0]
		return ofElement(i, r.writeError(ctx, db, err, ready[i]))
	case refusesRow(err):
		return &rowRefused{r.bulkError(ctx, err, false)}
	}
	return classify(ctx, r.domain, err)
}

// rowRefused is the error of a statement over several rows, of which the database
// refused one without saying which.
type rowRefused struct{ err *Error }

func (e *rowRefused) Error() string { return e.err.Error() }
func (e *rowRefused) Unwrap() error { return e.err }

// withoutMark returns the error of the row that was refused, or err.
func withoutMark(err error) error {
	var refused *rowRefused
	if errors.As(err, &refused) {
		return refused.err
	}
	return err
}

// refusesRow reports whether the database refused a value or a row.
func refusesRow(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (class(pg) == "22" || class(pg) == "23")
}
