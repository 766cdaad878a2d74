package ratelimit

import (
	"errors"
	"fmt"
	"time"
)

// A Limit bounds the calls in a period.
type Limit struct {
	// MaxCalls are the calls that are admitted in a period. At least 1.
	MaxCalls int64
	// Period is at least a millisecond and at most ten years.
	Period time.Duration
	// Group is a name: the limits of a service that have the same one share one
	// budget, and agree in everything else. Empty is a budget of the limit's own.
	Group string
	// Keys tell callers apart: each combination of their values has a budget of its
	// own. Without keys all callers share one.
	Keys []Key
	// Algorithm says how calls are counted. Zero is SlidingWindow.
	Algorithm Algorithm
	// Burst are the calls that TokenBucket admits at once after a pause. Zero is
	// MaxCalls. With another algorithm it is an error.
	Burst int64
}

// An Algorithm says how calls are counted.
type Algorithm uint8

const (
	// SlidingWindow admits at most MaxCalls in any window of the period, wherever it
	// begins. It is exact for limits of up to 128 calls. Above, a call counts up to
	// 1/128 of a period longer, so that up to 1 % fewer are admitted.
	SlidingWindow Algorithm = iota
	// TokenBucket admits calls at the rate of MaxCalls per period, spread evenly, and
	// up to Burst at once after a pause. A window may see MaxCalls plus Burst.
	TokenBucket
)

// String returns the name that the option has in protos.
func (a Algorithm) String() string {
	switch a {
	case SlidingWindow:
		return "SLIDING_WINDOW"
	case TokenBucket:
		return "TOKEN_BUCKET"
	}
	return fmt.Sprintf("Algorithm(%d)", uint8(a))
}

// String returns the limit as messages say it, "10 calls per 1m0s".
func (l Limit) String() string {
	calls := "calls"
	if l.MaxCalls == 1 {
		calls = "call"
	}
	return fmt.Sprintf("%d %s per %s", l.MaxCalls, calls, l.Period)
}

const (
	minPeriod = time.Millisecond
	maxPeriod = 10 * 365 * 24 * time.Hour
	// minTokenTime is the shortest time between two tokens. It is counted in whole
	// nanoseconds, and a rate is to be kept to 1 %.
	minTokenTime = 100 * time.Nanosecond
	// maxRefill is the longest time in which a burst may come back, so that times do
	// not overflow.
	maxRefill = 10 * maxPeriod
)

func (l Limit) check() error {
	switch {
	case l.MaxCalls < 1:
		return fmt.Errorf("a MaxCalls of %d; at least 1 is needed", l.MaxCalls)
	case l.Period < minPeriod, l.Period > maxPeriod:
		return fmt.Errorf("a Period of %s; it must be at least %s and at most ten years", l.Period, minPeriod)
	case l.Algorithm > TokenBucket:
		return fmt.Errorf("an unknown algorithm, %s", l.Algorithm)
	case l.Algorithm != TokenBucket && l.Burst != 0:
		return errors.New("a Burst, which only TokenBucket has")
	case l.Burst < 0:
		return fmt.Errorf("a Burst of %d; at least 1 is needed", l.Burst)
	case l.Algorithm == TokenBucket && l.Period/minTokenTime < time.Duration(l.MaxCalls):
		return fmt.Errorf("%s, faster than a call in %s, the most that TokenBucket counts", l, minTokenTime)
	case l.Burst > int64(maxRefill)/tokenTime(l.Period, l.MaxCalls):
		return fmt.Errorf("a Burst of %d, which takes more than a century to come back", l.Burst)
	}
	if !printable(l.Group) {
		return fmt.Errorf("a Group %q; only printable ASCII is allowed", l.Group)
	}
	for _, k := range l.Keys {
		if k.source == unset {
			return errors.New("a zero Key; make it with Peer, Principal, Metadata, Request or Func")
		}
	}
	return nil
}

// A Service is what is declared of a service's limits: by a proto, whose generated
// Info has it, or in Go for a service that is written by hand.
type Service struct {
	// Name is the full name of the service, library.v1.LibraryService.
	Name string
	// Limits bound the calls of all methods together, also of those that are not
	// among Methods.
	Limits []Limit
	// Methods have limits of their own, or are without any.
	Methods []Method
}

// A Method is what is declared of an RPC's limits, besides its service's.
type Method struct {
	// FullName is /package.Service/Method, as gRPC names it.
	FullName string
	Limits   []Limit
	// Exempt has no limit hold for the method, its service's neither. Then it has no
	// Limits of its own.
	Exempt bool
}

// RateLimits returns the service itself, so that it is an Info.
func (s Service) RateLimits() Service { return s }

// An Info says what limits a service has. A generated LibraryServiceInfo is one, and so
// is a Service.
type Info interface {
	RateLimits() Service
}
