package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	testpb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/signals"
)

// A trail is where calls come by, in order.
type trail struct {
	mu    sync.Mutex
	steps []string
	// bad is the step that goes wrong, and how.
	bad   string
	wrong func() error
}

func (tr *trail) step(name string) error {
	tr.mu.Lock()
	tr.steps = append(tr.steps, name)
	tr.mu.Unlock()
	if name == tr.bad {
		return tr.wrong()
	}
	return nil
}

// take returns the steps since the last time.
func (tr *trail) take() []string {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	steps := tr.steps
	tr.steps = nil
	return steps
}

// around returns an interceptor that leaves a step before a call and one after it.
func (tr *trail) around(name string) server.Interceptor {
	return server.Interceptor{
		Unary: func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
			if err := tr.step(name); err != nil {
				return nil, err
			}
			answer, err := handler(ctx, req)
			_ = tr.step("/" + name + " " + status.Code(err).String())
			return answer, err
		},
		Stream: func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
			if err := tr.step(name); err != nil {
				return err
			}
			err := handler(srv, stream)
			_ = tr.step("/" + name + " " + status.Code(err).String())
			return err
		},
	}
}

// Handle makes the trail a slog.Handler that leaves a step for each record.
func (tr *trail) Handle(_ context.Context, r slog.Record) error {
	if strings.HasPrefix(r.Message, "server: ") && !strings.HasPrefix(r.Message, "server: a call") {
		return nil // of the lifecycle
	}
	line := "log " + r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "code" {
			line += " " + a.Value.String()
		}
		return true
	})
	return tr.step(line)
}
func (*trail) Enabled(context.Context, slog.Level) bool { return true }
func (tr *trail) WithAttrs([]slog.Attr) slog.Handler    { return tr }
func (tr *trail) WithGroup(string) slog.Handler         { return tr }

func (tr *trail) Authenticate(context.Context) (identity.Principal, error) {
	return identity.Principal{ID: "ann"}, tr.step("authenticate")
}

func (tr *trail) Authorize(ctx context.Context, _ auth.Access) (bool, error) {
	p, _ := identity.FromContext(ctx)
	return p.ID == "ann", tr.step("authorize")
}

func (tr *trail) Take(_ context.Context, _ []ratelimit.Charge, quotas []ratelimit.Quota) error {
	clear(quotas)
	return tr.step("limit")
}

func (tr *trail) config(info crud.ServiceInfo) server.Config {
	impl := service{
		unary: func(context.Context, *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
			return &testpb.SimpleResponse{}, tr.step("handler")
		},
		talk: func(testpb.TestService_FullDuplexCallServer) error { return tr.step("handler") },
	}
	return server.Config{
		Services:      impl.with(info),
		Trace:         []server.Interceptor{tr.around("trace")},
		Metrics:       []server.Interceptor{tr.around("metrics"), tr.around("metrics2")},
		Validate:      []server.Interceptor{tr.around("validate")},
		Interceptors:  []server.Interceptor{tr.around("user"), {}, tr.around("user2")},
		Authenticator: tr,
		Authorizer:    tr,
		LimitStore:    tr,
		LimitOptions:  []ratelimit.Option{ratelimit.WithStoreTimeout(time.Minute)},
		Logger:        slog.New(tr),
		Signals: []signals.Receiver{{
			Started: func(context.Context, signals.Call) { _ = tr.step("signals") },
			Exception: func(_ context.Context, _ signals.Call, e signals.Exception) {
				_ = tr.step("exception " + e.Err.Error())
			},
			Finished: func(_ context.Context, _ signals.Call, r signals.Result) { _ = tr.step("/signals " + r.Code.String()) },
		}},
	}
}

// everything declares a limit and a permission.
func everything(change func(name string, m *crud.MethodInfo)) crud.ServiceInfo {
	info := declared(change)
	info.Permissions = []string{"test"}
	info.Limits = []ratelimit.Limit{{MaxCalls: 10, Period: time.Minute}}
	return info
}

// both makes a unary call, and one of a stream, and returns their errors.
func both(t *testing.T, c testpb.TestServiceClient) map[string]func() error {
	t.Helper()
	return map[string]func() error{
		"unary": func() error {
			_, err := c.UnaryCall(t.Context(), &testpb.SimpleRequest{})
			return err
		},
		"stream": func() error {
			stream, err := c.FullDuplexCall(t.Context())
			if err != nil {
				return err
			}
			if _, err = stream.Recv(); err == io.EOF {
				return nil
			}
			return err
		},
	}
}

