package connectrpc_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	testpb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/perimeter/connectrpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A service has a method of each arity.
type service struct {
	testpb.UnimplementedTestServiceServer
}

func (service) UnaryCall(ctx context.Context, req *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	_ = grpc.SetHeader(ctx, metadata.Pairs("got", strings.Join(md.Get("given"), ","), "bytes-bin", strings.Join(md.Get("bytes-bin"), ",")))
	_ = grpc.SetTrailer(ctx, metadata.Pairs("last", "word"))
	if want := req.GetResponseStatus(); want != nil {
		return nil, failure(codes.Code(want.GetCode()))
	}
	_, bounded := ctx.Deadline()
	return &testpb.SimpleResponse{Username: strings.Join(md.Get("cookie"), ","), OauthScope: map[bool]string{true: "bounded"}[bounded]}, nil
}

// failure is an error with a detail that the program knows, and one that it does not.
func failure(code codes.Code) error {
	st := status.New(code, "as was asked for").Proto()
	known, _ := anypb.New(&errdetails.ErrorInfo{Reason: "ASKED"})
	st.Details = append(st.Details, known, &anypb.Any{TypeUrl: "type.googleapis.com/nobody.knows.This", Value: []byte{8, 1}})
	return status.FromProto(st).Err()
}

func (service) StreamingOutputCall(req *testpb.StreamingOutputCallRequest, stream grpc.ServerStreamingServer[testpb.StreamingOutputCallResponse]) error {
	_ = stream.SetHeader(metadata.Pairs("got", "it"))
	stream.SetTrailer(metadata.Pairs("last", "word"))
	for _, p := range req.GetResponseParameters() {
		if err := stream.Send(&testpb.StreamingOutputCallResponse{Payload: &testpb.Payload{Body: make([]byte, p.GetSize())}}); err != nil {
			return err
		}
	}
	if req.GetResponseStatus() != nil {
		return failure(codes.DataLoss)
	}
	return nil
}

func (service) StreamingInputCall(stream grpc.ClientStreamingServer[testpb.StreamingInputCallRequest, testpb.StreamingInputCallResponse]) error {
	var size int
	for {
		in, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return stream.SendAndClose(&testpb.StreamingInputCallResponse{AggregatedPayloadSize: int32(size)})
		}
		if err != nil {
			return err
		}
		if size += len(in.GetPayload().GetBody()); size > 1000 {
			return failure(codes.OutOfRange)
		}
	}
}

func (service) FullDuplexCall(stream grpc.BidiStreamingServer[testpb.StreamingOutputCallRequest, testpb.StreamingOutputCallResponse]) error {
	for {
		in, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if in.GetResponseStatus() != nil {
			return failure(codes.Aborted)
		}
		if err := stream.Send(&testpb.StreamingOutputCallResponse{Payload: in.GetPayload()}); err != nil {
			return err
		}
	}
}

// serve returns where the service is served over HTTP.
func serve(t *testing.T, cfg connectrpc.Config) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	srv := grpc.NewServer()
	testpb.RegisterTestServiceServer(srv, service{})
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(srv.Stop)
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close()) })
	h, err := connectrpc.NewHandler(conn, cfg, testpb.TestService_ServiceDesc.ServiceName)
	require.NoError(t, err)
	front := httptest.NewUnstartedServer(h)
	front.Config.Protocols = &http.Protocols{}
	front.Config.Protocols.SetHTTP1(true)
	front.Config.Protocols.SetUnencryptedHTTP2(true)
	front.Start()
	t.Cleanup(front.Close)
	return front.URL
}

// clients are those of all protocols, over HTTP/2 in plain text.
func clients(t *testing.T) (client *http.Client, protocols map[string][]connect.ClientOption) {
	t.Helper()
	transport := &http.Transport{Protocols: &http.Protocols{}}
	transport.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}, map[string][]connect.ClientOption{
		"Connect":       nil,
		"Connect, JSON": {connect.WithProtoJSON()},
		"Connect, gzip": {connect.WithSendGzip()},
		"gRPC":          {connect.WithGRPC()},
		"gRPC, JSON":    {connect.WithGRPC(), connect.WithProtoJSON()},
		"gRPC-Web":      {connect.WithGRPCWeb()},
	}
}

