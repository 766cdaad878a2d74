package auth_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// verify takes a name for the token of who has it.
func verify(_ context.Context, token string) (identity.Principal, error) {
	if token == "forged" {
		return identity.Principal{}, errors.New("a secret reason")
	}
	if token == "nobody" {
		return identity.Principal{}, nil
	}
	return identity.Principal{ID: token}, nil
}

// roles gives ann all, and bob what reads.
var roles = auth.AuthorizerFunc(func(ctx context.Context, a auth.Access) (bool, error) {
	p, _ := identity.FromContext(ctx)
	switch p.ID {
	case "ann":
		return true, nil
	case "broken":
		return false, errors.New("a secret reason")
	case "busy":
		return false, status.Error(codes.Unavailable, "try later")
	}
	return p.ID == "bob" && a.Permission == "notes.read", nil
})

var notes = auth.Service{
	Name: "a.Notes", Permissions: []string{"notes.read"},
	Methods: []auth.Method{
		{FullName: "/a.Notes/Get"},
		{FullName: "/a.Notes/Delete", Permissions: []string{"notes.read", "notes.write"}},
		{FullName: "/a.Notes/Motd", WithoutAuthenticate: true, WithoutAuthorize: true},
		{FullName: "/a.Notes/WhoAmI", WithoutAuthorize: true},
	},
}

// call makes a unary call behind the guard, and a stream, which answer the same. It
// returns who the handler saw.
func call(t *testing.T, g *auth.Guard, method string, authorization ...string) (seen string, err error) {
	t.Helper()
	ctx := t.Context()
	for _, v := range authorization {
		md, _ := metadata.FromIncomingContext(ctx)
		ctx = metadata.NewIncomingContext(ctx, metadata.Join(md, metadata.Pairs("authorization", v)))
	}
	see := func(ctx context.Context) string {
		p, ok := identity.FromContext(ctx)
		if !ok {
			return "anonymous"
		}
		return p.ID
	}
	info := &grpc.UnaryServerInfo{FullMethod: method}
	_, err = g.AuthenticateUnary(ctx, nil, info, func(ctx context.Context, req any) (any, error) {
		return g.AuthorizeUnary(ctx, req, info, func(ctx context.Context, _ any) (any, error) {
			seen = see(ctx)
			return nil, nil
		})
	})
	streamed := ""
	streamInfo := &grpc.StreamServerInfo{FullMethod: method}
	streamErr := g.AuthenticateStream(nil, stream{ctx: ctx}, streamInfo, func(srv any, s grpc.ServerStream) error {
		return g.AuthorizeStream(srv, s, streamInfo, func(_ any, s grpc.ServerStream) error {
			streamed = see(s.Context())
			return nil
		})
	})
	assert.Equal(t, seen, streamed)
	assert.Equal(t, status.Convert(err).Proto().String(), status.Convert(streamErr).Proto().String())
	return seen, err
}

type stream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s stream) Context() context.Context { return s.ctx }

// Every method, and callers of every kind.
func TestPermissions(t *testing.T) {
	t.Parallel()
	const ok, unauthenticated, denied = codes.OK, codes.Unauthenticated, codes.PermissionDenied
	callers := []string{"", "Bearer ann", "bearer bob", "Bearer eve", "Bearer forged", "Bearer nobody", "Bearer ", "Basic ann", "Bearer broken", "Bearer busy"}
	tests := []struct {
		method string
		want   []codes.Code
	}{
		{"/a.Notes/Get", []codes.Code{unauthenticated, ok, ok, denied, unauthenticated, unauthenticated, unauthenticated, unauthenticated, codes.Internal, codes.Unavailable}},
		{"/a.Notes/Delete", []codes.Code{unauthenticated, ok, denied, denied, unauthenticated, unauthenticated, unauthenticated, unauthenticated, codes.Internal, codes.Unavailable}},
		{"/a.Notes/Unnamed", []codes.Code{unauthenticated, ok, ok, denied, unauthenticated, unauthenticated, unauthenticated, unauthenticated, codes.Internal, codes.Unavailable}},
		{"/a.Notes/Motd", slices.Repeat([]codes.Code{ok}, 10)},
		{"/a.Notes/WhoAmI", []codes.Code{ok, ok, ok, ok, unauthenticated, unauthenticated, unauthenticated, ok, ok, ok}},
		{"/a.Other/Get", []codes.Code{denied, denied, denied, denied, unauthenticated, unauthenticated, unauthenticated, denied, denied, denied}},
	}
	g, err := auth.New(auth.Bearer(verify), roles, auth.Services(notes), auth.DefaultDeny())
	require.NoError(t, err)
	for _, tt := range tests {
		for i, caller := range callers {
			var authorization []string
			if caller != "" {
				authorization = []string{caller}
			}
			seen, err := call(t, g, tt.method, authorization...)
			require.Equal(t, tt.want[i], status.Code(err), "%s by %q: %v", tt.method, caller, err)
			assert.Equal(t, err == nil, seen != "", "the handler runs only where the call is permitted")
			assert.NotContains(t, status.Convert(err).Message(), "secret")
		}
	}
	_, err = call(t, g, "/a.Notes/Get", "Bearer ann", "Bearer bob")
	assert.Equal(t, codes.Unauthenticated, status.Code(err), "two callers at once")
	seen, err := call(t, g, "/a.Notes/Motd", "Bearer ann")
	require.NoError(t, err)
	assert.Equal(t, "anonymous", seen, "nobody asked")
	seen, err = call(t, g, "/a.Notes/WhoAmI", "Bearer ann")
	require.NoError(t, err)
	assert.Equal(t, "ann", seen)
}

