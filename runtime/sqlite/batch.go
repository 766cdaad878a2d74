package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// CopyFrom inserts the rows of src one by one and returns how many there were. An
// error fails the transaction.
func (t *tx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	insert, err := insertSQL(table, columns)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	for src.Next() {
		values, err := src.Values()
		if err != nil {
			return 0, t.failCopy(ctx, err)
		}
		if len(values) != len(columns) {
			err := fmt.Errorf("sqlite: copy: row %d has %d values for %d columns", n+1, len(values), len(columns))
			return 0, t.failCopy(ctx, err)
		}
		if err := t.copyRow(ctx, insert, values); err != nil {
			return 0, t.failCopy(ctx, err)
		}
		n++
	}
	if err := src.Err(); err != nil {
		return 0, t.failCopy(ctx, err)
	}
	return n, nil
}

// copyRow inserts one row. The values are data only: nothing among them rewrites
// the statement.
func (t *tx) copyRow(ctx context.Context, insert string, values []any) error {
	if err := t.s.enter(ctx, t); err != nil {
		return err
	}
	defer t.s.mu.Unlock()
	_, err := t.s.exec(ctx, insert, values)
	return err
}

// failCopy fails the transaction, in which some rows may have been inserted.
func (t *tx) failCopy(ctx context.Context, err error) error {
	if t.s.enter(ctx, t) == nil {
		t.s.failed = true
		t.s.mu.Unlock()
	}
	return err
}

func insertSQL(table pgx.Identifier, columns []string) (string, error) {
	if len(table) == 0 || len(columns) == 0 {
		return "", errors.New("sqlite: copy: name a table and its columns")
	}
	names := make([]string, len(columns))
	params := make([]string, len(columns))
	for i, column := range columns {
		names[i] = pgx.Identifier{column}.Sanitize()
		params[i] = "$" + strconv.Itoa(i+1)
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)",
		table.Sanitize(), strings.Join(names, ", "), strings.Join(params, ", ")), nil
}

// SendBatch runs the statements of the batch in order, before it returns, and
// keeps their rows. After a failed statement the others are not run.
func (t *tx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	br := &batchResults{batch: b, results: make([]*rows, 0, b.Len())}
	for _, q := range b.QueuedQueries {
		r, err := t.runQueued(ctx, q)
		if err != nil {
			br.results = append(br.results, failedRows(err))
			break
		}
		br.results = append(br.results, r)
	}
	return br
}

func (t *tx) runQueued(ctx context.Context, q *pgx.QueuedQuery) (*rows, error) {
	sql, args, err := rewrite(ctx, q.SQL, q.Arguments)
	if err != nil {
		return nil, err
	}
	if err := refuse(sql, true); err != nil {
		return nil, err
	}
	if err := t.s.enter(ctx, t); err != nil {
		return nil, err
	}
	defer t.s.mu.Unlock()
	r, err := t.s.c.queryAll(ctx, sql, args)
	return r, t.s.note(err)
}

// batchResults implements pgx.BatchResults over results that are all there.
type batchResults struct {
	pgx.BatchResults // nil: pgx adds methods in minor releases

	batch   *pgx.Batch
	results []*rows
	next    int
	err     error
	closed  bool
}

var errBatchClosed = errors.New("sqlite: batch is closed")

func (br *batchResults) take() *rows {
	switch {
	case br.err != nil:
		return failedRows(br.err)
	case br.closed:
		return failedRows(errBatchClosed)
	case br.next >= len(br.results):
		return failedRows(errors.New("sqlite: no more results in batch"))
	}
	r := br.results[br.next]
	br.next++
	br.err = r.err
	return r
}

// Exec returns the tag of the next statement.
func (br *batchResults) Exec() (pgconn.CommandTag, error) {
	r := br.take()
	r.Close()
	return r.CommandTag(), r.Err()
}

// Query returns the rows of the next statement.
func (br *batchResults) Query() (pgx.Rows, error) {
	r := br.take()
	return r, r.Err()
}

// QueryRow returns the first row of the next statement.
func (br *batchResults) QueryRow() pgx.Row { return (*row)(br.take()) }

// Close runs the callbacks of the results that were not asked for, until one
// fails, and returns the first error of a statement or a callback. It may be
// called twice.
func (br *batchResults) Close() error {
	for !br.closed && br.err == nil && br.next < len(br.results) {
		if fn := br.batch.QueuedQueries[br.next].Fn; fn != nil {
			if err := fn(br); err != nil && br.err == nil {
				br.err = err
			}
			continue
		}
		_, _ = br.Exec() // take keeps its error
	}
	br.closed = true
	return br.err
}

// Tx returns nil: the batch was sent within a transaction.
func (br *batchResults) Tx() pgx.Tx { return nil }
