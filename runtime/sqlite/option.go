package sqlite

import (
	"errors"
	"fmt"
	"runtime"
	"time"
)

const (
	defaultBusyTimeout = 5 * time.Second
	minReaders         = 4
	maxReaders         = 1024
)

// Option changes how [Open] sets up a database.
type Option func(*config)

type config struct {
	busyTimeout time.Duration
	readers     int
}

// WithBusyTimeout sets how long a statement waits for the writer, for a reader
// or for another process's lock on the file, if its context allows that long. The
// default is 5 seconds; zero fails at once, and a negative timeout is an error
// of Open.
func WithBusyTimeout(d time.Duration) Option {
	return func(c *config) { c.busyTimeout = d }
}

// WithReaders sets how many connections read at the same time, from 1 to 1024.
// They are opened when they are first needed. The default is GOMAXPROCS, and at
// least 4.
func WithReaders(n int) Option {
	return func(c *config) { c.readers = n }
}

func newConfig(opts []Option) (config, error) {
	c := config{
		busyTimeout: defaultBusyTimeout,
		readers:     max(minReaders, runtime.GOMAXPROCS(0)),
	}
	for _, opt := range opts {
		if opt == nil {
			return config{}, errors.New("an option is nil")
		}
		opt(&c)
	}
	if c.busyTimeout < 0 {
		return config{}, fmt.Errorf("WithBusyTimeout(%v): the timeout cannot be negative", c.busyTimeout)
	}
	if c.readers < 1 || c.readers > maxReaders {
		return config{}, fmt.Errorf("WithReaders(%d): give a number from 1 to %d", c.readers, maxReaders)
	}
	return c, nil
}
