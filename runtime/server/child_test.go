package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	testpb "google.golang.org/grpc/interop/grpc_testing"

	"github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

// childVariable names the replica that a process is. Without it the process runs tests.
const childVariable = "SERVER_TEST_CHILD"

// child serves the test service until it is told to stop, as a program would. A call
// with a request of response_size N takes N milliseconds, and one of a negative size
// hangs whatever happens to it. At the end the child says how many calls it began.
func child() int {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	var begun atomic.Int64
	impl := service{unary: func(_ context.Context, req *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
		if req.GetResponseSize() < 0 {
			slog.Info("hung")
			select {}
		}
		begun.Add(1)
		time.Sleep(time.Duration(req.GetResponseSize()) * time.Millisecond) // the work
		return &testpb.SimpleResponse{Username: os.Getenv(childVariable)}, nil
	}}
	cfg := server.Config{
		Services: impl.with(declared(nil)),
		OnShutdown: []func(context.Context) error{func(context.Context) error {
			slog.Info("shut down", "begun", begun.Load())
			return nil
		}},
	}
	err := cfg.FromEnv()
	if err == nil {
		err = server.Run(context.Background(), cfg)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// A replica is a child process.
type replica struct {
	t      *testing.T
	name   string
	socket string
	cmd    *exec.Cmd
	lines  chan map[string]any
}

// newReplica returns a replica on a unix socket, which is not running yet.
func newReplica(t *testing.T, name string) *replica {
	t.Helper()
	dir, err := os.MkdirTemp("", "server") // t.TempDir is too long for a socket's path
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, os.RemoveAll(dir)) })
	return &replica{t: t, name: name, socket: filepath.Join(dir, "grpc.sock")}
}

// start runs the child and waits until it serves.
func (r *replica) start(env ...string) *replica {
	r.t.Helper()
	program, err := os.Executable()
	require.NoError(r.t, err)
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), childVariable+"="+r.name, "GRPC_SERVER_ADDR=unix:"+r.socket)
	cmd.Env = append(cmd.Env, env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(r.t, err)
	require.NoError(r.t, cmd.Start())
	r.t.Cleanup(func() { _ = cmd.Process.Kill() }) // unless it has ended
	lines := make(chan map[string]any, 1<<16)
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			var line map[string]any
			if json.Unmarshal(scanner.Bytes(), &line) == nil && line["msg"] != "call" {
				lines <- line
			}
		}
	}()
	r.cmd, r.lines = cmd, lines
	r.until("server: serving")
	return r
}

// until waits for a record of the child's log.
func (r *replica) until(message string) map[string]any {
	r.t.Helper()
	for line := range r.lines {
		if line["msg"] == message {
			return line
		}
	}
	require.Fail(r.t, "the child ended", "and did not say %q", message)
	return nil
}

func (r *replica) terminate() {
	r.t.Helper()
	require.NoError(r.t, r.cmd.Process.Signal(syscall.SIGTERM))
}

// exit waits for the child's end, which must be a good one within a time, and returns
// how many calls it began.
func (r *replica) exit(within time.Duration) int {
	r.t.Helper()
	killer := time.AfterFunc(within, func() { _ = r.cmd.Process.Kill() })
	defer killer.Stop()
	begun := r.until("shut down")["begun"].(float64)
	for range r.lines {
		// until its end
	}
	require.NoError(r.t, r.cmd.Wait(), "the child exits with 0")
	return int(begun)
}

// target is the replica's address for clients.
func (r *replica) target() string { return "unix:" + r.socket }
