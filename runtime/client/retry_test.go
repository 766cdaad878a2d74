package client_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

var _ client.Info = crud.ServiceInfo{}

// A failing server fails all calls with one error, and counts them.
func failing(t *testing.T, err error) (addr string, calls *atomic.Int64) {
	t.Helper()
	calls = new(atomic.Int64)
	fail := func() error {
		calls.Add(1)
		return err
	}
	r := start(t, service{
		get: func(context.Context, *apitest.GetBookRequest) (*apitest.Book, error) { return nil, fail() },
		list: func(context.Context, *apitest.ListBooksRequest) (*apitest.ListBooksResponse, error) {
			return nil, fail()
		},
		create: func(context.Context, *apitest.CreateBookRequest) (*apitest.Book, error) { return nil, fail() },
		shelf:  func(context.Context, *apitest.DeleteShelfRequest) error { return fail() },
		stream: func(*apitest.StreamBooksRequest, grpc.ServerStreamingServer[apitest.Book]) error { return fail() },
	}, "")
	return r.addr, calls
}

// A call is made again only where that is safe, and no more often than it may be.
func TestWhatIsRetried(t *testing.T) {
	t.Parallel()
	type method = func(context.Context, apitest.NamedServiceClient, ...grpc.CallOption) error
	get := func(ctx context.Context, c apitest.NamedServiceClient, opts ...grpc.CallOption) error {
		_, err := c.GetBook(ctx, &apitest.GetBookRequest{}, opts...)
		return err
	}
	list := func(ctx context.Context, c apitest.NamedServiceClient, opts ...grpc.CallOption) error {
		_, err := c.ListBooks(ctx, &apitest.ListBooksRequest{}, opts...)
		return err
	}
	create := func(ctx context.Context, c apitest.NamedServiceClient, opts ...grpc.CallOption) error {
		_, err := c.CreateBook(ctx, &apitest.CreateBookRequest{}, opts...)
		return err
	}
	createOnce := func(ctx context.Context, c apitest.NamedServiceClient, opts ...grpc.CallOption) error {
		_, err := c.CreateBook(ctx, &apitest.CreateBookRequest{RequestId: "7d444840-9dc0-41d1-b245-5ffdce74fad2"}, opts...)
		return err
	}
	remove := func(ctx context.Context, c apitest.NamedServiceClient, opts ...grpc.CallOption) error {
		_, err := c.DeleteShelf(ctx, &apitest.DeleteShelfRequest{}, opts...)
		return err
	}
	stream := func(ctx context.Context, c apitest.NamedServiceClient, opts ...grpc.CallOption) error {
		for _, err := range client.Stream(ctx, c.StreamBooks, &apitest.StreamBooksRequest{}, opts...) {
			return err
		}
		return nil
	}
	with := func(m method, more ...grpc.CallOption) method {
		return func(ctx context.Context, c apitest.NamedServiceClient, opts ...grpc.CallOption) error {
			return m(ctx, c, append(opts, more...)...)
		}
	}
	informed := quick
	informed.Services = []client.Info{apitest.NamedServiceInfo}
	exhausted := quick
	exhausted.Exhausted = true
	thrice := quick
	thrice.MaxAttempts = 3
	never := quick
	never.MaxAttempts = 1
	for name, tt := range map[string]struct {
		call  method
		err   error
		retry client.Retry
		want  int64
	}{
		"a get":                                {get, failure(codes.Unavailable, noDelay), quick, 5},
		"a list":                               {list, failure(codes.Unavailable, noDelay), quick, 5},
		"a stream that is not known":           {stream, failure(codes.Unavailable, noDelay), quick, 1},
		"a stream of a list":                   {stream, failure(codes.Unavailable, noDelay), informed, 5},
		"a stream, on advice":                  {stream, failure(codes.Unavailable, time.Millisecond), quick, 5},
		"a create":                             {create, failure(codes.Unavailable, noDelay), quick, 1},
		"a create, informed":                   {create, failure(codes.Unavailable, noDelay), informed, 1},
		"a create with a request_id":           {createOnce, failure(codes.Unavailable, noDelay), quick, 5},
		"a create with a request_id, informed": {createOnce, failure(codes.Unavailable, noDelay), informed, 5},
		"a create, on advice":                  {create, failure(codes.Unavailable, time.Millisecond), quick, 5},
		"a delete":                             {remove, failure(codes.Unavailable, noDelay), quick, 1},
		"a delete that its caller knows":       {with(remove, client.Idempotent()), failure(codes.Unavailable, noDelay), quick, 5},
		"a get that is made once":              {with(get, client.Once()), failure(codes.Unavailable, time.Millisecond), quick, 1},
		"three times":                          {get, failure(codes.Unavailable, noDelay), thrice, 3},
		"one time":                             {get, failure(codes.Unavailable, noDelay), never, 1},
		"over a limit":                         {get, failure(codes.ResourceExhausted, time.Millisecond), quick, 1},
		"over a limit, waiting":                {create, failure(codes.ResourceExhausted, time.Millisecond), exhausted, 5},
		"too large, waiting":                   {get, failure(codes.ResourceExhausted, noDelay), exhausted, 1},
		"lost a race":                          {get, failure(codes.Aborted, time.Millisecond), exhausted, 1},
		"too late":                             {get, failure(codes.DeadlineExceeded, noDelay), exhausted, 1},
		"broken":                               {get, failure(codes.Internal, noDelay), exhausted, 1},
		"unknown":                              {get, failure(codes.Unknown, time.Millisecond), exhausted, 1},
		"not there":                            {get, failure(codes.NotFound, noDelay), exhausted, 1},
		"advice beyond the deadline":           {get, failure(codes.Unavailable, time.Hour), quick, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			addr, calls := failing(t, tt.err)
			c := dial(t, client.Config{Addr: addr, Retry: tt.retry})
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err := tt.call(ctx, c)
			assert.Equal(t, status.Code(tt.err), status.Code(err), "%v", err)
			assert.Equal(t, tt.want, calls.Load())
		})
	}
}

