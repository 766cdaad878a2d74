package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	sqlBegin    = "BEGIN IMMEDIATE"
	sqlCommit   = "COMMIT"
	sqlRollback = "ROLLBACK"
)

// session is a transaction on the writer, shared by the tx values nested in it.
// Its methods other than enter want mu held.
type session struct {
	mu         sync.Mutex
	c          *conn
	pool       *pool
	rows       *rows // those that are open, if any
	savepoints int   // how many were set so far
	failed     bool  // a statement failed, and nothing was rolled back since
	closed     bool
}

// enter takes mu for a statement of t, or returns why there cannot be one. It
// does not wait for a goroutine that uses the transaction at the same time.
func (s *session) enter(ctx context.Context, t *tx) error {
	if !s.mu.TryLock() {
		return errBusy
	}
	err := s.ready(ctx, t)
	if err != nil {
		s.mu.Unlock()
	}
	return err
}

func (s *session) ready(ctx context.Context, t *tx) error {
	switch {
	case t.over():
		return pgx.ErrTxClosed
	case s.rows != nil:
		return errBusy
	case s.failed:
		return errFailedTransaction()
	case ctx.Err() != nil:
		s.failed = true
		return contextError(ctx)
	default:
		return nil
	}
}

func errFailedTransaction() error {
	return newError(stateFailedTransaction, "the transaction has failed; it can only be rolled back")
}

// note records the outcome of a statement. Any failure fails the transaction;
// an argument that could not be bound is none, because nothing was run.
func (s *session) note(err error) error {
	var arg *argumentError
	if err != nil && !errors.As(err, &arg) {
		s.failed = true
	}
	return err
}

func (s *session) control(sql string) error { return s.note(s.c.control(sql)) }

func (s *session) exec(ctx context.Context, sql string, args []any) (pgconn.CommandTag, error) {
	s.c.watch.start(ctx)
	defer s.c.watch.stop()
	var (
		tag pgconn.CommandTag
		err error
	)
	if len(args) == 0 {
		tag, err = s.c.runScript(sql, true)
	} else {
		tag, err = s.c.runAll(sql, args, nil)
	}
	return tag, s.note(err)
}

// query runs a write to its end, so that its effect does not depend on who reads
// the rows, and steps through a read.
func (s *session) query(ctx context.Context, sql string, args []any) (*rows, error) {
	if !mayRead(sql) {
		r, err := s.c.queryAll(ctx, sql, args)
		return r, s.note(err)
	}
	r, err := s.c.query(ctx, sql, args, true)
	if errors.Is(err, errWrites) {
		r, err = s.c.queryAll(ctx, sql, args)
		return r, s.note(err)
	}
	if err != nil {
		return nil, s.note(err)
	}
	r.from, r.tx = s, s
	s.rows = r
	return r, nil
}

// rowsClosed implements holder.
func (s *session) rowsClosed(_ *rows, err error) {
	s.rows = nil
	_ = s.note(err) // the rows tell it
}

// closeRows closes rows that were left open, and reports whether there were any.
func (s *session) closeRows() bool {
	if s.rows == nil {
		return false
	}
	s.rows.finish(errBusy, nil)
	return true
}

// commit ends the transaction.
func (s *session) commit(ctx context.Context) error {
	var err error
	switch {
	case s.closeRows():
		err = errBusy
	case ctx.Err() != nil:
		err = contextError(ctx)
	case s.failed:
		err = pgx.ErrTxCommitRollback
	default:
		err = s.c.control(sqlCommit)
	}
	s.end()
	return err
}

// rollback ends the transaction.
func (s *session) rollback() error {
	s.closeRows()
	s.end()
	return nil
}

// end gives the writer back, which rolls back what was not committed.
func (s *session) end() {
	s.closed = true
	s.pool.release(s.c)
	s.c = nil
}

// releaseTo keeps what was done since the savepoint.
func (s *session) releaseTo(ctx context.Context, savepoint int) error {
	switch {
	case s.rows != nil:
		s.failed = true
		return errBusy
	case s.failed:
		return errFailedTransaction()
	case ctx.Err() != nil:
		s.failed = true
		return contextError(ctx)
	}
	return s.control(fmt.Sprintf("RELEASE sp_%d", savepoint))
}

// rollbackTo undoes what was done since the savepoint, and with it a failure. A
// transaction that SQLite has ended by itself stays failed.
func (s *session) rollbackTo(savepoint int) error {
	s.closeRows()
	if !s.c.inTransaction() {
		s.failed = true
		return nil
	}
	name := fmt.Sprintf("sp_%d", savepoint)
	for _, sql := range []string{"ROLLBACK TO " + name, "RELEASE " + name} {
		if err := s.control(sql); err != nil {
			return err
		}
	}
	s.failed = false
	return nil
}
