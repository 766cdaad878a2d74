package ratelimit_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	testpb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
)

const (
	service  = "grpc.testing.TestService"
	unary    = testpb.TestService_UnaryCall_FullMethodName
	download = testpb.TestService_StreamingOutputCall_FullMethodName
	upload   = testpb.TestService_StreamingInputCall_FullMethodName
	talk     = testpb.TestService_FullDuplexCall_FullMethodName
)

// A testServer counts what reaches it.
type testServer struct {
	testpb.UnimplementedTestServiceServer
	calls, messages atomic.Int64
	// deaf has streams end well whatever RecvMsg says.
	deaf bool
}

func (s *testServer) UnaryCall(context.Context, *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
	s.calls.Add(1)
	return &testpb.SimpleResponse{}, nil
}

func (s *testServer) EmptyCall(context.Context, *testpb.Empty) (*testpb.Empty, error) {
	s.calls.Add(1)
	return &testpb.Empty{}, nil
}

func (s *testServer) StreamingOutputCall(_ *testpb.StreamingOutputCallRequest, stream testpb.TestService_StreamingOutputCallServer) error {
	s.calls.Add(1)
	return errors.Join(stream.Send(&testpb.StreamingOutputCallResponse{}), stream.Send(&testpb.StreamingOutputCallResponse{}))
}

func (s *testServer) StreamingInputCall(stream testpb.TestService_StreamingInputCallServer) error {
	s.calls.Add(1)
	for {
		_, err := stream.Recv()
		if err == io.EOF || err != nil && s.deaf {
			return stream.SendAndClose(&testpb.StreamingInputCallResponse{})
		}
		if err != nil {
			return err
		}
		s.messages.Add(1)
	}
}

func (s *testServer) FullDuplexCall(stream testpb.TestService_FullDuplexCallServer) error {
	s.calls.Add(1)
	for {
		_, err := stream.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		s.messages.Add(1)
		if err := stream.Send(&testpb.StreamingOutputCallResponse{}); err != nil {
			return err
		}
	}
}

// A server is a test server behind a limiter, over a real connection.
type server struct {
	testpb.TestServiceClient
	impl    *testServer
	limiter *ratelimit.Limiter
	clock   *clock
}

// serve starts a server. Metadata user authenticates a call.
func serve(t *testing.T, declared ratelimit.Service, opts ...ratelimit.Option) *server {
	t.Helper()
	c := &clock{}
	return serveOver(t, ratelimit.NewMemory(ratelimit.WithClock(c.now)), c, declared, opts...)
}

func serveOver(t *testing.T, store ratelimit.Store, c *clock, declared ratelimit.Service, opts ...ratelimit.Option) *server {
	t.Helper()
	declared.Name = service
	limiter, err := ratelimit.New(store, append(opts, ratelimit.Services(declared))...)
	require.NoError(t, err)
	impl := &testServer{}
	srv := grpc.NewServer(
		grpc.ChainUnaryInterceptor(authenticate, limiter.Unary),
		grpc.StreamInterceptor(limiter.Stream),
	)
	testpb.RegisterTestServiceServer(srv, impl)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(listener)
	}()
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, conn.Close())
		srv.Stop()
		<-done
	})
	return &server{testpb.NewTestServiceClient(conn), impl, limiter, c}
}

func authenticate(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if user := metadata.ValueFromIncomingContext(ctx, "user"); len(user) > 0 {
		ctx = identity.WithPrincipal(ctx, identity.Principal{ID: user[0]})
	}
	return handler(ctx, req)
}

func with(t *testing.T, pairs ...string) context.Context {
	return metadata.AppendToOutgoingContext(t.Context(), pairs...)
}

// The calls of each arity, with a name in the request's response_status where it has
// one.
func (s *server) unary(ctx context.Context, opts ...grpc.CallOption) error {
	_, err := s.UnaryCall(ctx, &testpb.SimpleRequest{}, opts...)
	return err
}

func (s *server) download(ctx context.Context, name string, opts ...grpc.CallOption) error {
	stream, err := s.StreamingOutputCall(ctx, &testpb.StreamingOutputCallRequest{ResponseStatus: &testpb.EchoStatus{Message: name}}, opts...)
	for err == nil {
		_, err = stream.Recv()
	}
	return ended(err)
}

