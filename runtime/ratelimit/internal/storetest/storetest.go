// Package storetest is what every store of rate limits is tested with. It uses the
// store's own clock, so that it can be run against a database.
package storetest

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
)

// Policies have one of each way to count, with few and with many calls.
func policies(period time.Duration) map[string]*ratelimit.Policy {
	const service = "storetest.Service"
	return map[string]*ratelimit.Policy{
		"log":    {Service: service, Name: "log", MaxCalls: 5, Period: period},
		"slots":  {Service: service, Name: "slots", MaxCalls: 200, Period: period},
		"bucket": {Service: service, Name: "bucket", MaxCalls: 5, Period: period, Algorithm: ratelimit.TokenBucket, Burst: 7},
	}
}

// Charge returns a charge to a budget that nobody else has.
func Charge(p *ratelimit.Policy) ratelimit.Charge {
	c := ratelimit.Charge{Policy: p}
	_, _ = rand.Read(c.Budget[:]) // it never fails
	return c
}

// Take charges a call and returns whether it is admitted.
func Take(t require.TestingT, s ratelimit.Store, charges ...ratelimit.Charge) (bool, []ratelimit.Quota) {
	quotas := make([]ratelimit.Quota, len(charges))
	require.NoError(t, s.Take(context.Background(), charges, quotas))
	return admitted(quotas), quotas
}

func admitted(quotas []ratelimit.Quota) bool {
	return !slices.ContainsFunc(quotas, func(q ratelimit.Quota) bool { return q.Refused })
}

// Run runs all tests of a store.
func Run(t *testing.T, s ratelimit.Store) {
	t.Run("Quota", func(t *testing.T) { t.Parallel(); quota(t, s) })
	t.Run("AllOrNone", func(t *testing.T) { t.Parallel(); allOrNone(t, s) })
	t.Run("Apart", func(t *testing.T) { t.Parallel(); apart(t, s) })
	t.Run("Concurrent", func(t *testing.T) { t.Parallel(); concurrent(t, s) })
	t.Run("Crossed", func(t *testing.T) { t.Parallel(); crossed(t, s) })
	t.Run("Windows", func(t *testing.T) { t.Parallel(); windows(t, s) })
	t.Run("Wait", func(t *testing.T) { t.Parallel(); wait(t, s) })
}

// quota says what remains after each call, and when there is more.
func quota(t *testing.T, s ratelimit.Store) {
	for name, p := range policies(time.Hour) {
		c := Charge(p)
		longest := p.Period + p.Period/ratelimit.Slots
		if p.Algorithm == ratelimit.TokenBucket {
			longest = p.Period / time.Duration(p.MaxCalls)
		}
		for n := p.Capacity() - 1; n >= 0; n-- {
			ok, quotas := Take(t, s, c)
			require.True(t, ok, name)
			require.Equal(t, n, quotas[0].Remaining, name)
			require.Positive(t, quotas[0].Reset, name)
			require.LessOrEqual(t, quotas[0].Reset, longest, name)
		}
		for range 3 {
			ok, quotas := Take(t, s, c)
			require.False(t, ok, name)
			require.Zero(t, quotas[0].Remaining, name)
			require.Positive(t, quotas[0].Reset, name)
			require.LessOrEqual(t, quotas[0].Reset, longest, name)
		}
	}
}

// allOrNone charges calls to two budgets, one of which has no room.
func allOrNone(t *testing.T, s ratelimit.Store) {
	for fullName, full := range policies(time.Hour) {
		for name, p := range policies(time.Hour) {
			c, other := Charge(full), Charge(p)
			for range full.Capacity() {
				ok, _ := Take(t, s, c)
				require.True(t, ok)
			}
			for _, charges := range [][]ratelimit.Charge{{c, other}, {other, c}} {
				ok, quotas := Take(t, s, charges...)
				require.False(t, ok)
				i := slices.Index(charges, other)
				require.False(t, quotas[i].Refused)
				require.True(t, quotas[1-i].Refused)
				require.Equal(t, p.Capacity(), quotas[i].Remaining, "%s and %s", fullName, name)
			}
			_, quotas := Take(t, s, other)
			require.Equal(t, p.Capacity()-1, quotas[0].Remaining, "%s and %s", fullName, name)
		}
	}
}

// apart gives each budget its own calls.
func apart(t *testing.T, s ratelimit.Store) {
	for name, p := range policies(time.Hour) {
		a, b := Charge(p), Charge(p)
		for range p.Capacity() {
			Take(t, s, a)
		}
		ok, _ := Take(t, s, a)
		assert.False(t, ok, name)
		_, quotas := Take(t, s, b)
		assert.Equal(t, p.Capacity()-1, quotas[0].Remaining, name)
	}
}

const callers = 64

// concurrent has many callers use up one budget.
func concurrent(t *testing.T, s ratelimit.Store) {
	for name, p := range policies(time.Hour) {
		c := Charge(p)
		var counts [callers]int64
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				for range 6 {
					if ok, _ := Take(t, s, c); ok {
						counts[i]++
					}
				}
			})
		}
		wg.Wait()
		total := int64(0)
		for _, n := range counts {
			total += n
		}
		assert.Equal(t, p.Capacity(), total, name)
	}
}

// crossed has callers charge the same budgets in different orders. They neither wait
// for each other for ever nor get more than there is.
func crossed(t *testing.T, s ratelimit.Store) {
	all := policies(time.Hour)
	charges := []ratelimit.Charge{Charge(all["log"]), Charge(all["bucket"]), Charge(all["slots"])}
	var counts [callers]int64
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			mine := append(slices.Clone(charges[i%3:]), charges[:i%3]...)
			if i%2 == 0 {
				slices.Reverse(mine)
			}
			for range 3 {
				if ok, _ := Take(t, s, mine...); ok {
					counts[i]++
				}
			}
		})
	}
	wg.Wait()
	total := int64(0)
	for _, n := range counts {
		total += n
	}
	assert.Equal(t, int64(5), total)
}

// windows calls without a pause, and looks for a period with too many calls.
func windows(t *testing.T, s ratelimit.Store) {
	const period = 300 * time.Millisecond
	for name, p := range policies(period) {
		c := Charge(p)
		var mu sync.Mutex
		var starts, ends []time.Duration
		begin := time.Now()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for time.Since(begin) < 4*period {
					start := time.Since(begin)
					ok, _ := Take(t, s, c)
					end := time.Since(begin)
					if ok {
						mu.Lock()
						starts, ends = append(starts, start), append(ends, end)
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		slices.Sort(starts)
		slices.Sort(ends)
		most := int(p.MaxCalls + p.Burst)
		assert.Greater(t, len(starts), int(p.Capacity()), "%s: calls are admitted again", name)
		// The store charged the nth call not before the nth start, nor after the nth end.
		for i := range max(len(starts)-most, 0) {
			require.GreaterOrEqual(t, ends[i+most]-starts[i]+time.Microsecond, period, "%s: %d calls in a period", name, most+1)
		}
	}
}

// wait waits for as long as a refused call is told to.
func wait(t *testing.T, s ratelimit.Store) {
	for name, p := range policies(200 * time.Millisecond) {
		c := Charge(p)
		var quotas []ratelimit.Quota
		for ok := true; ok; {
			ok, quotas = Take(t, s, c)
		}
		timer := time.NewTimer(quotas[0].Reset)
		<-timer.C
		ok, _ := Take(t, s, c)
		assert.True(t, ok, name)
	}
}
