package server_test

import (
	"context"
	"log/slog"
	"net"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	testpb "google.golang.org/grpc/interop/grpc_testing"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		os.Exit(child())
	}
	goleak.VerifyTestMain(tests{m})
}

// tests end with the PostgreSQL that they may have started.
type tests struct{ *testing.M }

func (t tests) Run() int { return crudtest.Run(t.M) }

var quiet = slog.New(slog.DiscardHandler)

// declared returns what a proto would declare of the test service, with methods as
// change leaves them.
func declared(change func(name string, m *crud.MethodInfo)) crud.ServiceInfo {
	info := crud.ServiceInfo{Name: testpb.TestService_ServiceDesc.ServiceName}
	add := func(name string) {
		m := crud.MethodInfo{FullName: "/" + info.Name + "/" + name}
		if change != nil {
			change(name, &m)
		}
		info.Methods = append(info.Methods, m)
	}
	for _, m := range testpb.TestService_ServiceDesc.Methods {
		add(m.MethodName)
	}
	for _, m := range testpb.TestService_ServiceDesc.Streams {
		add(m.StreamName)
	}
	return info
}

// A service is the test service, as funcs.
type service struct {
	testpb.UnimplementedTestServiceServer
	unary func(context.Context, *testpb.SimpleRequest) (*testpb.SimpleResponse, error)
	talk  func(testpb.TestService_FullDuplexCallServer) error
}

func (s service) UnaryCall(ctx context.Context, req *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
	if s.unary == nil {
		return &testpb.SimpleResponse{}, nil
	}
	return s.unary(ctx, req)
}

func (s service) EmptyCall(context.Context, *testpb.Empty) (*testpb.Empty, error) {
	return &testpb.Empty{}, nil
}

func (s service) FullDuplexCall(stream testpb.TestService_FullDuplexCallServer) error {
	if s.talk == nil {
		return nil
	}
	return s.talk(stream)
}

func (s service) with(info crud.ServiceInfo) []server.Service {
	return []server.Service{server.Of(testpb.RegisterTestServiceServer, info).By(s)}
}

// A runner is a server that runs in the test's process.
type runner struct {
	addr string
	// stop has the server drain.
	stop  func()
	ended chan struct{}
	err   error
}

// run starts a server on the loopback interface. It is stopped at the test's end.
func run(t *testing.T, cfg server.Config) *runner {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	cfg.Listeners = []net.Listener{listener}
	if cfg.Logger == nil {
		cfg.Logger = quiet
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &runner{addr: listener.Addr().String(), stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(r.ended)
		r.err = server.Run(ctx, cfg)
	}()
	t.Cleanup(func() { assert.NoError(t, r.end()) })
	return r
}

// end stops the server and returns what Run returned.
func (r *runner) end() error {
	r.stop()
	<-r.ended
	return r.err
}

// dial returns a connection in plain text, unless options say otherwise.
func (r *runner) dial(t *testing.T, opts ...grpc.DialOption) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(r.addr, append([]grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close()) })
	return conn
}

func (r *runner) client(t *testing.T) testpb.TestServiceClient {
	t.Helper()
	return testpb.NewTestServiceClient(r.dial(t))
}
