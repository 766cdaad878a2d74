package server

import (
	"context"
	"sync/atomic"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/richstatus"
)

// busyDelay is what RetryInfo advises where too many calls are in flight.
const busyDelay = time.Second

// An inFlight counts the calls in flight, and bounds them. The health service and
// reflection are no calls: a busy server is healthy.
type inFlight struct {
	calls atomic.Int64
	most  int64 // 0 is no bound
}

func (f *inFlight) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if ownMethod(info.FullMethod) {
		return handler(ctx, req)
	}
	if err := f.enter(info.FullMethod); err != nil {
		return nil, err
	}
	defer f.calls.Add(-1)
	return handler(ctx, req)
}

func (f *inFlight) stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	if ownMethod(info.FullMethod) {
		return handler(srv, stream)
	}
	if err := f.enter(info.FullMethod); err != nil {
		return err
	}
	defer f.calls.Add(-1)
	return handler(srv, stream)
}

// enter counts a call, or refuses it.
func (f *inFlight) enter(method string) error {
	for {
		n := f.calls.Load()
		if f.most > 0 && n >= f.most {
			return richstatus.New(codes.ResourceExhausted, "the server has too many calls in flight; try again later",
				richstatus.ServiceOf(method), ReasonBusy, nil,
				&errdetails.RetryInfo{RetryDelay: durationpb.New(busyDelay)}).Err()
		}
		if f.calls.CompareAndSwap(n, n+1) {
			return nil
		}
	}
}
