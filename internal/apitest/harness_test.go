package apitest_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

// A readServer is both services over one database, and what is needed to see them at
// work.
type readServer struct {
	db      crud.DB
	sent    *crudtest.Recorder // what the servers send
	named   apitest.NamedServiceClient
	plain   apitest.PlainServiceClient
	shelves apitest.ShelfRepository
	books   apitest.BookRepository
	films   apitest.FilmRepository
	members apitest.MemberRepository
}

// readEachEngine runs f on both engines, with a server over empty tables.
func readEachEngine(t *testing.T, f func(t *testing.T, s *readServer)) {
	t.Helper()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) { f(t, readServe(t, db)) })
}

func readServe(t testing.TB, db crud.DB, opts ...crud.Option) *readServer {
	t.Helper()
	tables := append(apitest.NamedServiceInfo.Tables(), apitest.PlainServiceInfo.Tables()...)
	require.NoError(t, crud.CreateTables(t.Context(), db, readDistinct(tables)...))
	s := &readServer{
		db:      db,
		sent:    crudtest.NewRecorder(db),
		shelves: apitest.NewShelfRepository(db),
		books:   apitest.NewBookRepository(db),
		films:   apitest.NewFilmRepository(db),
		members: apitest.NewMemberRepository(db),
	}
	s.named, s.plain = readDial(t, s.sent, opts)
	return s
}

func readDistinct(tables []crud.AnyTable) (distinct []crud.AnyTable) {
	seen := make(map[crud.AnyTable]bool)
	for _, t := range tables {
		if !seen[t] {
			seen[t] = true
			distinct = append(distinct, t)
		}
	}
	return distinct
}

// readDial serves both services on db in this process, and connects to them.
func readDial(t testing.TB, db crud.DB, opts []crud.Option, more ...grpc.ServerOption) (apitest.NamedServiceClient, apitest.PlainServiceClient) {
	t.Helper()
	conn := readConnect(t, db, opts, more...)
	return apitest.NewNamedServiceClient(conn), apitest.NewPlainServiceClient(conn)
}

func readConnect(t testing.TB, db crud.DB, opts []crud.Option, more ...grpc.ServerOption) *grpc.ClientConn {
	t.Helper()
	server := grpc.NewServer(append(more, grpc.ChainUnaryInterceptor(readPrincipal))...)
	apitest.RegisterNamedServiceServer(server, apitest.NewCRUDNamedServiceServer(db, opts...))
	apitest.RegisterPlainServiceServer(server, apitest.NewCRUDPlainServiceServer(db, opts...))
	listener := bufconn.Listen(1 << 16)
	go func() { assert.NoError(t, server.Serve(listener)) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:///server",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		// Of a fixed size, so that a client which does not read holds its server up.
		grpc.WithInitialWindowSize(1<<16), grpc.WithInitialConnWindowSize(1<<16),
	)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() }) // a test may have closed it
	return conn
}

// readPrincipal takes the caller from the call's metadata.
func readPrincipal(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
	if user := metadata.ValueFromIncomingContext(ctx, "user"); len(user) > 0 {
		ctx = identity.WithPrincipal(ctx, identity.Principal{ID: user[0]})
	}
	return handle(ctx, req)
}

// readAs is a call of a user.
func readAs(ctx context.Context, user string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "user", user)
}

// shelf stores a shelf.
func (s *readServer) shelf(t testing.TB, ids ...string) {
	t.Helper()
	for _, id := range ids {
		_, err := s.shelves.Create(t.Context(), &apitest.Shelf{Name: "shelves/" + id, Theme: "theme " + id})
		require.NoError(t, err)
	}
}

// book stores books with all that a client cannot write.
func (s *readServer) book(t testing.TB, books ...*apitest.Book) {
	t.Helper()
	for _, b := range books {
		if b.GetTitle() == "" {
			b.Title = "T"
		}
		_, err := s.books.Create(t.Context(), b)
		require.NoError(t, err)
	}
}

// film stores films and returns them.
func (s *readServer) film(t testing.TB, films ...*apitest.Film) (stored []*apitest.Film) {
	t.Helper()
	for _, f := range films {
		if f.GetTitle() == "" {
			f.Title = "T"
		}
		m, err := s.films.Create(t.Context(), f)
		require.NoError(t, err)
		stored = append(stored, m)
	}
	return stored
}

// member stores members of an organization, numbered from 1.
func (s *readServer) member(t testing.TB, org string, n int) {
	t.Helper()
	for i := range n {
		_, err := s.members.Create(t.Context(), &apitest.Member{Org: org, Number: int64(i + 1), Role: "r"})
		require.NoError(t, err)
	}
}

// dialect is the engine's.
func (s *readServer) dialect() crud.Dialect { return s.sent.Dialect() }

func readMask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

func readSame(t testing.TB, want, got proto.Message, msgAndArgs ...any) {
	t.Helper()
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		assert.Fail(t, "messages differ (-want +got)\n"+diff, msgAndArgs...)
	}
}

// readIDs are the last segments of the books' names.
func readIDs(books []*apitest.Book) []string {
	ids := make([]string, len(books))
	for i, b := range books {
		key, err := apitest.ParseBookKey(b.GetName())
		if err != nil {
			ids[i] = err.Error()
			continue
		}
		ids[i] = key.BookId
	}
	return ids
}

func readNumbers(films []*apitest.Film) []int64 {
	ids := make([]int64, len(films))
	for i, f := range films {
		ids[i] = f.GetId()
	}
	return ids
}

// A readClock stands still until it is moved.
type readClock struct{ now time.Time }

func (c *readClock) Now() time.Time { return c.now }
