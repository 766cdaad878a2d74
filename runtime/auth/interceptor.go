package auth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/richstatus"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// The reasons of ErrorInfo (AIP-193).
const (
	// ReasonUnauthenticated is that of UNAUTHENTICATED: what a call says of its caller
	// does not hold, or it says nothing and permissions are asked for.
	ReasonUnauthenticated = "UNAUTHENTICATED"
	// ReasonPermissionDenied is that of PERMISSION_DENIED. Its metadata name the
	// permission, if one is declared.
	ReasonPermissionDenied = "PERMISSION_DENIED"
	// ReasonInternal is that of INTERNAL: the authorizer itself failed.
	ReasonInternal = "INTERNAL"
)

// AuthenticateUnary is the interceptor of unary RPCs that finds out who calls. It goes
// before all that asks runtime/identity.
func (g *Guard) AuthenticateUnary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	ctx, err := g.authenticate(ctx, info.FullMethod)
	if err != nil {
		return nil, err
	}
	return handler(ctx, req)
}

// AuthenticateStream is the one of streaming RPCs.
func (g *Guard) AuthenticateStream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	ctx, err := g.authenticate(stream.Context(), info.FullMethod)
	if err != nil {
		return err
	}
	return handler(srv, streamWith(stream, ctx))
}

// AuthorizeUnary is the interceptor of unary RPCs that asks for permissions.
func (g *Guard) AuthorizeUnary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if err := g.authorize(ctx, info.FullMethod); err != nil {
		return nil, err
	}
	return handler(g.withObjects(ctx, info.FullMethod), req)
}

// AuthorizeStream is the one of streaming RPCs. Permissions are asked for before the
// first message is received.
func (g *Guard) AuthorizeStream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	if err := g.authorize(stream.Context(), info.FullMethod); err != nil {
		return err
	}
	return handler(srv, streamWith(stream, g.withObjects(stream.Context(), info.FullMethod)))
}

type contextStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s contextStream) Context() context.Context { return s.ctx }

// streamWith returns the stream with another context.
func streamWith(stream grpc.ServerStream, ctx context.Context) grpc.ServerStream {
	if ctx == stream.Context() {
		return stream
	}
	return contextStream{stream, ctx}
}

// authenticate puts who calls into the context.
func (g *Guard) authenticate(ctx context.Context, method string) (context.Context, error) {
	if g.authenticator == nil || g.ruleOf(method).public {
		return ctx, nil
	}
	p, err := g.authenticator.Authenticate(ctx)
	if err == nil && p.ID == "" {
		err = errors.New("auth: the authenticator returned a principal without an id")
	}
	switch {
	case errors.Is(err, ErrAnonymous):
		return ctx, nil
	case err != nil && ctx.Err() != nil:
		return nil, status.FromContextError(ctx.Err()).Err()
	case err != nil:
		slog.WarnContext(ctx, "auth: a caller is not authenticated", "method", method, "error", err)
		return nil, unauthenticated(method, "the credentials are not valid")
	}
	return identity.WithPrincipal(ctx, p), nil
}

// authorize asks for all permissions of a method.
func (g *Guard) authorize(ctx context.Context, method string) error {
	r := g.ruleOf(method)
	if r.unasked {
		return nil
	}
	if len(r.permissions) == 0 {
		if g.deny {
			return denied(method, "")
		}
		return nil
	}
	if _, ok := identity.FromContext(ctx); !ok {
		return unauthenticated(method, "the call needs credentials")
	}
	for _, permission := range r.permissions {
		allowed, err := g.authorizer.Authorize(ctx, Access{Method: method, Permission: permission})
		if err != nil {
			return failed(ctx, method, err)
		}
		if !allowed {
			return denied(method, permission)
		}
	}
	return nil
}

func unauthenticated(method, message string) error {
	return richstatus.New(codes.Unauthenticated, message, richstatus.ServiceOf(method), ReasonUnauthenticated, nil).Err()
}

func denied(method, permission string) error {
	message, metadata := fmt.Sprintf("calls of %s are not permitted", method), map[string]string{"method": method}
	if permission != "" {
		message = fmt.Sprintf("Permission '%s' denied on '%s'", permission, method)
		metadata["permission"] = permission
	}
	return richstatus.New(codes.PermissionDenied, message, richstatus.ServiceOf(method), ReasonPermissionDenied, metadata).Err()
}

// failed is the error of an authorizer that could not decide. Only a status of its own
// is the caller's to see.
func failed(ctx context.Context, method string, err error) error {
	if st, ok := status.FromError(err); ok {
		return st.Err()
	}
	if ctx.Err() != nil {
		return status.FromContextError(ctx.Err()).Err()
	}
	slog.ErrorContext(ctx, "auth: the authorizer failed", "method", method, "error", err)
	return richstatus.New(codes.Internal, "internal error", richstatus.ServiceOf(method), ReasonInternal, nil).Err()
}
