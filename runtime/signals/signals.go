// Package signals tells receivers what becomes of RPCs: that one has started, has
// failed in a way that nobody meant to, has finished, and that the server stops. They
// are to RPCs what crud.Hooks are to rows, but only look on: no receiver changes a
// call.
//
//	observers := signals.New(signals.Receiver{
//		Finished: func(ctx context.Context, c signals.Call, r signals.Result) { … },
//	})
//	srv := grpc.NewServer(grpc.ChainUnaryInterceptor(observers.Unary), grpc.ChainStreamInterceptor(observers.Stream))
//
// runtime/server has them in their place of its chain.
package signals

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"google.golang.org/grpc/codes"
)

// A Receiver is told about calls. Funcs that are nil are left out. They are called in
// the call's goroutine, so they should be quick, and by many calls at once. Their
// context is the call's, and is over when they return.
type Receiver struct {
	// Started is called before anything inside the interceptor sees the call.
	Started func(ctx context.Context, c Call)
	// Exception is called when the call has panicked, or has returned an error that is
	// no gRPC status and that runtime/server hides from the client. Finished follows.
	Exception func(ctx context.Context, c Call, e Exception)
	// Finished is called once for each started call: of a unary one when its answer is
	// made, of a stream when its handler has returned, after the last message.
	Finished func(ctx context.Context, c Call, r Result)
	// Shutdown is called once, when the server has stopped serving.
	Shutdown func(ctx context.Context)
}

// A Call is an RPC that was received.
type Call struct {
	// Method is /package.Service/Method.
	Method string
	Arity  Arity
	// Start is when the interceptor saw the call.
	Start time.Time
}

// An Arity says of which sides of an RPC are streams.
type Arity uint8

// The arities.
const (
	Unary Arity = iota
	ClientStream
	ServerStream
	BidiStream
)

// String returns the name in the form of a metric's label: client_stream.
func (a Arity) String() string {
	return [...]string{"unary", "client_stream", "server_stream", "bidi_stream"}[a]
}

// An Exception is a failure that nobody meant to happen. It is for the server's owner:
// nothing of it is shown to the client.
type Exception struct {
	// Err is the error. That of a panic is a *PanicError.
	Err error
	// Stack is that of the goroutine that panicked; nil without a panic.
	Stack []byte
}

// A Result is what became of a call.
type Result struct {
	// Code is what the client sees, unless it is no longer there.
	Code codes.Code
	// Err is the error of the call as it left the interceptor; nil if the code is OK.
	Err error
	// Duration is the time since the call's start.
	Duration time.Duration
	// Received and Sent are the messages of the client and to it.
	Received, Sent int64
}

// Signals tells its receivers, in their order. Its methods Unary and Stream are
// interceptors. It is safe for concurrent use.
type Signals struct {
	receivers []Receiver
}

// New returns the signals of receivers.
func New(receivers ...Receiver) *Signals { return &Signals{receivers: receivers} }

// Shutdown tells the receivers that the server has stopped serving.
func (s *Signals) Shutdown(ctx context.Context) {
	for _, r := range s.receivers {
		if r.Shutdown != nil {
			tell(ctx, "shutdown", func() { r.Shutdown(ctx) })
		}
	}
}

func (s *Signals) started(ctx context.Context, c Call) {
	for _, r := range s.receivers {
		if r.Started != nil {
			tell(ctx, "started", func() { r.Started(ctx, c) })
		}
	}
}

func (s *Signals) exception(ctx context.Context, c Call, e Exception) {
	for _, r := range s.receivers {
		if r.Exception != nil {
			tell(ctx, "exception", func() { r.Exception(ctx, c, e) })
		}
	}
}

func (s *Signals) finished(ctx context.Context, c Call, result Result) {
	for _, r := range s.receivers {
		if r.Finished != nil {
			tell(ctx, "finished", func() { r.Finished(ctx, c, result) })
		}
	}
}

// tell calls a receiver. Its panic is said in the log, and hurts neither the call nor
// the receivers after it.
func tell(ctx context.Context, signal string, receive func()) {
	defer func() {
		if v := recover(); v != nil {
			slog.ErrorContext(ctx, "signals: a receiver panicked", "signal", signal, "panic", v, "stack", string(debug.Stack()))
		}
	}()
	receive()
}