func (s *server) upload(ctx context.Context, bodies ...string) error {
	stream, err := s.StreamingInputCall(ctx)
	if err != nil {
		return err
	}
	for _, body := range bodies {
		if err := stream.Send(&testpb.StreamingInputCallRequest{Payload: &testpb.Payload{Body: []byte(body)}}); err != nil {
			break // the status is with CloseAndRecv
		}
	}
	_, err = stream.CloseAndRecv()
	return err
}

func (s *server) talk(ctx context.Context, names ...string) error {
	stream, err := s.FullDuplexCall(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := stream.Send(&testpb.StreamingOutputCallRequest{ResponseStatus: &testpb.EchoStatus{Message: name}}); err != nil {
			break
		}
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	for err == nil {
		_, err = stream.Recv()
	}
	return ended(err)
}

func ended(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// name and body are the fields that the keys of the tests read.
var (
	name = ratelimit.Request("response_status.message",
		ratelimit.From(func(r *testpb.StreamingOutputCallRequest) ratelimit.Value {
			return ratelimit.Text(r.GetResponseStatus().GetMessage())
		}))
	body = ratelimit.Request("payload.body",
		ratelimit.From(func(r *testpb.StreamingInputCallRequest) ratelimit.Value {
			return ratelimit.Text(r.GetPayload().GetBody())
		}))
)

func limits(max int64, keys ...ratelimit.Key) []ratelimit.Limit {
	return []ratelimit.Limit{{MaxCalls: max, Period: time.Minute, Keys: keys}}
}

func refused(t *testing.T, err error) {
	t.Helper()
	require.Equal(t, codes.ResourceExhausted, status.Code(err), "%v", err)
}

// A refusal says all that AIP-193 and the drafts of the IETF have words for.
func TestRefusal(t *testing.T) {
	t.Parallel()
	s := serve(t, ratelimit.Service{Limits: limits(2, ratelimit.Peer(), ratelimit.Metadata("Authorization"))})
	ctx := with(t, "authorization", "secret")
	var header metadata.MD
	require.NoError(t, s.unary(ctx, grpc.Header(&header)))
	assert.Equal(t, []string{`"grpc.testing.TestService";q=2;w=60`}, header["ratelimit-policy"])
	assert.Equal(t, []string{`"grpc.testing.TestService";r=1;t=60`}, header["ratelimit"])
	s.clock.advance(10*time.Second + time.Nanosecond)
	require.NoError(t, s.unary(ctx, grpc.Header(&header)))

	err := s.unary(ctx, grpc.Header(&header))
	refused(t, err)
	assert.Equal(t, []string{`"grpc.testing.TestService";r=0;t=50`}, header["ratelimit"])
	assert.Equal(t, int64(2), s.impl.calls.Load())
	st := status.Convert(err)
	assert.Equal(t, "the limit of 2 calls per 1m0s is reached; try again in 50s", st.Message())
	require.Len(t, st.Details(), 3)
	info, _ := st.Details()[0].(*errdetails.ErrorInfo)
	assert.Equal(t, "RATE_LIMIT_EXCEEDED", info.GetReason())
	assert.Equal(t, "grpc.testing", info.GetDomain())
	assert.Equal(t, map[string]string{
		"service": service, "consumer": "peer,metadata:authorization", "quota_metric": service,
		"quota_limit": "2 calls per 1m0s", "quota_limit_value": "2", "retry_delay": "50s",
	}, info.GetMetadata())
	quota, _ := st.Details()[1].(*errdetails.QuotaFailure)
	require.Len(t, quota.GetViolations(), 1)
	assert.Equal(t, "peer,metadata:authorization", quota.GetViolations()[0].GetSubject())
	retry, _ := st.Details()[2].(*errdetails.RetryInfo)
	assert.Equal(t, 50*time.Second-time.Nanosecond, retry.GetRetryDelay().AsDuration())

	s.clock.advance(retry.GetRetryDelay().AsDuration())
	require.NoError(t, s.unary(ctx), "after that time")
	refused(t, s.unary(ctx))
}

// All four arities are charged, and handlers of refused calls do not run.
func TestEveryArity(t *testing.T) {
	t.Parallel()
	s := serve(t, ratelimit.Service{Methods: []ratelimit.Method{
		{FullName: unary, Limits: limits(1)},
		{FullName: download, Limits: limits(1)},
		{FullName: upload, Limits: limits(1)},
		{FullName: talk, Limits: limits(1)},
	}})
	ctx := t.Context()
	for _, call := range []func() error{
		func() error { return s.unary(ctx) },
		func() error { return s.download(ctx, "a") },
		func() error { return s.upload(ctx, "a", "b") },
		func() error { return s.talk(ctx, "a", "b") },
	} {
		before := s.impl.calls.Load()
		require.NoError(t, call())
		refused(t, call())
		refused(t, call())
		assert.Equal(t, before+1, s.impl.calls.Load())
	}
	_, err := s.EmptyCall(ctx, &testpb.Empty{})
	require.NoError(t, err, "no limit holds for it")
}

// Headers are those of the stream's limits, in all arities.
func TestHeadersOfAStream(t *testing.T) {
	t.Parallel()
	s := serve(t, ratelimit.Service{Methods: []ratelimit.Method{{FullName: download, Limits: limits(1, name)}}})
	var header metadata.MD
	require.NoError(t, s.download(t.Context(), "a", grpc.Header(&header)))
	assert.Equal(t, []string{`"grpc.testing.TestService/StreamingOutputCall";r=0;t=60`}, header["ratelimit"])
	refused(t, s.download(t.Context(), "a", grpc.Header(&header)))
	assert.Equal(t, []string{`"grpc.testing.TestService/StreamingOutputCall";r=0;t=60`}, header["ratelimit"])
}

// A stream with a key in the request is charged with its first message, once.
func TestRequestKeysOfStreams(t *testing.T) {
	t.Parallel()
	s := serve(t, ratelimit.Service{Methods: []ratelimit.Method{
		{FullName: download, Limits: limits(1, name)},
		{FullName: upload, Limits: limits(1, body)},
		{FullName: talk, Limits: limits(1, name)},
	}})
	ctx := t.Context()
	require.NoError(t, s.download(ctx, "a"))
	require.NoError(t, s.download(ctx, "b"), "another value")
	refused(t, s.download(ctx, "a"))

	require.NoError(t, s.upload(ctx, "a", "a", "a"), "its later messages are free")
	refused(t, s.upload(ctx, "a", "b"))
	require.NoError(t, s.upload(ctx, "b"))
	require.NoError(t, s.upload(ctx), "a stream without messages is not charged")
	require.NoError(t, s.upload(ctx))

	before := s.impl.messages.Load()
	require.NoError(t, s.talk(ctx, "a", "x"))
	refused(t, s.talk(ctx, "a", "b"))
	require.NoError(t, s.talk(ctx, "b", "x"))
	assert.Equal(t, before+4, s.impl.messages.Load(), "refused messages do not reach the handler")
}

// A handler that takes the error of RecvMsg for the end of the stream does not turn a
// refusal into a success.
func TestARefusedStreamEndsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t, ratelimit.Service{Methods: []ratelimit.Method{{FullName: upload, Limits: limits(1, body)}}})
	s.impl.deaf = true
	require.NoError(t, s.upload(t.Context(), "a"))
	err := s.upload(t.Context(), "a")
	require.Error(t, err)
}

