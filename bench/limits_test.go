package bench

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit/pglimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit/redislimit"
)

const (
	limitCallers = 64
	limitCalls   = 100
	limitPeriod  = time.Second
	limitTime    = 10 * limitPeriod
	// leastPause is that of a caller who was refused, so that 64 of them leave the
	// machine something.
	leastPause = 20 * time.Millisecond
)

// An admission is a call that was admitted, at some time between two.
type admission struct{ after, before time.Time }

// The limiters of one replica admit what the limit says within 1 %, those of three that
// share a store within 2 %, and never more than it in any window.
func TestLimitsUnderLoad(t *testing.T) {
	t.Parallel()
	window := ratelimit.Limit{MaxCalls: limitCalls, Period: limitPeriod}
	bucket := window
	bucket.Algorithm = ratelimit.TokenBucket
	memory := ratelimit.NewMemory()
	ofRedis, ofPostgres := redisStores(t, 3), postgresStores(t, 3)
	for _, tt := range []struct {
		name   string
		limit  ratelimit.Limit
		stores []ratelimit.Store
		want   int // calls
		within float64
	}{
		{"window in memory", window, []ratelimit.Store{memory}, 1000, 0.01},
		{"bucket in memory", bucket, []ratelimit.Store{memory}, 1100, 0.01},
		{"window in Redis", window, ofRedis, 1000, 0.02},
		{"bucket in Redis", bucket, ofRedis, 1100, 0.02},
		{"window in PostgreSQL", window, ofPostgres, 1000, 0.02},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			admitted := limitLoad(t, tt.limit, tt.stores)
			assert.GreaterOrEqual(t, len(admitted), int(float64(tt.want)*(1-tt.within)))
			assert.LessOrEqual(t, len(admitted), tt.want+len(tt.stores))
			most := limitCalls
			if tt.limit.Algorithm == ratelimit.TokenBucket {
				most += limitCalls
			}
			assert.LessOrEqual(t, mostInAWindow(admitted), most)
		})
	}
}

// limitLoad returns the calls that were admitted in limitTime, to callers spread over
// replicas.
func limitLoad(t *testing.T, limit ratelimit.Limit, stores []ratelimit.Store) (all []admission) {
	t.Helper()
	limiters := make([]*ratelimit.Limiter, len(stores))
	for i, s := range stores {
		l, err := ratelimit.New(s, ratelimit.FailClosed(), ratelimit.WithStoreTimeout(time.Minute),
			ratelimit.WithLogger(slog.New(slog.DiscardHandler)),
			ratelimit.Services(ratelimit.Service{Name: "bench.Limits", Limits: []ratelimit.Limit{limit}}))
		require.NoError(t, err)
		limiters[i] = l
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := time.Now()
	ctx, cancel := context.WithDeadline(t.Context(), start.Add(limitTime))
	defer cancel()
	for i := range limitCallers {
		wg.Go(func() {
			for ctx.Err() == nil {
				after := time.Now()
				err := limitedCall(limiters[i%len(limiters)])
				before := time.Now()
				var exceeded *ratelimit.ExceededError
				switch {
				case err == nil && before.Before(start.Add(limitTime)):
					mu.Lock()
					all = append(all, admission{after, before})
					mu.Unlock()
				case errors.As(err, &exceeded):
					pause(ctx, max(exceeded.RetryAfter, leastPause))
				default:
					assert.NoError(t, err)
				}
			}
		})
	}
	wg.Wait()
	return all
}

func limitedCall(l *ratelimit.Limiter) error {
	_, err := l.Unary(context.Background(), nil, &grpc.UnaryServerInfo{FullMethod: "/bench.Limits/Call"},
		func(context.Context, any) (any, error) { return nil, nil })
	return err
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// mostInAWindow returns the largest number of calls that were surely admitted in one
// period, as long as the clock of a store is not off by a thousandth.
func mostInAWindow(all []admission) (most int) {
	for _, first := range all {
		end := first.after.Add(limitPeriod - limitPeriod/1000)
		n := 0
		for _, a := range all {
			if !a.after.Before(first.after) && a.before.Before(end) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// The measure sees what it is for: a limiter whose windows begin with the second lets
// twice the limit through at their edge.
func TestMostInAWindow(t *testing.T) {
	t.Parallel()
	start := time.Now()
	var all []admission
	for i := range 100 {
		at := start.Add(990 * time.Millisecond)
		all = append(all, admission{at, at.Add(time.Duration(i) * time.Microsecond)})
		at = start.Add(time.Second)
		all = append(all, admission{at, at.Add(time.Duration(i) * time.Microsecond)})
	}
	assert.Equal(t, 200, mostInAWindow(all))
	slices.Reverse(all)
	assert.Equal(t, 200, mostInAWindow(all))
	assert.Zero(t, mostInAWindow(nil))
}

func postgresStores(t *testing.T, replicas int) (stores []ratelimit.Store) {
	t.Helper()
	pool := crudtest.Postgres(t, crudtest.WithMaxConns(8))
	require.NoError(t, pglimit.CreateTables(t.Context(), pool))
	for range replicas {
		stores = append(stores, pglimit.New(pool))
	}
	return stores
}

// redisStores returns stores of replicas, each with connections of its own, of a Redis
// that the test starts.
func redisStores(t *testing.T, replicas int) (stores []ratelimit.Store) {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	require.NoError(t, err, "the test needs redis-server: run scripts/install-packages, or apt-get install redis-server")
	dir, err := os.MkdirTemp("", "limits") // t.TempDir is too long for a socket's path
	require.NoError(t, err)
	socket := filepath.Join(dir, "redis.sock")
	cmd := exec.Command(program, "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", dir)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		assert.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait() // it was killed
		assert.NoError(t, os.RemoveAll(dir))
	})
	for range replicas {
		client := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, ContextTimeoutEnabled: true})
		t.Cleanup(func() { assert.NoError(t, client.Close()) })
		require.Eventually(t, func() bool { return client.Ping(t.Context()).Err() == nil }, 10*time.Second, 10*time.Millisecond)
		store, err := redislimit.New(client)
		require.NoError(t, err)
		stores = append(stores, store)
	}
	return stores
}
