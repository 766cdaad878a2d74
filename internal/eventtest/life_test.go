package eventtest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
	pb "github.com/protocrud/protoc-gen-go-crud/internal/eventtest"
	"github.com/protocrud/protoc-gen-go-crud/internal/objectaccess"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

// What follows events ends with the last watch. This test is not parallel: it looks at the
// goroutines of all.
func TestFollowersEnd(t *testing.T) {
	for name, db := range map[string]crud.DB{"postgres": crudtest.Postgres(t), "sqlite": crudtest.SQLite(t)} {
		createTables(t, db)
		ours := goleak.IgnoreCurrent()
		var wg sync.WaitGroup
		for range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			wg.Go(func() {
				err := pb.NewBookRepository(db).Watch(ctx, crud.WatchQuery{Parent: "shelves/a", Bookmarks: true}, func(crud.Event[*pb.Book]) error {
					cancel()
					return nil
				})
				assert.Equal(t, codes.Canceled, status.Code(err), name)
			})
		}
		wg.Wait()
		goleak.VerifyNone(t, ours, goleak.IgnoreAnyFunction("github.com/jackc/puddle/v2.(*Pool[...]).initResourceValue.func1"))
	}
}

// A server that drains sends its watchers home; they go on at another one and miss nothing.
func TestDrain(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		key := crud.WithPageTokenKeys([]byte(strings.Repeat("k", 32)))
		listener := bufconn.Listen(1 << 16)
		stopping, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() {
			ended <- server.Run(stopping, server.Config{
				Services:     []server.Service{server.Of(pb.RegisterLibraryServiceServer, pb.LibraryServiceInfo).By(pb.NewCRUDLibraryServiceServer(db, key))},
				Listeners:    []net.Listener{listener},
				DrainTimeout: time.Hour,
				Logger:       slog.New(slog.DiscardHandler),
			})
		}()
		books, req := pb.NewBookRepository(db), &pb.WatchBooksRequest{Parent: "shelves/a"}
		w := watchBooks(t, dial(t, listener), req)
		_, err := books.Create(ctx, book("a", "1", "one"))
		require.NoError(t, err)
		req.ResumeToken = w.change(t).GetResumeToken()
		stop()
		require.NoError(t, <-ended)
		_, err = w.Recv()
		assert.Equal(t, codes.Unavailable, status.Code(err))
		assert.Equal(t, crud.ReasonServerStopping, reason(err))
		_, err = books.Create(ctx, book("a", "2", "two"))
		require.NoError(t, err)
		w = watchBooks(t, serve(t, db, []crud.Option{key}), req)
		assert.Equal(t, []string{"CREATED two"}, w.titles(t, 1))
	})
}

func reason(err error) string {
	for _, d := range status.Convert(err).Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			return info.GetReason()
		}
	}
	return ""
}

// A watcher that does not read holds up nobody but itself: its server reads no further
// than a page.
func TestSlowReader(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		rec := crudtest.NewRecorder(db)
		books, conn := pb.NewBookRepository(rec), serve(t, rec, nil)
		slow, fast := watchBooks(t, conn, &pb.WatchBooksRequest{Parent: "shelves/a"}), watchBooks(t, conn, &pb.WatchBooksRequest{Parent: "shelves/a", Filter: "pages < 1"})
		rec.Reset()
		const n, batches = 100, 15
		long := strings.Repeat("x", 2000)
		for b := range batches {
			var ms []*pb.Book
			for i := range n {
				ms = append(ms, book("a", fmt.Sprint(b, "-", i), long))
			}
			_, err := books.BatchCreate(ctx, ms)
			require.NoError(t, err)
			for range n { // it has all of them before the slow one has one
				fast.change(t)
			}
		}
		pages := 0
		for _, sql := range rec.Statements() {
			if strings.HasPrefix(sql, "WITH page AS") {
				pages++
			}
		}
		assert.LessOrEqual(t, pages, 2*batches+2, "of the fast one, one or two for each batch, and of the slow one two")
		for b := range batches {
			for i := range n {
				assert.Equal(t, fmt.Sprint("shelves/a/books/", b, "-", i), slow.change(t).GetBook().GetName())
			}
		}
	})
}

// The events of other processes come by notifications, also after the connection for them
// was lost; nobody looks by itself here.
func TestNotifications(t *testing.T) {
	t.Parallel()
	ctx, name := t.Context(), "events-"+uuid.NewString()
	pool := crudtest.Postgres(t, crudtest.WithConfig(func(c *pgxpool.Config) {
		c.ConnConfig.RuntimeParams["application_name"] = name
	}))
	createTables(t, pool)
	other := pb.NewBookRepository(secondPool(t, pool))
	w := watchBooks(t, serve(t, pool, []crud.Option{crud.WithEventInterval(time.Hour)}), &pb.WatchBooksRequest{Parent: "shelves/a"})
	listener := func() (pid int) {
		_ = pool.QueryRow(ctx, "SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND query = 'LISTEN crud_events'", name).Scan(&pid)
		return pid
	}
	for i := range 3 {
		require.Eventually(t, func() bool { return listener() != 0 }, time.Minute, 10*time.Millisecond)
		_, err := other.Create(ctx, book("a", fmt.Sprint(i), fmt.Sprint(i)))
		require.NoError(t, err)
		assert.Equal(t, []string{fmt.Sprint("CREATED ", i)}, w.titles(t, 1))
		pid := listener()
		_, err = pool.Exec(ctx, "SELECT pg_terminate_backend($1)", pid)
		require.NoError(t, err)
		// What is written while nobody listens is told then.
		_, err = other.Update(ctx, &pb.Book{Name: "shelves/a/books/" + fmt.Sprint(i), Pages: 1}, nil)
		require.NoError(t, err)
		assert.Equal(t, pb.BookEvent_UPDATED, w.change(t).GetType())
		require.Eventually(t, func() bool { return listener() != pid }, time.Minute, 10*time.Millisecond)
	}
	w.cut()
	require.Eventually(t, func() bool { return listener() == 0 }, time.Minute, 10*time.Millisecond, "the connection stays when nobody watches")
}

// Many who number at once give each event one position, without gaps, and nobody sees a
// position before those below it.
func TestNumberingByMany(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		l := newLoad(t, db, 600)
		done := make(chan struct{})
		var wg sync.WaitGroup
		for range 2 {
			of := logOf(secondPool(t, db))
			wg.Go(func() { // one who numbers
				for {
					_, _, err := of.Number(t.Context())
					assert.NoError(t, err)
					select {
					case <-done:
						return
					default:
					}
				}
			})
			wg.Go(func() { // one who reads
				for last := int64(0); ; {
					page, err := of.Read(t.Context(), last, eventlog.Selection{})
					assert.NoError(t, err)
					for _, e := range page.Events {
						if !assert.Equal(t, last+1, e.Position) {
							return
						}
						last = e.Position
					}
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
		l.run(t)
		close(done)
		wg.Wait()
		all := events(t, db, 0)
		assert.GreaterOrEqual(t, len(all), 600+rows)
		assert.EqualValues(t, len(all), all[len(all)-1].Position)
	})
}

// A token of events that are gone says so, and so does one of a database that was put back.
func TestPurgedEvents(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books, conn := pb.NewBookRepository(db), serve(t, db, nil)
		req := &pb.WatchBooksRequest{Parent: "shelves/a"}
		w := watchBooks(t, conn, req)
		var tokens []string
		for i := range 4 {
			_, err := books.Create(ctx, book("a", fmt.Sprint(i), fmt.Sprint(i)))
			require.NoError(t, err)
			tokens = append(tokens, w.change(t).GetResumeToken())
		}
		later := time.Now().Add(time.Hour).UnixMicro()
		n, err := logOf(db).Purge(ctx, 0, 10)
		require.NoError(t, err)
		assert.Zero(t, n, "none is as old as that")
		n, err = logOf(db).Purge(ctx, later, 2)
		require.NoError(t, err)
		assert.EqualValues(t, 2, n)
		err = refusedWatch(t, watchBooks(t, conn, req), codes.OutOfRange, "purged")
		assert.Equal(t, crud.ReasonEventsPurged, reason(err))
		refusedWatch(t, watchBooks(t, conn, &pb.WatchBooksRequest{Parent: "shelves/a", ResumeToken: tokens[0]}), codes.OutOfRange, "purged")
		again := watchBooks(t, conn, &pb.WatchBooksRequest{Parent: "shelves/a", ResumeToken: tokens[1]})
		assert.Equal(t, []string{"CREATED 2", "CREATED 3"}, again.titles(t, 2))
		_, err = db.Exec(ctx, "UPDATE crud_event_positions SET last_position = 3")
		require.NoError(t, err)
		refusedWatch(t, watchBooks(t, conn, &pb.WatchBooksRequest{Parent: "shelves/a", ResumeToken: tokens[3]}), codes.OutOfRange, "put back")
	})
}

// Who may not see a parent may not watch it either.
func TestWatchAsksForTheParent(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLite(t)
	createTables(t, db)
	denied := status.Error(codes.PermissionDenied, "no")
	ctx := objectaccess.With(t.Context(), func(_ context.Context, _, name string, _ any) error {
		if name == "shelves/b" {
			return denied
		}
		return nil
	})
	stop := errors.New("enough")
	for parent, want := range map[string]error{"shelves/a": stop, "shelves/b": denied} {
		err := crud.Watch(ctx, pb.BookTable, pb.BookStore(pb.NewBookRepository(db)), crud.WatchQuery{Parent: parent, Bookmarks: true}, func(crud.Event[*pb.Book]) error { return stop })
		assert.Equal(t, want, err)
	}
}
