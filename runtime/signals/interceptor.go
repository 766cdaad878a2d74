package signals

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// A PanicError is the error of a call that panicked.
type PanicError struct {
	// Value is what the call panicked with.
	Value any
}

// Error returns the value as text.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

type key struct{}

// An observed call is one that receivers are being told about.
type observed struct {
	signals        *Signals
	call           Call
	received, sent atomic.Int64
}

// Report tells the receivers of the call in ctx about an exception. An interceptor that
// turns exceptions into statuses calls it, since the ones around it do not see them any
// more; runtime/server's does. Without receivers in ctx it does nothing.
func Report(ctx context.Context, e Exception) {
	if o, ok := ctx.Value(key{}).(*observed); ok {
		o.signals.exception(ctx, o.call, e)
	}
}

// Unary is the interceptor of unary RPCs.
func (s *Signals) Unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (answer any, err error) {
	ctx, o := s.start(ctx, info.FullMethod, Unary)
	o.received.Store(1)
	defer o.end(ctx, &err)
	answer, err = handler(ctx, req)
	if err == nil {
		o.sent.Store(1)
	}
	return answer, err
}

// Stream is the interceptor of streaming RPCs.
func (s *Signals) Stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	ctx, o := s.start(stream.Context(), info.FullMethod, ArityOf(info))
	defer o.end(ctx, &err)
	return handler(srv, &countedStream{stream, ctx, o})
}

// ArityOf returns the arity of a streaming RPC.
func ArityOf(info *grpc.StreamServerInfo) Arity {
	switch {
	case info.IsClientStream && info.IsServerStream:
		return BidiStream
	case info.IsClientStream:
		return ClientStream
	default:
		return ServerStream
	}
}

func (s *Signals) start(ctx context.Context, method string, arity Arity) (context.Context, *observed) {
	o := &observed{signals: s, call: Call{Method: method, Arity: arity, Start: time.Now()}}
	s.started(ctx, o.call)
	return context.WithValue(ctx, key{}, o), o
}

// end is deferred. A panic that comes this far goes on after the receivers know.
func (o *observed) end(ctx context.Context, err *error) {
	v := recover()
	result := Result{Err: *err}
	if v != nil {
		result.Err = &PanicError{Value: v}
		o.signals.exception(ctx, o.call, Exception{Err: result.Err, Stack: debug.Stack()})
	}
	result.Code = codeOf(result.Err, v != nil)
	result.Duration = time.Since(o.call.Start)
	result.Received, result.Sent = o.received.Load(), o.sent.Load()
	o.signals.finished(ctx, o.call, result)
	if v != nil {
		panic(v)
	}
}

// codeOf returns the code that gRPC makes of an error.
func codeOf(err error, panicked bool) codes.Code {
	if panicked {
		return codes.Internal
	}
	if st, ok := status.FromError(err); ok {
		return st.Code()
	}
	return status.FromContextError(err).Code()
}

// A countedStream counts its messages.
type countedStream struct {
	grpc.ServerStream
	ctx context.Context
	*observed
}

func (s *countedStream) Context() context.Context { return s.ctx }

func (s *countedStream) RecvMsg(m any) error {
	err := s.ServerStream.RecvMsg(m)
	if err == nil {
		s.received.Add(1)
	}
	return err
}

func (s *countedStream) SendMsg(m any) error {
	err := s.ServerStream.SendMsg(m)
	if err == nil {
		s.sent.Add(1)
	}
	return err
}
