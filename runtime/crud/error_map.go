package crud

import (
	"context"
	"errors"

	"google.golang.org/grpc"
)

// MapErrors returns interceptors that give every error of the runtime to f before
// the client sees it, to change its text, domain or details, or to answer with
// another. f gets a copy and returns what the client is to see; a nil one is taken
// for no change, since a call that failed must not look as if it had not.
//
//	unary, stream := crud.MapErrors(func(ctx context.Context, e *crud.Error) error { … })
//	grpc.NewServer(grpc.ChainUnaryInterceptor(unary), grpc.ChainStreamInterceptor(stream))
func MapErrors(f func(ctx context.Context, e *Error) error) (grpc.UnaryServerInterceptor, grpc.StreamServerInterceptor) {
	unary := func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		res, err := handle(ctx, req)
		return res, mapped(ctx, err, f)
	}
	stream := func(srv any, s grpc.ServerStream, _ *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
		return mapped(s.Context(), handle(srv, s), f)
	}
	return unary, stream
}

func mapped(ctx context.Context, err error, f func(context.Context, *Error) error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	given := *e
	if out := f(ctx, &given); out != nil {
		return out
	}
	return err
}
