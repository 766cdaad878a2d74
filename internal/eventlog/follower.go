package eventlog

import (
	"context"
	"log/slog"
	"reflect"
	"sync"
	"time"
)

const (
	// DefaultInterval is how often a follower looks by itself: for what no notification
	// told it of.
	DefaultInterval = time.Second
	// busyPause is how long it waits for somebody else who numbers.
	busyPause = 10 * time.Millisecond
)

// A Follower numbers the events of one database for the readers of this process, and wakes
// them. It runs while there are readers. It is safe for concurrent use.
type Follower struct {
	log     Log
	cancel  context.CancelFunc
	running sync.WaitGroup
	poked   chan struct{}

	mu       sync.Mutex
	readers  int
	interval time.Duration
	last     int64
	advanced chan struct{}
}

// followers are those of the process, one for each database.
var followers = struct {
	sync.Mutex
	of map[DB]*Follower
}{of: map[DB]*Follower{}}

// Follow returns the process' follower of a log, which looks at least every interval. Close
// it once.
func Follow(l Log, interval time.Duration) *Follower {
	if !shared(l.DB) {
		return newFollower(l, interval)
	}
	followers.Lock()
	defer followers.Unlock()
	f := followers.of[l.DB]
	if f == nil {
		f = newFollower(l, interval)
		followers.of[l.DB] = f
		return f
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.readers++
	f.interval = min(f.interval, interval)
	return f
}

// shared reports whether a database can be told from others.
func shared(db DB) bool { return reflect.TypeOf(db).Comparable() }

// following returns the follower of a database, nil if there is none.
func following(db DB) *Follower {
	if !shared(db) {
		return nil
	}
	followers.Lock()
	defer followers.Unlock()
	return followers.of[db]
}

func newFollower(l Log, interval time.Duration) *Follower {
	ctx, cancel := context.WithCancel(context.Background())
	f := &Follower{log: l, cancel: cancel, poked: make(chan struct{}, 1), readers: 1, interval: interval, advanced: make(chan struct{})}
	f.running.Go(func() { f.follow(ctx) })
	if listen := listener(l); listen != nil {
		f.running.Go(func() { f.listen(ctx, listen) })
	}
	return f
}

// Close ends a reader's use. With the last reader the follower ends, and Close waits for
// that.
func (f *Follower) Close() {
	followers.Lock()
	f.mu.Lock()
	f.readers--
	over := f.readers == 0
	f.mu.Unlock()
	if over && shared(f.log.DB) {
		delete(followers.of, f.log.DB)
	}
	followers.Unlock()
	if over {
		f.cancel()
		f.running.Wait()
	}
}

// Advanced returns a channel that is closed once there are positions which the follower
// does not know yet. Ask for it before you read, and wait for it after.
func (f *Follower) Advanced() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.advanced
}

// Poke has the follower look at once.
func (f *Follower) Poke() {
	select {
	case f.poked <- struct{}{}:
	default: // it will look anyway
	}
}

// follow looks whenever something may have changed, until ctx ends.
func (f *Follower) follow(ctx context.Context) {
	failing := false
	for ctx.Err() == nil {
		busy, err := f.look(ctx)
		if ctx.Err() != nil {
			return
		}
		if failed := err != nil; failed != failing {
			failing = failed
			if failed {
				slog.WarnContext(ctx, "crud: events cannot be followed; trying again", "error", err)
			} else {
				slog.InfoContext(ctx, "crud: events are followed again")
			}
		}
		f.pause(ctx, busy)
	}
}

// look numbers what waits and tells the readers what is new.
func (f *Follower) look(ctx context.Context) (busy bool, err error) {
	state, err := f.log.State(ctx)
	if err == nil && state.Waiting {
		f.advance(state.Last)
		if busy, err = f.log.NumberAll(ctx); err == nil {
			state, err = f.log.State(ctx)
		}
	}
	if err == nil {
		f.advance(state.Last)
	}
	return busy, err
}

func (f *Follower) advance(last int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if last != f.last { // it is lower where a database was put back
		f.last = last
		close(f.advanced)
		f.advanced = make(chan struct{})
	}
}

func (f *Follower) pause(ctx context.Context, busy bool) {
	f.mu.Lock()
	wait := f.interval
	f.mu.Unlock()
	if busy {
		wait = min(wait, busyPause)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-f.poked:
	case <-timer.C:
	}
}
