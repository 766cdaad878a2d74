package client_test

import (
	"context"
	"flag"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
)

// answering answers every call.
var answering = service{
	get:    func(context.Context, *apitest.GetBookRequest) (*apitest.Book, error) { return &apitest.Book{}, nil },
	create: func(context.Context, *apitest.CreateBookRequest) (*apitest.Book, error) { return &apitest.Book{}, nil },
}

// freeAddr returns an address where nobody listens.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// An address without a server fails each call, whatever it is, with the address and the
// reason, long before the deadline.
func TestWrongAddress(t *testing.T) {
	t.Parallel()
	addr := freeAddr(t)
	for name, tt := range map[string]struct{ addr, reason string }{
		"refused":          {addr, "dial tcp " + addr + ": connect: connection refused"},
		"one of a list":    {addr + "," + addr, "dial tcp " + addr + ": connect: connection refused"},
		"no such socket":   {"unix:/nonexistent/grpc.sock", "dial unix /nonexistent/grpc.sock: connect: no such file or directory"},
		"no such resolver": {"dns:///nosuch.invalid:50051", "nosuch.invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, client.Config{Addr: tt.addr, Retry: quick})
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, err := c.CreateBook(ctx, &apitest.CreateBookRequest{})
			require.Equal(t, codes.Unavailable, status.Code(err), "%v", err)
			assert.ErrorContains(t, err, "no connection to "+tt.addr+": ")
			assert.ErrorContains(t, err, tt.reason)
			for _, err := range client.Stream(ctx, c.StreamBooks, &apitest.StreamBooksRequest{}) {
				assert.ErrorContains(t, err, "no connection to "+tt.addr+": ")
			}
			require.NoError(t, ctx.Err())
		})
	}
}

// Where nothing answers, and where calls wait for a connection, the deadline ends them,
// and the error says what they waited for.
func TestNoConnectionWithinTheDeadline(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // and nobody accepts
	require.NoError(t, err)
	t.Cleanup(func() { silent.Close() })
	refused := freeAddr(t)
	for name, cfg := range map[string]client.Config{
		"silent":            {Addr: silent.Addr().String()},
		"refused, awaited":  {Addr: refused, WaitForReady: true},
		"by its own config": {Addr: refused, WaitForReady: true, Timeout: 50 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, ctx := dial(t, cfg), t.Context()
			if cfg.Timeout == 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 50*time.Millisecond)
				defer cancel()
			}
			_, err := c.CreateBook(ctx, &apitest.CreateBookRequest{})
			require.Equal(t, codes.DeadlineExceeded, status.Code(err), "%v", err)
			assert.ErrorContains(t, err, "no connection to "+cfg.Addr+": ")
			if name != "silent" {
				assert.ErrorContains(t, err, "connection refused")
			}
		})
	}
}

// A unary call has a deadline, its caller's own if there is one, and a stream has none.
func TestTimeout(t *testing.T) {
	t.Parallel()
	var left atomic.Int64
	note := func(ctx context.Context) {
		left.Store(-1)
		if deadline, ok := ctx.Deadline(); ok {
			left.Store(int64(time.Until(deadline)))
		}
	}
	r := start(t, service{
		get: func(ctx context.Context, _ *apitest.GetBookRequest) (*apitest.Book, error) {
			note(ctx)
			return &apitest.Book{}, nil
		},
		stream: func(_ *apitest.StreamBooksRequest, s grpc.ServerStreamingServer[apitest.Book]) error {
			note(s.Context())
			return nil
		},
	}, "")
	c := dial(t, client.Config{Addr: r.addr, Timeout: time.Hour})
	_, err := c.GetBook(t.Context(), &apitest.GetBookRequest{})
	require.NoError(t, err)
	assert.InDelta(t, time.Hour, left.Load(), float64(time.Minute))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
	defer cancel()
	_, err = c.GetBook(ctx, &apitest.GetBookRequest{})
	require.NoError(t, err)
	assert.InDelta(t, 2*time.Hour, left.Load(), float64(time.Minute))
	for _, err := range client.Stream(context.Background(), c.StreamBooks, &apitest.StreamBooksRequest{}) {
		require.NoError(t, err)
	}
	assert.EqualValues(t, -1, left.Load())
}

// A client outlives its server. A call that begins while nobody listens finds the next
// one, whatever it is.
func TestServerRestarts(t *testing.T) {
	t.Parallel()
	r := start(t, answering, "")
	conn, err := client.Dial(client.Config{Addr: r.addr, WaitForReady: true, Timeout: time.Minute})
	require.NoError(t, err)
	defer conn.Close()
	c := apitest.NewNamedServiceClient(conn)
	_, err = c.CreateBook(t.Context(), &apitest.CreateBookRequest{})
	require.NoError(t, err)
	for range 3 {
		r.Stop()
		conn.WaitForStateChange(t.Context(), connectivity.Ready)
		again := make(chan error, 1)
		go func() {
			_, err := c.CreateBook(t.Context(), &apitest.CreateBookRequest{})
			again <- err
		}()
		r = start(t, answering, r.addr)
		require.NoError(t, <-again)
	}
}

