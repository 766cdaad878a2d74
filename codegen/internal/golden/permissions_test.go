package golden_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/permissions"
	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
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
