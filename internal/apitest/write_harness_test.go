package apitest_test

import (
	"context"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// A writeServer is both services over one database, called through a connection. The
// shelves a and b exist.
type writeServer struct {
	apitest.NamedServiceClient
	apitest.PlainServiceClient
	db    *crudtest.Recorder
	clock *writeClock
}

// writeConfig is what a test's servers have that those of the others have not.
type writeConfig struct {
	named, plain []crud.Option
	grpc         []grpc.ServerOption
}

// writeEach runs f on both engines.
func writeEach(t *testing.T, config writeConfig, f func(t *testing.T, s *writeServer)) {
	t.Helper()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) { f(t, writeServe(t, db, config)) })
}

// writeServe makes the tables and serves both services on db.
func writeServe(t testing.TB, db crud.DB, config writeConfig) *writeServer {
	t.Helper()
	require.NoError(t, crud.CreateTables(t.Context(), db, writeTables()...))
	s := &writeServer{db: crudtest.NewRecorder(db), clock: newWriteClock()}
	clock := crud.WithClock(s.clock.Now)
	server := grpc.NewServer(append(config.grpc, grpc.ChainUnaryInterceptor(writeAuthenticate))...)
	apitest.RegisterNamedServiceServer(server,
		apitest.NewCRUDNamedServiceServer(s.db, append(slices.Clone(config.named), clock)...))
	apitest.RegisterPlainServiceServer(server,
		apitest.NewCRUDPlainServiceServer(s.db, append(slices.Clone(config.plain), clock)...))
	conn := writeDial(t, server)
	s.NamedServiceClient, s.PlainServiceClient = apitest.NewNamedServiceClient(conn), apitest.NewPlainServiceClient(conn)
	for _, id := range []string{"a", "b"} {
		_, err := s.CreateShelf(t.Context(), &apitest.CreateShelfRequest{ShelfId: id, Shelf: &apitest.Shelf{Theme: "all"}})
		require.NoError(t, err)
	}
	s.db.Reset()
	return s
}

// writeTables are what both services need, each once.
func writeTables() []crud.AnyTable {
	tables := apitest.NamedServiceInfo.Tables()
	for _, table := range apitest.PlainServiceInfo.Tables() {
		if !slices.Contains(tables, table) {
			tables = append(tables, table)
		}
	}
	return tables
}

// writeDial serves in memory and returns a connection.
func writeDial(t testing.TB, server *grpc.Server) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 20)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		assert.NoError(t, <-served)
	})
	conn, err := grpc.NewClient("passthrough:///memory",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close()) })
	return conn
}

// writeCaller is a key of metadata that takes any bytes.
const writeCaller = "caller-bin"

// writeAs returns a context of calls that the principal makes.
func writeAs(ctx context.Context, principal string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, writeCaller, principal)
}

// writeAuthenticate believes what writeAs says.
func writeAuthenticate(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if caller := metadata.ValueFromIncomingContext(ctx, writeCaller); len(caller) == 1 {
		ctx = identity.WithPrincipal(ctx, identity.Principal{ID: caller[0]})
	}
	return handle(ctx, req)
}

func writeHours(n int) time.Duration { return time.Duration(n) * time.Hour }

// A writeClock stands still until it is moved.
type writeClock struct {
	mu  sync.Mutex
	now time.Time
}

func newWriteClock() *writeClock {
	return &writeClock{now: time.Date(2026, 3, 4, 5, 6, 7, 8_000, time.UTC)}
}

func (c *writeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *writeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// sent returns the first word of each statement since the last call.
func (s *writeServer) sent() []string {
	words := []string{}
	for _, sql := range s.db.Statements() {
		words = append(words, strings.Fields(sql)[0])
	}
	s.db.Reset()
	return words
}

// count counts the rows of a table, as its own statement would.
func (s *writeServer) count(t testing.TB, table string) (n int) {
	t.Helper()
	require.NoError(t, s.db.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
	return n
}
