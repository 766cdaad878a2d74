package crudtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// withShelves returns a database with the table of shelves and the shelf "first".
func withShelves(t *testing.T, db crud.DB) crud.DB {
	t.Helper()
	require.NoError(t, crud.CreateTables(t.Context(), db, bookpb.ShelfTable))
	_, err := bookpb.NewShelfRepository(db).Create(t.Context(), &bookpb.Shelf{Name: "shelves/first"})
	require.NoError(t, err)
	return db
}

func shelfNames(t *testing.T, db crud.DB) (names []string) {
	t.Helper()
	page, err := bookpb.NewShelfRepository(db).List(t.Context(), crud.Query{})
	require.NoError(t, err)
	for _, s := range page.Items {
		names = append(names, s.GetName())
	}
	return names
}

// What a test does is seen by it alone, and undone at its end.
func TestTxIsUndone(t *testing.T) {
	t.Parallel()
	EachEngine(t, func(t *testing.T, db crud.DB) {
		withShelves(t, db)
		for range 2 {
			s := stage(t, func(s *stagedTest) {
				tx := Tx(s, db)
				_, err := bookpb.NewShelfRepository(tx).Create(t.Context(), &bookpb.Shelf{Name: "shelves/mine"})
				assert.NoError(t, err)
				assert.Equal(t, []string{"shelves/first", "shelves/mine"}, shelfNames(t, tx))
				assert.Equal(t, []string{"shelves/first"}, shelfNames(t, db))
			})
			assert.Empty(t, s.errors)
			assert.Equal(t, []string{"shelves/first"}, shelfNames(t, db))
		}
	})
}

// A statement that fails, and a transaction that is rolled back, undo themselves alone.
func TestTxFailures(t *testing.T) {
	t.Parallel()
	EachEngine(t, func(t *testing.T, db crud.DB) {
		tx := Tx(t, withShelves(t, db))
		shelves := bookpb.NewShelfRepository(tx)
		create := func(ctx context.Context, r bookpb.ShelfRepository, id string) error {
			_, err := r.Create(ctx, &bookpb.Shelf{Name: "shelves/" + id})
			return err
		}
		require.NoError(t, create(t.Context(), shelves, "a"))
		require.Equal(t, codes.AlreadyExists, status.Code(create(t.Context(), shelves, "a")))
		_, err := tx.Exec(t.Context(), "nonsense")
		require.Error(t, err)
		require.Error(t, tx.QueryRow(t.Context(), "nonsense").Scan(nil))
		require.ErrorIs(t, tx.QueryRow(t.Context(), "SELECT 1 WHERE 1 = 2").Scan(nil), pgx.ErrNoRows)

		refusal := errors.New("not today")
		for _, outcome := range []error{refusal, nil} {
			committed := false
			err := crud.InTx(t.Context(), tx, func(inner *crud.Tx) error {
				inner.AfterCommit(func(context.Context) { committed = true })
				return errors.Join(create(t.Context(), shelves.WithTx(inner), "b"), outcome)
			})
			require.ErrorIs(t, err, outcome)
			assert.Equal(t, outcome == nil, committed)
		}
		err = crud.InTx(t.Context(), tx, func(inner *crud.Tx) error {
			_ = create(t.Context(), shelves.WithTx(inner), "c")
			_ = create(t.Context(), shelves.WithTx(inner), "c") // it fails the transaction, whoever looks away
			return nil
		})
		require.Error(t, err)
		require.Equal(t, []string{"shelves/a", "shelves/b", "shelves/first"}, shelfNames(t, tx))
	})
}

// A call that was given up has no effect, and the transaction goes on.
func TestTxCancelled(t *testing.T) {
	t.Parallel()
	EachEngine(t, func(t *testing.T, db crud.DB) {
		tx := Tx(t, withShelves(t, db))
		for range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			err := crud.InTx(ctx, tx, func(inner *crud.Tx) error {
				_, err := bookpb.NewShelfRepository(tx).WithTx(inner).Create(ctx, &bookpb.Shelf{Name: "shelves/a"})
				cancel()
				return err
			})
			require.Equal(t, codes.Canceled, status.Code(err), "%v", err)
			_, err = tx.Exec(ctx, "DELETE FROM shelves")
			require.ErrorIs(t, err, context.Canceled)
		}
		assert.Equal(t, []string{"shelves/first"}, shelfNames(t, tx))
	})
}

// What is left open is found, and does not spoil the database for others.
func TestTxLeftOpen(t *testing.T) {
	t.Parallel()
	EachEngine(t, func(t *testing.T, db crud.DB) {
		withShelves(t, db)
		var kept crud.DB
		s := stage(t, func(s *stagedTest) {
			kept = Tx(s, db)
			inner, err := kept.Begin(t.Context())
			require.NoError(t, err)
			_, err = inner.Exec(t.Context(), "DELETE FROM shelves")
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 1)
			defer cancel()
			_, err = kept.Exec(ctx, "DELETE FROM shelves")
			assert.ErrorIs(t, err, context.DeadlineExceeded)
		})
		assert.Equal(t, []string{"crudtest: at its end the test still holds rows or a transaction of its Tx: close rows, end transactions"}, s.errors)
		assert.Equal(t, []string{"shelves/first"}, shelfNames(t, db))
		_, err := kept.Exec(t.Context(), "DELETE FROM shelves")
		assert.EqualError(t, err, "crudtest: the test of this Tx has ended")
	})
}

// A store over Tx keeps the contract of stores: nothing that a store does tells it from
// the database itself.
func TestTxPassesTheSuite(t *testing.T) {
	t.Parallel()
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			TestStore(t, bookSuite(func(t testing.TB) crud.DB { return Tx(t, open(t)) }))
		})
	}
}

// A server over Tx takes calls from everywhere at once.
func TestServeOverTx(t *testing.T) {
	t.Parallel()
	EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, apitest.ShelfTable))
		c := apitest.NewNamedServiceClient(Serve(t, shelves(t, Tx(t, db))))
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				_, err := c.CreateShelf(t.Context(), &apitest.CreateShelfRequest{ShelfId: fmt.Sprint("s", i), Shelf: &apitest.Shelf{Theme: "x"}})
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		page, err := c.ListShelves(t.Context(), &apitest.ListShelvesRequest{})
		require.NoError(t, err)
		assert.Len(t, page.GetShelves(), 20)
	})
}