// No read fails while the server is replaced, also those that break in its hands.
func TestReadsOutliveARestart(t *testing.T) {
	t.Parallel()
	r := start(t, answering, "")
	c := dial(t, client.Config{Addr: r.addr, WaitForReady: true, Timeout: time.Minute})
	var done, calls atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for done.Load() == 0 {
				_, err := c.GetBook(t.Context(), &apitest.GetBookRequest{})
				if !assert.NoError(t, err) {
					return
				}
				calls.Add(1)
			}
		})
	}
	for range 3 {
		before := calls.Load()
		require.Eventually(t, func() bool { return calls.Load() > before+100 }, time.Minute, time.Millisecond)
		r.Stop()
		r = start(t, answering, r.addr)
	}
	done.Store(1)
	wg.Wait()
}

// A call that was given to a connection which then breaks is not made again: a write may
// have been done.
func TestConnectionBreaksDuringACall(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	arrived := make(chan struct{}, 10)
	hang := func(ctx context.Context) error {
		calls.Add(1)
		arrived <- struct{}{}
		<-ctx.Done()
		return ctx.Err()
	}
	impl := service{
		create: func(ctx context.Context, _ *apitest.CreateBookRequest) (*apitest.Book, error) { return nil, hang(ctx) },
		get:    answering.get,
	}
	r := start(t, impl, "")
	c := dial(t, client.Config{Addr: r.addr})
	failed := make(chan error, 1)
	go func() {
		_, err := c.CreateBook(t.Context(), &apitest.CreateBookRequest{})
		failed <- err
	}()
	<-arrived
	r.Stop()
	start(t, impl, r.addr)
	assert.Equal(t, codes.Unavailable, status.Code(<-failed))
	_, err := c.GetBook(t.Context(), &apitest.GetBookRequest{})
	require.NoError(t, err, "the client goes on")
	assert.EqualValues(t, 1, calls.Load())
}

// All calls of a connection go through one connection to each replica, however many
// clients share it, and none is left when it is closed.
func TestOneConnectionIsShared(t *testing.T) {
	t.Parallel()
	a, b := start(t, answering, ""), start(t, answering, "")
	conn, err := client.Dial(client.Config{Addr: a.addr + ", " + b.addr})
	require.NoError(t, err)
	met := map[string]int{}
	for range 50 {
		var p peer.Peer
		_, err := apitest.NewNamedServiceClient(conn).GetBook(t.Context(), &apitest.GetBookRequest{}, grpc.Peer(&p), grpc.WaitForReady(true))
		require.NoError(t, err)
		met[p.Addr.String()]++
	}
	assert.Len(t, met, 2, "replicas are called in turn")
	assert.EqualValues(t, 1, a.conn.accepted.Load())
	assert.EqualValues(t, 1, b.conn.accepted.Load())
	require.NoError(t, conn.Close())
	require.Eventually(t, func() bool { return a.conn.open.Load() == 0 && b.conn.open.Load() == 0 }, 10*time.Second, time.Millisecond)
	_, err = apitest.NewNamedServiceClient(conn).GetBook(t.Context(), &apitest.GetBookRequest{})
	assert.Equal(t, codes.Canceled, status.Code(err))
}

// A replica that is gone is passed by.
func TestReplicaGoes(t *testing.T) {
	t.Parallel()
	a, b := start(t, answering, ""), start(t, answering, "")
	c := dial(t, client.Config{Addr: a.addr + "," + b.addr})
	call := func() string {
		var p peer.Peer
		_, err := c.CreateBook(t.Context(), &apitest.CreateBookRequest{}, grpc.Peer(&p))
		require.NoError(t, err)
		return p.Addr.String()
	}
	for met := map[string]bool{}; len(met) < 2; {
		met[call()] = true
	}
	a.GracefulStop()
	for range 20 {
		assert.Equal(t, b.addr, call())
	}
}

// What is pinged is within what runtime/server permits.
func TestKeepaliveIsPermitted(t *testing.T) {
	t.Parallel()
	r := start(t, answering, "", grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second}))
	_, err := client.Dial(client.Config{Addr: r.addr, Keepalive: client.Keepalive{Time: 9 * time.Second}})
	assert.EqualError(t, err, "client: Keepalive.Time is 9s; the least is 10s")
	c := dial(t, client.Config{Addr: r.addr, Keepalive: client.Keepalive{Time: 10 * time.Second}})
	_, err = c.GetBook(t.Context(), &apitest.GetBookRequest{})
	require.NoError(t, err)
}

