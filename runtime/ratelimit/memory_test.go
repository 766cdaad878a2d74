package ratelimit_test

import (
	"encoding/binary"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
)

// A clock is a virtual one.
type clock struct{ ns atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(0, c.ns.Load()) }
func (c *clock) advance(d time.Duration) { c.ns.Add(int64(d)) }

func budget(n uint64) (id ratelimit.BudgetID) {
	binary.LittleEndian.PutUint64(id[:], n)
	return id
}

func take(t require.TestingT, s ratelimit.Store, charges ...ratelimit.Charge) (admitted bool, quotas []ratelimit.Quota) {
	quotas = make([]ratelimit.Quota, len(charges))
	require.NoError(t, s.Take(bg, charges, quotas))
	return !slices.ContainsFunc(quotas, func(q ratelimit.Quota) bool { return q.Refused }), quotas
}

func drawPolicy(t *rapid.T, label string) *ratelimit.Policy {
	p := &ratelimit.Policy{
		Name:     label,
		MaxCalls: rapid.OneOf(rapid.Int64Range(1, 5), rapid.Int64Range(1, 300)).Draw(t, label+" max_calls"),
		Period:   time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(time.Minute)).Draw(t, label+" period")),
	}
	if rapid.Bool().Draw(t, label+" token bucket") {
		p.Algorithm = ratelimit.TokenBucket
		p.Burst = rapid.Int64Range(1, 20).Draw(t, label+" burst")
	}
	return p
}

// A reference counts the calls that were admitted to a budget the slow way.
type reference struct {
	policy *ratelimit.Policy
	times  []int64
	debt   int64 // of a bucket: the nanoseconds until it is full, at the last call
}

// since returns how many calls were admitted later than a time.
func (r *reference) since(t int64) int64 {
	n := int64(0)
	for _, at := range slices.Backward(r.times) {
		if at <= t {
			break
		}
		n++
	}
	return n
}

// must returns whether a call has to be admitted, and may whether it can be.
func (r *reference) decide(now int64) (must, may bool) {
	p := r.policy
	switch {
	case p.Algorithm == ratelimit.TokenBucket:
		must = r.tokens(now)
		return must, must
	case p.MaxCalls <= ratelimit.Exact:
		must = r.since(now-int64(p.Period)) < p.MaxCalls
		return must, must
	default:
		// A slot is at most a nanosecond longer than 1/128 of a period.
		longer := int64(p.Period) + int64(p.Period)/ratelimit.Slots + ratelimit.Slots + 1
		return r.since(now-longer) < p.MaxCalls, r.since(now-int64(p.Period)) < p.MaxCalls
	}
}

// tokens is the bucket: burst tokens, one more in each part of the period.
func (r *reference) tokens(now int64) bool {
	return r.owed(now)+r.each() <= r.each()*r.policy.Burst
}

func (r *reference) each() int64 {
	return (int64(r.policy.Period) + r.policy.MaxCalls - 1) / r.policy.MaxCalls
}

func (r *reference) owed(now int64) int64 {
	if len(r.times) == 0 {
		return 0
	}
	return max(r.debt-(now-r.times[len(r.times)-1]), 0)
}

func (r *reference) admit(now int64) {
	r.debt = r.owed(now) + r.each()
	r.times = append(r.times, now)
}

// busiest returns the most calls in any window of the period.
func (r *reference) busiest() int64 {
	most, from := 0, 0
	for i, at := range r.times {
		for r.times[from]+int64(r.policy.Period) <= at {
			from++
		}
		most = max(most, i-from+1)
	}
	return int64(most)
}

