// Package perimeter_test calls the library from outside, as others do: with curl, from a
// page in a browser, and with clients of Connect, gRPC-Web and gRPC.
package perimeter_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/protocrud/protoc-gen-go-crud/example/server"
	crudserver "github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

var secret = []byte("a secret that only tests have, of 40 bytes")

const branch = "north"

// A library is a running server.
type library struct {
	grpc string // host:port
	url  string // http://host:port
}

// newLibrary serves an empty library on the loopback interface. Pages of origins may call
// it.
func newLibrary(t *testing.T, origins ...string) *library {
	t.Helper()
	db, closeDB, err := server.Open(t.Context(), "sqlite::memory:")
	require.NoError(t, err)
	t.Cleanup(closeDB)
	cfg, err := server.Configure(crudserver.Config{Logger: slog.New(slog.DiscardHandler)}, db, secret, func(context.Context, string) {})
	require.NoError(t, err)
	cfg = server.Web(cfg, origins...)
	cfg.Listeners, cfg.HTTP.Listeners = []net.Listener{listen(t)}, []net.Listener{listen(t)}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- crudserver.Run(ctx, cfg) }()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-ended)
	})
	l := &library{grpc: cfg.Listeners[0].Addr().String(), url: "http://" + cfg.HTTP.Listeners[0].Addr().String()}
	require.Eventually(t, l.healthy, 20*time.Second, 10*time.Millisecond)
	return l
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return l
}

func (l *library) healthy() bool {
	resp, err := http.Get(l.url + "/healthz")
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// dial returns a gRPC connection.
func (l *library) dial(t *testing.T) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(l.grpc, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close()) })
	return conn
}

// headers are those of a caller with a role, at the branch.
func headers(t *testing.T, role string) http.Header {
	t.Helper()
	token, err := server.NewToken(secret, "ann", role, time.Hour)
	require.NoError(t, err)
	md, err := token.GetRequestMetadata(t.Context())
	require.NoError(t, err)
	return http.Header{"Authorization": {md["authorization"]}, "X-Tenant": {branch}}
}
