package server_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	testpb "google.golang.org/grpc/interop/grpc_testing"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/runtime/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/signals"
)

// exitTime is how long a child may take to stop, whatever hangs (bar B1).
const exitTime = 10 * time.Second

// dialReplicas returns a client of replicas that takes them in turn.
func dialReplicas(t *testing.T, replicas ...*replica) testpb.TestServiceClient {
	t.Helper()
	builder := manual.NewBuilderWithScheme("replicas")
	var state resolver.State
	for _, r := range replicas {
		state.Addresses = append(state.Addresses, resolver.Address{Addr: r.target()})
	}
	builder.InitialState(state)
	conn, err := grpc.NewClient(builder.Scheme()+":///",
		grpc.WithResolvers(builder),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig": [{"round_robin": {}}]}`),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: 10 * time.Millisecond, Multiplier: 1, MaxDelay: 10 * time.Millisecond},
			MinConnectTimeout: 20 * time.Second, // without it a dial may take no longer than a backoff
		}),
		grpc.WithContextDialer(func(ctx context.Context, addr string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", strings.TrimPrefix(addr, "unix:"))
		}),
	)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close()) })
	return testpb.NewTestServiceClient(conn)
}

// A load is callers that call without a pause.
type load struct {
	total, ok atomic.Int64
	by        sync.Map // replica to its *atomic.Int64 of calls
	errs      sync.Map // code to an error
	stop      func()
}

// newLoad starts callers whose calls take some milliseconds. One that fails ends.
func newLoad(client testpb.TestServiceClient, callers int, takes int32) *load {
	ctx, cancel := context.WithCancel(context.Background())
	l := &load{}
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for ctx.Err() == nil {
				l.total.Add(1)
				resp, err := client.UnaryCall(context.Background(), &testpb.SimpleRequest{ResponseSize: takes})
				if err != nil {
					l.errs.Store(status.Code(err), err)
					return
				}
				l.ok.Add(1)
				l.count(resp.GetUsername()).Add(1)
			}
		})
	}
	l.stop = func() {
		cancel()
		wg.Wait()
	}
	return l
}

func (l *load) count(replica string) *atomic.Int64 {
	n, _ := l.by.LoadOrStore(replica, &atomic.Int64{})
	return n.(*atomic.Int64)
}

func (l *load) codes() (all []codes.Code) {
	l.errs.Range(func(code, _ any) bool {
		all = append(all, code.(codes.Code))
		return true
	})
	return all
}

// SIGTERM fails no call that the server has begun, with calls in flight at any moment.
// What comes after is refused.
func TestSIGTERMUnderLoad(t *testing.T) {
	t.Parallel()
	r := newReplica(t, "a").start()
	l := newLoad(dialReplicas(t, r), 64, 5)
	require.Eventually(t, func() bool { return l.ok.Load() >= 500 }, 20*time.Second, time.Millisecond)
	r.terminate()
	begun := r.exit(exitTime)
	l.stop()
	assert.Equal(t, begun, int(l.ok.Load()), "each call that was begun was answered")
	assert.Subset(t, []codes.Code{codes.Unavailable}, l.codes())
}

