package crud

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
)

const (
	// afterCommitTimeout bounds the work that runs after a commit.
	afterCommitTimeout = 30 * time.Second
	// rollbackTimeout bounds a rollback after the call's context has ended.
	rollbackTimeout = 5 * time.Second
	// maxAttempts is how often a transaction that lost a race is tried in all.
	maxAttempts = 6
	// firstBackoff is the mean pause before the second attempt; it doubles.
	firstBackoff = 5 * time.Millisecond
)

// A Tx is a transaction that repositories join with WithTx. It is a DB too, so that
// statements of one's own run in it. It is not safe for concurrent use.
type Tx struct {
	tx      pgx.Tx
	dialect Dialect
	// after is the work for after the commit. It is nil when nobody will run it.
	after *[]func(context.Context)
	// home is the database that the transaction was begun on, nil if that is not known.
	home DB
	// events are those of the write that runs, and woken says that the followers of events
	// will be told.
	events []eventlog.Event
	woken  bool
}

var _ DB = (*Tx)(nil)

// Exec runs a statement in the transaction.
func (t *Tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return t.tx.Exec(ctx, sql, args...)
}

// Query runs a query in the transaction. Close its rows before the next statement.
func (t *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return t.tx.Query(ctx, sql, args...)
}

// QueryRow runs a query of one row in the transaction.
func (t *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return t.tx.QueryRow(ctx, sql, args...)
}

// Begin opens a savepoint. The runtime itself never uses one: not every
// distributed engine has them.
func (t *Tx) Begin(ctx context.Context) (pgx.Tx, error) { return t.tx.Begin(ctx) }

// Dialect returns the dialect of the database.
func (t *Tx) Dialect() Dialect { return t.dialect }

// Unwrap returns pgx's transaction, for SendBatch, CopyFrom and the like. Do not
// commit it or roll it back.
func (t *Tx) Unwrap() pgx.Tx { return t.tx }

// AfterCommit runs f once the transaction has committed, not at all if it rolls
// back; funcs run in the order they were added. f gets a context that outlives the
// call, with a deadline of 30 seconds. A panic of f is logged.
//
// It panics when the runtime will not see the transaction's end: a repository was
// made on a bare pgx.Tx. Make that one known with JoinTx.
func (t *Tx) AfterCommit(f func(ctx context.Context)) {
	if t.after == nil {
		panic("crud: AfterCommit in a transaction whose commit is not seen; use crud.InTx, or crud.JoinTx for a transaction of your own")
	}
	*t.after = append(*t.after, f)
}

// InTx runs fn in a transaction of db and commits it when fn returns nil. An error
// or a panic of fn rolls it back. In a *Tx it joins that transaction: fn's error
// is returned, and it is the outer InTx that rolls back.
//
// When the database reports that the transaction lost a race (SQLSTATE 40001 or
// 40P01), fn is run again in a new transaction, up to 6 times in all with jittered
// pauses, as long as ctx lasts. So fn must not keep state of an earlier run.
//
// After the commit it runs what fn gave to AfterCommit. It returns fn's own error as
// it is, and an *Error for what the database said.
func InTx(ctx context.Context, db DB, fn func(tx *Tx) error) error {
	if tx, ok := db.(*Tx); ok {
		return fn(tx)
	}
	if _, ok := db.(pgx.Tx); ok {
		return errors.New("crud: InTx on a pgx.Tx would open a savepoint; use crud.JoinTx for a transaction of your own")
	}
	var after []func(context.Context)
	err := retry(ctx, func() error {
		after = nil
		return runTx(ctx, db, &after, fn)
	})
	if err != nil {
		return txError(ctx, err)
	}
	runAfterCommit(ctx, after)
	return nil
}

// txError maps the errors of the database; those of fn stay as they are.
func txError(ctx context.Context, err error) error {
	if own, ok := unmarked(err); ok {
		return own
	}
	var e *Error
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &e):
		return err
	case errors.As(err, &pg), connectionLost(err), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return classify(ctx, "", err)
	}
	return err
}

func runTx(ctx context.Context, db DB, after *[]func(context.Context), fn func(tx *Tx) error) error {
	tx, err := db.Begin(ctx)
	if err != nil {
		return classify(ctx, "", err)
	}
	committed := false
	defer func() { // of a panic, too
		if !committed {
			rollback(ctx, tx)
		}
	}()
	if err := fn(&Tx{tx: tx, dialect: DialectOf(db), after: after, home: db}); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return classify(ctx, "", err)
	}
	committed = true
	return nil
}

// rollback gives the connection back even when the call's context has ended.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	// A failed rollback leaves a broken connection, which the pool drops; the error
	// that led here is the one to report.
	_ = tx.Rollback(ctx)
}

// JoinTx lets repositories join a transaction that the caller owns. The caller
// commits or rolls back, and after the commit calls the returned func, which runs
// what was given to AfterCommit.
func JoinTx(tx pgx.Tx) (*Tx, func(ctx context.Context)) {
	var after []func(context.Context)
	joined := &Tx{tx: tx, dialect: txDialect(tx), after: &after}
	return joined, func(ctx context.Context) {
		work := after
		after = nil
		runAfterCommit(ctx, work)
	}
}

func txDialect(tx pgx.Tx) Dialect {
	if d, ok := tx.(interface{ Dialect() Dialect }); ok {
		return d.Dialect()
	}
	return Postgres
}

func runAfterCommit(ctx context.Context, after []func(context.Context)) {
	if len(after) == 0 {
		return
	}
	ctx, cancel := detached(ctx)
	defer cancel()
	for _, f := range after {
		runDetached(ctx, f)
	}
}

// runDetached runs f. The write it belongs to has committed, so that its panic must
// not become the call's failure.
func runDetached(ctx context.Context, f func(context.Context)) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(ctx, "crud: panic after commit", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	f(ctx)
}

// retry runs f again while it loses races, as long as ctx lasts.
func retry(ctx context.Context, f func() error) error {
	backoff := firstBackoff
	for attempt := 1; ; attempt++ {
		err := f()
		if err == nil || attempt == maxAttempts || !retryable(err) || ctx.Err() != nil {
			return err
		}
		timer := time.NewTimer(rand.N(2 * backoff))
		select {
		case <-ctx.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
		backoff *= 2
	}
}