// each runs a test for each protocol.
func each(t *testing.T, test func(t *testing.T, client *http.Client, url string, options []connect.ClientOption)) {
	t.Helper()
	url := serve(t, connectrpc.Config{})
	client, protocols := clients(t)
	for name, options := range protocols {
		t.Run(name, func(t *testing.T) { test(t, client, url, options) })
	}
}

// requireFailure requires the error that the service makes.
func requireFailure(t *testing.T, err error, code connect.Code) {
	t.Helper()
	var failed *connect.Error
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, code, failed.Code())
	assert.Equal(t, "as was asked for", failed.Message())
	require.Len(t, failed.Details(), 2)
	assert.Equal(t, "google.rpc.ErrorInfo", failed.Details()[0].Type())
	assert.Equal(t, "nobody.knows.This", failed.Details()[1].Type())
	assert.Equal(t, []byte{8, 1}, failed.Details()[1].Bytes())
}

// Headers, trailers, bytes, deadlines and errors pass, and cookies do not.
func TestUnary(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, client *http.Client, url string, options []connect.ClientOption) {
		c := connect.NewClient[testpb.SimpleRequest, testpb.SimpleResponse](client, url+testpb.TestService_UnaryCall_FullMethodName, options...)
		req := connect.NewRequest(&testpb.SimpleRequest{ResponseSize: 1})
		req.Header().Set("Given", "this")
		req.Header().Set("Cookie", "monster")
		req.Header().Set("Bytes-Bin", connect.EncodeBinaryHeader([]byte{0, 255}))
		res, err := c.CallUnary(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, "this", res.Header().Get("Got"))
		assert.Equal(t, connect.EncodeBinaryHeader([]byte{0, 255}), res.Header().Get("Bytes-Bin"))
		assert.Equal(t, "word", res.Trailer().Get("Last"))
		assert.Empty(t, res.Msg.GetUsername())
		assert.Empty(t, res.Msg.GetOauthScope())

		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		res, err = c.CallUnary(ctx, connect.NewRequest(&testpb.SimpleRequest{}))
		require.NoError(t, err)
		assert.Equal(t, "bounded", res.Msg.GetOauthScope())

		for code := codes.Canceled; code <= codes.Unauthenticated; code++ {
			_, err = c.CallUnary(t.Context(), connect.NewRequest(&testpb.SimpleRequest{ResponseStatus: &testpb.EchoStatus{Code: int32(code)}}))
			requireFailure(t, err, connect.Code(code))
		}
		req = connect.NewRequest(&testpb.SimpleRequest{})
		req.Header().Set("Bytes-Bin", "!")
		_, err = c.CallUnary(t.Context(), req)
		assert.Equal(t, connect.CodeInvalidArgument, connect.CodeOf(err))
		assert.ErrorContains(t, err, "the header bytes-bin is not base64")
	})
}

// A stream of the server's passes with what precedes and follows it, an error too.
func TestServerStream(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, client *http.Client, url string, options []connect.ClientOption) {
		c := connect.NewClient[testpb.StreamingOutputCallRequest, testpb.StreamingOutputCallResponse](client, url+testpb.TestService_StreamingOutputCall_FullMethodName, options...)
		for _, fails := range []*testpb.EchoStatus{nil, {}} {
			s, err := c.CallServerStream(t.Context(), connect.NewRequest(&testpb.StreamingOutputCallRequest{
				ResponseParameters: []*testpb.ResponseParameters{{Size: 1}, {Size: 70_000}}, ResponseStatus: fails,
			}))
			require.NoError(t, err)
			var sizes []int
			for s.Receive() {
				sizes = append(sizes, len(s.Msg().GetPayload().GetBody()))
			}
			assert.Equal(t, []int{1, 70_000}, sizes)
			assert.Equal(t, "it", s.ResponseHeader().Get("Got"))
			if fails == nil {
				require.NoError(t, s.Err())
				assert.Equal(t, "word", s.ResponseTrailer().Get("Last"))
			} else {
				requireFailure(t, s.Err(), connect.CodeDataLoss)
			}
			require.NoError(t, s.Close())
		}
	})
}

