package crudtest

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	defaultMaxConns = 4
	// closeTimeout bounds the wait for connections that the test has not given back.
	closeTimeout = 5 * time.Second
)

// A PostgresOption changes the pool that [Postgres] makes.
type PostgresOption func(*pgxpool.Config)

// WithMaxConns sets how many connections the pool has at most. The default is 4;
// tests that run in parallel share the server's limit, which is 200 for a server
// that this package started.
func WithMaxConns(n int32) PostgresOption {
	return func(c *pgxpool.Config) { c.MaxConns = n }
}

// WithConfig has f change the pool's configuration, to add a tracer or an
// AfterConnect for example. The search_path in ConnConfig.RuntimeParams is the
// isolation of the test: leave it, or put further schemas behind it.
func WithConfig(f func(*pgxpool.Config)) PostgresOption { return f }

// Postgres returns a pool of connections to a PostgreSQL that is the test's own:
// an empty schema, to which search_path is set on every connection. Other tests,
// in parallel and in other processes, do not see it. Options apply in their order.
//
// When t ends, the pool is closed and the schema dropped. A connection, a
// transaction or rows that the test did not give back make the test fail.
//
// Isolation is by schema: what belongs to a database or a server, such as
// extensions, roles and advisory locks, is shared. Functions of an extension in
// another schema are reached by their qualified name.
//
// Without a PostgreSQL the test fails; package crudtest's documentation says how
// one is found.
func Postgres(t testing.TB, opts ...PostgresOption) *pgxpool.Pool {
	t.Helper()
	s := newSchema(t)
	config, err := pgxpool.ParseConfig(s.url)
	if err != nil {
		t.Fatalf("crudtest: %s: %v", urlVariable, err)
	}
	config.MaxConns = defaultMaxConns
	config.ConnConfig.RuntimeParams["search_path"] = s.name
	for _, opt := range opts {
		opt(config)
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatalf("crudtest: %v", err)
	}
	t.Cleanup(func() { closePool(t, pool, closeTimeout) })
	return pool
}

// PostgresURL returns the URL of a PostgreSQL that is the test's own, as that of
// [Postgres] is, for a test that starts a program which connects by itself. The
// schema is dropped when t ends; the program should have ended by then.
//
// It has the form of CRUDTEST_DATABASE_URL when that is set, and sets search_path
// by the connection parameter "options", which all client libraries know.
func PostgresURL(t testing.TB) string {
	t.Helper()
	return newSchema(t).connString()
}

// closePool closes pool. Close itself waits without end for connections that are
// in use.
func closePool(t testing.TB, pool *pgxpool.Pool, timeout time.Duration) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		pool.Close()
	}()
	select {
	case <-done:
	case <-time.After(timeout):
		t.Errorf("crudtest: at its end the test still holds %d connections of its pool: close rows, end transactions, release connections",
			pool.Stat().AcquiredConns())
	}
}
