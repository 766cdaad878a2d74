package crudtest

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net"
	"slices"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/signals"
)

// Serve runs services inside the test's process, behind the interceptors that
// [server.Run] puts around them, and returns a connection to them.
//
//	conn := crudtest.Serve(t, server.Of(libraryv1.RegisterLibraryServiceServer, libraryv1.LibraryServiceInfo).By(impl))
//	books := libraryv1.NewLibraryServiceClient(conn)
//
// Rate limits that their protos declare hold, and are counted for this server alone.
// Services that declare permissions need somebody to ask for them; [ServeConfig] takes
// that, and all else that a server can be told. A test may call it several times.
//
// When t ends, the connection is closed and the server drains, before what was made
// before it, such as its database, is closed.
func Serve(t testing.TB, services ...server.Service) *grpc.ClientConn {
	t.Helper()
	return ServeConfig(t, server.Config{Services: services, LimitStore: ratelimit.NewMemory()}).Dial()
}

// An Endpoint is a server that a test runs.
type Endpoint struct {
	t        testing.TB
	listener *bufconn.Listener
}

// ServeConfig runs the server of a config inside the test's process, as [Serve] does.
// What the server says goes to the test's output, unless the config has a Logger. Its
// Addr and Listeners are not used.
//
// The test fails if the server cannot start, or does not end well: with an error of
// its hooks, or with calls that have not ended when its time for draining is over.
func ServeConfig(t testing.TB, cfg server.Config) *Endpoint {
	t.Helper()
	e := &Endpoint{t: t, listener: bufconn.Listen(bufferSize)}
	serving := &announcing{Listener: e.listener, accepting: make(chan struct{})}
	cfg.Listeners = []net.Listener{serving}
	if cfg.Logger == nil {
		out := &testOutput{w: t.Output()}
		t.Cleanup(out.close) // the last one of those here
		cfg.Logger = slog.New(slog.NewTextHandler(out, nil))
	}
	calls := &unfinished{by: map[string]int{}}
	cfg.Signals = append(slices.Clone(cfg.Signals), calls.receiver())
	ctx, stop := context.WithCancel(context.Background()) // t.Context ends before the cleanups
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx, cfg) }()
	select {
	case <-serving.accepting:
	case err := <-ended:
		stop()
		t.Fatalf("crudtest: the server does not start: %v", err)
	}
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("crudtest: the server did not end well: %v", err)
		}
		if methods := calls.methods(); len(methods) > 0 {
			t.Errorf("crudtest: the server ended, and these calls did not: %v", methods)
		}
	})
	return e
}

// bufferSize is what a connection inside the process holds in each direction.
const bufferSize = 1 << 20

// Dial returns a connection of its own to the server, closed when the test ends. opts
// add to what a connection inside the process needs: credentials of calls, interceptors.
func (e *Endpoint) Dial(opts ...grpc.DialOption) *grpc.ClientConn {
	e.t.Helper()
	conn, err := grpc.NewClient("passthrough:///crudtest", append([]grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return e.listener.DialContext(ctx) }),
	}, opts...)...)
	if err != nil {
		e.t.Fatalf("crudtest: %v", err)
	}
	e.t.Cleanup(func() { _ = conn.Close() }) // the test may have closed it
	return conn
}

// An announcing listener says when it is first asked for a connection.
type announcing struct {
	net.Listener
	once      sync.Once
	accepting chan struct{}
}

func (l *announcing) Accept() (net.Conn, error) {
	l.once.Do(func() { close(l.accepting) })
	return l.Listener.Accept()
}

// testOutput is the output of a test until it ends. What comes later, from a call that
// hangs, would be a panic of package testing.
type testOutput struct {
	mu sync.Mutex
	w  io.Writer // nil when the test has ended
}

func (o *testOutput) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.w == nil {
		return len(p), nil
	}
	return o.w.Write(p)
}

func (o *testOutput) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.w = nil
}

// unfinished counts the calls in flight.
type unfinished struct {
	mu sync.Mutex
	by map[string]int // method
}

func (u *unfinished) receiver() signals.Receiver {
	return signals.Receiver{
		Started:  func(_ context.Context, c signals.Call) { u.add(c.Method, 1) },
		Finished: func(_ context.Context, c signals.Call, _ signals.Result) { u.add(c.Method, -1) },
	}
}

func (u *unfinished) add(method string, n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.by[method] += n; u.by[method] == 0 {
		delete(u.by, method)
	}
}

func (u *unfinished) methods() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Sorted(maps.Keys(u.by))
}
