package crudtest

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// Begin opens a transaction in that of the test. Its turn ends with Commit or Rollback.
func (d *undone) Begin(ctx context.Context) (pgx.Tx, error) {
	if err := d.take(ctx); err != nil {
		return nil, err
	}
	safe, cancel := detached(ctx)
	defer cancel()
	// Two savepoints: one that fails to commit is over, and cannot be rolled back.
	outer, err := d.tx.Begin(safe)
	if err != nil {
		d.give()
		return nil, err
	}
	inner, err := outer.Begin(safe)
	if err != nil {
		err = settle(ctx, outer, err)
		d.give()
		return nil, err
	}
	return &undoneTx{Tx: inner, outer: outer, of: d}, nil
}

// undoneTx is a transaction in that of a test. It embeds the one it wraps because pgx
// adds methods to Tx in minor releases.
type undoneTx struct {
	pgx.Tx
	outer pgx.Tx
	of    *undone
	over  bool
}

// Dialect returns that of the database.
func (t *undoneTx) Dialect() crud.Dialect { return t.of.dialect }

// Commit keeps what was done for the rest of the test. Where a statement has failed, it
// undoes it, and returns pgx.ErrTxCommitRollback.
func (t *undoneTx) Commit(ctx context.Context) error {
	if t.over {
		return pgx.ErrTxClosed
	}
	t.over = true
	defer t.of.give()
	safe, cancel := detached(ctx)
	defer cancel()
	err := ctx.Err()
	if err == nil && t.Tx.Commit(safe) != nil {
		err = pgx.ErrTxCommitRollback
	}
	return settle(ctx, t.outer, err)
}

// Rollback undoes what was done.
func (t *undoneTx) Rollback(ctx context.Context) error {
	if t.over {
		return pgx.ErrTxClosed
	}
	t.over = true
	defer t.of.give()
	safe, cancel := detached(ctx)
	defer cancel()
	return errors.Join(t.Tx.Rollback(safe), t.outer.Rollback(safe))
}

// Exec runs a statement.
func (t *undoneTx) Exec(ctx context.Context, sql string, args ...any) (tag pgconn.CommandTag, err error) {
	if err := ctx.Err(); err != nil {
		return tag, err
	}
	safe, cancel := detached(ctx)
	defer cancel()
	return t.Tx.Exec(safe, sql, args...)
}

// Query runs a query. Its rows are closed before the next statement.
func (t *undoneTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := ctx.Err(); err != nil {
		return failedRows(err), err
	}
	return t.Tx.Query(context.WithoutCancel(ctx), sql, args...)
}

// QueryRow runs a query of one row.
func (t *undoneTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if err := ctx.Err(); err != nil {
		return undoneRow{failedRows(err)}
	}
	return t.Tx.QueryRow(context.WithoutCancel(ctx), sql, args...)
}

// SendBatch sends statements together.
func (t *undoneTx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return t.Tx.SendBatch(context.WithoutCancel(ctx), b)
}

// CopyFrom inserts rows.
func (t *undoneTx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	return t.Tx.CopyFrom(context.WithoutCancel(ctx), table, columns, rows)
}
