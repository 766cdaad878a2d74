package server_test

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/http2"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	_ "google.golang.org/grpc/encoding/gzip"
	testpb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

// Messages and headers that are too large are refused, and the connection stays up.
func TestSizes(t *testing.T) {
	t.Parallel()
	impl := service{unary: func(_ context.Context, req *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
		return &testpb.SimpleResponse{Payload: &testpb.Payload{Body: make([]byte, req.GetResponseSize())}}, nil
	}}
	r := run(t, server.Config{
		Services:        impl.with(declared(nil)),
		MaxReceiveBytes: 1000, MaxSendBytes: 2000, MaxHeaderBytes: 4000,
	})
	c := r.client(t)
	call := func(sends, wants, header int) codes.Code {
		t.Helper()
		ctx := metadata.AppendToOutgoingContext(t.Context(), "x-large", strings.Repeat("x", header))
		_, err := c.UnaryCall(ctx, &testpb.SimpleRequest{Payload: &testpb.Payload{Body: make([]byte, sends)}, ResponseSize: int32(wants)})
		return status.Code(err)
	}
	assert.Equal(t, codes.OK, call(900, 1900, 3000))
	assert.Equal(t, codes.ResourceExhausted, call(1001, 0, 0))
	assert.Equal(t, codes.ResourceExhausted, call(0, 2001, 0))
	assert.NotEqual(t, codes.OK, call(0, 0, 4001))
	assert.Equal(t, codes.OK, call(900, 1900, 3000))
}

// A message is not larger for being compressed: what it is inflated to counts.
func TestInflatedSize(t *testing.T) {
	t.Parallel()
	r := run(t, server.Config{Services: service{}.with(declared(nil))})
	_, err := r.client(t).UnaryCall(t.Context(), &testpb.SimpleRequest{Payload: &testpb.Payload{Body: make([]byte, 5<<20)}}, grpc.UseCompressor("gzip"))
	assert.Equal(t, codes.ResourceExhausted, status.Code(err))
}

// A connection has no more calls at once than it may; the client keeps the others.
func TestMaxConcurrentStreams(t *testing.T) {
	t.Parallel()
	const most = 3
	var now, peak atomic.Int64
	release := make(chan struct{})
	impl := service{unary: func(context.Context, *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
		n := now.Add(1)
		defer now.Add(-1)
		for p := peak.Load(); n > p && !peak.CompareAndSwap(p, n); p = peak.Load() {
		}
		<-release
		return &testpb.SimpleResponse{}, nil
	}}
	r := run(t, server.Config{Services: impl.with(declared(nil)), MaxConcurrentStreams: most})
	c := r.client(t)
	_, err := c.EmptyCall(t.Context(), &testpb.Empty{}) // the settings are known
	require.NoError(t, err)
	answers := make(chan error)
	for range 4 * most {
		go func() {
			_, err := c.UnaryCall(context.Background(), &testpb.SimpleRequest{})
			answers <- err
		}()
	}
	require.Eventually(t, func() bool { return now.Load() == most }, 10*time.Second, time.Millisecond)
	close(release)
	for range 4 * most {
		require.NoError(t, <-answers)
	}
	assert.EqualValues(t, most, peak.Load())
}

// A client that pings without end is told to calm down, and is disconnected.
func TestKeepaliveEnforcement(t *testing.T) {
	t.Parallel()
	r := run(t, server.Config{Services: service{}.with(declared(nil))})
	conn, err := net.Dial("tcp", r.addr)
	require.NoError(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte(http2.ClientPreface))
	require.NoError(t, err)
	framer := http2.NewFramer(conn, conn)
	require.NoError(t, framer.WriteSettings())
	go func() {
		for framer.WritePing(false, [8]byte{}) == nil {
			// until the server closes the connection
		}
	}()
	for {
		frame, err := framer.ReadFrame()
		require.NoError(t, err, "before it was told why")
		if away, ok := frame.(*http2.GoAwayFrame); ok {
			assert.Equal(t, http2.ErrCodeEnhanceYourCalm, away.ErrCode)
			assert.Equal(t, "too_many_pings", string(away.DebugData()))
			return
		}
	}
}
