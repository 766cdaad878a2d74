package client

import (
	"context"
	"math/rand/v2"
	"time"
)

// pauseBefore returns a pause after a number of failures in a row: the mean doubles from
// first up to most, each is somewhere between half of it and three halves, so that
// clients do not come back all at once. A server that asks for a pause gets at least
// that, and up to a fifth more.
func pauseBefore(failures int, first, most time.Duration, err error) time.Duration {
	mean := min(first, most)
	for i := 1; i < failures && mean < most; i++ {
		mean = min(2*mean, most)
	}
	pause := mean/2 + rand.N(mean+1)
	if asked, ok := RetryAfter(err); ok {
		pause = max(pause, asked+rand.N(asked/5+1))
	}
	return pause
}

// sleep waits, and reports whether ctx lasted.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
