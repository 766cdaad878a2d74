package sqlite

import (
	"context"
	"fmt"
	"time"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// watcher interrupts what its connection runs when a context ends. One context
// is watched at a time, from start to stop, and after stop nothing of it remains:
// the next user of the connection inherits no interruption.
type watcher struct {
	ctx    context.Context // nil when nothing is watched
	unhook func() bool
	hook   func()
	hooked chan struct{} // gets one token each time the hook has run
}

func (w *watcher) init(c *conn) {
	w.hooked = make(chan struct{}, 1)
	w.hook = func() {
		c.interrupt()
		w.hooked <- struct{}{}
	}
}

// interrupt stops a statement that runs. It is called beside it, hence the
// thread state of its own.
func (c *conn) interrupt() {
	tls := libc.NewTLS()
	sqlite3.Xsqlite3_interrupt(tls, c.db)
	tls.Close()
}

// start watches ctx. A context that cannot end costs nothing.
func (w *watcher) start(ctx context.Context) {
	if ctx.Done() == nil {
		return
	}
	w.ctx = ctx
	w.unhook = context.AfterFunc(ctx, w.hook)
}

// stop ends the watch and waits for a hook that has begun.
func (w *watcher) stop() {
	if w.ctx == nil {
		return
	}
	if !w.unhook() {
		<-w.hooked
	}
	w.ctx, w.unhook = nil, nil
}

// err is the context's error once it has ended. SQLite forgets an interrupt that
// comes before a statement has begun, so this is asked before each step and, by
// SQLite, during long ones.
func (w *watcher) err() error {
	if w.ctx == nil || w.ctx.Err() == nil {
		return nil
	}
	return contextError(w.ctx)
}

// cause is the context's error if it explains the result code rc.
func (w *watcher) cause(rc int32) error {
	switch rc & 0xff {
	case sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_ABORT:
		return w.err()
	default:
		return nil
	}
}

// sleep waits for d and reports whether the context is still alive then.
func (w *watcher) sleep(d time.Duration) bool {
	if w.ctx == nil {
		time.Sleep(d)
		return true
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-w.ctx.Done():
		return false
	}
}

func contextError(ctx context.Context) error {
	return fmt.Errorf("sqlite: %w", ctx.Err())
}
