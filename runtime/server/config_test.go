package server_test

import (
	"bytes"
	"flag"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	testpb "google.golang.org/grpc/interop/grpc_testing"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

// Each setting comes from the struct, from the environment or from a flag, and the
// later wins. Another value for each of them must reach the config.
func TestSettings(t *testing.T) {
	values := map[string]string{}
	defaults := server.Config{Addr: "struct:1"}
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	defaults.Flags(fs)
	assert.Equal(t, "struct:1", fs.Lookup("addr").DefValue, "what the struct says is the default")
	fs.VisitAll(func(f *flag.Flag) {
		switch v := f.Value.(flag.Getter).Get().(type) {
		case string:
			values[f.Name] = "other-" + f.Name
		case int:
			values[f.Name] = "77"
		case time.Duration:
			values[f.Name] = "77h0m0s"
		case bool:
			values[f.Name] = "true"
			assert.False(t, v)
		default:
			t.Errorf("%s is %T", f.Name, v)
		}
		assert.NotEmpty(t, f.Usage)
		assert.NotEqual(t, f.DefValue, values[f.Name])
		t.Setenv(server.EnvName(f.Name), values[f.Name])
	})
	assert.Equal(t, "GRPC_SERVER_TLS_CLIENT_CA", server.EnvName("tls-client-ca"))
	assert.Len(t, values, 26)

	var fromEnv, fromFlags server.Config
	require.NoError(t, fromEnv.FromEnv())
	fs = flag.NewFlagSet("", flag.ContinueOnError)
	fromFlags.Flags(fs)
	for name, v := range values {
		require.NoError(t, fs.Parse([]string{"--" + name + "=" + v}))
	}
	assert.Equal(t, fromFlags, fromEnv)
	assert.Equal(t, "other-addr", fromEnv.Addr)
	assert.Equal(t, "other-tls-key", fromEnv.TLS.KeyFile)
	assert.Equal(t, 77*time.Hour, fromEnv.Keepalive.MaxAgeGrace)
	assert.Equal(t, 77, fromEnv.MaxInFlight)
	assert.True(t, fromEnv.ListMethods)

	fs = flag.NewFlagSet("", flag.ContinueOnError)
	fromEnv.Flags(fs)
	require.NoError(t, fs.Parse([]string{"--addr=flag:1", "--reflection=false"}))
	assert.Equal(t, "flag:1", fromEnv.Addr)
	assert.False(t, fromEnv.Reflection)
	assert.Equal(t, "other-tls-key", fromEnv.TLS.KeyFile)
}

// All variables that do not fit are said at once.
func TestEnvironmentErrors(t *testing.T) {
	t.Setenv("GRPC_SERVER_DRAIN_TIMEOUT", "soon")
	t.Setenv("GRPC_SERVER_MAX_IN_FLIGHT", "many")
	t.Setenv("GRPC_SERVER_ADDR", "")
	t.Setenv("GRPC_SERVER_HEALTH_FAILURES", "7")
	cfg := server.Config{Addr: "kept:1"}
	err := cfg.FromEnv()
	require.Error(t, err)
	lines := strings.Split(err.Error(), "\n")
	require.Len(t, lines, 2)
	assert.Contains(t, lines[0], `server: GRPC_SERVER_DRAIN_TIMEOUT is "soon"`)
	assert.Contains(t, lines[1], `server: GRPC_SERVER_MAX_IN_FLIGHT is "many"`)
	assert.Equal(t, "kept:1", cfg.Addr)
	assert.Equal(t, 7, cfg.Health.Failures)
}

// A zero that would be another value is refused, and one that is a value is taken.
func TestZeroes(t *testing.T) {
	t.Parallel()
	c := server.Config{DrainDelay: time.Second, MaxInFlight: 7}
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	var usage bytes.Buffer
	fs.SetOutput(&usage)
	c.Flags(fs)
	for _, f := range []string{"-drain-timeout=0", "-max-receive-bytes=0", "-health-failures=0", "-addr="} {
		assert.ErrorContains(t, fs.Parse([]string{f}), "it is needed", f)
	}
	require.NoError(t, fs.Parse([]string{"-drain-delay=0", "-max-in-flight=0", "-tls-cert="}))
	assert.Zero(t, c.DrainDelay)
	assert.Zero(t, c.MaxInFlight)
	usage.Reset()
	fs.PrintDefaults()
	assert.Contains(t, usage.String(), "how long the calls in flight have to end (default 6s)")
	assert.NotContains(t, usage.String(), "panic")
}

// The server says all that keeps it from starting at once.
func TestRefusesToStart(t *testing.T) {
	t.Parallel()
	limits := []ratelimit.Limit{{MaxCalls: 1, Period: time.Second}}
	info := declared(func(name string, m *crud.MethodInfo) {
		switch name {
		case "UnaryCall":
			m.Limits, m.Permissions = limits, []string{"call"}
		case "FullDuplexCall":
			m.Limits = limits
		}
	})
	all := info
	all.Limits, all.Permissions = limits, []string{"all"}
	short := declared(nil)
	short.Methods = short.Methods[1:]
	of := func(infos ...crud.ServiceInfo) (services []server.Service) {
		for _, i := range infos {
			services = append(services, service{}.with(i)...)
		}
		return services
	}
	const name = "grpc.testing.TestService"
	for what, tt := range map[string]struct {
		cfg  server.Config
		want []string
	}{
		"nothing to serve": {server.Config{}, []string{"there are no Services"}},
		"nobody to ask": {server.Config{Services: of(info)}, []string{
			name + " declares rate limits (UnaryCall, FullDuplexCall), and there is no LimitStore; ratelimit.NewMemory() makes one",
			name + " declares permissions (UnaryCall), and there is no Authenticator and no Authorizer",
		}},
		"of the service": {server.Config{Services: of(all), LimitStore: ratelimit.NewMemory(), Authorizer: &trail{}}, []string{
			name + " declares permissions (the service, UnaryCall), and there is no Authenticator",
		}},
		"much at once": {
			server.Config{
				Services: of(declared(nil), declared(nil)), TLS: server.TLS{CertFile: "c"}, MaxInFlight: -1,
				DrainDelay: -1, ReflectionPermissions: []string{"p"}, Authenticator: &trail{},
			},
			[]string{
				name + " is there twice", "one of TLS.CertFile and TLS.KeyFile is missing", "MaxInFlight is negative", "DrainDelay is negative",
				"ReflectionPermissions is set, and there is no Authorizer",
			},
		},
		"no Info":            {server.Config{Services: of(crud.ServiceInfo{})}, []string{name + " has no Info, so that nothing that its proto says would hold; give its generated Info to Of"}},
		"another's Info":     {server.Config{Services: of(crud.ServiceInfo{Name: "a.B"})}, []string{name + " has the Info of a.B"}},
		"an old Info":        {server.Config{Services: of(short)}, []string{"/" + name + "/EmptyCall is not in the Info of its service; generate both files from one proto"}},
		"an empty Service":   {server.Config{Services: []server.Service{{}}}, []string{"a Service is empty; make it with Of"}},
		"the server's own":   {server.Config{Services: []server.Service{server.Plain(healthpb.RegisterHealthServer).By(healthpb.UnimplementedHealthServer{})}}, []string{"grpc.health.v1.Health is among the Services, and the server has its own"}},
		"what others refuse": {server.Config{Services: of(declared(nil)), LimitOptions: []ratelimit.Option{ratelimit.Services(ratelimit.Service{})}}, []string{`ratelimit: "" is no name of a service`}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			tt.cfg.Logger = quiet
			err := server.Run(t.Context(), tt.cfg)
			var start *server.StartError
			require.ErrorAs(t, err, &start)
			assert.Equal(t, tt.want, start.Problems)
			assert.Equal(t, "server: it cannot start:\n- "+strings.Join(tt.want, "\n- "), err.Error())
		})
	}
}