// A stream of the client's passes, and ends when the server has had enough.
func TestClientStream(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, client *http.Client, url string, options []connect.ClientOption) {
		c := connect.NewClient[testpb.StreamingInputCallRequest, testpb.StreamingInputCallResponse](client, url+testpb.TestService_StreamingInputCall_FullMethodName, options...)
		s := c.CallClientStream(t.Context())
		for range 3 {
			require.NoError(t, s.Send(&testpb.StreamingInputCallRequest{Payload: &testpb.Payload{Body: make([]byte, 7)}}))
		}
		res, err := s.CloseAndReceive()
		require.NoError(t, err)
		assert.EqualValues(t, 21, res.Msg.GetAggregatedPayloadSize())

		s = c.CallClientStream(t.Context())
		_ = s.Send(&testpb.StreamingInputCallRequest{Payload: &testpb.Payload{Body: make([]byte, 2000)}})
		_, err = s.CloseAndReceive()
		requireFailure(t, err, connect.CodeOutOfRange)
	})
}

// Both sides may speak at once, and either may end it.
func TestBidi(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, client *http.Client, url string, options []connect.ClientOption) {
		c := connect.NewClient[testpb.StreamingOutputCallRequest, testpb.StreamingOutputCallResponse](client, url+testpb.TestService_FullDuplexCall_FullMethodName, options...)
		s := c.CallBidiStream(t.Context())
		for _, text := range []string{"one", "two"} {
			require.NoError(t, s.Send(&testpb.StreamingOutputCallRequest{Payload: &testpb.Payload{Body: []byte(text)}}))
			out, err := s.Receive()
			require.NoError(t, err)
			assert.Equal(t, text, string(out.GetPayload().GetBody()))
		}
		require.NoError(t, s.CloseRequest())
		_, err := s.Receive()
		assert.ErrorIs(t, err, io.EOF)
		require.NoError(t, s.CloseResponse())

		s = c.CallBidiStream(t.Context())
		require.NoError(t, s.Send(&testpb.StreamingOutputCallRequest{ResponseStatus: &testpb.EchoStatus{}}))
		_, err = s.Receive()
		requireFailure(t, err, connect.CodeAborted)
		_ = s.CloseRequest()
		_ = s.CloseResponse()
	})
}

// What is no message of the method's, or too large, is said to be so.
func TestRefusals(t *testing.T) {
	t.Parallel()
	url := serve(t, connectrpc.Config{MaxMessageBytes: 100})
	tests := []struct{ name, path, body, want string }{
		{"a field that is none", testpb.TestService_UnaryCall_FullMethodName, `{"nope": 1}`, `unknown field \"nope\"`},
		{"no JSON", testpb.TestService_UnaryCall_FullMethodName, `{`, `"code":"invalid_argument"`},
		{"too large", testpb.TestService_UnaryCall_FullMethodName, `{"payload": {"body": "` + strings.Repeat("A", 100) + `"}}`, `"code":"resource_exhausted"`},
		{"a method that is none", "/grpc.testing.TestService/Nope", `{}`, "unknown method Nope for service grpc.testing.TestService"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			resp, err := http.Post(url+tt.path, "application/json", strings.NewReader(tt.body))
			require.NoError(t, err)
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Contains(t, string(body), tt.want)
			assert.Equal(t, "application/json", resp.Header.Get("Content-Type"))
		})
	}
}

// What cannot be served is an error at the start.
func TestNewHandlerErrors(t *testing.T) {
	t.Parallel()
	for want, services := range map[string][]string{
		"there are no services":                                  nil,
		"the service nobody.Has is not linked into this program": {"nobody.Has"},
		"grpc.testing.SimpleRequest is not a service":            {"grpc.testing.SimpleRequest"},
	} {
		_, err := connectrpc.NewHandler(nil, connectrpc.Config{}, services...)
		assert.ErrorContains(t, err, want)
	}
}

func ExampleNewHandler() {
	listener := bufconn.Listen(1 << 16)
	srv := grpc.NewServer()
	testpb.RegisterTestServiceServer(srv, service{})
	go func() { _ = srv.Serve(listener) }()
	defer srv.Stop()
	conn, err := grpc.NewClient("passthrough:///bufconn",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close()

	h, err := connectrpc.NewHandler(conn, connectrpc.Config{}, testpb.TestService_ServiceDesc.ServiceName)
	if err != nil {
		fmt.Println(err)
		return
	}
	r := httptest.NewRequest(http.MethodPost, "/grpc.testing.TestService/UnaryCall", strings.NewReader(`{"nope": 1}`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body.String()[:26])
	// Output: 400 {"code":"invalid_argument"
}
