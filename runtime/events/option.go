package events

import (
	"time"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
)

// An Option changes one call of Consume.
type Option func(*settings)

type settings struct {
	messages []string
	fromNow  bool
	interval time.Duration
	lease    time.Duration
}

// Of has only the events of these messages handled, by their full names. A consumer under
// one name asks for the same ones in all processes: those that it did not ask for count as
// handled.
func Of(messages ...string) Option {
	return func(s *settings) { s.messages = append(s.messages, messages...) }
}

// FromNow has a consumer that is new begin with what happens from now on. Without it, it
// begins with the oldest event that there is.
func FromNow() Option { return func(s *settings) { s.fromNow = true } }

// Interval sets how often the consumer looks by itself, a second without it. On PostgreSQL
// notifications tell it at once, where the database is a *pgxpool.Pool.
func Interval(d time.Duration) Option { return func(s *settings) { s.interval = d } }

// Lease sets how long the process that works may be silent before another takes over, 15
// seconds without it. It is also how long an end without notice holds events up.
func Lease(d time.Duration) Option { return func(s *settings) { s.lease = d } }

func settingsOf(opts []Option) *settings {
	s := &settings{interval: eventlog.DefaultInterval, lease: 15 * time.Second}
	for _, opt := range opts {
		opt(s)
	}
	return s
}