// A service's limit is one budget over its methods, beside those of the methods, and a
// refused call is charged to none.
func TestServiceAndMethodLimits(t *testing.T) {
	t.Parallel()
	s := serve(t, ratelimit.Service{
		Limits:  limits(3),
		Methods: []ratelimit.Method{{FullName: unary, Limits: limits(1)}, {FullName: talk, Exempt: true}},
	})
	ctx := t.Context()
	require.NoError(t, s.unary(ctx))
	for range 5 {
		refused(t, s.unary(ctx)) // by its own limit, and so not charged to the service's
	}
	require.NoError(t, s.download(ctx, ""))
	_, err := s.EmptyCall(ctx, &testpb.Empty{})
	require.NoError(t, err, "a method that the Service does not name is bound by its limits")
	_, err = s.EmptyCall(ctx, &testpb.Empty{})
	refused(t, err)
	require.NoError(t, s.talk(ctx), "it is exempt")
	assert.Equal(t, int64(3), s.limiter.Count(ratelimit.Admitted))
	assert.Equal(t, int64(6), s.limiter.Count(ratelimit.Refused))
}

// Methods of one group share a budget; one that is in it twice is charged once.
func TestGroups(t *testing.T) {
	t.Parallel()
	shared := ratelimit.Limit{MaxCalls: 2, Period: time.Minute, Group: "writes"}
	s := serve(t, ratelimit.Service{Methods: []ratelimit.Method{
		{FullName: unary, Limits: []ratelimit.Limit{shared, shared}},
		{FullName: upload, Limits: []ratelimit.Limit{shared}},
	}})
	require.NoError(t, s.unary(t.Context()))
	require.NoError(t, s.upload(t.Context()))
	refused(t, s.unary(t.Context()))
	refused(t, s.upload(t.Context()))
	require.NoError(t, s.download(t.Context(), ""))
}