// A call is charged to all of its budgets or to none, each admits what its algorithm
// says, and what Reset says is the exact time to wait.
func TestMemoryAgreesWithTheReference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var c clock
		store := ratelimit.NewMemory(ratelimit.WithClock(c.now))
		start := c.ns.Load()
		n := rapid.IntRange(1, 3).Draw(t, "budgets")
		refs := make([]*reference, n)
		charges := make([]ratelimit.Charge, n)
		for i := range refs {
			p := drawPolicy(t, string(rune('a'+i)))
			refs[i] = &reference{policy: p}
			charges[i] = ratelimit.Charge{Budget: budget(uint64(i)), Policy: p}
		}
		for range rapid.IntRange(1, 400).Draw(t, "calls") {
			period := int64(refs[rapid.IntRange(0, n-1).Draw(t, "of")].policy.Period)
			c.ns.Add(rapid.OneOf(
				rapid.Just(int64(0)), rapid.Int64Range(0, period/100), rapid.Int64Range(0, period),
				rapid.SampledFrom([]int64{1, period - 1, period, period + 1, 2 * period}),
			).Draw(t, "step"))
			which := rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 1, n, rapid.ID).Draw(t, "charged")
			var some []ratelimit.Charge
			must, may := true, true
			now := c.ns.Load() - start
			for _, i := range which {
				some = append(some, charges[i])
				ref := refs[i]
				m, y := ref.decide(now)
				must, may = must && m, may && y
			}
			admitted, quotas := take(t, store, some...)
			if must {
				require.True(t, admitted, "at %d: a call is refused that fits", now)
			}
			if !may {
				require.False(t, admitted, "at %d: a call is admitted that is over the limit", now)
			}
			for j, i := range which {
				if admitted {
					refs[i].admit(now)
				}
				checkQuota(t, refs[i], now, quotas[j])
			}
		}
		for _, ref := range refs {
			if ref.policy.Algorithm == ratelimit.SlidingWindow {
				require.LessOrEqual(t, ref.busiest(), ref.policy.MaxCalls)
			} else {
				require.LessOrEqual(t, ref.busiest(), ref.policy.MaxCalls+ref.policy.Burst)
			}
		}
	})
}

// checkQuota compares what is left of a budget with what the reference admits.
func checkQuota(t *rapid.T, ref *reference, now int64, q ratelimit.Quota) {
	if q.Refused {
		require.Positive(t, q.Reset)
		require.Zero(t, q.Remaining)
		_, may := ref.decide(now + int64(q.Reset))
		require.True(t, may, "a call that waited as long as it was told is admitted")
	}
	if ref.policy.Algorithm == ratelimit.SlidingWindow && ref.policy.MaxCalls > ratelimit.Exact {
		return
	}
	if q.Refused {
		must, _ := ref.decide(now + int64(q.Reset) - 1)
		require.False(t, must, "a nanosecond earlier it is not")
	}
	if ref.policy.Algorithm == ratelimit.SlidingWindow {
		require.Equal(t, ref.policy.MaxCalls-ref.since(now-int64(ref.policy.Period)), q.Remaining)
	}
}

// The flaw of fixed windows: twice the limit around a window's edge.
func TestNoBurstAtAWindowsEdge(t *testing.T) {
	t.Parallel()
	for _, calls := range []int64{10, 1000} {
		var c clock
		store := ratelimit.NewMemory(ratelimit.WithClock(c.now))
		charge := ratelimit.Charge{Policy: &ratelimit.Policy{MaxCalls: calls, Period: time.Minute}}
		admitted := int64(0)
		for _, at := range []time.Duration{59990 * time.Millisecond, 20 * time.Millisecond} {
			c.advance(at)
			for range 2 * calls {
				if ok, _ := take(t, store, charge); ok {
					admitted++
				}
			}
		}
		assert.Equal(t, calls, admitted)
	}
}

// A steady caller over the limit gets at least 99 % of it.
func TestLargeLimitsAdmitTheirRate(t *testing.T) {
	t.Parallel()
	var c clock
	store := ratelimit.NewMemory(ratelimit.WithClock(c.now))
	policy := &ratelimit.Policy{MaxCalls: 1000, Period: time.Second}
	ref := &reference{policy: policy}
	for range 50_000 { // twice the limit for 25 seconds
		if ok, _ := take(t, store, ratelimit.Charge{Policy: policy}); ok {
			ref.times = append(ref.times, c.ns.Load())
		}
		c.advance(500 * time.Microsecond)
	}
	assert.LessOrEqual(t, ref.busiest(), policy.MaxCalls)
	assert.GreaterOrEqual(t, len(ref.times), 25*990)
	assert.LessOrEqual(t, len(ref.times), 25*1000)
}

