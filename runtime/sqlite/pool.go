package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// pool hands out connections of one kind, each to one user at a time. Users who
// wait are served in the order in which they came.
type pool struct {
	what    string // "writer" or "reader", for messages
	state   string // SQLSTATE of waiting too long
	open    func() (*conn, error)
	wait    time.Duration
	permits chan struct{} // holds one token for each connection in use
	closing chan struct{} // closed when the database is

	mu     sync.Mutex
	idle   []*conn // the one used last is at the end
	closed bool
}

// acquire returns a connection. It waits for one as long as ctx and the pool's
// own limit allow.
func (p *pool) acquire(ctx context.Context) (*conn, error) {
	if ctx.Err() != nil {
		return nil, contextError(ctx)
	}
	select {
	case p.permits <- struct{}{}:
	default:
		if err := p.await(ctx); err != nil {
			return nil, err
		}
	}
	c, err := p.take()
	if err != nil {
		<-p.permits
		return nil, err
	}
	return c, nil
}

func (p *pool) await(ctx context.Context) error {
	limit := time.NewTimer(p.wait)
	defer limit.Stop()
	select {
	case p.permits <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("sqlite: waiting for the %s: %w", p.what, ctx.Err())
	case <-p.closing:
		return errClosed
	case <-limit.C:
		return newError(p.state, "no %s was free for %v", p.what, p.wait)
	}
}

// take returns an idle connection, or a new one; the caller has a permit.
func (p *pool) take() (*conn, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, errClosed
	}
	if n := len(p.idle); n > 0 {
		c := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	return p.open()
}

// release takes a connection back. One that is still within a transaction is
// rolled back; one that cannot be is closed, and so is one that comes after the
// database was closed.
func (p *pool) release(c *conn) {
	defer func() { <-p.permits }()
	usable := !c.inTransaction() || c.control(sqlRollback) == nil
	p.mu.Lock()
	defer p.mu.Unlock()
	if usable && !p.closed {
		p.idle = append(p.idle, c)
		return
	}
	_ = c.close() // nobody is left to hear of it
}

// rowsClosed implements holder for rows outside of transactions.
func (p *pool) rowsClosed(r *rows, _ error) { p.release(r.c) }

// close closes the idle connections. Those in use are closed when they come back.
func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	var errs []error
	for _, c := range p.idle {
		errs = append(errs, c.close())
	}
	p.idle = nil
	return errors.Join(errs...)
}
