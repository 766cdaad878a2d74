package events

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

const (
	firstBackoff = 100 * time.Millisecond
	lastBackoff  = 30 * time.Second
	// storeEvery is how long handled events wait for their position to be stored.
	storeEvery = time.Second
)

// Consume calls handle with every event behind the last one that was handled under the
// name, one after the other, until ctx ends; then it returns nil. The database needs
// crud.EventTables.
//
// An event whose handler returned nil counts as handled. That is stored after a page of
// events, or a second: after a crash those since then come again, so a handler must bear an
// event twice. One whose handler fails is tried again with growing pauses of up to 30
// seconds, and none is skipped: those behind it wait. The handler's context ends when
// another process has taken over.
//
// It returns an error for what no further try could mend: an empty name, events that were
// purged before they were handled, or a message that the program does not know. What the
// database says is logged, and tried again.
func Consume(ctx context.Context, db crud.DB, name string, handle func(ctx context.Context, e Event) error, opts ...Option) error {
	if name == "" {
		return errors.New("events: a consumer needs a name")
	}
	s := settingsOf(opts)
	c := &consumer{
		settings: s, log: logOf(db), handle: handle,
		cursor: cursor{db: db, sqlite: crud.DialectOf(db) == crud.SQLite, name: name, holder: uuid.NewString(), holds: s.lease},
	}
	c.follower = eventlog.Follow(c.log, s.interval)
	defer c.follower.Close()
	pause := backoff{}
	for ctx.Err() == nil {
		worked, err := c.turn(ctx)
		var fatal *fatalError
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.As(err, &fatal):
			return fatal.err
		case err != nil:
			slog.WarnContext(ctx, "events: a consumer is held up; trying again", "consumer", name, "error", err)
		}
		if worked {
			pause = backoff{}
		}
		if err == nil || errors.Is(err, errLost) {
			sleep(ctx, min(s.lease/3, s.interval)) // the other may leave
			continue
		}
		pause.wait(ctx)
	}
	return nil
}

// A consumer is one call of Consume.
type consumer struct {
	*settings
	cursor
	log      eventlog.Log
	follower *eventlog.Follower
	handle   func(ctx context.Context, e Event) error
}

// fatalError is one that another try does not mend.
type fatalError struct{ err error }

func (e *fatalError) Error() string { return e.err.Error() }

// turn takes the lease and works as long as it holds it. worked is false while another
// process has it.
func (c *consumer) turn(ctx context.Context) (worked bool, err error) {
	at, ok, err := c.take(ctx, func() (int64, error) { return c.start(ctx) })
	if !ok || err != nil {
		return false, err
	}
	defer c.leave(ctx)
	working, cancel := context.WithCancelCause(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		c.keep(working, cancel)
	}()
	err = c.work(working, at)
	if cause := context.Cause(working); errors.Is(cause, errLost) {
		err = cause
	}
	cancel(nil)
	<-renewed
	return true, err
}

// start is where a consumer that is new begins.
func (c *consumer) start(ctx context.Context) (int64, error) {
	if c.fromNow {
		if _, err := c.log.NumberAll(ctx); err != nil {
			return 0, err
		}
	}
	state, err := c.log.State(ctx)
	if c.fromNow {
		return state.Last, err
	}
	return state.Purged, err
}

// keep renews the lease until ctx ends, and cancels the work once it is another's or may
// be.
func (c *consumer) keep(ctx context.Context, cancel context.CancelCauseFunc) {
	until := time.Now().Add(c.lease)
	for sleep(ctx, c.lease/3) {
		began := time.Now()
		switch err := c.renew(ctx); {
		case err == nil:
			until = began.Add(c.lease)
		case errors.Is(err, errLost), time.Now().Add(c.lease / 3).After(until):
			cancel(errLost)
			return
		}
	}
}

// work handles events until ctx ends.
func (c *consumer) work(ctx context.Context, at int64) error {
	of := eventlog.Selection{Messages: c.messages}
	stored := at
	for {
		advanced := c.follower.Advanced()
		page, err := c.log.Read(ctx, at, of)
		switch {
		case err != nil:
			return err
		case page.Purged > at:
			return &fatalError{fmt.Errorf("events: the consumer %q is at %d, and the events up to %d are purged", c.name, at, page.Purged)}
		}
		done, err := c.handlePage(ctx, at, page)
		if done > stored {
			if err := c.storeLast(ctx, done); err != nil {
				return err
			}
			stored = done
		}
		if err != nil {
			return err
		}
		if at = done; at < page.Last {
			continue
		}
		select {
		case <-advanced:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// handlePage handles the events of a page and returns the position up to which all are.
func (c *consumer) handlePage(ctx context.Context, at int64, page eventlog.Page) (int64, error) {
	stored := time.Now()
	for i := range page.Events {
		if ctx.Err() != nil {
			return at, ctx.Err()
		}
		e, err := decoded(&page.Events[i])
		if err != nil {
			return at, &fatalError{err}
		}
		if err := c.handleOne(ctx, e); err != nil {
			return at, err
		}
		at = e.Position
		if time.Since(stored) > storeEvery {
			if err := c.store(ctx, at); err != nil {
				return at, err
			}
			stored = time.Now()
		}
	}
	return page.End, nil
}

// handleOne calls the handler until it succeeds or ctx ends.
func (c *consumer) handleOne(ctx context.Context, e Event) error {
	pause := backoff{}
	for {
		err := c.handle(ctx, e)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		}
		slog.WarnContext(ctx, "events: a handler failed; trying again", "consumer", c.name, "position", e.Position, "message", e.Message, "error", err)
		if !pause.wait(ctx) {
			return ctx.Err()
		}
	}
}

// A backoff is the pause before the next try: it doubles.
type backoff struct{ last time.Duration }

func (b *backoff) wait(ctx context.Context) bool {
	b.last = min(max(2*b.last, firstBackoff), lastBackoff)
	return sleep(ctx, b.last/2+rand.N(b.last/2))
}

// sleep waits; it returns false if ctx ended before.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func logOf(db crud.DB) eventlog.Log {
	return eventlog.Log{DB: db, SQLite: crud.DialectOf(db) == crud.SQLite}
}
