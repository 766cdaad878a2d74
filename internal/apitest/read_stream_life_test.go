package apitest_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// A readCountedDB counts the rows that have been stepped to.
type readCountedDB struct {
	crud.DB
	dialect crud.Dialect
	rows    atomic.Int64
}

func (d *readCountedDB) Dialect() crud.Dialect { return d.dialect }

func (d *readCountedDB) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	rows, err := d.DB.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return &readCountedRows{rows, &d.rows}, nil
}

type readCountedRows struct {
	pgx.Rows
	count *atomic.Int64
}

func (r *readCountedRows) Next() bool {
	more := r.Rows.Next()
	if more {
		r.count.Add(1)
	}
	return more
}

// A readLong is a server with 5,000 books in the shelf a, far more than the buffers
// between it and a client that does not read hold.
type readLong struct {
	*readServer
	conn *grpc.ClientConn
	db   *readCountedDB
	// ahead is the most rows that had been read and not sent when one was sent.
	ahead atomic.Int64
	// ended gets what the handlers return.
	ended chan error
}

func newReadLong(t *testing.T, db crud.DB) *readLong {
	t.Helper()
	s := readServe(t, db)
	s.shelf(t, "a")
	s.manyBooks(t, "a", 5000)
	l := &readLong{readServer: s, db: &readCountedDB{DB: db, dialect: s.dialect()}, ended: make(chan error, 8)}
	l.conn = readConnect(t, l.db, nil, grpc.ChainStreamInterceptor(l.watch))
	s.named = apitest.NewNamedServiceClient(l.conn)
	return l
}

func (l *readLong) watch(srv any, s grpc.ServerStream, _ *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
	l.db.rows.Store(0)
	err := handle(srv, &readWatched{ServerStream: s, long: l})
	l.ended <- err
	return err
}

// A readWatched stream compares the rows that were read with those that were sent.
type readWatched struct {
	grpc.ServerStream
	long *readLong
	sent int64
}

func (w *readWatched) SendMsg(m any) error {
	w.long.ahead.Store(max(w.long.ahead.Load(), w.long.db.rows.Load()-w.sent))
	w.sent++
	return w.ServerStream.SendMsg(m)
}

// first opens a stream and takes one row of it.
func (l *readLong) first(ctx context.Context, t testing.TB) grpc.ServerStreamingClient[apitest.Book] {
	t.Helper()
	stream, err := l.named.StreamBooks(ctx, &apitest.StreamBooksRequest{Parent: "shelves/a"})
	require.NoError(t, err)
	m, err := stream.Recv()
	require.NoError(t, err)
	assert.Equal(t, "shelves/a/books/n000001", m.GetName())
	if pool, ok := l.db.DB.(*pgxpool.Pool); ok {
		assert.EqualValues(t, 1, pool.Stat().AcquiredConns(), "the query is under way")
	}
	return stream
}

// over waits for the end of the stream, which must have come before its last row, and
// demands what its client sees.
func (l *readLong) over(t testing.TB, stream grpc.ServerStreamingClient[apitest.Book], code codes.Code) {
	t.Helper()
	require.Error(t, <-l.ended)
	assert.Less(t, l.db.rows.Load(), int64(5000))
	readReturned(t, l.db.DB)
	var err error
	for err == nil {
		_, err = stream.Recv()
	}
	assert.Equal(t, code.String(), status.Code(err).String(), "%v", err)
}

// TestRead_3_3_RowByRow: each row is sent before the next one is read, so that memory
// does not depend on their number.
func TestRead_3_3_RowByRow(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		l := newReadLong(t, db)
		books, err := readStreamBooks(t.Context(), l.named, &apitest.StreamBooksRequest{Parent: "shelves/a"})
		require.NoError(t, err)
		require.NoError(t, <-l.ended)
		assert.Len(t, books, 5000)
		assert.EqualValues(t, 5000, l.db.rows.Load())
		assert.EqualValues(t, 1, l.ahead.Load())
	})
}

// TestRead_3_3_GivenUp: a client that goes after the first row ends the query, however
// it goes, and the connection is given back.
func TestRead_3_3_GivenUp(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		l := newReadLong(t, db)
		ctx, cancel := context.WithCancel(t.Context())
		stream := l.first(ctx, t)
		cancel()
		l.over(t, stream, codes.Canceled)

		ctx, cancel = context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		l.over(t, l.first(ctx, t), codes.DeadlineExceeded)

		stream = l.first(t.Context(), t)
		require.NoError(t, l.conn.Close())
		l.over(t, stream, codes.Canceled)
	})
}

// TestRead_3_3_LateError: an error behind the first row ends the stream with its
// status, after the rows before it.
func TestRead_3_3_LateError(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a")
		s.manyBooks(t, "a", 3)
		_, err := s.db.Exec(t.Context(), "UPDATE books SET reading_time = 9223372036854775807 WHERE book_id = 'n000003'") // no Duration
		require.NoError(t, err)
		books, err := readStreamBooks(t.Context(), s.named, &apitest.StreamBooksRequest{Parent: "shelves/a"})
		assert.Equal(t, []string{"n000001", "n000002"}, readIDs(books))
		st := readRefused(t, err, codes.Internal, crud.ReasonInternal)
		assert.Equal(t, "internal error", st.Message())
		assert.Len(t, readDetails[*errdetails.RequestInfo](st), 1, "the log has the rest")
		readReturned(t, s.db)
		books, err = readStreamBooks(t.Context(), s.named, &apitest.StreamBooksRequest{Parent: "shelves/a", PageSize: 2})
		require.NoError(t, err)
		assert.Len(t, books, 2)
	})
}

// readReturned waits until every connection is back in the pool. One that was in use
// when its call ended is closed in the background.
func readReturned(t testing.TB, db crud.DB) {
	t.Helper()
	if pool, ok := db.(*pgxpool.Pool); ok {
		require.Eventually(t, func() bool { return pool.Stat().AcquiredConns() == 0 }, 10*time.Second, time.Millisecond)
	}
}