// 64 callers at once never get more than the limit, whatever budgets they share.
func TestMemoryUnderConcurrentCalls(t *testing.T) {
	t.Parallel()
	var c clock
	store := ratelimit.NewMemory(ratelimit.WithClock(c.now))
	shared := &ratelimit.Policy{Name: "shared", MaxCalls: 500, Period: time.Second}
	own := &ratelimit.Policy{Name: "own", MaxCalls: 10, Period: time.Second}
	var admitted [64]int
	var wg sync.WaitGroup
	for i := range admitted {
		wg.Go(func() {
			charges := []ratelimit.Charge{{Budget: budget(1000), Policy: shared}, {Budget: budget(uint64(i)), Policy: own}}
			if i%2 == 0 {
				slices.Reverse(charges)
			}
			for range 100 {
				if ok, _ := take(t, store, charges...); ok {
					admitted[i]++
				}
			}
		})
	}
	wg.Wait()
	total := 0
	for _, n := range admitted {
		assert.LessOrEqual(t, n, 10)
		total += n
	}
	assert.Equal(t, 500, total, "640 calls fit their own budgets")
}

// A million callers do not take more memory than there is, and cannot make room for
// themselves.
func TestMemoryIsBounded(t *testing.T) {
	const most, keys = 16 << 20, 1_000_000
	var c clock
	before := heap()
	store := ratelimit.NewMemory(ratelimit.WithClock(c.now), ratelimit.WithMaxBytes(most))
	policy := &ratelimit.Policy{MaxCalls: 3, Period: time.Minute}
	charge := []ratelimit.Charge{{Policy: policy}}
	quotas := make([]ratelimit.Quota, 1)
	id := func(i int) ratelimit.BudgetID {
		n := uint64(i) * 0x9e3779b97f4a7c15 // spreads over the shards
		return budget(n ^ n>>32)
	}
	admitted := 0
	for i := range keys {
		charge[0].Budget = id(i)
		require.NoError(t, store.Take(bg, charge, quotas))
		if !quotas[0].Refused {
			admitted++
		}
	}
	assert.Less(t, heap()-before, int64(2*most))
	assert.Greater(t, admitted, 50_000, "as many as there is room for")
	assert.Less(t, admitted, keys/2)

	charge[0].Budget = id(0)
	require.NoError(t, store.Take(bg, charge, quotas))
	assert.Equal(t, int64(1), quotas[0].Remaining, "the first caller's budget is still there")
	charge[0].Budget = budget(1 << 62)
	require.NoError(t, store.Take(bg, charge, quotas))
	assert.True(t, quotas[0].Refused, "new callers share one budget, which is used up")

	c.advance(time.Minute)
	require.NoError(t, store.Take(bg, charge, quotas))
	assert.Equal(t, int64(2), quotas[0].Remaining, "lapsed budgets make room")
	runtime.KeepAlive(store)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A clock that goes back admits nothing more.
func TestMemoryWithAClockThatGoesBack(t *testing.T) {
	t.Parallel()
	policies := []*ratelimit.Policy{
		{MaxCalls: 3, Period: time.Second},
		{MaxCalls: 300, Period: time.Second},
		{MaxCalls: 3, Period: time.Second, Algorithm: ratelimit.TokenBucket, Burst: 3},
	}
	for _, p := range policies {
		var c clock
		c.advance(time.Hour)
		store := ratelimit.NewMemory(ratelimit.WithClock(c.now))
		c.advance(time.Minute)
		for range p.MaxCalls {
			ok, _ := take(t, store, ratelimit.Charge{Policy: p})
			require.True(t, ok)
			c.advance(-time.Second)
		}
		c.advance(-2 * time.Hour)
		ok, _ := take(t, store, ratelimit.Charge{Policy: p})
		assert.False(t, ok, "%+v", p)
	}
}

func BenchmarkMemory(b *testing.B) {
	window := &ratelimit.Policy{Name: "window", MaxCalls: 100, Period: time.Millisecond}
	large := &ratelimit.Policy{Name: "large", MaxCalls: 100_000, Period: time.Second}
	bucket := &ratelimit.Policy{Name: "bucket", MaxCalls: 1000, Period: time.Second, Algorithm: ratelimit.TokenBucket, Burst: 100}
	for _, tt := range []struct {
		name     string
		policies []*ratelimit.Policy
	}{
		{"window", []*ratelimit.Policy{window}},
		{"large", []*ratelimit.Policy{large}},
		{"bucket", []*ratelimit.Policy{bucket}},
		{"all three", []*ratelimit.Policy{window, large, bucket}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			store := ratelimit.NewMemory()
			var charges []ratelimit.Charge
			for i, p := range tt.policies {
				charges = append(charges, ratelimit.Charge{Budget: budget(uint64(i)), Policy: p})
			}
			quotas := make([]ratelimit.Quota, len(charges))
			b.ReportAllocs()
			for b.Loop() {
				if err := store.Take(bg, charges, quotas); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
