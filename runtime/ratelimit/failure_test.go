package ratelimit_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
)

type storeFunc func(context.Context) error

func (f storeFunc) Take(ctx context.Context, _ []ratelimit.Charge, _ []ratelimit.Quota) error {
	return f(ctx)
}

var errDown = errors.New("the store is down")

// Without the store calls pass, or are UNAVAILABLE, as was chosen. It is counted and
// said, but not for each call.
func TestTheStoreFails(t *testing.T) {
	t.Parallel()
	for _, closed := range []bool{false, true} {
		var log bytes.Buffer
		var errs []error
		opts := []ratelimit.Option{
			ratelimit.WithLogger(slog.New(slog.NewTextHandler(&log, nil))),
			ratelimit.WithObserver(func(_ context.Context, o ratelimit.Observation) { errs = append(errs, o.Err) }),
		}
		outcome := ratelimit.FailedOpen
		if closed {
			opts = append(opts, ratelimit.FailClosed())
			outcome = ratelimit.FailedClosed
		}
		s := serveOver(t, storeFunc(func(context.Context) error { return errDown }), nil, ratelimit.Service{Limits: limits(1)}, opts...)
		for range 20 {
			err := s.unary(t.Context())
			if !closed {
				require.NoError(t, err)
				continue
			}
			st := status.Convert(err)
			require.Equal(t, codes.Unavailable, st.Code())
			assert.NotContains(t, st.Message(), errDown.Error())
			info, _ := st.Details()[0].(*errdetails.ErrorInfo)
			assert.Equal(t, ratelimit.ReasonUnavailable, info.GetReason())
			assert.IsType(t, &errdetails.RetryInfo{}, st.Details()[1])
		}
		assert.Equal(t, int64(20), s.limiter.Count(outcome))
		require.Len(t, errs, 20)
		assert.Equal(t, errDown, errs[0])
		records := strings.Count(log.String(), errDown.Error())
		assert.GreaterOrEqual(t, records, 1)
		assert.Less(t, records, 5, "at most one a second")
	}
}

// A store that hangs holds a call for the time that was given it, and not for longer.
func TestTheStoreHangs(t *testing.T) {
	t.Parallel()
	hung := storeFunc(func(ctx context.Context) error {
		_, limited := ctx.Deadline()
		assert.True(t, limited)
		<-ctx.Done()
		return ctx.Err()
	})
	s := serveOver(t, hung, nil, ratelimit.Service{Limits: limits(1)},
		ratelimit.WithStoreTimeout(time.Millisecond), ratelimit.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, s.unary(t.Context()))
	assert.Equal(t, int64(1), s.limiter.Count(ratelimit.FailedOpen))
}

// A caller that gives up while the store is asked is no failure of the store.
func TestTheCallerGivesUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	limiter, err := ratelimit.New(storeFunc(func(ctx context.Context) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}), ratelimit.Services(ratelimit.Service{Name: service, Limits: limits(1)}))
	require.NoError(t, err)
	_, err = call(ctx, limiter, unary, nil)
	assert.Equal(t, codes.Canceled, status.Code(err))
	assert.Zero(t, limiter.Count(ratelimit.FailedOpen))
}
