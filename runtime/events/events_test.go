package events_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	pb "github.com/protocrud/protoc-gen-go-crud/internal/eventtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/events"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

var tables = []crud.AnyTable{pb.ShelfTable, pb.OwnerTable, pb.BookTable, pb.CounterTable}

func eachEngine(t *testing.T, f func(t *testing.T, db crud.DB)) {
	t.Helper()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, tables...))
		f(t, db)
	})
}

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

func createCounters(t testing.TB, db crud.DB, n int) {
	t.Helper()
	counters := pb.NewCounterRepository(db)
	for range n {
		_, err := counters.Create(t.Context(), &pb.Counter{})
		require.NoError(t, err)
	}
}

// consume consumes until handle has been called n times without an error, and returns the
// keys.
func consume(t testing.TB, db crud.DB, name string, n int, opts ...events.Option) (keys []string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	require.NoError(t, events.Consume(ctx, db, name, func(_ context.Context, e events.Event) error {
		keys = append(keys, e.Key)
		if len(keys) == n {
			stop()
		}
		return nil
	}, opts...))
	require.Len(t, keys, n)
	return keys
}

// A consumer goes on behind what it has handled; others know nothing of it.
func TestConsumersGoOn(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		createCounters(t, db, 5)
		assert.Equal(t, []string{"1", "2"}, consume(t, db, "a", 2))
		assert.Equal(t, []string{"3"}, consume(t, db, "a", 1))
		assert.Equal(t, []string{"1", "2", "3", "4", "5"}, consume(t, db, "b", 5))
		assert.Equal(t, []string{"4", "5"}, consume(t, db, "a", 2))
		go createCounters(t, db, 2)
		assert.Equal(t, []string{"6", "7"}, consume(t, db, "a", 2))
	})
}

// An event has the resource before and after.
func TestWhatIsConsumed(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		counters := pb.NewCounterRepository(db)
		_, err := pb.NewShelfRepository(db).Create(ctx, &pb.Shelf{Name: "shelves/a"})
		require.NoError(t, err)
		_, err = pb.NewBookRepository(db).Create(ctx, &pb.Book{Name: "shelves/a/books/1"})
		require.NoError(t, err)
		_, err = counters.Create(ctx, &pb.Counter{Value: 1})
		require.NoError(t, err)
		_, err = counters.Update(ctx, &pb.Counter{Id: 1, Value: 2}, nil)
		require.NoError(t, err)
		_, err = counters.Delete(ctx, 1)
		require.NoError(t, err)
		var told []string
		require.NoError(t, events.Consume(ctx, db, "all", func(_ context.Context, e events.Event) error {
			value := func(m any) string {
				if c, ok := m.(*pb.Counter); ok {
					return fmt.Sprint(c.GetValue())
				}
				return "-"
			}
			assert.WithinDuration(t, time.Now(), e.Time, time.Hour)
			told = append(told, fmt.Sprint(e.Position, " ", e.Message, " ", e.Key, " ", e.Type, " ", value(e.Old), value(e.New)))
			if e.Type == crud.EventDeleted {
				stop()
			}
			return nil
		}, events.Of("eventtest.Counter")))
		assert.Equal(t, []string{
			"2 eventtest.Counter 1 created -1",
			"3 eventtest.Counter 1 updated 12",
			"4 eventtest.Counter 1 deleted 2-",
		}, told)
	})
}

// What fails is tried again, and nothing behind it is handled before.
func TestFailuresAreTriedAgain(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		createCounters(t, db, 3)
		var told []string
		require.NoError(t, events.Consume(ctx, db, "a", func(_ context.Context, e events.Event) error {
			told = append(told, e.Key)
			switch {
			case e.Key == "2" && len(told) < 4:
				return errors.New("not now")
			case e.Key == "3":
				stop()
			}
			return nil
		}))
		assert.Equal(t, []string{"1", "2", "2", "2", "3"}, told)
	})
}

