package golden_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/permissions"
	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

// What the proto declares is what the interceptors hold to.
func TestPermissionsOfAnInfo(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{}
	guard, err := auth.New(
		auth.AuthenticatorFunc(func(context.Context) (identity.Principal, error) { return identity.Principal{ID: "ann"}, nil }),
		auth.AuthorizerFunc(func(_ context.Context, a auth.Access) (bool, error) {
			asked[a.Permission] = true
			return a.Permission == "notes.read", nil
		}), auth.Services(permissions.NoteServiceInfo), auth.DefaultDeny())
	require.NoError(t, err)
	call := func(method string) (map[string]bool, codes.Code) {
		clear(asked)
		_, err := guard.AuthorizeUnary(identity.WithPrincipal(t.Context(), identity.Principal{ID: "ann"}), nil,
			&grpc.UnaryServerInfo{FullMethod: method}, func(context.Context, any) (any, error) { return nil, nil })
		return asked, status.Code(err)
	}
	got, code := call(permissions.NoteService_GetNote_FullMethodName)
	assert.Equal(t, codes.OK, code)
	assert.Equal(t, map[string]bool{"notes.read": true}, got, "the service's")
	got, code = call(permissions.NoteService_DeleteNote_FullMethodName)
	assert.Equal(t, codes.PermissionDenied, code)
	assert.Equal(t, map[string]bool{"notes.read": true, "notes.write": true}, got)
	got, code = call(permissions.NoteService_Ping_FullMethodName)
	assert.Equal(t, codes.OK, code)
	assert.Empty(t, got)
}

// A method that is without limit is bound by none.
func TestAMethodWithoutLimit(t *testing.T) {
	t.Parallel()
	l, err := ratelimit.New(ratelimit.NewMemory(), ratelimit.Services(permissions.NoteServiceInfo))
	require.NoError(t, err)
	for range 10 {
		require.True(t, charged(t, l, permissions.NoteService_Ping_FullMethodName, nil))
	}
	for range 2 {
		require.True(t, charged(t, l, permissions.NoteService_GetNote_FullMethodName, nil))
	}
	assert.False(t, charged(t, l, permissions.NoteService_DeleteNote_FullMethodName, nil))
}

// Each name that the proto may say has the server of the runtime pass by its
// interceptor.
func TestAMethodWithoutInterceptors(t *testing.T) {
	t.Parallel()
	var met atomic.Int64
	meet := server.Interceptor{Unary: func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		met.Add(1)
		return handler(ctx, req)
	}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var log bytes.Buffer
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		ended <- server.Run(ctx, server.Config{
			Services: []server.Service{
				server.Of(permissions.RegisterNoteServiceServer, permissions.NoteServiceInfo).By(permissions.UnimplementedNoteServiceServer{}),
			},
			Listeners: []net.Listener{listener},
			Trace:     []server.Interceptor{meet}, Metrics: []server.Interceptor{meet}, Validate: []server.Interceptor{meet},
			Authenticator: auth.AuthenticatorFunc(func(context.Context) (identity.Principal, error) {
				met.Add(1)
				return identity.Principal{ID: "ann"}, nil
			}),
			Authorizer: auth.AuthorizerFunc(func(context.Context, auth.Access) (bool, error) {
				met.Add(1)
				return true, nil
			}),
			LimitStore:   ratelimit.NewMemory(),
			LimitOptions: []ratelimit.Option{ratelimit.WithObserver(func(context.Context, ratelimit.Observation) { met.Add(1) })},
			Logger:       slog.New(slog.NewTextHandler(&log, nil)),
		})
	}()
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer conn.Close()
	client := permissions.NewNoteServiceClient(conn)
	_, err = client.Ping(t.Context(), &emptypb.Empty{})
	require.Equal(t, codes.Unimplemented, status.Code(err))
	assert.Zero(t, met.Load())
	_, err = client.GetNote(t.Context(), &permissions.GetNoteRequest{Id: 1})
	require.Equal(t, codes.Unimplemented, status.Code(err))
	assert.EqualValues(t, 6, met.Load())
	stop()
	require.NoError(t, <-ended)
	assert.Equal(t, 1, strings.Count(log.String(), "msg=call "), "GetNote's")
}
