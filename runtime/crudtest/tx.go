package crudtest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

const (
	// turnTimeout is how long a statement waits for the one before it.
	turnTimeout = 10 * time.Second
	// statementTimeout bounds a statement, which does not end with its call's context.
	statementTimeout = time.Minute
	// beginTimeout bounds the wait for the transactions of other tests.
	beginTimeout = 5 * time.Minute
)

// Tx returns a DB of which nothing is left when t ends: all that is done through it is
// done in one transaction of db, which is rolled back then. So tests can share one
// database with its tables and rows, where to make one for each would take long.
//
//	db := crudtest.Postgres(t)
//	require.NoError(t, crud.CreateTables(t.Context(), db, tables...))
//	t.Run("…", func(t *testing.T) {
//		books := libraryv1.NewBookRepository(crudtest.Tx(t, db))
//		…
//	})
//
// It behaves as db itself does in most ways. Each statement is a savepoint, so one that
// fails undoes itself alone; so is each transaction that crud.InTx or Begin opens, with its
// commit, its rollback, and its AfterCommit. What differs, and needs a test on db itself:
//
//   - There is one connection. Statements and transactions of all goroutines take turns,
//     and one that is not given its turn within 10 s is an error: close rows, and use the
//     transaction that is open. No call ever loses a race to another.
//   - Nothing is committed. Other connections see none of it, deferred constraints are not
//     checked, and NOTIFY is not sent.
//   - A statement is not interrupted when its call's context ends. It is undone afterwards,
//     and the error is the context's.
//   - PostgreSQL's now() stands still, and its sequences go on where other tests have left
//     them.
//   - SQLite has one writer: tests that share a database with it take turns, from Tx to
//     their ends.
//
// A transaction or rows that the test did not end make it fail.
func Tx(t testing.TB, db crud.DB) crud.DB {
	t.Helper()
	tx, err := beginAlone(t.Context(), db)
	if err != nil {
		t.Fatalf("crudtest: begin the transaction of the test: %v", err)
	}
	d := &undone{tx: tx, dialect: crud.DialectOf(db), turn: make(chan struct{}, 1), over: make(chan struct{})}
	t.Cleanup(func() { d.end(t) })
	return d
}

// beginAlone begins a transaction when the tests before have ended theirs: SQLite waits
// for its writer for some seconds only.
func beginAlone(ctx context.Context, db crud.DB) (pgx.Tx, error) {
	ctx, cancel := context.WithTimeout(ctx, beginTimeout)
	defer cancel()
	for {
		tx, err := db.Begin(ctx)
		var pg *pgconn.PgError
		if err == nil || !errors.As(err, &pg) || pg.Code != lockNotAvailable || ctx.Err() != nil {
			return tx, err
		}
	}
}

// lockNotAvailable is the SQLSTATE of a wait that was too long.
const lockNotAvailable = "55P03"

// undone is a DB over one transaction.
type undone struct {
	tx      pgx.Tx
	dialect crud.Dialect
	turn    chan struct{} // holds something while somebody uses tx
	over    chan struct{} // closed when the test has ended
}

var _ crud.DB = (*undone)(nil)

// end rolls everything back.
func (d *undone) end(t testing.TB) {
	t.Helper()
	close(d.over)
	select {
	case d.turn <- struct{}{}:
	case <-time.After(closeTimeout):
		t.Errorf("crudtest: at its end the test still holds rows or a transaction of its Tx: close rows, end transactions")
	}
	ctx, cancel := context.WithTimeout(context.Background(), statementTimeout)
	defer cancel()
	if err := d.tx.Rollback(ctx); err != nil && !errors.Is(err, pgx.ErrTxClosed) {
		t.Errorf("crudtest: roll back the transaction of the test: %v", err)
	}
}

// Dialect returns that of the database.
func (d *undone) Dialect() crud.Dialect { return d.dialect }

// take waits for a turn. give ends it.
func (d *undone) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-d.over:
		return errors.New("crudtest: the test of this Tx has ended")
	default:
	}
	timer := time.NewTimer(turnTimeout)
	defer timer.Stop()
	select {
	case d.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return fmt.Errorf("crudtest: the one connection of Tx was in use for %s: rows are not closed, or a transaction has not ended, of this goroutine perhaps", turnTimeout)
	}
}

func (d *undone) give() { <-d.turn }

// detached returns a context that does not end with the call's: pgx closes the
// connection of a statement whose context ends, and SQLite rolls all back.
func detached(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), statementTimeout)
}

// settle keeps what was done since a savepoint, or undoes it if it failed or its call
// has been given up. It returns the error of what was done.
func settle(ctx context.Context, savepoint pgx.Tx, err error) error {
	safe, cancel := detached(ctx)
	defer cancel()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		return savepoint.Commit(safe)
	}
	return errors.Join(err, savepoint.Rollback(safe))
}

// Exec runs a statement.
func (d *undone) Exec(ctx context.Context, sql string, args ...any) (tag pgconn.CommandTag, err error) {
	if err := d.take(ctx); err != nil {
		return tag, err
	}
	defer d.give()
	safe, cancel := detached(ctx)
	defer cancel()
	savepoint, err := d.tx.Begin(safe)
	if err != nil {
		return tag, err
	}
	tag, err = savepoint.Exec(safe, sql, args...)
	return tag, settle(ctx, savepoint, err)
}

// Query runs a query. Its turn ends when its rows are closed.
func (d *undone) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	rows := d.query(ctx, sql, args)
	return rows, rows.err
}

func (d *undone) query(ctx context.Context, sql string, args []any) *undoneRows {
	if err := d.take(ctx); err != nil {
		return failedRows(err)
	}
	safe, cancel := detached(ctx)
	savepoint, err := d.tx.Begin(safe)
	if err != nil {
		cancel()
		d.give()
		return failedRows(err)
	}
	rows, err := savepoint.Query(safe, sql, args...)
	if err != nil {
		err = settle(ctx, savepoint, err)
		cancel()
		d.give()
		return failedRows(err)
	}
	return &undoneRows{Rows: rows, settle: func(err error) error {
		defer d.give()
		defer cancel()
		return settle(ctx, savepoint, err)
	}}
}

// QueryRow runs a query of one row. Its turn ends with Scan.
func (d *undone) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return undoneRow{d.query(ctx, sql, args)}
}
