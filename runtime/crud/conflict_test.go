package crud_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestInTxRetriesLostRaces: transactions that read and write back under SERIALIZABLE
// collide, and every increment counts.
func TestInTxRetriesLostRaces(t *testing.T) {
	t.Parallel()
	const writers, increments = 4, 10
	db := crudtest.Postgres(t, crudtest.WithMaxConns(writers))
	ctx := t.Context()
	createTables(t, db)
	counters := bookpb.NewCounterRepository(db)
	_, err := counters.Create(ctx, &bookpb.Counter{Id: 1})
	require.NoError(t, err)
	var runs, after, met atomic.Int32
	var both sync.WaitGroup
	both.Add(2)
	increment := func() error {
		return crud.InTx(ctx, db, func(tx *crud.Tx) error {
			runs.Add(1)
			if _, err := tx.Exec(ctx, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"); err != nil {
				return err
			}
			c, err := counters.WithTx(tx).Get(ctx, 1)
			if err != nil {
				return err
			}
			if met.Add(1) <= 2 { // the first two have read before either writes: one loses
				both.Done()
				both.Wait()
			}
			tx.AfterCommit(func(context.Context) { after.Add(1) })
			c.Small++
			_, err = counters.WithTx(tx).Update(ctx, c, mask("small"))
			return err
		})
	}
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range increments {
				for { // six lost races in a row end a call, which then says so
					err := increment()
					if err == nil {
						break
					}
					st := refused(t, err, codes.Aborted, crud.ReasonConcurrentModification)
					if !assert.NotEmpty(t, st.Details()) {
						return
					}
				}
			}
		})
	}
	wg.Wait()
	c, err := counters.Get(ctx, 1)
	require.NoError(t, err)
	assert.EqualValues(t, writers*increments, c.GetSmall())
	assert.EqualValues(t, writers*increments, after.Load(), "work of lost transactions must not run")
	assert.Greater(t, runs.Load(), int32(writers*increments), "no transaction lost a race, so that the test shows nothing")
}

// TestInTxGivesUp: a transaction that always loses is tried six times and then
// ABORTED.
func TestInTxGivesUp(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"40001", "40P01"} {
		runs := 0
		err := crud.InTx(t.Context(), crudtest.SQLiteMemory(t), func(*crud.Tx) error {
			runs++
			return fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: state, Message: "lost"})
		})
		assert.Equal(t, 6, runs)
		refusedAnywhere(t, err, codes.Aborted, crud.ReasonConcurrentModification)
	}
	runs := 0
	wrong := errors.New("no race")
	err := crud.InTx(t.Context(), crudtest.SQLiteMemory(t), func(*crud.Tx) error { runs++; return wrong })
	assert.Equal(t, wrong, err)
	assert.Equal(t, 1, runs)

	ctx, cancel := context.WithCancel(t.Context())
	runs = 0
	err = crud.InTx(ctx, crudtest.SQLiteMemory(t), func(*crud.Tx) error {
		runs++
		cancel()
		return &pgconn.PgError{Code: "40001"}
	})
	assert.Equal(t, 1, runs, "no attempt after the caller has gone")
	refusedAnywhere(t, err, codes.Canceled, crud.ReasonCancelled)
}

// TestHooksRunAgainAfterALostRace: a hook is part of the transaction that is retried.
func TestHooksRunAgainAfterALostRace(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		runs, after := 0, 0
		books := bookpb.NewBookRepository(db, bookpb.BookHooks{
			AfterCreate: func(_ context.Context, w *write) error {
				runs++
				w.AfterCommit(func(context.Context) { after++ })
				if runs < 3 {
					return &pgconn.PgError{Code: "40001"}
				}
				return nil
			},
		})
		m := createBook(t, books, "shelves/a/books/x", "X")
		assert.Equal(t, []int{3, 1}, []int{runs, after})
		got, err := books.Get(t.Context(), bookKey(t, m))
		require.NoError(t, err)
		sameMessage(t, m, got)
	})
}

// TestDeadlocksAreRetried: two transactions that lock two rows crosswise both come to
// their end.
func TestDeadlocksAreRetried(t *testing.T) {
	t.Parallel()
	db := crudtest.Postgres(t)
	ctx := t.Context()
	createTables(t, db)
	counters := bookpb.NewCounterRepository(db)
	for id := range uint64(2) {
		_, err := counters.Create(ctx, &bookpb.Counter{Id: id + 1})
		require.NoError(t, err)
	}
	var runs atomic.Int32
	var both sync.WaitGroup
	both.Add(2)
	crosswise := func(first, second uint64) error {
		met := false
		return crud.InTx(ctx, db, func(tx *crud.Tx) error {
			runs.Add(1)
			if _, err := counters.WithTx(tx).Update(ctx, &bookpb.Counter{Id: first, Small: int32(first)}, nil); err != nil {
				return err
			}
			if !met { // both hold their first row before either asks for the other
				met = true
				both.Done()
				both.Wait()
			}
			_, err := counters.WithTx(tx).Update(ctx, &bookpb.Counter{Id: second, Small: int32(first)}, nil)
			return err
		})
	}
	var wg sync.WaitGroup
	wg.Go(func() { assert.NoError(t, crosswise(1, 2)) })
	wg.Go(func() { assert.NoError(t, crosswise(2, 1)) })
	wg.Wait()
	assert.GreaterOrEqual(t, runs.Load(), int32(3), "the loser of the deadlock runs again")
}

// TestConcurrentMaskedUpdates: in 300 rounds two callers write different fields of one
// row at the same time, and nothing is lost, with locked rows and without.
func TestConcurrentMaskedUpdates(t *testing.T) {
	t.Parallel()
	const rounds = 300
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		m := createBook(t, books, "shelves/a/books/x", "X")
		last := m.GetUpdateTime().AsTime()
		for round := range rounds {
			var wg sync.WaitGroup
			wg.Go(func() {
				_, err := books.Update(ctx, &bookpb.Book{Name: m.GetName(), Pages: int32(round)}, mask("pages"))
				assert.NoError(t, err)
			})
			wg.Go(func() {
				_, err := books.Update(ctx, &bookpb.Book{Name: m.GetName(), Price: float64(round)}, mask("price"), crud.Unchanged("language"))
				assert.NoError(t, err)
			})
			wg.Wait()
			got, err := books.Get(ctx, bookKey(t, m))
			require.NoError(t, err)
			require.EqualValues(t, round, got.GetPages())
			require.EqualValues(t, round, got.GetPrice())
			require.True(t, got.GetUpdateTime().AsTime().After(last))
			last = got.GetUpdateTime().AsTime()
		}
	})
}

// TestOneCallerGetsAUniqueValue: of many that create with one value, the others are
// told that it is taken, and nothing else.
func TestOneCallerGetsAUniqueValue(t *testing.T) {
	t.Parallel()
	const callers = 64
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				m := book(fmt.Sprintf("shelves/a/books/x%d", i), "X")
				m.Isbn = new("one")
				_, err := books.Create(ctx, m)
				if err == nil {
					won.Add(1)
					return
				}
				refused(t, err, codes.AlreadyExists, crud.ReasonUniqueViolation)
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, won.Load())
	})
}