// What comes after a failure is the answer of the call.
func TestRetriedCallsAnswer(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	seldom := func() error {
		if calls.Add(1)%3 != 0 {
			return failure(codes.Unavailable, 0)
		}
		return nil
	}
	r := start(t, service{
		get: func(context.Context, *apitest.GetBookRequest) (*apitest.Book, error) {
			return &apitest.Book{Title: "Edda"}, seldom()
		},
		stream: func(req *apitest.StreamBooksRequest, s grpc.ServerStreamingServer[apitest.Book]) error {
			if err := seldom(); err != nil {
				return err
			}
			return s.Send(&apitest.Book{Title: req.GetParent()})
		},
	}, "")
	c := dial(t, client.Config{Addr: r.addr, Retry: quick})
	book, err := c.GetBook(t.Context(), &apitest.GetBookRequest{})
	require.NoError(t, err)
	assert.Equal(t, "Edda", book.GetTitle())
	var titles []string
	for book, err := range client.Stream(t.Context(), c.StreamBooks, &apitest.StreamBooksRequest{Parent: "shelves/a"}) {
		require.NoError(t, err)
		titles = append(titles, book.GetTitle())
	}
	assert.Equal(t, []string{"shelves/a"}, titles)
	assert.EqualValues(t, 6, calls.Load())
}

// A stream that has answered is not begun anew.
func TestAStreamIsRetriedBeforeItsFirstAnswer(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	r := start(t, service{stream: func(_ *apitest.StreamBooksRequest, s grpc.ServerStreamingServer[apitest.Book]) error {
		calls.Add(1)
		if err := s.Send(&apitest.Book{}); err != nil {
			return err
		}
		return failure(codes.Unavailable, 0)
	}}, "")
	c := dial(t, client.Config{Addr: r.addr, Retry: quick})
	var answers int
	var err error
	for _, err = range client.Stream(t.Context(), c.StreamBooks, &apitest.StreamBooksRequest{}) {
		if err == nil {
			answers++
		}
	}
	assert.Equal(t, codes.Unavailable, status.Code(err))
	assert.Equal(t, 1, answers)
	assert.EqualValues(t, 1, calls.Load())
}

// With nothing but failures, retries end: they would be most of the load.
func TestRetriesHaveABudget(t *testing.T) {
	t.Parallel()
	addr, calls := failing(t, failure(codes.Unavailable, 0))
	c := dial(t, client.Config{Addr: addr, Retry: quick})
	const n = 100
	for range n {
		_, err := c.GetBook(t.Context(), &apitest.GetBookRequest{})
		require.Equal(t, codes.Unavailable, status.Code(err))
	}
	assert.Less(t, calls.Load(), int64(n+51))
	assert.Greater(t, calls.Load(), int64(n+30))
}

// A caller that gives up while a call waits for its next attempt is told so.
func TestCancelledWhileWaiting(t *testing.T) {
	t.Parallel()
	called := make(chan struct{})
	r := start(t, service{get: func(context.Context, *apitest.GetBookRequest) (*apitest.Book, error) {
		close(called)
		return nil, failure(codes.Unavailable, time.Minute)
	}}, "")
	c := dial(t, client.Config{Addr: r.addr})
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	go func() {
		<-called
		cancel()
	}()
	_, err := c.GetBook(ctx, &apitest.GetBookRequest{})
	assert.Equal(t, codes.Canceled, status.Code(err))
}
