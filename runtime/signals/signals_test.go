package signals_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	testpb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/runtime/signals"
)

// A diary writes down what a receiver is told.
type diary struct {
	mu      sync.Mutex
	lines   []string
	results []signals.Result
	panics  []signals.Exception
}

func (d *diary) write(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) receiver() signals.Receiver {
	return signals.Receiver{
		Started: func(_ context.Context, c signals.Call) { d.write("started %s %s", c.Method, c.Arity) },
		Exception: func(_ context.Context, c signals.Call, e signals.Exception) {
			d.write("exception %s: %v", c.Method, e.Err)
			d.mu.Lock()
			defer d.mu.Unlock()
			d.panics = append(d.panics, e)
		},
		Finished: func(_ context.Context, c signals.Call, r signals.Result) {
			d.write("finished %s %s, %d received, %d sent", c.Method, r.Code, r.Received, r.Sent)
			d.mu.Lock()
			defer d.mu.Unlock()
			d.results = append(d.results, r)
		},
		Shutdown: func(context.Context) { d.write("shutdown") },
	}
}

// broken panics at every signal.
var broken = signals.Receiver{
	Started:   func(context.Context, signals.Call) { panic("broken receiver: started") },
	Exception: func(context.Context, signals.Call, signals.Exception) { panic("broken receiver: exception") },
	Finished:  func(context.Context, signals.Call, signals.Result) { panic("broken receiver: finished") },
	Shutdown:  func(context.Context) { panic("broken receiver: shutdown") },
}

var unaryInfo = &grpc.UnaryServerInfo{FullMethod: "/a.B/C"}

var errGone = status.Error(codes.NotFound, "it is gone")

// Two receivers are told of every arity, however calls end, though one between them
// panics at everything.
func TestSignals(t *testing.T) {
	t.Parallel()
	arities := map[string]struct {
		arity          string
		received, sent int
		sentByFailure  int
	}{
		testpb.TestService_UnaryCall_FullMethodName:           {"unary", 1, 1, 0},
		testpb.TestService_StreamingInputCall_FullMethodName:  {"client_stream", 3, 1, 0},
		testpb.TestService_StreamingOutputCall_FullMethodName: {"server_stream", 1, 3, 3},
		testpb.TestService_FullDuplexCall_FullMethodName:      {"bidi_stream", 3, 3, 3},
	}
	scripts := map[string]struct {
		script   script
		code     codes.Code
		panicked string
	}{
		"ends well":            {func() error { return nil }, codes.OK, ""},
		"fails":                {func() error { return errGone }, codes.NotFound, ""},
		"fails with no status": {func() error { return errors.New("a secret") }, codes.Unknown, ""},
		"is given up":          {func() error { return context.Canceled }, codes.Canceled, ""},
		"panics":               {func() error { panic("a secret") }, codes.Internal, "panic: a secret"},
	}
	for method, a := range arities {
		for name, s := range scripts {
			t.Run(a.arity+" "+name, func(t *testing.T) {
				t.Parallel()
				var first, last diary
				sig := signals.New(first.receiver(), broken, signals.Receiver{}, last.receiver())
				client := serve(t, s.script, sig.Unary, sig.Stream)
				err := calls[method](t.Context(), client)
				require.Equal(t, s.code, status.Code(err), "%v", err)
				assert.NotContains(t, status.Convert(err).Message(), "broken")

				sent := a.sent
				if s.code != codes.OK {
					sent = a.sentByFailure
				}
				want := []string{"started " + method + " " + a.arity}
				if s.panicked != "" {
					want = append(want, "exception "+method+": "+s.panicked)
				}
				want = append(want, fmt.Sprintf("finished %s %s, %d received, %d sent", method, s.code, a.received, sent))
				for _, d := range []*diary{&first, &last} {
					d.wait(t, len(want))
					assert.Equal(t, want, d.lines)
					assert.GreaterOrEqual(t, d.results[0].Duration, time.Duration(0))
					for _, e := range d.panics {
						var p *signals.PanicError
						require.ErrorAs(t, e.Err, &p)
						assert.Equal(t, "a secret", p.Value)
						assert.Contains(t, string(e.Stack), "signals_test.(*scripted)", "where it panicked")
					}
				}
				if s.code == codes.NotFound {
					assert.Equal(t, errGone, last.results[0].Err)
				}
			})
		}
	}
}

// wait waits for lines: a client may have its status before the server's interceptors
// are through.
func (d *diary) wait(t *testing.T, lines int) {
	t.Helper()
	require.Eventually(t, func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.lines) >= lines
	}, 10*time.Second, time.Millisecond)
}

func TestShutdown(t *testing.T) {
	t.Parallel()
	var first, last diary
	signals.New(first.receiver(), broken, signals.Receiver{}, last.receiver()).Shutdown(t.Context())
	assert.Equal(t, []string{"shutdown"}, first.lines)
	assert.Equal(t, []string{"shutdown"}, last.lines)
}

// An exception that an inner interceptor hides is reported by it.
func TestReport(t *testing.T) {
	t.Parallel()
	var d diary
	sig := signals.New(d.receiver())
	hidden := errors.New("hidden")
	_, err := sig.Unary(t.Context(), nil, unaryInfo, func(ctx context.Context, _ any) (any, error) {
		signals.Report(ctx, signals.Exception{Err: hidden})
		return nil, status.Error(codes.Internal, "internal error")
	})
	require.Equal(t, codes.Internal, status.Code(err))
	assert.Equal(t, []string{"started /a.B/C unary", "exception /a.B/C: hidden", "finished /a.B/C Internal, 1 received, 0 sent"}, d.lines)
	assert.Nil(t, d.panics[0].Stack)
	signals.Report(t.Context(), signals.Exception{Err: hidden}) // nobody listens
	assert.Len(t, d.lines, 3)
}

// Each panic of a receiver is one record with its stack. It sets the default logger, so
// it runs alone.
func TestReceiversPanicIsLoggedOnce(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	_, err := signals.New(broken).Unary(t.Context(), nil, unaryInfo, func(context.Context, any) (any, error) { return "answer", nil })
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	require.Len(t, lines, 2)
	for i, signal := range []string{"started", "finished"} {
		assert.Contains(t, lines[i], `msg="signals: a receiver panicked"`)
		assert.Contains(t, lines[i], `panic="broken receiver: `+signal+`"`)
		assert.Contains(t, lines[i], "signals_test.go")
	}
}

// The value of a panic that is an error can be asked for.
func TestPanicError(t *testing.T) {
	t.Parallel()
	assert.ErrorIs(t, &signals.PanicError{Value: errGone}, errGone)
	assert.NoError(t, (&signals.PanicError{Value: 1}).Unwrap())
}