// passes are the steps of a call that goes well.
var passes = []string{
	"trace", "signals", "metrics", "metrics2", "authenticate", "limit", "authorize", "validate", "user", "user2", "handler",
	"/user2 OK", "/user OK", "/validate OK", "/metrics2 OK", "/metrics OK", "/signals OK", "log call OK", "/trace OK",
}

func TestOrder(t *testing.T) {
	t.Parallel()
	tr := &trail{}
	r := run(t, tr.config(everything(nil)))
	for kind, call := range both(t, r.client(t)) {
		require.NoError(t, call(), kind)
		tr.wait(t, "/trace OK")
		assert.Equal(t, passes, tr.take(), kind)
	}
}

// Resources are asked for where the handler names them.
func TestObjects(t *testing.T) {
	t.Parallel()
	tr := &trail{}
	cfg := tr.config(everything(nil))
	note := auth.Object{Type: "a.Note", Name: "7", Key: int64(7)}
	cfg.Objects = auth.ObjectAuthorizerFunc(func(ctx context.Context, a auth.Access, o auth.Object) (bool, error) {
		p, _ := identity.FromContext(ctx)
		assert.Equal(t, "ann", p.ID)
		assert.Equal(t, "test", a.Permission)
		assert.Equal(t, note, o)
		return false, nil
	})
	cfg.Services = service{
		unary: func(ctx context.Context, _ *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
			return nil, auth.CheckObject(ctx, note)
		},
		talk: func(stream testpb.TestService_FullDuplexCallServer) error {
			return auth.CheckObject(stream.Context(), note)
		},
	}.with(everything(nil))
	r := run(t, cfg)
	for kind, call := range both(t, r.client(t)) {
		assert.Equal(t, codes.PermissionDenied, status.Code(call()), kind)
	}
}

// wait waits for a step: a client may have its answer before the interceptors are
// through.
func (tr *trail) wait(t *testing.T, step string) {
	t.Helper()
	require.Eventually(t, func() bool {
		tr.mu.Lock()
		defer tr.mu.Unlock()
		return len(tr.steps) > 0 && tr.steps[len(tr.steps)-1] == step
	}, 10*time.Second, time.Millisecond, "%s", step)
}

// Whatever panics, or fails with no status, at whatever place: the client sees
// INTERNAL and nothing else, and the log has it once. What is above the inner
// recoverer sees INTERNAL too.
func TestExceptions(t *testing.T) {
	t.Parallel()
	wrongs := map[string]struct {
		wrong func() error
		log   string
		err   string
	}{
		"panics":            {func() error { panic("a secret") }, "log server: a call panicked", "panic: a secret"},
		"fails without one": {func() error { return errors.New("a secret") }, "log server: a call failed with an error that is no status", "a secret"},
	}
	outer := []string{"/metrics2 Internal", "/metrics Internal"}
	places := map[string][]string{ // to the steps of metrics after it
		"trace":    nil,
		"metrics":  nil,
		"metrics2": nil,
		"validate": outer, "user": outer, "user2": outer, "handler": outer,
	}
	for name, w := range wrongs {
		for place, after := range places {
			t.Run(place+" "+name, func(t *testing.T) {
				t.Parallel()
				tr := &trail{bad: place, wrong: w.wrong}
				r := run(t, tr.config(everything(nil)))
				for kind, call := range both(t, r.client(t)) {
					requireInternal(t, call(), kind)
					if after == nil { // the outer recoverer is the last to see it
						tr.wait(t, w.log)
					} else {
						tr.wait(t, "/trace Internal")
					}
					steps := tr.take()
					assert.Equal(t, 1, count(steps, w.log), "%s: %q", kind, steps)
					for _, step := range after {
						assert.Contains(t, steps, step, kind)
					}
					if after != nil {
						assert.Equal(t, 1, count(steps, "exception "+w.err), "%s: %q", kind, steps)
						assert.Contains(t, steps, "log call Internal", kind)
						assert.Contains(t, steps, "/signals Internal", kind)
					}
				}
			})
		}
	}
}

func count(steps []string, step string) (n int) {
	for _, s := range steps {
		if s == step {
			n++
		}
	}
	return n
}

func requireInternal(t *testing.T, err error, kind string) {
	t.Helper()
	st := status.Convert(err)
	require.Equal(t, codes.Internal, st.Code(), "%s: %v", kind, err)
	require.Equal(t, "internal error", st.Message())
	require.Len(t, st.Details(), 1)
	info, _ := st.Details()[0].(*errdetails.ErrorInfo)
	require.Equal(t, server.ReasonInternal, info.GetReason())
	require.Equal(t, "grpc.testing", info.GetDomain())
	require.Equal(t, map[string]string{"service": "grpc.testing.TestService"}, info.GetMetadata())
}

