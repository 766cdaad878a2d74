package eventlog

import (
	"context"
	"sync/atomic"
	"time"
)

const (
	// notifyDelay is how long commits wait for others to be told of with them.
	notifyDelay   = 5 * time.Millisecond
	notifyTimeout = 5 * time.Second
)

// A Waker tells followers that events were committed: the process' own at once, and those
// of other processes by a notification, of which there is one every few milliseconds at
// most. It is not a part of the transactions: those that notify commit one after the other
// in the whole database. It is safe for concurrent use.
type Waker struct {
	log     Log
	pending atomic.Bool
}

// NewWaker returns a Waker for those who follow a log.
func NewWaker(l Log) *Waker { return &Waker{log: l} }

// Wake tells that events were committed. It does not wait.
func (w *Waker) Wake() {
	if f := following(w.log.DB); f != nil {
		f.Poke() // it tells the others when it has numbered them
		return
	}
	if !w.log.SQLite && w.pending.CompareAndSwap(false, true) {
		time.AfterFunc(notifyDelay, w.notify)
	}
}

func (w *Waker) notify() {
	w.pending.Store(false)
	ctx, cancel := context.WithTimeout(context.Background(), notifyTimeout)
	defer cancel()
	_, _ = w.log.DB.Exec(ctx, notify) // who misses it looks by itself
}