// Without the switch, what nobody declared passes.
func TestDefaultAllow(t *testing.T) {
	t.Parallel()
	g, err := auth.New(auth.Bearer(verify), roles, auth.Services(notes))
	require.NoError(t, err)
	_, err = call(t, g, "/a.Other/Get")
	require.NoError(t, err)
	_, err = call(t, g, "/a.Notes/Get")
	assert.Equal(t, codes.Unauthenticated, status.Code(err))
}

// A refusal has exactly one ErrorInfo.
func TestRefusal(t *testing.T) {
	t.Parallel()
	g, err := auth.New(auth.Bearer(verify), roles, auth.Services(notes), auth.DefaultDeny())
	require.NoError(t, err)
	tests := []struct {
		method, caller, message, reason string
		metadata                        map[string]string
	}{
		{
			"/a.Notes/Delete", "Bearer bob", "Permission 'notes.write' denied on '/a.Notes/Delete'", auth.ReasonPermissionDenied,
			map[string]string{"service": "a.Notes", "method": "/a.Notes/Delete", "permission": "notes.write"},
		},
		{
			"/a.Other/Get", "Bearer ann", "calls of /a.Other/Get are not permitted", auth.ReasonPermissionDenied,
			map[string]string{"service": "a.Other", "method": "/a.Other/Get"},
		},
		{
			"/a.Notes/Get", "Bearer forged", "the credentials are not valid", auth.ReasonUnauthenticated,
			map[string]string{"service": "a.Notes"},
		},
		{
			"/a.Notes/Get", "Basic x", "the call needs credentials", auth.ReasonUnauthenticated,
			map[string]string{"service": "a.Notes"},
		},
	}
	for _, tt := range tests {
		_, err := call(t, g, tt.method, tt.caller)
		st := status.Convert(err)
		assert.Equal(t, tt.message, st.Message())
		require.Len(t, st.Details(), 1)
		info, _ := st.Details()[0].(*errdetails.ErrorInfo)
		assert.Equal(t, tt.reason, info.GetReason())
		assert.Equal(t, "a", info.GetDomain())
		assert.Equal(t, tt.metadata, info.GetMetadata())
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	service := func(methods ...auth.Method) auth.Service {
		return auth.Service{Name: "a.B", Permissions: []string{"p"}, Methods: methods}
	}
	bearer := auth.Bearer(verify)
	tests := []struct {
		authenticator auth.Authenticator
		authorizer    auth.Authorizer
		declared      auth.Service
		want          string
	}{
		{bearer, nil, service(), "auth: a.B asks for permissions, and there is no Authorizer"},
		{nil, roles, service(), "auth: a.B asks for permissions, and there is no Authenticator"},
		{bearer, roles, service(auth.Method{FullName: "/a.C/D"}), `auth: the method "/a.C/D" is none of a.B`},
		{bearer, roles, service(auth.Method{FullName: "/a.B/D"}, auth.Method{FullName: "/a.B/D"}), "auth: /a.B/D is given twice"},
		{bearer, roles, service(auth.Method{FullName: "/a.B/D", WithoutAuthenticate: true}), "auth: /a.B/D asks for permissions and is WithoutAuthenticate, so that nobody has them"},
		{bearer, roles, service(auth.Method{FullName: "/a.B/D", Permissions: []string{"q"}, WithoutAuthorize: true}), "auth: /a.B/D has permissions and is WithoutAuthorize"},
		{bearer, roles, service(auth.Method{FullName: "/a.B/D", Permissions: []string{""}}), "auth: a permission of /a.B/D is empty"},
		{bearer, roles, auth.Service{}, `auth: the service "" is given twice, or has no name`},
	}
	for _, tt := range tests {
		_, err := auth.New(tt.authenticator, tt.authorizer, auth.Services(tt.declared))
		assert.EqualError(t, err, tt.want)
	}
	_, err := auth.New(nil, nil, auth.Services(auth.Service{Name: "a.B"}))
	require.NoError(t, err, "nothing is asked for")
}
