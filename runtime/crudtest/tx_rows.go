package crudtest

import (
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/protocrud/protoc-gen-go-crud/internal/firstrow"
)

// undoneRows are rows that settle what gave them when they are closed.
type undoneRows struct {
	pgx.Rows // nil if there are none
	settle   func(err error) error
	settled  bool
	err      error
}

func failedRows(err error) *undoneRows { return &undoneRows{settled: true, err: err} }

// Next goes to the next row. It closes the rows when there is none.
func (r *undoneRows) Next() bool {
	if r.settled {
		return false
	}
	if r.Rows.Next() {
		return true
	}
	r.Close()
	return false
}

// Close closes the rows.
func (r *undoneRows) Close() {
	if r.settled {
		return
	}
	r.settled = true
	r.Rows.Close()
	r.err = r.settle(r.Rows.Err())
}

// Err returns what ended the rows.
func (r *undoneRows) Err() error { return r.err }

// Scan reads the current row. An error closes the rows.
func (r *undoneRows) Scan(dest ...any) error {
	if r.Rows == nil {
		return r.err
	}
	err := r.Rows.Scan(dest...)
	if err != nil {
		r.Close()
	}
	return err
}

// Values returns the values of the current row. An error closes the rows.
func (r *undoneRows) Values() ([]any, error) {
	if r.Rows == nil {
		return nil, r.err
	}
	values, err := r.Rows.Values()
	if err != nil {
		r.Close()
	}
	return values, err
}

// CommandTag is there once the rows are closed.
func (r *undoneRows) CommandTag() (tag pgconn.CommandTag) {
	if r.Rows != nil {
		tag = r.Rows.CommandTag()
	}
	return tag
}

// FieldDescriptions returns the columns, none of rows that failed.
func (r *undoneRows) FieldDescriptions() []pgconn.FieldDescription {
	if r.Rows == nil {
		return nil
	}
	return r.Rows.FieldDescriptions()
}

// RawValues returns the current row as it came over the wire, none of rows that failed.
func (r *undoneRows) RawValues() [][]byte {
	if r.Rows == nil {
		return nil
	}
	return r.Rows.RawValues()
}

// Conn returns the connection, none of rows that failed.
func (r *undoneRows) Conn() *pgx.Conn {
	if r.Rows == nil {
		return nil
	}
	return r.Rows.Conn()
}

// TypeMap returns that of the values, none of rows that failed.
func (r *undoneRows) TypeMap() *pgtype.Map {
	if r.Rows == nil {
		return nil
	}
	return r.Rows.TypeMap()
}

// undoneRow is the first of rows.
type undoneRow struct{ rows *undoneRows }

// Scan reads the row, and closes the rows.
func (r undoneRow) Scan(dest ...any) error {
	return firstrow.Scan(r.rows, dest...)
}