// A service that nothing is declared of is served, and said to be.
func TestPlain(t *testing.T) {
	t.Parallel()
	var log safeBuffer
	r := run(t, server.Config{
		Services: []server.Service{server.Plain(testpb.RegisterTestServiceServer).By(service{})},
		Logger:   slog.New(slog.NewTextHandler(&log, nil)),
	})
	for kind, call := range both(t, r.client(t)) {
		require.NoError(t, call(), kind)
	}
	requireHealth(t, r, "grpc.testing.TestService", true)
	assert.Len(t, log.linesWith("level=WARN msg=\"server: nothing is declared of a service; it has no limits and no permissions\" service=grpc.testing.TestService"), 1)
}

func TestListMethods(t *testing.T) {
	t.Parallel()
	info := declared(func(name string, m *crud.MethodInfo) {
		switch name {
		case "UnaryCall":
			m.Kind, m.Table = crud.MethodGet, crud.RequestTable
			m.Permissions = []string{"get", "see"}
			m.Limits = []ratelimit.Limit{{MaxCalls: 10, Period: time.Minute, Keys: []ratelimit.Key{ratelimit.Peer(), ratelimit.Metadata("authorization")}}}
		case "EmptyCall":
			m.Without = []string{"limit", "authenticate", "authorize"}
		case "HalfDuplexCall":
			m.Limits = []ratelimit.Limit{{MaxCalls: 1, Period: time.Second, Algorithm: ratelimit.TokenBucket, Group: "talks"}}
		}
	})
	info.Permissions = []string{"all"}
	info.Limits = []ratelimit.Limit{{MaxCalls: 1000, Period: time.Hour}}
	var out bytes.Buffer
	require.NoError(t, server.ListMethods(&out, service{}.with(info)...))
	var got []string
	for line := range strings.Lines(out.String()) {
		got = append(got, strings.Join(strings.Fields(strings.TrimPrefix(line, "grpc.testing.TestService/")), " "))
	}
	assert.Equal(t, []string{
		"METHOD KIND TABLE PERMISSIONS LIMITS WITHOUT",
		"EmptyCall custom - - - limit; authenticate; authorize",
		"UnaryCall get crud_requests get; see 1000 calls per 1h0m0s; 10 calls per 1m0s by peer, metadata:authorization -",
		"CacheableUnaryCall custom - all 1000 calls per 1h0m0s -",
		"UnimplementedCall custom - all 1000 calls per 1h0m0s -",
		"StreamingOutputCall custom, server stream - all 1000 calls per 1h0m0s -",
		"StreamingInputCall custom, client stream - all 1000 calls per 1h0m0s -",
		"FullDuplexCall custom, bidi stream - all 1000 calls per 1h0m0s -",
		"HalfDuplexCall custom, bidi stream - all 1000 calls per 1h0m0s; 1 call per 1s (TOKEN_BUCKET) shared as talks -",
	}, got)
	column := strings.Index(out.String(), "LIMITS")
	for line := range strings.Lines(out.String()) {
		assert.Equal(t, "  ", line[column-2:column], "the columns are in line")
	}
	require.Error(t, server.ListMethods(&out, server.Service{}))
}

// The switch has Run print the list and do nothing else. It changes standard output,
// so it runs alone.
func TestListMethodsSwitch(t *testing.T) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	before := os.Stdout
	os.Stdout = w
	err = server.Run(t.Context(), server.Config{ListMethods: true, Addr: "nonsense", Services: service{}.with(declared(nil))})
	os.Stdout = before
	require.NoError(t, err)
	require.NoError(t, w.Close())
	var out bytes.Buffer
	_, err = out.ReadFrom(r)
	require.NoError(t, err)
	assert.Contains(t, out.String(), "grpc.testing.TestService/UnaryCall")
}
