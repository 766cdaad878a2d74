package signals_test

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	testpb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A script is what the handlers of all arities do at their end.
type script func() error

// A scripted service answers streams of three messages with as many, and ends as its
// script says.
type scripted struct {
	testpb.UnimplementedTestServiceServer
	script script
}

func (s *scripted) UnaryCall(context.Context, *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
	return &testpb.SimpleResponse{}, s.script()
}

func (s *scripted) StreamingOutputCall(_ *testpb.StreamingOutputCallRequest, stream testpb.TestService_StreamingOutputCallServer) error {
	for range 3 {
		if err := stream.Send(&testpb.StreamingOutputCallResponse{}); err != nil {
			return err
		}
	}
	return s.script()
}

func (s *scripted) StreamingInputCall(stream testpb.TestService_StreamingInputCallServer) error {
	for {
		_, err := stream.Recv()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if err := s.script(); err != nil {
		return err
	}
	return stream.SendAndClose(&testpb.StreamingInputCallResponse{})
}

func (s *scripted) FullDuplexCall(stream testpb.TestService_FullDuplexCallServer) error {
	for {
		_, err := stream.Recv()
		if err == io.EOF {
			return s.script()
		}
		if err != nil {
			return err
		}
		if err := stream.Send(&testpb.StreamingOutputCallResponse{}); err != nil {
			return err
		}
	}
}

// calls makes a call of each arity, by method. Streams of the client have three messages.
var calls = map[string]func(context.Context, testpb.TestServiceClient) error{
	testpb.TestService_UnaryCall_FullMethodName: func(ctx context.Context, c testpb.TestServiceClient) error {
		_, err := c.UnaryCall(ctx, &testpb.SimpleRequest{})
		return err
	},
	testpb.TestService_StreamingOutputCall_FullMethodName: func(ctx context.Context, c testpb.TestServiceClient) error {
		stream, err := c.StreamingOutputCall(ctx, &testpb.StreamingOutputCallRequest{})
		for err == nil {
			_, err = stream.Recv()
		}
		return unlessEOF(err)
	},
	testpb.TestService_StreamingInputCall_FullMethodName: func(ctx context.Context, c testpb.TestServiceClient) error {
		stream, err := c.StreamingInputCall(ctx)
		if err != nil {
			return err
		}
		for range 3 {
			if err := stream.Send(&testpb.StreamingInputCallRequest{}); err != nil {
				break // the status is with CloseAndRecv
			}
		}
		_, err = stream.CloseAndRecv()
		return err
	},
	testpb.TestService_FullDuplexCall_FullMethodName: func(ctx context.Context, c testpb.TestServiceClient) error {
		stream, err := c.FullDuplexCall(ctx)
		if err != nil {
			return err
		}
		for range 3 {
			if err := stream.Send(&testpb.StreamingOutputCallRequest{}); err != nil {
				break
			}
		}
		err = stream.CloseSend()
		for err == nil {
			_, err = stream.Recv()
		}
		return unlessEOF(err)
	},
}

func unlessEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// serve serves a script behind interceptors, and recovers around them.
func serve(t *testing.T, run script, unary grpc.UnaryServerInterceptor, stream grpc.StreamServerInterceptor) testpb.TestServiceClient {
	t.Helper()
	srv := grpc.NewServer(
		grpc.ChainUnaryInterceptor(func(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (_ any, err error) {
			defer recovered(&err)
			return unary(ctx, req, info, next)
		}),
		grpc.ChainStreamInterceptor(func(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) (err error) {
			defer recovered(&err)
			return stream(srv, ss, info, next)
		}),
	)
	testpb.RegisterTestServiceServer(srv, &scripted{script: run})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(listener) }()
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.NoError(t, conn.Close())
		srv.GracefulStop()
		assert.NoError(t, <-ended)
	})
	return testpb.NewTestServiceClient(conn)
}

func recovered(err *error) {
	if v := recover(); v != nil {
		*err = status.Error(codes.Internal, "recovered")
	}
}