// Each key tells callers apart, and a missing value is none that can be sent.
func TestKeys(t *testing.T) {
	t.Parallel()
	tests := []struct {
		key  ratelimit.Key
		sent [][]string // metadata of calls that do not share a budget
	}{
		{ratelimit.Metadata("tenant"), [][]string{{}, {"tenant", ""}, {"tenant", "a"}, {"tenant", "a", "tenant", ""}, {"tenant", "", "tenant", "a"}, {"tenant", "a,"}}},
		{ratelimit.Principal(), [][]string{{}, {"user", "ann"}, {"user", "bob"}}},
		{ratelimit.Func("len"), [][]string{{}, {"word", ""}, {"word", "four"}, {"word", "sixsix"}}},
	}
	for _, tt := range tests {
		t.Run(tt.key.String(), func(t *testing.T) {
			t.Parallel()
			s := serve(t, ratelimit.Service{Limits: limits(1, tt.key)}, ratelimit.WithFunc("len",
				func(ctx context.Context, call ratelimit.Call) (string, bool) {
					assert.Equal(t, unary, call.Method)
					assert.IsType(t, &testpb.SimpleRequest{}, call.Request)
					word := metadata.ValueFromIncomingContext(ctx, "word")
					if len(word) == 0 {
						return "", false
					}
					return string(rune('0' + len(word[0]))), true
				}))
			for _, pairs := range tt.sent {
				require.NoError(t, s.unary(with(t, pairs...)), "%q", pairs)
			}
			for _, pairs := range tt.sent {
				refused(t, s.unary(with(t, pairs...)))
			}
		})
	}
}

// What the limits of another program once mixed up: a1 + b and a + 1b.
func TestKeyPartsDoNotRunTogether(t *testing.T) {
	t.Parallel()
	s := serve(t, ratelimit.Service{Limits: limits(1, ratelimit.Metadata("x"), ratelimit.Metadata("y"))})
	for _, pairs := range [][]string{
		{"x", "a1", "y", "b"},
		{"x", "a", "y", "1b"},
		{"x", "a1b"},
		{"y", "a1b"},
		{"x", "a1b", "y", ""},
		{"x", "a1", "x", "b"},
		{},
	} {
		require.NoError(t, s.unary(with(t, pairs...)), "%q", pairs)
		refused(t, s.unary(with(t, pairs...)))
	}
}

// An observer hears of every call that a limit holds for.
func TestObserver(t *testing.T) {
	t.Parallel()
	var seen []ratelimit.Observation
	s := serve(t, ratelimit.Service{Methods: []ratelimit.Method{{FullName: unary, Limits: limits(1)}}},
		ratelimit.WithObserver(func(_ context.Context, o ratelimit.Observation) { seen = append(seen, o) }))
	require.NoError(t, s.unary(t.Context()))
	refused(t, s.unary(t.Context()))
	require.NoError(t, s.download(t.Context(), ""))
	assert.Equal(t, []ratelimit.Observation{
		{Method: unary},
		{Method: unary, Outcome: ratelimit.Refused, Policy: service + "/UnaryCall", Wait: time.Minute},
	}, seen)
}
