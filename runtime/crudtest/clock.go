package crudtest

import (
	"sync"
	"time"
)

// A Clock is a time that stands still until a test moves it. Its Now is what
// crud.WithClock and ratelimit.WithClock take, and whoever else takes a
// func() time.Time.
//
//	clock := crudtest.NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
//	books := libraryv1.NewBookRepository(db, crud.WithClock(clock.Now))
//	clock.Advance(30 * 24 * time.Hour)
//
// It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that shows a time.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Now returns the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock, back if d is negative.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set has the clock show a time.
func (c *Clock) Set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}
