package ratelimit

import (
	"context"
	"sync/atomic"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/richstatus"
)

const (
	// logInterval is the least time between two records of the store's failures.
	logInterval = time.Second
	// retryDelay is what RetryInfo advises where the store fails.
	retryDelay = time.Second
)

// failures are those of the store since the last record.
type failures struct {
	unsaid atomic.Int64
	next   atomic.Int64 // the time of the next record
}

// said returns how many failures a record is to speak of now; 0 for none yet.
func (f *failures) said(now time.Time) int64 {
	f.unsaid.Add(1)
	next := f.next.Load()
	if now.UnixNano() < next || !f.next.CompareAndSwap(next, now.Add(logInterval).UnixNano()) {
		return 0
	}
	return f.unsaid.Swap(0)
}

// failed decides about a call whose charge failed. A call that was given up by its
// caller is no failure of the store.
func (l *Limiter) failed(ctx context.Context, method string, err error) error {
	if ctx.Err() != nil {
		return status.FromContextError(ctx.Err()).Err()
	}
	outcome, message := FailedOpen, "ratelimit: the store fails; calls are admitted"
	if l.failClosed {
		outcome, message = FailedClosed, "ratelimit: the store fails; calls are refused"
	}
	if n := l.failures.said(time.Now()); n > 0 {
		l.logger.WarnContext(ctx, message, "error", err, "method", method, "calls", n)
	}
	l.note(ctx, Observation{Method: method, Outcome: outcome, Err: err})
	if !l.failClosed {
		return nil
	}
	return richstatus.New(codes.Unavailable, "the rate limiter is not available",
		richstatus.ServiceOf(method), ReasonUnavailable, nil,
		&errdetails.RetryInfo{RetryDelay: durationpb.New(retryDelay)}).Err()
}
