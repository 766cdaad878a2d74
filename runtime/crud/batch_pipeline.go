package crud

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// A queued statement waits for others to be sent with it.
type queued struct {
	sql  string
	args []any
	// read takes the result. It closes the rows.
	read func(rows pgx.Rows) error
}

// pipeline runs statements in the transaction, sent together where the engine can: in
// one round trip instead of one each. When one fails, failed is its place, and those
// after it have not run.
func (t *Tx) pipeline(ctx context.Context, statements []queued) (failed int, err error) {
	if len(statements) == 0 {
		return 0, nil
	}
	var batch pgx.Batch
	for _, s := range statements {
		batch.Queue(s.sql, s.args...)
	}
	results := t.tx.SendBatch(ctx, &batch)
	for i, s := range statements {
		rows, err := results.Query()
		if err == nil {
			err = s.read(rows)
		}
		if err != nil {
			_ = results.Close() // err is the first one, and what led here
			return i, err
		}
	}
	return len(statements) - 1, results.Close()
}
