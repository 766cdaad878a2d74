package crudtest

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAdminReplacesLostConnections(t *testing.T) {
	t.Parallel()
	url, err := shared.url()
	require.NoError(t, err)
	var a adminConns
	require.NoError(t, a.exec(t.Context(), url, "SELECT 1"))
	require.Len(t, a.idle, 1)
	first := a.idle[0].conn
	require.NoError(t, a.exec(t.Context(), url, "SELECT 1"))
	require.Same(t, first, a.idle[0].conn, "a connection is used again")

	pid := first.PgConn().PID()
	_, err = Postgres(t).Exec(t.Context(), "SELECT pg_terminate_backend($1, 10000)", pid)
	require.NoError(t, err)
	require.NoError(t, a.exec(t.Context(), url, "SELECT 1"))
	require.Len(t, a.idle, 1)
	assert.NotEqual(t, pid, a.idle[0].conn.PgConn().PID())

	other := schema{url: url, name: "other", server: first.Config()}.connString()
	require.NoError(t, a.exec(t.Context(), other, "SELECT 1"))
	require.Len(t, a.idle, 1)
	assert.Equal(t, other, a.idle[0].url, "a connection to elsewhere is not used")
}

func TestAdminKeepsFewConnections(t *testing.T) {
	t.Parallel()
	url, err := shared.url()
	require.NoError(t, err)
	var a adminConns
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { assert.NoError(t, a.exec(t.Context(), url, "SELECT pg_sleep(0.05)")) })
	}
	all.Wait()
	assert.Len(t, a.idle, maxIdle)
}
