package redislimit_test

import (
	"context"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit/internal/storetest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit/redislimit"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, start(t).store())
}

// Keys go away by themselves, whatever the algorithm.
func TestKeysExpire(t *testing.T) {
	t.Parallel()
	s := start(t)
	store, client := s.store(redislimit.WithPrefix("test:")), s.client()
	for _, p := range []*ratelimit.Policy{
		{Service: "a.B", MaxCalls: 3, Period: time.Minute},
		{Service: "a.B", MaxCalls: 300, Period: time.Minute},
		{Service: "a.B", MaxCalls: 3, Period: time.Minute, Algorithm: ratelimit.TokenBucket, Burst: 3},
	} {
		require.NoError(t, client.FlushAll(t.Context()).Err())
		c := storetest.Charge(p)
		for range 3 {
			storetest.Take(t, store, c)
		}
		keys, err := client.Keys(t.Context(), "*").Result()
		require.NoError(t, err)
		require.Len(t, keys, 1)
		assert.Regexp(t, `^test:\{a\.B\}[\w-]{22}$`, keys[0])
		left, err := client.PTTL(t.Context(), keys[0]).Result()
		require.NoError(t, err)
		assert.Positive(t, left)
		assert.LessOrEqual(t, left, time.Minute+time.Second)
	}
}

// A Redis that lost the script is given it again, and one that lost all has full
// budgets. Callers see neither.
func TestRedisForgets(t *testing.T) {
	t.Parallel()
	s := start(t)
	store, client := s.store(), s.client()
	c := storetest.Charge(&ratelimit.Policy{MaxCalls: 2, Period: time.Hour})
	take := func(want bool) {
		t.Helper()
		ok, _ := storetest.Take(t, store, c)
		require.Equal(t, want, ok)
	}
	take(true)
	require.NoError(t, client.ScriptFlush(t.Context()).Err())
	take(true)
	take(false)
	require.NoError(t, client.FlushAll(t.Context()).Err())
	take(true)
	take(true)
	take(false)

	s.kill()
	s.run()
	take(true)
	take(true)
	take(false)
}

// Three replicas with a store of their own over one Redis share its budgets.
func TestReplicas(t *testing.T) {
	t.Parallel()
	s := start(t)
	c := storetest.Charge(&ratelimit.Policy{MaxCalls: 1000, Period: time.Hour})
	var total atomic.Int64
	var wg sync.WaitGroup
	for range 3 {
		store := s.store()
		for range 16 {
			wg.Go(func() {
				for range 50 {
					if ok, _ := storetest.Take(t, store, c); ok {
						total.Add(1)
					}
				}
			})
		}
	}
	wg.Wait()
	assert.Equal(t, int64(1000), total.Load())
}

// A limiter is put before calls while Redis is killed, or hangs, and comes back. Calls
// pass or are UNAVAILABLE as was chosen, and no call waits for longer than the limit.
func TestTrouble(t *testing.T) {
	t.Parallel()
	troubles := map[string]struct{ begin, end func(*server) }{
		"killed": {func(s *server) { s.kill() }, func(s *server) { s.run() }},
		"hung":   {func(s *server) { s.signal(syscall.SIGSTOP) }, func(s *server) { s.signal(syscall.SIGCONT) }},
	}
	for name, trouble := range troubles {
		for _, closed := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := start(t)
				opts := []ratelimit.Option{
					ratelimit.WithLogger(quiet),
					ratelimit.Services(ratelimit.Service{Name: "a.B", Limits: []ratelimit.Limit{{MaxCalls: 1_000_000, Period: time.Hour}}}),
				}
				if closed {
					opts = append(opts, ratelimit.FailClosed())
				}
				l, err := ratelimit.New(s.store(), opts...)
				require.NoError(t, err)
				load := newLoad(l)
				load.until(t, ratelimit.Admitted, 100)
				trouble.begin(s)
				failing := ratelimit.FailedOpen
				if closed {
					failing = ratelimit.FailedClosed
				}
				load.until(t, failing, 30)
				trouble.end(s)
				load.until(t, ratelimit.Admitted, 100)
				load.stop()
				if !closed {
					assert.Zero(t, load.failed.Load(), "no caller sees the trouble")
				}
				assert.Zero(t, load.wrong.Load(), "UNAVAILABLE is all that callers see")
				assert.Zero(t, l.Count(ratelimit.Refused))
			})
		}
	}
}

// A Redis that loses its keys and its script under load is no trouble that anybody sees.
func TestFlushedUnderLoad(t *testing.T) {
	t.Parallel()
	s := start(t)
	l, err := ratelimit.New(s.store(), ratelimit.WithLogger(quiet), ratelimit.FailClosed(), ratelimit.WithStoreTimeout(20*time.Second),
		ratelimit.Services(ratelimit.Service{Name: "a.B", Limits: []ratelimit.Limit{{MaxCalls: 1_000_000, Period: time.Hour}}}))
	require.NoError(t, err)
	load, client := newLoad(l), s.client()
	for range 5 {
		load.until(t, ratelimit.Admitted, 50)
		require.NoError(t, client.FlushAll(t.Context()).Err())
		require.NoError(t, client.ScriptFlush(t.Context()).Err())
	}
	load.until(t, ratelimit.Admitted, 50)
	load.stop()
	assert.Zero(t, load.failed.Load())
	assert.Zero(t, l.Count(ratelimit.FailedClosed))
}

// A load is some callers that call without a pause.
type load struct {
	limiter       *ratelimit.Limiter
	failed, wrong atomic.Int64
	stop          func()
}

func newLoad(l *ratelimit.Limiter) *load {
	ctx, cancel := context.WithCancel(context.Background())
	ld := &load{limiter: l}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for ctx.Err() == nil {
				ld.call()
			}
		})
	}
	ld.stop = func() {
		cancel()
		wg.Wait()
	}
	return ld
}

func (ld *load) call() {
	_, err := ld.limiter.Unary(context.Background(), nil, &grpc.UnaryServerInfo{FullMethod: "/a.B/C"},
		func(context.Context, any) (any, error) { return nil, nil })
	if err != nil {
		ld.failed.Add(1)
		if status.Code(err) != codes.Unavailable {
			ld.wrong.Add(1)
		}
	}
}

// until waits for n more calls with an outcome.
func (ld *load) until(t *testing.T, o ratelimit.Outcome, n int64) {
	t.Helper()
	before := ld.limiter.Count(o)
	require.Eventually(t, func() bool { return ld.limiter.Count(o) >= before+n }, 20*time.Second, 5*time.Millisecond,
		"%d calls %s", n, o)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	client := redis.NewClient(&redis.Options{Addr: "localhost:1"})
	defer client.Close()
	_, err := redislimit.New(client)
	require.EqualError(t, err, "redislimit: the client ignores the time limits of calls; set ContextTimeoutEnabled in its options")
	_, err = redislimit.New(nil)
	require.EqualError(t, err, "redislimit: there is no client")
}
