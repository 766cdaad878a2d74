package client

import (
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
)

// A caller makes the calls of a connection. Its methods unary and stream are
// interceptors.
type caller struct {
	addr    string
	timeout time.Duration
	retry   Retry
	methods *methods
	budget  *budget
}

func newCaller(c Config) *caller {
	return &caller{addr: c.Addr, timeout: c.Timeout, retry: c.Retry, methods: newMethods(c.Retry.Services), budget: newBudget()}
}

// A call is made in attempts.
type call struct {
	*caller
	ctx    context.Context
	method string
	req    any // nil before it is known, or if there are several
	conn   *grpc.ClientConn
	opts   []grpc.CallOption
	option retryOption

	attempts int
}

func (c *caller) newCall(ctx context.Context, method string, req any, conn *grpc.ClientConn, opts []grpc.CallOption) *call {
	return &call{caller: c, ctx: ctx, method: method, req: req, conn: conn, opts: opts, option: retryOptionOf(opts)}
}

func (c *caller) unary(ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	call := c.newCall(ctx, method, req, conn, opts)
	for {
		sent, opts := call.watched()
		err := invoke(ctx, method, req, reply, conn, opts...)
		if err == nil {
			c.budget.success()
			return nil
		}
		if again, err := call.next(err, sent.Addr != nil); !again {
			return err
		}
	}
}

// watched returns the options of an attempt, and a peer that has an address when the
// attempt is over if it was given to a connection. One that was not has surely done
// nothing.
func (c *call) watched() (*peer.Peer, []grpc.CallOption) {
	var p peer.Peer
	return &p, append(slices.Clip(c.opts), grpc.Peer(&p))
}

// next reports, after a pause, whether another attempt may be made after one that
// failed. If not, it returns the error of the call.
func (c *call) next(err error, sent bool) (again bool, _ error) {
	c.attempts++
	if !sent {
		err = c.explain(err)
	}
	if !c.mayRepeat(err, sent) || !c.budget.failure() || c.attempts >= c.retry.MaxAttempts {
		return false, err
	}
	pause := c.pause(err)
	if deadline, ok := c.ctx.Deadline(); ok && time.Until(deadline) <= pause {
		return false, err
	}
	if !sleep(c.ctx, pause) {
		return false, status.FromContextError(c.ctx.Err()).Err()
	}
	return true, nil
}

// mayRepeat reports whether nothing can come of a second attempt that would not come of
// the first alone.
func (c *call) mayRepeat(err error, sent bool) bool {
	if c.option.once {
		return false
	}
	_, advised := RetryAfter(err)
	switch status.Code(err) {
	case codes.Unavailable:
		return !sent || advised || c.option.idempotent || c.methods.repeatable(c.method, c.req)
	case codes.ResourceExhausted:
		return advised && c.retry.Exhausted
	default:
		return false
	}
}

// pause returns the time before the next attempt: what the server asks for, if it does.
func (c *call) pause(err error) time.Duration {
	return pauseBefore(c.attempts, c.retry.Backoff, c.retry.MaxBackoff, err)
}

// explain says of a call that got no connection which one it waited for. gRPC says why,
// but names only the addresses that it tried.
func (c *call) explain(err error) error {
	st := status.Convert(err)
	switch {
	case st.Code() != codes.Unavailable && st.Code() != codes.DeadlineExceeded:
		return err
	case c.conn.GetState() == connectivity.Ready: // it waited for something else
		return err
	}
	return status.Error(st.Code(), fmt.Sprintf("no connection to %s: %s", c.addr, st.Message()))
}
