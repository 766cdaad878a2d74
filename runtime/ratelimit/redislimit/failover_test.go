package redislimit_test

import (
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit/internal/storetest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit/redislimit"
)

// A Redis that dies is replaced by its replica, which Sentinel promotes. Calls go on
// through the same client, and what was charged before stays charged.
func TestFailover(t *testing.T) {
	t.Parallel()
	first, second := startTCP(t), startTCP(t)
	require.NoError(t, second.client().ReplicaOf(t.Context(), "127.0.0.1", first.port()).Err())
	sentinel := startSentinel(t, first)
	require.Eventually(t, func() bool {
		replicas, err := sentinel.client().Do(t.Context(), "SENTINEL", "REPLICAS", "limits").Slice()
		return err == nil && len(replicas) == 1
	}, 30*time.Second, 50*time.Millisecond, "Sentinel does not know the replica")
	client := redis.NewFailoverClient(&redis.FailoverOptions{
		MasterName: "limits", SentinelAddrs: []string{sentinel.address}, ContextTimeoutEnabled: true,
	})
	t.Cleanup(func() { assert.NoError(t, client.Close()) })
	store, err := redislimit.New(client)
	require.NoError(t, err)
	l, err := ratelimit.New(store, ratelimit.WithLogger(quiet),
		ratelimit.Services(ratelimit.Service{Name: "a.B", Limits: []ratelimit.Limit{{MaxCalls: 1_000_000, Period: time.Hour}}}))
	require.NoError(t, err)

	budget := storetest.Charge(&ratelimit.Policy{MaxCalls: 3, Period: time.Hour})
	for range 2 {
		ok, _ := storetest.Take(t, store, budget)
		require.True(t, ok)
	}
	// One connection waits for what it wrote itself.
	conn := client.Conn()
	require.NoError(t, conn.Set(t.Context(), "mark", 1, 0).Err())
	require.EqualValues(t, 1, conn.Wait(t.Context(), 1, 30*time.Second).Val(), "the replica has not followed")
	require.NoError(t, conn.Close())

	load := newLoad(l)
	load.until(t, ratelimit.Admitted, 50)
	first.kill()
	load.until(t, ratelimit.FailedOpen, 1)
	load.until(t, ratelimit.Admitted, 50)
	load.stop()
	assert.Zero(t, load.failed.Load())
	assert.Zero(t, l.Count(ratelimit.Refused))

	ok, _ := storetest.Take(t, store, budget)
	assert.True(t, ok, "the third of three")
	ok, _ = storetest.Take(t, store, budget)
	assert.False(t, ok)
}

// In a cluster all budgets of a call are on one node, as a script must have it.
func TestCluster(t *testing.T) {
	t.Parallel()
	_, bus, _ := net.SplitHostPort(freeAddress(t))
	node := startTCP(t, "--cluster-enabled", "yes", "--cluster-port", bus)
	require.NoError(t, node.client().ClusterAddSlotsRange(t.Context(), 0, 16383).Err())
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{node.address}, ContextTimeoutEnabled: true})
	t.Cleanup(func() { assert.NoError(t, client.Close()) })
	require.Eventually(t, func() bool { return client.Set(t.Context(), "mark", 1, 0).Err() == nil }, 30*time.Second, 50*time.Millisecond)
	store, err := redislimit.New(client)
	require.NoError(t, err)
	storetest.Run(t, store)
}
