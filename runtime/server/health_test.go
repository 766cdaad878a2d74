package server_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

// requireHealth waits until the server says that a service is up, or down.
func requireHealth(t *testing.T, r *runner, service string, up bool) {
	t.Helper()
	want := healthpb.HealthCheckResponse_NOT_SERVING
	if up {
		want = healthpb.HealthCheckResponse_SERVING
	}
	client := healthpb.NewHealthClient(r.dial(t))
	require.Eventually(t, func() bool {
		answer, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{Service: service})
		return err == nil && answer.GetStatus() == want
	}, 30*time.Second, time.Millisecond, "%s", want)
}

// The server starts while PostgreSQL cannot be reached, and says so. It is up when
// PostgreSQL is, without anybody's help, and down again when PostgreSQL is stopped.
func TestHealthFollowsThePool(t *testing.T) {
	t.Parallel()
	postgres, err := crudtest.Start(t.Context())
	require.NoError(t, err)
	defer func() { assert.NoError(t, postgres.Stop()) }()
	config, err := pgxpool.ParseConfig(postgres.URL())
	require.NoError(t, err)
	var up atomic.Bool
	config.ConnConfig.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if !up.Load() {
			return nil, errors.New("unreachable")
		}
		var d net.Dialer
		return d.DialContext(ctx, network, addr)
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	defer pool.Close()
	r := run(t, server.Config{
		Services: service{}.with(declared(nil)),
		Health:   server.Health{DB: pool, Interval: 5 * time.Millisecond},
	})
	const name = "grpc.testing.TestService"
	requireHealth(t, r, "", false)
	requireHealth(t, r, name, false)
	up.Store(true)
	requireHealth(t, r, "", true)
	requireHealth(t, r, name, true)
	require.NoError(t, postgres.Stop())
	requireHealth(t, r, "", false)
	requireHealth(t, r, name, false)
	_, err = healthpb.NewHealthClient(r.dial(t)).Check(t.Context(), &healthpb.HealthCheckRequest{Service: "no.such.Service"})
	assert.Equal(t, codes.NotFound, status.Code(err))
}

// A database without a ping of its own is asked by a statement.
func TestHealthFollowsSQLite(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLite(t)
	r := run(t, server.Config{Services: service{}.with(declared(nil)), Health: server.Health{DB: db, Interval: time.Millisecond}})
	requireHealth(t, r, "", true)
	require.NoError(t, db.Close())
	requireHealth(t, r, "", false)
}

// With everything else denied, everybody may ask for health. Reflection is as it was
// configured.
func TestOwnServicesAndDefaultDeny(t *testing.T) {
	t.Parallel()
	reflect := func(r *runner) codes.Code {
		stream, err := reflectionpb.NewServerReflectionClient(r.dial(t)).ServerReflectionInfo(t.Context())
		require.NoError(t, err)
		_ = stream.Send(&reflectionpb.ServerReflectionRequest{MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{}}) // the status is with Recv
		_, err = stream.Recv()
		return status.Code(err)
	}
	for name, tt := range map[string]struct {
		change func(*server.Config)
		want   codes.Code
	}{
		"off":       {func(*server.Config) {}, codes.Unimplemented},
		"on":        {func(c *server.Config) { c.Reflection = true }, codes.OK},
		"for some":  {func(c *server.Config) { c.Reflection, c.ReflectionPermissions = true, []string{"test"} }, codes.OK},
		"for other": {func(c *server.Config) { c.Reflection, c.ReflectionPermissions = true, []string{"other"} }, codes.PermissionDenied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := server.Config{
				Services: service{}.with(declared(nil)), DefaultDeny: true,
				Authenticator: &trail{},
				Authorizer:    auth.AuthorizerFunc(func(_ context.Context, a auth.Access) (bool, error) { return a.Permission == "test", nil }),
			}
			tt.change(&cfg)
			r := run(t, cfg)
			requireHealth(t, r, "", true)
			assert.Equal(t, tt.want, reflect(r))
			for kind, call := range both(t, r.client(t)) {
				assert.Equal(t, codes.PermissionDenied, status.Code(call()), kind)
			}
		})
	}
}

// A server whose database lets calls hold connections for good says so, once.
func TestWarnsOfUnboundedSessions(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*pgxpool.Config)
		want   string
	}{
		"as PostgreSQL is": {func(*pgxpool.Config) {}, "idle_in_transaction_session_timeout, lock_timeout, statement_timeout"},
		"one is bounded":   {func(c *pgxpool.Config) { c.ConnConfig.RuntimeParams["lock_timeout"] = "1s" }, "idle_in_transaction_session_timeout, statement_timeout"},
		"configured":       {crud.Configure, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, said := &watched{}, "health is SERVING"
			if tc.want != "" {
				said = "no bound"
			}
			r := run(t, server.Config{
				Services: service{}.with(declared(nil)),
				Health:   server.Health{DB: crudtest.Postgres(t, crudtest.WithConfig(tc.change)), Interval: time.Millisecond},
				Logger:   slog.New(slog.NewTextHandler(log, nil)),
			})
			require.Eventually(t, func() bool { return strings.Contains(log.String(), said) }, 30*time.Second, time.Millisecond)
			requireHealth(t, r, "", true)
			require.NoError(t, r.end()) // nothing is written any more
			if tc.want == "" {
				assert.NotContains(t, log.String(), "no bound")
				return
			}
			assert.Equal(t, 1, strings.Count(log.String(), "no bound"))
			assert.Contains(t, log.String(), `settings="`+tc.want+`"`)
		})
	}
}

// A watched buffer is read while it is written.
type watched struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.Write(p)
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.all.String()
}
