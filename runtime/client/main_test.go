package client_test

import (
	"cmp"
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A service is the one that the tests call, as funcs.
type service struct {
	apitest.UnimplementedNamedServiceServer

	get    func(context.Context, *apitest.GetBookRequest) (*apitest.Book, error)
	list   func(context.Context, *apitest.ListBooksRequest) (*apitest.ListBooksResponse, error)
	create func(context.Context, *apitest.CreateBookRequest) (*apitest.Book, error)
	shelf  func(context.Context, *apitest.DeleteShelfRequest) error
	stream func(*apitest.StreamBooksRequest, grpc.ServerStreamingServer[apitest.Book]) error
}

func (s service) GetBook(ctx context.Context, req *apitest.GetBookRequest) (*apitest.Book, error) {
	return s.get(ctx, req)
}

func (s service) ListBooks(ctx context.Context, req *apitest.ListBooksRequest) (*apitest.ListBooksResponse, error) {
	return s.list(ctx, req)
}

func (s service) CreateBook(ctx context.Context, req *apitest.CreateBookRequest) (*apitest.Book, error) {
	return s.create(ctx, req)
}

func (s service) DeleteShelf(ctx context.Context, req *apitest.DeleteShelfRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, s.shelf(ctx, req)
}

func (s service) StreamBooks(req *apitest.StreamBooksRequest, stream grpc.ServerStreamingServer[apitest.Book]) error {
	return s.stream(req, stream)
}

// A counter is a listener that knows how many of its connections are open.
type counter struct {
	net.Listener
	open, accepted atomic.Int64
}

func (c *counter) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c.open.Add(1)
	c.accepted.Add(1)
	return &counted{Conn: conn, by: c}, nil
}

type counted struct {
	net.Conn
	by   *counter
	once sync.Once
}

func (c *counted) Close() error {
	c.once.Do(func() { c.by.open.Add(-1) })
	return c.Conn.Close()
}

// A running server is one on the loopback interface.
type running struct {
	*grpc.Server
	addr string
	conn *counter
}

// start serves impl at an address, any free one if that is empty, until the test ends or
// Stop.
func start(t *testing.T, impl apitest.NamedServiceServer, addr string, opts ...grpc.ServerOption) *running {
	t.Helper()
	return startWith(t, impl, addr, func(*grpc.Server) {}, opts...)
}

// startWith is start with more services.
func startWith(t *testing.T, impl apitest.NamedServiceServer, addr string, register func(*grpc.Server), opts ...grpc.ServerOption) *running {
	t.Helper()
	l, err := net.Listen("tcp", cmp.Or(addr, "127.0.0.1:0"))
	require.NoError(t, err)
	r := &running{Server: grpc.NewServer(opts...), addr: l.Addr().String(), conn: &counter{Listener: l}}
	apitest.RegisterNamedServiceServer(r.Server, impl)
	register(r.Server)
	ended := make(chan error, 1)
	go func() { ended <- r.Serve(r.conn) }()
	t.Cleanup(func() {
		r.Stop()
		assert.NoError(t, <-ended)
	})
	return r
}

// quick are retries that do not keep a test waiting.
var quick = client.Retry{Backoff: time.Millisecond, MaxBackoff: time.Millisecond}

// dial returns a client of an address. It is closed at the test's end.
func dial(t *testing.T, cfg client.Config) apitest.NamedServiceClient {
	t.Helper()
	conn, err := client.Dial(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close()) })
	return apitest.NewNamedServiceClient(conn)
}

// failure returns an error with a code, and RetryInfo if delay is not negative.
func failure(code codes.Code, delay time.Duration) error {
	st := status.New(code, "as the test wants")
	if delay >= 0 {
		st, _ = st.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(delay)})
	}
	return st.Err()
}

const noDelay = time.Duration(-1)
