package auth_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// check is a method written by hand, behind the guard: unary and as a stream.
func check(t *testing.T, g *auth.Guard, method string, o auth.Object) error {
	t.Helper()
	ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs("authorization", "Bearer ann"))
	_, unary := g.AuthenticateUnary(ctx, nil, &grpc.UnaryServerInfo{FullMethod: method}, func(ctx context.Context, req any) (any, error) {
		return g.AuthorizeUnary(ctx, req, &grpc.UnaryServerInfo{FullMethod: method}, func(ctx context.Context, _ any) (any, error) {
			return nil, auth.CheckObject(ctx, o)
		})
	})
	streaming := g.AuthenticateStream(nil, stream{ctx: ctx}, &grpc.StreamServerInfo{FullMethod: method}, func(srv any, s grpc.ServerStream) error {
		return g.AuthorizeStream(srv, s, &grpc.StreamServerInfo{FullMethod: method}, func(_ any, s grpc.ServerStream) error {
			return auth.CheckObject(s.Context(), o)
		})
	})
	assert.Equal(t, fmt.Sprint(unary), fmt.Sprint(streaming))
	return unary
}

func TestCheckObject(t *testing.T) {
	t.Parallel()
	o := auth.Object{Type: "a.Note", Name: "7", Key: int64(7)}
	var asked []string
	owners := auth.ObjectAuthorizerFunc(func(ctx context.Context, a auth.Access, got auth.Object) (bool, error) {
		p, _ := identity.FromContext(ctx)
		assert.Equal(t, "ann", p.ID)
		assert.Equal(t, o, got)
		asked = append(asked, a.Method+" "+a.Permission)
		switch a.Method {
		case "/a.Notes/Broken":
			return false, errors.New("a secret reason")
		case "/a.Notes/Busy":
			return false, status.Error(codes.Unavailable, "try later")
		}
		return a.Permission != "notes.write", nil
	})
	everything := auth.AuthorizerFunc(func(context.Context, auth.Access) (bool, error) { return true, nil })
	g, err := auth.New(auth.Bearer(verify), everything, auth.Services(notes), auth.Objects(owners))
	require.NoError(t, err)
	cases := []struct {
		method  string
		code    codes.Code
		message string
		asked   []string
	}{
		{"/a.Notes/Get", codes.OK, "", []string{"/a.Notes/Get notes.read"}},
		{
			"/a.Notes/Delete", codes.PermissionDenied, "Permission 'notes.write' denied on resource '7' (or it might not exist).",
			[]string{"/a.Notes/Delete notes.read", "/a.Notes/Delete notes.write"},
		},
		{"/a.Notes/WhoAmI", codes.OK, "", nil},
		{"/b.Others/Get", codes.OK, "", []string{"/b.Others/Get "}},
		{"/a.Notes/Broken", codes.Internal, "internal error", []string{"/a.Notes/Broken notes.read"}},
		{"/a.Notes/Busy", codes.Unavailable, "try later", []string{"/a.Notes/Busy notes.read"}},
	}
	for _, c := range cases {
		asked = nil
		st := status.Convert(check(t, g, c.method, o))
		assert.Equal(t, c.code, st.Code(), c.method)
		assert.Equal(t, c.message, st.Message(), c.method)
		assert.Equal(t, append(c.asked, c.asked...), asked, "%s, unary and as a stream", c.method)
	}

	none, err := auth.New(auth.Bearer(verify), everything, auth.Services(notes))
	require.NoError(t, err)
	require.NoError(t, check(t, none, "/a.Notes/Delete", o), "nobody is to be asked")
	require.NoError(t, auth.CheckObject(t.Context(), o))
}
