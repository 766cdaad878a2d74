package redislimit_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit/redislimit"
)

func TestMain(m *testing.M) {
	redis.SetLogger(silent{}) // tests break connections
	goleak.VerifyTestMain(m)
}

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

var quiet = slog.New(slog.DiscardHandler)

// A server is a real Redis of a test's own.
type server struct {
	t                *testing.T
	dir              string
	network, address string
	args             []string
	cmd              *exec.Cmd
	exited           chan struct{}
}

// start starts a Redis on a unix socket that keeps nothing on disk.
func start(t *testing.T) *server {
	t.Helper()
	s := &server{t: t, dir: newDir(t), network: "unix"}
	s.address = filepath.Join(s.dir, "redis.sock")
	s.args = []string{"--port", "0", "--unixsocket", s.address, "--save", "", "--appendonly", "no", "--dir", s.dir}
	s.begin()
	return s
}

// startTCP starts a Redis on a port, for others that must find it.
func startTCP(t *testing.T, more ...string) *server {
	t.Helper()
	s := &server{t: t, dir: newDir(t), network: "tcp", address: freeAddress(t)}
	s.args = append([]string{"--bind", "127.0.0.1", "--port", s.port(), "--save", "", "--appendonly", "no", "--dir", s.dir}, more...)
	s.begin()
	return s
}

// startSentinel starts a Sentinel that watches a Redis under the name limits.
func startSentinel(t *testing.T, of *server) *server {
	t.Helper()
	s := &server{t: t, dir: newDir(t), network: "tcp", address: freeAddress(t)}
	config := filepath.Join(s.dir, "sentinel.conf")
	text := "bind 127.0.0.1\nport " + s.port() + "\nsentinel monitor limits 127.0.0.1 " + of.port() + " 1\n" +
		"sentinel down-after-milliseconds limits 300\nsentinel failover-timeout limits 3000\n"
	require.NoError(t, os.WriteFile(config, []byte(text), 0o600))
	s.args = []string{config, "--sentinel"}
	s.begin()
	return s
}

func newDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "redislimit") // t.TempDir is too long for a socket's path
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// freeAddress returns an address on loopback that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func (s *server) port() string {
	_, port, _ := net.SplitHostPort(s.address)
	return port
}

func (s *server) begin() {
	s.t.Helper()
	s.run()
	s.t.Cleanup(s.kill)
}

func (s *server) run() {
	s.t.Helper()
	program, err := exec.LookPath("redis-server")
	require.NoError(s.t, err, "the tests need redis-server: run scripts/install-packages, or apt-get install redis-server")
	s.cmd = exec.Command(program, s.args...)
	require.NoError(s.t, s.cmd.Start())
	exited := make(chan struct{})
	s.exited = exited
	go func() {
		defer close(exited)
		_ = s.cmd.Wait() // it is killed
	}()
	client := s.client()
	require.Eventually(s.t, func() bool { return client.Ping(s.t.Context()).Err() == nil }, 10*time.Second, 10*time.Millisecond)
}

func (s *server) signal(sig os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); !errors.Is(err, os.ErrProcessDone) {
		require.NoError(s.t, err)
	}
}

func (s *server) kill() {
	s.t.Helper()
	s.signal(syscall.SIGKILL)
	<-s.exited
}

func (s *server) client() *redis.Client {
	s.t.Helper()
	c := redis.NewClient(&redis.Options{Network: s.network, Addr: s.address, ContextTimeoutEnabled: true})
	s.t.Cleanup(func() { assert.NoError(s.t, c.Close()) })
	return c
}

func (s *server) store(opts ...redislimit.Option) *redislimit.Store {
	s.t.Helper()
	store, err := redislimit.New(s.client(), opts...)
	require.NoError(s.t, err)
	return store
}