// A call that hangs, and a client that watches health and one that reflects, do not
// keep the process from ending well.
func TestSIGTERMWithAHungCall(t *testing.T) {
	t.Parallel()
	r := newReplica(t, "a").start("GRPC_SERVER_DRAIN_TIMEOUT=300ms", "GRPC_SERVER_REFLECTION=true")
	conn, err := grpc.NewClient(r.target(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer conn.Close()
	failed := make(chan error, 1)
	go func() {
		_, err := testpb.NewTestServiceClient(conn).UnaryCall(context.Background(), &testpb.SimpleRequest{ResponseSize: -1})
		failed <- err
	}()
	watch, err := healthpb.NewHealthClient(conn).Watch(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	_, err = watch.Recv()
	require.NoError(t, err)
	r.until("hung")
	r.terminate()
	assert.Equal(t, float64(1), r.until("server: calls did not end in time, and are cut")["calls"])
	assert.Zero(t, r.exit(exitTime))
	assert.Equal(t, codes.Unavailable, status.Code(<-failed))
}

// Standing streams of health and reflection do not hold a drain up.
func TestStandingStreamsEndWithTheServer(t *testing.T) {
	t.Parallel()
	r := run(t, server.Config{Services: service{}.with(declared(nil)), Reflection: true, DrainTimeout: time.Hour})
	conn := r.dial(t)
	watch, err := healthpb.NewHealthClient(conn).Watch(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	_, err = watch.Recv()
	require.NoError(t, err)
	reflect, err := reflectionpb.NewServerReflectionClient(conn).ServerReflectionInfo(t.Context())
	require.NoError(t, err)
	require.NoError(t, reflect.Send(&reflectionpb.ServerReflectionRequest{MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{}}))
	answer, err := reflect.Recv()
	require.NoError(t, err)
	assert.Len(t, answer.GetListServicesResponse().GetService(), 4)
	require.NoError(t, r.end())
	for err = nil; err == nil; { // NOT_SERVING may come first
		_, err = watch.Recv()
	}
	assert.Equal(t, codes.Unavailable, status.Code(err), "%v", err)
	_, err = reflect.Recv()
	assert.Equal(t, codes.Unavailable, status.Code(err), "%v", err)
}

// A stream without an end of its own can end with the server.
func TestDraining(t *testing.T) {
	t.Parallel()
	begun := make(chan struct{})
	impl := service{
		talk: func(stream testpb.TestService_FullDuplexCallServer) error {
			close(begun)
			<-server.Draining(stream.Context())
			return status.Error(codes.Unavailable, "go elsewhere")
		},
		unary: func(ctx context.Context, _ *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
			assert.Nil(t, server.Draining(ctx))
			return &testpb.SimpleResponse{}, nil
		},
	}
	r := run(t, server.Config{Services: impl.with(declared(nil)), DrainTimeout: time.Hour})
	c := r.client(t)
	_, err := c.UnaryCall(t.Context(), &testpb.SimpleRequest{})
	require.NoError(t, err)
	stream, err := c.FullDuplexCall(t.Context())
	require.NoError(t, err)
	<-begun
	require.NoError(t, r.end())
	_, err = stream.Recv()
	assert.Equal(t, "go elsewhere", status.Convert(err).Message())
}

// Two replicas are replaced in turn under load, and no call fails.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	const calls = 10_000
	a, b := newReplica(t, "a").start(), newReplica(t, "b").start()
	l := newLoad(dialReplicas(t, a, b), 16, 0)
	eventually := func(what string, holds func() bool) {
		t.Helper()
		require.Eventually(t, holds, time.Minute, time.Millisecond, what)
	}
	old := l.total.Load()
	for _, r := range []*replica{a, b} {
		eventually("both are called", func() bool { return l.count("a").Load() > 100 && l.count("b").Load() > 100 })
		r.terminate()
		r.exit(exitTime)
		r.name += "2"
		r.start()
		eventually("the new one is called", func() bool { return l.count(r.name).Load() > 100 })
	}
	eventually("there were enough calls", func() bool { return l.total.Load() >= calls || l.ok.Load() == old })
	l.stop()
	assert.Empty(t, l.codes())
	assert.Equal(t, l.total.Load(), l.ok.Load())
	l.errs.Range(func(_, err any) bool { t.Log(err); return true })
}

// The steps of a stop are in their order.
func TestDrainOrder(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var steps []string
	step := func(s string) {
		mu.Lock()
		defer mu.Unlock()
		steps = append(steps, s)
	}
	entered, release := make(chan struct{}), make(chan struct{})
	impl := service{unary: func(context.Context, *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
		close(entered)
		<-release
		step("the call ends")
		return &testpb.SimpleResponse{}, nil
	}}
	hook := func(name string, err error) func(context.Context) error {
		return func(context.Context) error {
			step(name)
			return err
		}
	}
	problem := errors.New("the hook fails")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		ended <- server.Run(ctx, server.Config{
			Services: impl.with(declared(nil)), Listeners: []net.Listener{listener}, Logger: quiet,
			DrainDelay: 200 * time.Millisecond,
			Signals:    []signals.Receiver{{Shutdown: func(context.Context) { step("shutdown signal") }}},
			OnShutdown: []func(context.Context) error{hook("first hook", problem), hook("second hook", nil)},
		})
	}()
	conn := (&runner{addr: listener.Addr().String()}).dial(t)
	client := testpb.NewTestServiceClient(conn)
	answered := make(chan error, 1)
	go func() {
		_, err := client.UnaryCall(context.Background(), &testpb.SimpleRequest{})
		answered <- err
	}()
	watch, err := healthpb.NewHealthClient(conn).Watch(t.Context(), &healthpb.HealthCheckRequest{})
	require.NoError(t, err)
	for _, want := range []healthpb.HealthCheckResponse_ServingStatus{healthpb.HealthCheckResponse_SERVING, healthpb.HealthCheckResponse_NOT_SERVING} {
		answer, err := watch.Recv()
		require.NoError(t, err)
		if answer.GetStatus() != want { // it may be asked before the server is up
			answer, err = watch.Recv()
			require.NoError(t, err)
		}
		require.Equal(t, want, answer.GetStatus())
		if want == healthpb.HealthCheckResponse_SERVING {
			<-entered
			stop()
		}
	}
	_, err = client.EmptyCall(t.Context(), &testpb.Empty{})
	require.NoError(t, err, "calls are taken while balancers learn that it stops")
	_, err = watch.Recv()
	require.Equal(t, codes.Unavailable, status.Code(err), "the delay is over")
	require.Eventually(t, func() bool { // the listener is closed at once
		c, err := net.Dial("tcp", listener.Addr().String())
		if err == nil {
			c.Close()
		}
		return err != nil
	}, 10*time.Second, time.Millisecond)
	close(release)
	require.NoError(t, <-answered)
	assert.ErrorIs(t, <-ended, problem)
	assert.Equal(t, []string{"the call ends", "shutdown signal", "first hook", "second hook"}, steps)
}

// Hooks that hang are left behind, and Run says so.
func TestShutdownTimeout(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	defer close(release)
	r := run(t, server.Config{
		Services: service{}.with(declared(nil)), ShutdownTimeout: time.Millisecond,
		OnShutdown: []func(context.Context) error{func(context.Context) error { <-release; return nil }},
	})
	assert.EqualError(t, r.end(), "server: the shutdown hooks did not end within 1ms")
	r.err = nil // for the cleanup
}

// A listener that fails ends the server in good order.
func TestListenerFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	var told atomic.Bool
	err := server.Run(t.Context(), server.Config{
		Services: service{}.with(declared(nil)), Logger: quiet,
		Listeners: []net.Listener{brokenListener{broken}},
		Signals:   []signals.Receiver{{Shutdown: func(context.Context) { told.Store(true) }}},
	})
	assert.ErrorIs(t, err, broken)
	assert.True(t, told.Load())
}

type brokenListener struct{ err error }

func (l brokenListener) Accept() (net.Conn, error) { return nil, l.err }
func (brokenListener) Close() error                { return nil }
func (brokenListener) Addr() net.Addr              { return &net.TCPAddr{} }

// An address that is taken, or is none, is said at the start.
func TestAddress(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	for addr, want := range map[string]string{
		l.Addr().String():        "address already in use",
		"nonsense":               "missing port in address",
		"unix:/no/such/dir/sock": "no such file or directory",
	} {
		err := server.Run(t.Context(), server.Config{Services: service{}.with(declared(nil)), Addr: addr, Logger: quiet})
		assert.ErrorContains(t, err, want)
	}
}
