package crudtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

// shelves serves the methods of shelves from a database.
func shelves(t testing.TB, db crud.DB) server.Service {
	t.Helper()
	require.NoError(t, crud.CreateTables(t.Context(), db, apitest.ShelfTable))
	return server.Of(apitest.RegisterNamedServiceServer, apitest.NamedServiceInfo).
		By(apitest.CRUDNamedServiceServer{Shelves: apitest.NewShelfRepository(db)})
}

// A service is called through the real interceptors.
func TestServe(t *testing.T) {
	t.Parallel()
	library := apitest.NewNamedServiceClient(Serve(t, shelves(t, SQLiteMemory(t))))

	shelf, err := library.CreateShelf(t.Context(), &apitest.CreateShelfRequest{ShelfId: "maps", Shelf: &apitest.Shelf{Theme: "Maps"}})

	require.NoError(t, err)
	assert.Equal(t, "shelves/maps", shelf.GetName())
}

// A test may run several servers, replicas over one database for example, with
// connections of their own.
func TestServeTwice(t *testing.T) {
	t.Parallel()
	db := SQLiteMemory(t)
	a := ServeConfig(t, server.Config{Services: []server.Service{shelves(t, db)}})
	b := ServeConfig(t, server.Config{Services: []server.Service{shelves(t, db)}})
	first := a.Dial()
	_, err := apitest.NewNamedServiceClient(first).CreateShelf(t.Context(), &apitest.CreateShelfRequest{ShelfId: "maps", Shelf: &apitest.Shelf{Theme: "Maps"}})
	require.NoError(t, err)
	require.NoError(t, first.Close())
	for _, e := range []*Endpoint{a, b} {
		page, err := apitest.NewNamedServiceClient(e.Dial()).ListShelves(t.Context(), &apitest.ListShelvesRequest{})
		require.NoError(t, err)
		assert.Len(t, page.GetShelves(), 1)
	}
}

// handmade is a service whose CreateShelf is a func.
type handmade struct {
	apitest.UnimplementedNamedServiceServer
	create func(context.Context) error
}

func (h handmade) CreateShelf(ctx context.Context, _ *apitest.CreateShelfRequest) (*apitest.Shelf, error) {
	return &apitest.Shelf{}, h.create(ctx)
}

func (h handmade) with(cfg server.Config) server.Config {
	cfg.Services = []server.Service{server.Of(apitest.RegisterNamedServiceServer, apitest.NamedServiceInfo).By(h)}
	return cfg
}

// A stagedTest is a testing.TB that keeps failures, output and cleanups.
type stagedTest struct {
	testing.TB
	mu       sync.Mutex
	errors   []string
	output   strings.Builder
	cleanups []func()
}

func (s *stagedTest) Helper() {}

func (s *stagedTest) Errorf(format string, args ...any) {
	s.errors = append(s.errors, fmt.Sprintf(format, args...))
}

func (s *stagedTest) Fatalf(format string, args ...any) {
	s.Errorf(format, args...)
	runtime.Goexit()
}

func (s *stagedTest) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

func (s *stagedTest) Output() io.Writer { return s }

func (s *stagedTest) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.output.Write(p)
}

func (s *stagedTest) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.output.String()
}

// stage runs a test to its end.
func stage(t *testing.T, test func(s *stagedTest)) *stagedTest {
	t.Helper()
	s := &stagedTest{TB: t}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		test(s)
	}()
	<-ended
	for i := len(s.cleanups) - 1; i >= 0; i-- {
		s.cleanups[i]()
	}
	return s
}

