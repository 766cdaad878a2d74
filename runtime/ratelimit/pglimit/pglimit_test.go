package pglimit_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit/internal/storetest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit/pglimit"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

func created(t *testing.T, opts ...crudtest.PostgresOption) *pgxpool.Pool {
	t.Helper()
	pool := crudtest.Postgres(t, opts...)
	require.NoError(t, pglimit.CreateTables(t.Context(), pool))
	return pool
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, pglimit.New(created(t)))
}

// Where a database wants more isolation, calls at the same time are tried again.
func TestIsolation(t *testing.T) {
	t.Parallel()
	pool := created(t, crudtest.WithConfig(func(c *pgxpool.Config) {
		c.ConnConfig.RuntimeParams["default_transaction_isolation"] = "repeatable read"
		c.MaxConns = 2
	}))
	c := storetest.Charge(&ratelimit.Policy{MaxCalls: 20, Period: time.Hour})
	var total atomic.Int64
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			store := pglimit.New(pool)
			for range 20 {
				quotas := make([]ratelimit.Quota, 1)
				if err := store.Take(context.Background(), []ratelimit.Charge{c}, quotas); err == nil && !quotas[0].Refused {
					total.Add(1)
				}
			}
		})
	}
	wg.Wait()
	assert.Positive(t, total.Load())
	assert.LessOrEqual(t, total.Load(), int64(20))
}

// A call is one statement, whatever it is charged to, in every way that pgx sends them.
func TestOneStatement(t *testing.T) {
	t.Parallel()
	for _, mode := range []pgx.QueryExecMode{
		pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec,
		pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
	} {
		recorder := crudtest.NewRecorder(created(t, crudtest.WithConfig(func(c *pgxpool.Config) { c.ConnConfig.DefaultQueryExecMode = mode })))
		store := pglimit.New(recorder)
		ok, quotas := storetest.Take(t, store,
			storetest.Charge(&ratelimit.Policy{MaxCalls: 2, Period: time.Hour}),
			storetest.Charge(&ratelimit.Policy{MaxCalls: 200, Period: time.Hour}),
			storetest.Charge(&ratelimit.Policy{MaxCalls: 2, Period: time.Hour, Algorithm: ratelimit.TokenBucket, Burst: 1}))
		assert.True(t, ok)
		assert.Equal(t, int64(199), quotas[1].Remaining)
		assert.Len(t, recorder.Statements(), 1, mode)
	}
}

// Rows of budgets that are full again go away as new ones come.
func TestRowsGoAway(t *testing.T) {
	t.Parallel()
	pool := created(t)
	store := pglimit.New(pool)
	p := &ratelimit.Policy{MaxCalls: 1, Period: time.Millisecond}
	for range 200 {
		storetest.Take(t, store, storetest.Charge(p))
	}
	var n int
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM crud_limits").Scan(&n))
	assert.Less(t, n, 100)
}

// A clock that goes back admits nothing for the moment, and nobody waits for longer
// than a period for it to come.
func TestAClockThatGoesBack(t *testing.T) {
	t.Parallel()
	pool := created(t)
	store := pglimit.New(pool)
	p := &ratelimit.Policy{MaxCalls: 1, Period: time.Minute}
	c := storetest.Charge(p)
	storetest.Take(t, store, c)
	shift := func(seconds int) {
		_, err := pool.Exec(t.Context(), fmt.Sprintf("UPDATE crud_limits SET state = ARRAY[state[1] + %d]", seconds*1_000_000))
		require.NoError(t, err)
	}
	shift(30)
	ok, quotas := storetest.Take(t, store, c)
	assert.False(t, ok)
	assert.LessOrEqual(t, quotas[0].Reset, time.Minute)
	shift(3600)
	ok, _ = storetest.Take(t, store, c)
	assert.True(t, ok)
}

// Processes that start at the same time may all make the table.
func TestCreateTablesAtOnce(t *testing.T) {
	t.Parallel()
	pool := crudtest.Postgres(t, crudtest.WithMaxConns(8))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { assert.NoError(t, pglimit.CreateTables(context.Background(), pool)) })
	}
	wg.Wait()
}

// The server's role owns nothing, and needs no more than the table.
func TestPrivileges(t *testing.T) {
	t.Parallel()
	pool := created(t)
	conn, err := pool.Acquire(t.Context())
	require.NoError(t, err)
	defer conn.Release()
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	defer func() { assert.NoError(t, tx.Rollback(context.Background())) }()
	for _, sql := range []string{
		"CREATE ROLE crud_limits_caller",
		"DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO crud_limits_caller', current_schema()); END $$",
		"GRANT SELECT, INSERT, UPDATE, DELETE ON crud_limits TO crud_limits_caller",
		"SET LOCAL ROLE crud_limits_caller",
	} {
		_, err := tx.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
	ok, _ := storetest.Take(t, pglimit.New(tx), storetest.Charge(&ratelimit.Policy{MaxCalls: 1, Period: time.Hour}))
	assert.True(t, ok)
}

var _ crud.DB = (*crudtest.Recorder)(nil)

func BenchmarkTake(b *testing.B) {
	pool := crudtest.Postgres(b)
	require.NoError(b, pglimit.CreateTables(b.Context(), pool))
	store := pglimit.New(pool)
	for _, p := range []*ratelimit.Policy{
		{Name: "log", MaxCalls: 100, Period: time.Second},
		{Name: "slots", MaxCalls: 100_000, Period: time.Second},
		{Name: "bucket", MaxCalls: 1000, Period: time.Second, Algorithm: ratelimit.TokenBucket, Burst: 100},
	} {
		b.Run(p.Name, func(b *testing.B) {
			charges, quotas := []ratelimit.Charge{storetest.Charge(p)}, make([]ratelimit.Quota, 1)
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, store.Take(context.Background(), charges, quotas))
			}
		})
	}
}