// The errors of guards that fail are theirs.
func TestPanicsOfGuards(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"authenticate", "authorize", "limit"} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			tr := &trail{bad: place, wrong: func() error { panic("a secret") }}
			r := run(t, tr.config(everything(nil)))
			for kind, call := range both(t, r.client(t)) {
				requireInternal(t, call(), kind)
			}
		})
	}
}

// What a context says and what a status says is not hidden, but the text around a
// context's error is.
func TestErrorsThatAreNoExceptions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err     error
		code    codes.Code
		message string
	}{
		{status.Error(codes.NotFound, "no such row"), codes.NotFound, "no such row"},
		{fmt.Errorf("a secret: %w", context.Canceled), codes.Canceled, "context canceled"},
		{fmt.Errorf("a secret: %w", context.DeadlineExceeded), codes.DeadlineExceeded, "context deadline exceeded"},
		{&crud.Error{Code: codes.Aborted, Reason: "R", Domain: "d", Message: "m"}, codes.Aborted, "m"},
	} {
		tr := &trail{bad: "handler", wrong: func() error { return tt.err }}
		r := run(t, tr.config(everything(nil)))
		for kind, call := range both(t, r.client(t)) {
			err := call()
			assert.Equal(t, tt.code, status.Code(err), kind)
			assert.Equal(t, tt.message, status.Convert(err).Message(), kind)
		}
	}
}

// Each name has a method pass by its interceptors, and no other.
func TestOptOuts(t *testing.T) {
	t.Parallel()
	for name, left := range map[string][]string{
		"trace":        {"trace", "/trace OK"},
		"log":          {"log call OK"},
		"metrics":      {"metrics", "metrics2", "/metrics2 OK", "/metrics OK"},
		"authenticate": {"authenticate", "authorize"}, // nobody has permissions then
		"limit":        {"limit"},
		"authorize":    {"authorize"},
		"validate":     {"validate", "/validate OK"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := &trail{}
			without := []string{name}
			if name == "authenticate" {
				without = append(without, "authorize")
			}
			out := func(methods ...string) crud.ServiceInfo {
				return everything(func(method string, m *crud.MethodInfo) {
					for _, out := range methods {
						if method == out {
							m.Without = without
						}
					}
				})
			}
			want := []string{}
			for _, step := range passes {
				if count(left, step) == 0 {
					want = append(want, step)
				}
			}
			r := run(t, tr.config(out("UnaryCall", "FullDuplexCall")))
			for kind, call := range both(t, r.client(t)) {
				require.NoError(t, call(), kind)
				tr.wait(t, want[len(want)-1])
				assert.Equal(t, want, tr.take(), kind)
			}
			other := &trail{}
			r = run(t, other.config(out("EmptyCall")))
			for kind, call := range both(t, r.client(t)) {
				require.NoError(t, call(), kind)
				other.wait(t, "/trace OK")
				assert.Equal(t, passes, other.take(), kind)
			}
		})
	}
}

// A stats handler at the place of an interceptor is opted out of like it.
func TestStatsHandlersAreOptedOutOf(t *testing.T) {
	t.Parallel()
	seen := &seenStats{}
	r := run(t, server.Config{
		Services: service{}.with(declared(func(name string, m *crud.MethodInfo) {
			if name == "UnaryCall" {
				m.Without = []string{"trace"}
			}
		})),
		Trace: []server.Interceptor{{Stats: seen}},
	})
	c := r.client(t)
	_, err := c.UnaryCall(t.Context(), &testpb.SimpleRequest{})
	require.NoError(t, err)
	_, err = c.EmptyCall(t.Context(), &testpb.Empty{})
	require.NoError(t, err)
	require.NoError(t, r.end())
	assert.Equal(t, []string{"/grpc.testing.TestService/EmptyCall"}, seen.begun)
	assert.Equal(t, 1, seen.ended)
}

// seenStats notes which calls it sees.
type seenStats struct {
	mu    sync.Mutex
	begun []string
	ended int
}

func (s *seenStats) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.begun = append(s.begun, info.FullMethodName)
	return ctx
}

func (s *seenStats) HandleRPC(_ context.Context, rs stats.RPCStats) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := rs.(*stats.End); ok {
		s.ended++
	}
}
func (*seenStats) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (*seenStats) HandleConn(context.Context, stats.ConnStats)                       {}

