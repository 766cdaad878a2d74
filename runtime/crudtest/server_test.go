package crudtest

import (
	"context"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestServer(t *testing.T) {
	t.Parallel()
	s, err := Start(t.Context(), WithSetting("log_statement", "all"), WithSetting("max_connections", "30"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Stop()) })

	conn, err := pgx.Connect(t.Context(), s.URL())
	require.NoError(t, err)
	defer conn.Close(context.Background())
	for name, want := range map[string]string{
		"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "server_encoding": "UTF8",
		"lc_ctype": "C.UTF-8", "listen_addresses": "127.0.0.1", "max_connections": "30", "data_directory": s.dataDirectory(),
	} {
		var got string
		require.NoError(t, conn.QueryRow(t.Context(), "SHOW "+name).Scan(&got))
		assert.Equal(t, want, got, name)
	}
	for range 3 {
		_, err = conn.Exec(t.Context(), "SELECT 'counted', $1::int", 7)
		require.NoError(t, err)
	}
	log, err := s.Log()
	require.NoError(t, err)
	assert.Equal(t, 3, strings.Count(log, ": SELECT 'counted', $1::int"), log)

	require.NoError(t, s.Stop())
	require.Error(t, ping(t.Context(), s.URL()))
	assert.NoDirExists(t, s.dir.path)
	require.NoError(t, s.Stop(), "further calls do nothing")
	_, err = s.Log()
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestStartRefusesSettings(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"port":              "crudtest: WithSetting: port is set by crudtest itself",
		"logging_collector": "crudtest: WithSetting: logging_collector is set by crudtest itself",
		"Port":              `crudtest: WithSetting: "Port" is not the name of a parameter`,
		"":                  `crudtest: WithSetting: "" is not the name of a parameter`,
		"work_mem=1 -c x":   `crudtest: WithSetting: "work_mem=1 -c x" is not the name of a parameter`,
	} {
		_, err := Start(t.Context(), WithSetting(name, "1"), WithSetting("work_mem", "1MB"))
		require.EqualError(t, err, want)
	}
}

func TestStartShowsTheLog(t *testing.T) {
	t.Parallel()
	s, err := newServer([]ServerOption{WithSetting("work_mem", "plenty")})
	require.NoError(t, err)
	require.DirExists(t, s.dir.path)
	err = s.start(t.Context())
	require.ErrorContains(t, err, "PostgreSQL ended while it started (exit status 1); its log: ")
	require.ErrorContains(t, err, `invalid value for parameter "work_mem": "plenty"`)
	require.NoError(t, s.Stop())
	require.NoDirExists(t, s.dir.path)
}

func TestStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Start(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "crudtest: initdb: ")
}

func TestTakenPort(t *testing.T) {
	t.Parallel()
	s, err := newServer(nil)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Stop()) })
	require.NoError(t, s.initialize(t.Context()))

	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, taken.Close()) })
	require.ErrorIs(t, s.launch(t.Context(), taken.Addr().(*net.TCPAddr).Port), errPortTaken)

	free, err := freePort()
	require.NoError(t, err)
	require.NoError(t, s.launch(t.Context(), free), "a server that found its port taken can be tried again")
	require.NoError(t, ping(t.Context(), s.URL()))
}

func TestSettingsHaveOneOrder(t *testing.T) {
	t.Parallel()
	c, err := newServerConfig([]ServerOption{WithSetting("work_mem", "1MB"), WithSetting("fsync", "on"), WithSetting("work_mem", "2MB")})
	require.NoError(t, err)
	assert.Equal(t, []string{
		"-c", "fsync=on", "-c", "full_page_writes=off", "-c", "max_connections=200",
		"-c", "shared_buffers=32MB", "-c", "synchronous_commit=off", "-c", "work_mem=2MB",
	}, c.args())
}

func TestLocale(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"--locale=C.UTF-8"}, localeArgs("linux"))
	assert.Equal(t, []string{"--locale=C", "--lc-ctype=en_US.UTF-8"}, localeArgs("darwin"))
}
