package server

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/richstatus"
	"github.com/protocrud/protoc-gen-go-crud/runtime/signals"
)

// The reasons of ErrorInfo (AIP-193).
const (
	// ReasonInternal is that of INTERNAL: a panic, or an error that is no status.
	ReasonInternal = "INTERNAL"
	// ReasonBusy is that of RESOURCE_EXHAUSTED: Config.MaxInFlight calls are in flight.
	ReasonBusy = "TOO_MANY_CALLS"
)

// A recoverer turns exceptions into statuses that say nothing of them.
type recoverer struct{ logger *slog.Logger }

func (r recoverer) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (answer any, err error) {
	defer r.recover(ctx, info.FullMethod, &err)
	answer, err = handler(ctx, req)
	return answer, r.hide(ctx, info.FullMethod, err)
}

func (r recoverer) stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	defer r.recover(stream.Context(), info.FullMethod, &err)
	return r.hide(stream.Context(), info.FullMethod, handler(srv, stream))
}

// recover is deferred.
func (r recoverer) recover(ctx context.Context, method string, err *error) {
	v := recover()
	if v == nil {
		return
	}
	e := signals.Exception{Err: &signals.PanicError{Value: v}, Stack: debug.Stack()}
	r.logger.ErrorContext(ctx, "server: a call panicked", "method", clean(method), "error", clean(e.Err.Error()), "stack", string(e.Stack))
	signals.Report(ctx, e)
	*err = internal(method)
}

// hide returns an error that the client may see.
func (r recoverer) hide(ctx context.Context, method string, err error) error {
	if _, ok := status.FromError(err); ok {
		return err
	}
	for _, end := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, end) {
			return status.FromContextError(end).Err()
		}
	}
	r.logger.ErrorContext(ctx, "server: a call failed with an error that is no status", "method", clean(method), "error", clean(err.Error()))
	signals.Report(ctx, signals.Exception{Err: err})
	return internal(method)
}

func internal(method string) error {
	return richstatus.New(codes.Internal, "internal error", richstatus.ServiceOf(method), ReasonInternal, nil).Err()
}
