package eventtest_test

import (
	"context"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
	pb "github.com/protocrud/protoc-gen-go-crud/internal/eventtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

var tables = []crud.AnyTable{pb.ShelfTable, pb.OwnerTable, pb.BookTable, pb.NoteTable, pb.CounterTable}

// createTables makes all tables and the shelves a and b.
func createTables(t testing.TB, db crud.DB) {
	t.Helper()
	require.NoError(t, crud.CreateTables(t.Context(), db, tables...))
	for _, id := range []string{"a", "b"} {
		_, err := pb.NewShelfRepository(db).Create(t.Context(), &pb.Shelf{Name: "shelves/" + id})
		require.NoError(t, err)
	}
}

func eachEngine(t *testing.T, f func(t *testing.T, db crud.DB)) {
	t.Helper()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		createTables(t, db)
		f(t, db)
	})
}

func logOf(db crud.DB) eventlog.Log {
	d, ok := db.(interface{ Dialect() crud.Dialect })
	return eventlog.Log{DB: db, SQLite: ok && d.Dialect() == crud.SQLite}
}

// events numbers what is committed and returns the events behind a position.
func events(t testing.TB, db crud.DB, after int64) []eventlog.Event {
	t.Helper()
	l := logOf(db)
	_, err := l.NumberAll(t.Context())
	require.NoError(t, err)
	var all []eventlog.Event
	for {
		page, err := l.Read(t.Context(), after, eventlog.Selection{})
		require.NoError(t, err)
		all, after = append(all, page.Events...), page.End
		if page.End >= page.Last {
			return all
		}
	}
}

// serve serves all services on db in this process, and connects to them.
func serve(t testing.TB, db crud.DB, opts []crud.Option, more ...grpc.ServerOption) *grpc.ClientConn {
	t.Helper()
	server := grpc.NewServer(more...)
	pb.RegisterLibraryServiceServer(server, pb.NewCRUDLibraryServiceServer(db, opts...))
	pb.RegisterCounterServiceServer(server, pb.NewCRUDCounterServiceServer(db, opts...))
	listener := bufconn.Listen(1 << 16)
	go func() { assert.NoError(t, server.Serve(listener)) }()
	t.Cleanup(server.Stop)
	return dial(t, listener)
}

func dial(t testing.TB, listener *bufconn.Listener) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///server",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		// Of a fixed size, so that a client which does not read holds its server up.
		grpc.WithInitialWindowSize(1<<16), grpc.WithInitialConnWindowSize(1<<16),
	)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// A bookWatch is a stream of WatchBooks.
type bookWatch struct {
	grpc.ServerStreamingClient[pb.BookEvent]
	cut context.CancelFunc
}

// watchBooks begins a watch; without a token it has begun when this returns.
func watchBooks(t testing.TB, conn *grpc.ClientConn, req *pb.WatchBooksRequest) *bookWatch {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	stream, err := pb.NewLibraryServiceClient(conn).WatchBooks(ctx, req)
	require.NoError(t, err)
	w := &bookWatch{stream, cancel}
	if req.GetResumeToken() == "" {
		first := w.next(t)
		require.Equal(t, pb.BookEvent_BOOKMARK, first.GetType())
		require.NotEmpty(t, first.GetResumeToken())
		require.Nil(t, first.GetBook())
		req.ResumeToken = first.GetResumeToken()
	}
	return w
}

func (w *bookWatch) next(t testing.TB) *pb.BookEvent {
	t.Helper()
	e, err := w.Recv()
	require.NoError(t, err)
	return e
}

// change returns the next event that is no bookmark.
func (w *bookWatch) change(t testing.TB) *pb.BookEvent {
	t.Helper()
	for {
		if e := w.next(t); e.GetType() != pb.BookEvent_BOOKMARK {
			return e
		}
	}
}

// titles returns the types and titles of the next n changes.
func (w *bookWatch) titles(t testing.TB, n int) []string {
	t.Helper()
	var all []string
	for range n {
		e := w.change(t)
		all = append(all, e.GetType().String()+" "+e.GetBook().GetTitle())
	}
	return all
}

func book(shelf, id, title string) *pb.Book {
	return &pb.Book{Name: "shelves/" + shelf + "/books/" + id, Title: title}
}

func keyOf(t testing.TB, m *pb.Book) pb.BookKey {
	t.Helper()
	key, err := pb.ParseBookKey(m.GetName())
	require.NoError(t, err)
	return key
}

func sameMessage(t testing.TB, want, got proto.Message, msg ...any) {
	t.Helper()
	assert.Empty(t, cmp.Diff(want, got, protocmp.Transform()), msg...)
}

func typesOf(all []eventlog.Event) []string {
	types := make([]string, len(all))
	for i, e := range all {
		types[i] = e.Type
	}
	return types
}

// statements returns the first words of what was sent, but for notifications, which no
// call waits for.
func statements(rec *crudtest.Recorder) []string {
	var words []string
	for _, sql := range rec.Statements() {
		word, _, _ := cutWord(sql)
		if sql != "SELECT pg_notify('crud_events', '')" {
			words = append(words, word)
		}
	}
	return slices.Clip(words)
}