// A line says what became of a call, and nothing that the client or a row said.
func TestLog(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err   error
		level string
		want  string
	}{
		{nil, "INFO", " code=OK"},
		{status.Error(codes.NotFound, "no row \"secret\""), "INFO", " code=NotFound"},
		{status.Error(codes.Unavailable, "secret"), "WARN", " code=Unavailable"},
		{status.Error(codes.DataLoss, "secret"), "ERROR", " code=DataLoss"},
		{&crud.Error{Code: codes.Aborted, Reason: "ETAG_MISMATCH\nlevel=ERROR", Domain: "d", Message: "secret"}, "INFO", ` code=Aborted reason="ETAG_MISMATCH level=ERROR"`},
	} {
		var log safeBuffer
		impl := service{unary: func(context.Context, *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
			return &testpb.SimpleResponse{}, tt.err
		}}
		r := run(t, server.Config{Services: impl.with(declared(nil)), Logger: slog.New(slog.NewTextHandler(&log, nil))})
		ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer secret", "x-other", "secret")
		_, _ = r.client(t).UnaryCall(ctx, &testpb.SimpleRequest{Payload: &testpb.Payload{Body: []byte("secret")}})
		require.NoError(t, r.end())
		assert.NotContains(t, log.String(), "secret")
		lines := log.linesWith("msg=call")
		require.Len(t, lines, 1, "%s", log.String())
		assert.Regexp(t, `^time=\S+ level=`+tt.level+` msg=call method=/grpc.testing.TestService/UnaryCall`+tt.want+` duration=\S+ peer=127.0.0.1:\d+$`, lines[0])
	}
}

// A logger that writes text as it is still writes one line for each record: what others
// say has no line breaks any more.
func TestLogsCannotBeForged(t *testing.T) {
	t.Parallel()
	for _, wrong := range []func() error{
		func() error { return errors.New("a\nforged\r\nline\u2028here\x1b[31m" + strings.Repeat("x", 1<<20)) },
		func() error { panic("a\nforged\r\nline\u2028here\x1b[31m" + strings.Repeat("x", 1<<20)) },
	} {
		var log safeBuffer
		impl := service{unary: func(context.Context, *testpb.SimpleRequest) (*testpb.SimpleResponse, error) { return nil, wrong() }}
		r := run(t, server.Config{Services: impl.with(declared(nil)), Logger: slog.New(rawHandler{&log})})
		_, err := r.client(t).UnaryCall(t.Context(), &testpb.SimpleRequest{})
		requireInternal(t, err, "unary")
		require.NoError(t, r.end())
		lines := log.linesWith("forged")
		require.Len(t, lines, 1)
		assert.Contains(t, lines[0], "a forged  line here [31mxxx")
		assert.Less(t, len(lines[0]), 1<<10)
	}
}

// A rawHandler writes attributes as they are, but for stacks.
type rawHandler struct{ w io.Writer }

func (h rawHandler) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key != "stack" {
			line += " " + a.Value.String()
		}
		return true
	})
	_, err := io.WriteString(h.w, line+"\n")
	return err
}
func (rawHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h rawHandler) WithAttrs([]slog.Attr) slog.Handler     { return h }
func (h rawHandler) WithGroup(string) slog.Handler          { return h }

// A safeBuffer is a bytes.Buffer for several goroutines.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func (b *safeBuffer) linesWith(text string) (lines []string) {
	for line := range strings.Lines(b.String()) {
		if strings.Contains(line, text) {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return lines
}

// Calls over the bound are refused and do not wait; the others go on. Health answers
// however busy the server is.
func TestMaxInFlight(t *testing.T) {
	t.Parallel()
	const most = 3
	entered, release := make(chan struct{}), make(chan struct{})
	impl := service{
		unary: func(context.Context, *testpb.SimpleRequest) (*testpb.SimpleResponse, error) {
			entered <- struct{}{}
			<-release
			return &testpb.SimpleResponse{}, nil
		},
		talk: func(testpb.TestService_FullDuplexCallServer) error { return nil },
	}
	r := run(t, server.Config{Services: impl.with(declared(nil)), MaxInFlight: most})
	c := r.client(t)
	answers := make(chan error, most)
	for range most {
		go func() {
			_, err := c.UnaryCall(context.Background(), &testpb.SimpleRequest{})
			answers <- err
		}()
		<-entered
	}
	for kind, call := range both(t, c) {
		st := status.Convert(call())
		require.Equal(t, codes.ResourceExhausted, st.Code(), kind)
		require.Len(t, st.Details(), 2)
		assert.Equal(t, server.ReasonBusy, st.Details()[0].(*errdetails.ErrorInfo).GetReason())
		assert.Equal(t, time.Second, st.Details()[1].(*errdetails.RetryInfo).GetRetryDelay().AsDuration())
	}
	requireHealth(t, r, "", true)
	close(release)
	for range most {
		require.NoError(t, <-answers)
	}
	require.Eventually(t, func() bool { return both(t, c)["stream"]() == nil }, 10*time.Second, time.Millisecond)
}