// The largest messages are those of the server.
func TestSizes(t *testing.T) {
	t.Parallel()
	impl := service{get: func(_ context.Context, req *apitest.GetBookRequest) (*apitest.Book, error) {
		return &apitest.Book{Summary: strings.Repeat("x", 10<<20)}, nil
	}}
	r := start(t, impl, "")
	_, err := dial(t, client.Config{Addr: r.addr}).GetBook(t.Context(), &apitest.GetBookRequest{})
	require.NoError(t, err)
	_, err = dial(t, client.Config{Addr: r.addr, MaxReceiveBytes: 1 << 20}).GetBook(t.Context(), &apitest.GetBookRequest{})
	assert.Equal(t, codes.ResourceExhausted, status.Code(err))
	_, err = dial(t, client.Config{Addr: r.addr, MaxSendBytes: 1 << 20}).GetBook(t.Context(), &apitest.GetBookRequest{Name: strings.Repeat("x", 2<<20)})
	assert.Equal(t, codes.ResourceExhausted, status.Code(err))
}

// What cannot be used is said at once.
func TestConfigErrors(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		cfg  client.Config
		want []string
	}{
		"no address":         {client.Config{}, []string{"client: there is no address; set Config.Addr or GRPC_SERVER_ADDR"}},
		"a list":             {client.Config{Addr: "a:1,b"}, []string{`client: the address "b" in the list "a:1,b" is no host:port`}},
		"half a certificate": {client.Config{Addr: "a:1", TLS: client.TLS{CertFile: "x"}}, []string{"client: one of TLS.CertFile and TLS.KeyFile is missing"}},
		"a file":             {client.Config{Addr: "a:1", TLS: client.TLS{CAFile: "/nonexistent"}}, []string{"client: ", "/nonexistent: no such file"}},
		"several":            {client.Config{Addr: "a:1", Timeout: -1, Retry: client.Retry{MaxAttempts: -1}}, []string{"client: Timeout is negative", "client: Retry.MaxAttempts is negative"}},
		"a target":           {client.Config{Addr: "dns://%zz/x"}, []string{`client: the address "dns://%zz/x": `}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := client.Dial(tt.cfg)
			require.Error(t, err)
			assert.Nil(t, conn)
			for _, want := range tt.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

// The environment says what flags say, under the same names.
func TestSettings(t *testing.T) {
	t.Setenv("GRPC_SERVER_ADDR", "server:1")
	t.Setenv("GRPC_CLIENT_TIMEOUT", "3s")
	t.Setenv("GRPC_CLIENT_TLS_CA", "ca.pem")
	var cfg client.Config
	require.NoError(t, cfg.FromEnv())
	assert.Equal(t, "server:1", cfg.Addr)
	assert.Equal(t, 3*time.Second, cfg.Timeout)
	assert.Equal(t, "ca.pem", cfg.TLS.CAFile)
	t.Setenv("GRPC_CLIENT_ADDR", "other:1")
	require.NoError(t, cfg.FromEnv())
	assert.Equal(t, "other:1", cfg.Addr)

	fs := flag.NewFlagSet("", flag.ContinueOnError)
	fs.SetOutput(new(strings.Builder))
	cfg.Flags(fs)
	require.NoError(t, fs.Parse([]string{"-client-retry-max-attempts=1", "-client-wait-for-ready"}))
	assert.Equal(t, 1, cfg.Retry.MaxAttempts)
	assert.True(t, cfg.WaitForReady)
	assert.Equal(t, "other:1", cfg.Addr, "what is not said stays")
	assert.ErrorContains(t, fs.Parse([]string{"-client-timeout=0"}), "it is needed")

	t.Setenv("GRPC_CLIENT_TIMEOUT", "soon")
	t.Setenv("GRPC_CLIENT_RETRY_BACKOFF", "later")
	err := cfg.FromEnv()
	assert.ErrorContains(t, err, `client: GRPC_CLIENT_TIMEOUT is "soon"`)
	assert.ErrorContains(t, err, `client: GRPC_CLIENT_RETRY_BACKOFF is "later"`)
	assert.Equal(t, "GRPC_CLIENT_TLS_SERVER_NAME", client.EnvName("client-tls-server-name"))
}

// Without a config, the environment says where the server is.
func TestAddressFromTheEnvironment(t *testing.T) {
	r := start(t, answering, "")
	t.Setenv("GRPC_SERVER_ADDR", r.addr)
	_, err := dial(t, client.Config{}).GetBook(t.Context(), &apitest.GetBookRequest{})
	require.NoError(t, err)
	t.Setenv("GRPC_CLIENT_ADDR", freeAddr(t))
	_, err = dial(t, client.Config{Retry: quick}).GetBook(t.Context(), &apitest.GetBookRequest{})
	assert.Equal(t, codes.Unavailable, status.Code(err))
}