// What is wrong with a server is a failure of its test.
func TestServeFailures(t *testing.T) {
	t.Parallel()
	fine := func(context.Context) error { return nil }
	call := func(e *Endpoint) error {
		_, err := apitest.NewNamedServiceClient(e.Dial()).CreateShelf(t.Context(), &apitest.CreateShelfRequest{})
		return err
	}
	t.Run("it does not start", func(t *testing.T) {
		t.Parallel()
		s := stage(t, func(s *stagedTest) {
			ServeConfig(s, handmade{create: fine}.with(server.Config{MaxInFlight: -1}))
			s.Errorf("it goes on")
		})
		require.Len(t, s.errors, 1)
		assert.Contains(t, s.errors[0], "crudtest: the server does not start: server: it cannot start:\n- MaxInFlight is negative")
	})
	t.Run("its hooks fail", func(t *testing.T) {
		t.Parallel()
		s := stage(t, func(s *stagedTest) {
			e := ServeConfig(s, handmade{create: fine}.with(server.Config{
				OnShutdown: []func(context.Context) error{func(context.Context) error { return errors.New("the hook fails") }},
			}))
			assert.NoError(t, call(e))
		})
		assert.Equal(t, []string{"crudtest: the server did not end well: the hook fails"}, s.errors)
	})
	t.Run("a call hangs", func(t *testing.T) {
		t.Parallel()
		release, entered := make(chan struct{}), make(chan struct{})
		defer close(release)
		s := stage(t, func(s *stagedTest) {
			e := ServeConfig(s, handmade{create: func(context.Context) error {
				close(entered)
				<-release
				return nil
			}}.with(server.Config{DrainTimeout: time.Millisecond}))
			go call(e)
			<-entered
		})
		assert.Equal(t, []string{"crudtest: the server ended, and these calls did not: [/apitest.NamedService/CreateShelf]"}, s.errors)
	})
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		s := stage(t, func(s *stagedTest) {
			e := ServeConfig(s, handmade{create: func(context.Context) error { panic("a bug") }}.with(server.Config{}))
			assert.Equal(t, codes.Internal, status.Code(call(e)))
			assert.Contains(t, s.text(), "a bug", "the log is the test's")
		})
		assert.Empty(t, s.errors)
	})
}

// A test says what the limiter says.
func TestLimits(t *testing.T) {
	t.Parallel()
	info := crud.ServiceInfo{Name: apitest.NamedServiceInfo.Name, Limits: []ratelimit.Limit{{MaxCalls: 5, Period: time.Second}}, Methods: apitest.NamedServiceInfo.Methods}
	limits := &Limits{}
	served := 0
	impl := handmade{create: func(context.Context) error { served++; return nil }}
	c := apitest.NewNamedServiceClient(ServeConfig(t, server.Config{
		Services:   []server.Service{server.Of(apitest.RegisterNamedServiceServer, info).By(impl)},
		LimitStore: limits, LimitOptions: []ratelimit.Option{ratelimit.FailClosed()},
	}).Dial())
	call := func() codes.Code {
		_, err := c.CreateShelf(t.Context(), &apitest.CreateShelfRequest{})
		return status.Code(err)
	}
	for range 10 {
		assert.Equal(t, codes.OK, call(), "it admits all calls")
	}
	limits.Refuse(info.Name, time.Minute)
	assert.Equal(t, codes.ResourceExhausted, call())
	limits.Admit(info.Name)
	limits.Fail(errors.New("the store is away"))
	assert.Equal(t, codes.Unavailable, call())
	limits.Fail(nil)
	assert.Equal(t, codes.OK, call())
	assert.Equal(t, 11, served)
	charges := limits.Charges()
	require.Len(t, charges, 13)
	assert.Equal(t, info.Name, charges[0][0].Policy.Name)
	assert.Equal(t, charges[0][0].Budget, charges[12][0].Budget)
}

// A clock stands still until it is moved.
func TestClock(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	clock := NewClock(start)
	db := SQLiteMemory(t)
	require.NoError(t, crud.CreateTables(t.Context(), db, apitest.MemberTable))
	members := apitest.NewMemberRepository(db, crud.WithClock(clock.Now))
	limiter := ratelimit.NewMemory(ratelimit.WithClock(clock.Now))
	policy := &ratelimit.Policy{MaxCalls: 1, Period: time.Hour}
	admitted := func() bool {
		quotas := make([]ratelimit.Quota, 1)
		require.NoError(t, limiter.Take(t.Context(), []ratelimit.Charge{{Policy: policy}}, quotas))
		return !quotas[0].Refused
	}
	created := func(number int64) time.Time {
		m, err := members.Create(t.Context(), &apitest.Member{Org: "a", Number: number, Role: "x"})
		require.NoError(t, err)
		return m.GetUpdateTime().AsTime()
	}
	assert.Equal(t, start, created(1))
	assert.True(t, admitted())
	assert.False(t, admitted())
	clock.Advance(time.Hour)
	assert.Equal(t, start.Add(time.Hour), created(2))
	assert.True(t, admitted())
	clock.Set(start)
	assert.Equal(t, start, clock.Now())
}
