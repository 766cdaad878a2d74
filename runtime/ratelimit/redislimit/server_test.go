package redislimit_test

import (
	"context"
	"errors"
	"log/slog"
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

// A server is a real Redis of a test's own, on a unix socket.
type server struct {
	t      *testing.T
	dir    string
	cmd    *exec.Cmd
	exited chan struct{}
}

// start starts a Redis that keeps nothing on disk.
func start(t *testing.T) *server {
	t.Helper()
	dir, err := os.MkdirTemp("", "redislimit") // t.TempDir is too long for a socket's path
	require.NoError(t, err)
	s := &server{t: t, dir: dir}
	s.run()
	t.Cleanup(func() {
		s.kill()
		assert.NoError(t, os.RemoveAll(dir))
	})
	return s
}

func (s *server) socket() string { return filepath.Join(s.dir, "redis.sock") }

func (s *server) run() {
	s.t.Helper()
	program, err := exec.LookPath("redis-server")
	require.NoError(s.t, err, "the tests need redis-server: run scripts/install-packages, or apt-get install redis-server")
	s.cmd = exec.Command(program, "--port", "0", "--unixsocket", s.socket(), "--save", "", "--appendonly", "no", "--dir", s.dir)
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
	c := redis.NewClient(&redis.Options{Network: "unix", Addr: s.socket(), ContextTimeoutEnabled: true})
	s.t.Cleanup(func() { assert.NoError(s.t, c.Close()) })
	return c
}

func (s *server) store(opts ...redislimit.Option) *redislimit.Store {
	s.t.Helper()
	store, err := redislimit.New(s.client(), opts...)
	require.NoError(s.t, err)
	return store
}
