package rls

import (
	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/internal/firstrow"
)

// rows are those of the last statement of a batch, which ends with them.
type rows struct {
	pgx.Rows
	sent pgx.BatchResults
	done bool
	err  error // of the batch's end, where the transaction commits
}

// Next prepares the next row, and ends the batch after the last.
func (r *rows) Next() bool {
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

// Close ends the rows and the batch.
func (r *rows) Close() {
	r.Rows.Close()
	if !r.done {
		r.done = true
		r.err = r.sent.Close()
	}
}

// Err is the error of the rows, or of the end of their transaction.
func (r *rows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.err
}

// row is the first of its rows.
type row struct {
	rows pgx.Rows
	err  error
}

// Scan reads the row. It is pgx.ErrNoRows if there is none.
func (r row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	return firstrow.Scan(r.rows, dest...)
}