// One process at a time works for a name. When it goes, another goes on; when it is only
// silent, it is told that it has lost its place.
func TestOneWorksAtATime(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		const processes, n = 3, 60
		createCounters(t, db, n)
		var working, most atomic.Int32
		var mu sync.Mutex
		seen := map[string]int{}
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		var wg sync.WaitGroup
		for range processes {
			db := secondPool(t, db)
			wg.Go(func() {
				for ctx.Err() == nil {
					own, leave := context.WithCancel(ctx) // it leaves after some
					handled := 0
					assert.NoError(t, events.Consume(own, db, "a", func(_ context.Context, e events.Event) error {
						most.Store(max(most.Load(), working.Add(1)))
						defer working.Add(-1)
						mu.Lock()
						defer mu.Unlock()
						seen[e.Key]++
						if handled++; handled == 7 {
							leave()
						}
						if len(seen) == n {
							stop()
						}
						return nil
					}, events.Interval(10*time.Millisecond)))
					leave()
				}
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, most.Load())
		assert.Len(t, seen, n)
		for key, times := range seen {
			assert.Equal(t, 1, times, "all left in good order, and %s came twice", key)
		}
	})
}

// A process that is gone without a word is replaced when its lease is over.
func TestFailover(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		createCounters(t, db, 2)
		consume(t, db, "a", 1, events.Lease(time.Millisecond*50))
		_, err := db.Exec(t.Context(), "UPDATE crud_event_cursors SET holder = 'gone'") // its lease lasts
		require.NoError(t, err)
		assert.Equal(t, []string{"2"}, consume(t, db, "a", 1, events.Lease(50*time.Millisecond)))

		// Who works loses its place where another one has taken it.
		createCounters(t, db, 1)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		require.NoError(t, events.Consume(ctx, db, "a", func(working context.Context, _ events.Event) error {
			_, err := db.Exec(t.Context(), "UPDATE crud_event_cursors SET holder = 'another'")
			require.NoError(t, err)
			<-working.Done()
			stop()
			return working.Err()
		}, events.Lease(30*time.Millisecond)))
	})
}

// A new consumer begins with the oldest event, or from now on.
func TestFromNow(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		createCounters(t, db, 3)
		var creating sync.WaitGroup
		defer creating.Wait() // for the one that is under way
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		creating.Go(func() {
			for ctx.Err() == nil { // until the consumer has begun, which nobody is told
				createCounters(t, db, 1)
			}
		})
		require.NoError(t, events.Consume(ctx, db, "now", func(_ context.Context, e events.Event) error {
			assert.Greater(t, e.Position, int64(3))
			stop()
			return nil
		}, events.FromNow()))
	})
}

// Events are purged up to what a consumer has not handled, unless it is forgotten.
func TestPurge(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		createCounters(t, db, 6)
		consume(t, db, "slow", 2)
		consume(t, db, "fast", 6)
		purge := func(olderThan time.Duration, limit int) int64 {
			n, err := events.Purge(ctx, db, olderThan, limit)
			require.NoError(t, err)
			return n
		}
		assert.Zero(t, purge(time.Hour, 10))
		assert.EqualValues(t, 1, purge(-time.Hour, 1))
		assert.EqualValues(t, 1, purge(-time.Hour, 10))
		assert.Zero(t, purge(-time.Hour, 10))
		require.NoError(t, events.Forget(ctx, db, "slow"))
		assert.EqualValues(t, 4, purge(-time.Hour, 10))
		_, err := events.Purge(ctx, db, 0, 0)
		require.ErrorContains(t, err, "limit")

		_, err = db.Exec(ctx, "UPDATE crud_event_cursors SET position = 1")
		require.NoError(t, err)
		err = events.Consume(ctx, db, "fast", nil)
		require.ErrorContains(t, err, `the consumer "fast" is at 1, and the events up to 6 are purged`)
	})
}

// What no further try mends is an error.
func TestConsumeRefuses(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		require.ErrorContains(t, events.Consume(ctx, db, "", nil), "name")
		createCounters(t, db, 1)
		_, err := db.Exec(ctx, "UPDATE crud_events SET message = 'elsewhere.Thing'")
		require.NoError(t, err)
		require.ErrorContains(t, events.Consume(ctx, db, "a", nil), "elsewhere.Thing, which this program does not know")
	})
}

// Nothing of a consumer is left when it has ended. This test is not parallel: it looks at
// the goroutines of all.
func TestConsumersEnd(t *testing.T) {
	db := crudtest.SQLite(t)
	require.NoError(t, crud.CreateTables(t.Context(), db, tables...))
	createCounters(t, db, 1)
	ours := goleak.IgnoreCurrent()
	consume(t, db, "a", 1)
	goleak.VerifyNone(t, ours)
}
