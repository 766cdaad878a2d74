package sqlite

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// tx implements pgx.Tx for a transaction, and for one nested in it by means of a
// savepoint.
type tx struct {
	pgx.Tx // nil: pgx adds methods in minor releases

	s         *session
	savepoint int  // 0 for the transaction itself
	closed    bool // guarded by s.mu
}

// Dialect returns crud.SQLite.
func (t *tx) Dialect() crud.Dialect { return crud.SQLite }

// Conn returns nil: there is no *pgx.Conn.
func (t *tx) Conn() *pgx.Conn { return nil }

// Begin begins a nested transaction.
func (t *tx) Begin(ctx context.Context) (pgx.Tx, error) {
	if err := t.s.enter(ctx, t); err != nil {
		return nil, err
	}
	defer t.s.mu.Unlock()
	n := t.s.savepoints + 1
	if err := t.s.control(fmt.Sprintf("SAVEPOINT sp_%d", n)); err != nil {
		return nil, err
	}
	t.s.savepoints = n
	return &tx{s: t.s, savepoint: n}, nil
}

// Commit commits the transaction, or keeps what a nested one did. After a failed
// statement, or when ctx has ended, it rolls back; it returns
// pgx.ErrTxCommitRollback or the context's error then. In any case the
// transaction is over; pgx.ErrTxClosed says that it already was.
func (t *tx) Commit(ctx context.Context) error {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if t.over() {
		return pgx.ErrTxClosed
	}
	t.closed = true
	if t.savepoint == 0 {
		return t.s.commit(ctx)
	}
	return t.s.releaseTo(ctx, t.savepoint)
}

// Rollback undoes the transaction, or what a nested one did. It closes rows that
// are open, and does its work even when ctx has ended. pgx.ErrTxClosed says that
// the transaction was over.
func (t *tx) Rollback(context.Context) error {
	t.s.mu.Lock()
	defer t.s.mu.Unlock()
	if t.over() {
		return pgx.ErrTxClosed
	}
	t.closed = true
	if t.savepoint == 0 {
		return t.s.rollback()
	}
	return t.s.rollbackTo(t.savepoint)
}

// over reports whether the transaction has ended, by itself or with the one that
// it is nested in.
func (t *tx) over() bool { return t.closed || t.s.closed }

// Exec is [DB.Exec] within the transaction.
func (t *tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	sql, args, err := rewrite(ctx, sql, args)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	if err := refuse(sql, true); err != nil {
		return pgconn.CommandTag{}, err
	}
	if err := t.s.enter(ctx, t); err != nil {
		return pgconn.CommandTag{}, err
	}
	defer t.s.mu.Unlock()
	return t.s.exec(ctx, sql, args)
}

// Query is [DB.Query] within the transaction, whose next statement must wait
// until the rows are closed.
func (t *tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	r, err := t.query(ctx, sql, args)
	if err != nil {
		return failedRows(err), err
	}
	return r, nil
}

// QueryRow is [DB.QueryRow] within the transaction.
func (t *tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	r, err := t.query(ctx, sql, args)
	if err != nil {
		r = failedRows(err)
	}
	return (*row)(r)
}

func (t *tx) query(ctx context.Context, sql string, args []any) (*rows, error) {
	sql, args, err := rewrite(ctx, sql, args)
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
	return t.s.query(ctx, sql, args)
}

// Prepare returns an error: statements are prepared by themselves when they are
// first run, and there are no names for them.
func (t *tx) Prepare(_ context.Context, name, _ string) (*pgconn.StatementDescription, error) {
	return nil, fmt.Errorf("sqlite: prepare %q: %w", name, errors.ErrUnsupported)
}

// LargeObjects returns a value that must not be used: SQLite has no large objects,
// and the signature has no room for an error.
func (t *tx) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }
