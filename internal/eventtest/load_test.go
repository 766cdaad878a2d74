package eventtest_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "github.com/protocrud/protoc-gen-go-crud/internal/eventtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

const (
	// changesEnv is how many changes the load test makes; usualChanges without it.
	changesEnv   = "EVENTTEST_CHANGES"
	usualChanges = 2_000
	writers      = 8
	rows         = 50
)

// secondPool is another pool over the same tables, as another process has it. The embedded
// engine has one process.
func secondPool(t testing.TB, db crud.DB) crud.DB {
	t.Helper()
	first, ok := db.(*pgxpool.Pool)
	if !ok {
		return db
	}
	second, err := pgxpool.NewWithConfig(t.Context(), first.Config())
	require.NoError(t, err)
	t.Cleanup(second.Close)
	return second
}

// countingUp has each update of a counter add one to what the row has, which is locked.
var countingUp = pb.CounterHooks{BeforeUpdate: func(_ context.Context, w *crud.Write[*pb.Counter]) error {
	w.New.Value = w.Old.GetValue() + 1
	return nil
}}

var errTakenBack = errors.New("taken back")

// A load is what writers do: transactions of random lengths, which commit in another order
// than they began, and some of which are rolled back.
type load struct {
	counters pb.CounterRepository
	db       crud.DB
	left     atomic.Int64 // of changes that are to be committed
}

func newLoad(t testing.TB, db crud.DB, changes int) *load {
	t.Helper()
	l := &load{counters: pb.NewCounterRepository(db, countingUp), db: db}
	ms := make([]*pb.Counter, rows)
	for i := range ms {
		ms[i] = &pb.Counter{Id: int64(i + 1)}
	}
	_, err := l.counters.BatchCreate(t.Context(), ms)
	require.NoError(t, err)
	l.left.Store(int64(changes))
	return l
}

// run writes until all changes are committed.
func (l *load) run(t testing.TB) {
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for l.left.Load() > 0 {
				n := l.write(t, 1+rand.IntN(4), rand.IntN(10) == 0)
				l.left.Add(-n)
			}
		})
	}
	wg.Wait()
}

// write changes some rows in one transaction and returns how many changes it committed.
func (l *load) write(t testing.TB, n int, takeBack bool) int64 {
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = 1 + rand.Int64N(rows)
	}
	slices.Sort(ids) // so that no two transactions wait for each other
	if n == 1 && !takeBack {
		_, err := l.counters.Update(t.Context(), &pb.Counter{Id: ids[0]}, mask("value"))
		assert.NoError(t, err)
		return 1
	}
	err := crud.InTx(t.Context(), l.db, func(tx *crud.Tx) error {
		for _, id := range ids {
			if _, err := l.counters.WithTx(tx).Update(t.Context(), &pb.Counter{Id: id}, mask("value")); err != nil {
				return err
			}
		}
		if takeBack {
			return errTakenBack
		}
		return nil
	})
	if takeBack {
		assert.ErrorIs(t, err, errTakenBack)
		return 0
	}
	assert.NoError(t, err)
	return int64(n)
}

// wanted returns the last value of each row.
func wanted(t testing.TB, db crud.DB) map[int64]int64 {
	t.Helper()
	values := map[int64]int64{}
	for m, err := range pb.NewCounterRepository(db).All(t.Context(), crud.Query{}) {
		require.NoError(t, err)
		values[m.GetId()] = m.GetValue()
	}
	return values
}

// While 8 writers change rows, a watcher at another server is cut again and again, and
// resumes with the last token it has. It sees every change once, those of a row in order.
func TestNoChangeIsLost(t *testing.T) {
	t.Parallel()
	changes, soak := usualChanges, false
	if text := os.Getenv(changesEnv); text != "" {
		var err error
		changes, err = strconv.Atoi(text)
		require.NoError(t, err)
		soak = true
	}
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		createTables(t, db)
		conn := serve(t, secondPool(t, db), nil)
		l := newLoad(t, db, changes)
		began := time.Now()
		w := newCounterWatch(t, conn)
		written := make(chan struct{})
		go func() {
			defer close(written)
			l.run(t)
		}()
		if soak {
			w.cutEachSecond(written)
		} else {
			w.cutAfter = changes / 20
		}
		all := sync.OnceValue(func() map[int64]int64 { return wanted(t, db) })
		w.follow(t, func() map[int64]int64 {
			select {
			case <-written:
				return all()
			default:
				return nil
			}
		})
		t.Logf("%d changes by %d writers in %v, %d streams", w.seen, writers, time.Since(began).Round(time.Millisecond), w.streams)
		assert.Greater(t, w.streams, 5)

		var last int64
		values := map[string]int64{}
		for _, e := range events(t, db, 0) {
			assert.Equal(t, last+1, e.Position)
			last = e.Position
			m := &pb.Counter{}
			require.NoError(t, proto.Unmarshal(e.New, m))
			if m.GetValue() > 0 {
				assert.Equal(t, values[e.Key]+1, m.GetValue(), "the log has the changes of %s in another order", e.Key)
			}
			values[e.Key] = m.GetValue()
		}
	})
}

// A counterWatch is a watch of counters that begins again whenever it is cut.
type counterWatch struct {
	client   pb.CounterServiceClient
	token    string
	cutAfter int // events; 0 for never

	mu  sync.Mutex
	cut context.CancelFunc

	values        map[int64]int64
	seen, streams int
}

// newCounterWatch begins a watch of what happens from now on.
func newCounterWatch(t testing.TB, conn *grpc.ClientConn) *counterWatch {
	t.Helper()
	w := &counterWatch{client: pb.NewCounterServiceClient(conn), values: map[int64]int64{}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream, err := w.client.WatchCounters(ctx, &pb.WatchCountersRequest{})
	require.NoError(t, err)
	first, err := stream.Recv()
	require.NoError(t, err)
	require.Equal(t, pb.CounterEvent_BOOKMARK, first.GetType())
	w.token = first.GetResumeToken()
	return w
}

// cutEachSecond cuts the stream that there is, until done.
func (w *counterWatch) cutEachSecond(done <-chan struct{}) {
	go func() {
		ticks := time.NewTicker(time.Second)
		defer ticks.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticks.C:
				w.mu.Lock()
				if w.cut != nil {
					w.cut()
				}
				w.mu.Unlock()
			}
		}
	}()
}

// follow watches until the values are those that want returns, which is nil as long as
// more will come.
func (w *counterWatch) follow(t testing.TB, want func() map[int64]int64) {
	t.Helper()
	for {
		if values := want(); values != nil && w.has(values) {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // at which it is cut, too
		w.mu.Lock()
		w.cut = cancel
		w.mu.Unlock()
		w.stream(ctx, t, want)
		cancel()
		if t.Failed() {
			return
		}
	}
}

func (w *counterWatch) has(values map[int64]int64) bool {
	for id, v := range values {
		if w.values[id] != v {
			return false
		}
	}
	return true
}

// stream watches until it is cut, or has all that want returns.
func (w *counterWatch) stream(ctx context.Context, t testing.TB, want func() map[int64]int64) {
	w.streams++
	stream, err := w.client.WatchCounters(ctx, &pb.WatchCountersRequest{ResumeToken: w.token})
	if !assert.NoError(t, err) {
		return
	}
	for n := 1; ; n++ {
		e, err := stream.Recv()
		if err != nil {
			assert.Contains(t, []codes.Code{codes.Canceled, codes.DeadlineExceeded}, status.Code(err), "%v", err)
			return
		}
		w.token = e.GetResumeToken()
		if e.GetType() == pb.CounterEvent_BOOKMARK {
			continue
		}
		w.seen++
		id, v := e.GetCounter().GetId(), e.GetCounter().GetValue()
		if !assert.Equal(t, w.values[id]+1, v, "a change of counter %d is lost, doubled or out of order", id) {
			return
		}
		w.values[id] = v
		if n == w.cutAfter {
			return
		}
		if values := want(); values != nil && w.has(values) {
			return
		}
	}
}
