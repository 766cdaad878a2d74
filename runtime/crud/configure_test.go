package crud_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// Sessions have the bounds that nobody chose, and those that somebody did.
func TestConfigure(t *testing.T) {
	t.Parallel()
	show := func(t *testing.T, change func(*pgxpool.Config)) (all []string) {
		t.Helper()
		pool := crudtest.Postgres(t, crudtest.WithConfig(func(c *pgxpool.Config) {
			change(c)
			crud.Configure(c)
		}))
		for _, name := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
			var v string
			require.NoError(t, pool.QueryRow(t.Context(), "SHOW "+name).Scan(&v))
			all = append(all, v)
		}
		return all
	}
	assert.Equal(t, []string{"1min", "10s", "1min"}, show(t, func(*pgxpool.Config) {}))
	assert.Equal(t, []string{"5s", "10s", "0"}, show(t, func(c *pgxpool.Config) {
		c.ConnConfig.RuntimeParams["statement_timeout"] = "5s"
		c.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "0"
	}))
	assert.Equal(t, []string{"7s", "10s", "1min"}, show(t, func(c *pgxpool.Config) {
		c.ConnConfig.RuntimeParams["options"] = "-c statement_timeout=7s"
	}))
}
