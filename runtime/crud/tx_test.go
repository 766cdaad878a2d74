package crud_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func bookExists(t testing.TB, db crud.DB, id string) bool {
	t.Helper()
	_, err := bookpb.NewBookRepository(db).Get(t.Context(), bookpb.BookKey{ShelfId: "a", BookId: id})
	return err == nil
}

// TestInTxCommitsAll: two repositories in one transaction, and what runs after its
// commit.
func TestInTxCommitsAll(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		type requestKey struct{}
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), requestKey{}, "r"))
		rec := crudtest.NewRecorder(db)
		books, shelves := bookpb.NewBookRepository(rec), bookpb.NewShelfRepository(rec)
		var after []string
		err := crud.InTx(ctx, rec, func(tx *crud.Tx) error {
			if _, err := shelves.WithTx(tx).Create(ctx, &bookpb.Shelf{Name: "shelves/c"}); err != nil {
				return err
			}
			_, err := books.WithTx(tx).Create(ctx, book("shelves/c/books/x", "X"))
			tx.AfterCommit(func(ctx context.Context) {
				cancel() // the caller has gone
				assert.NoError(t, ctx.Err(), "the context must outlive the call")
				assert.Equal(t, "r", ctx.Value(requestKey{}))
				deadline, ok := ctx.Deadline()
				assert.True(t, ok)
				assert.WithinDuration(t, time.Now().Add(30*time.Second), deadline, 10*time.Second)
				_, err := books.Get(ctx, bookpb.BookKey{ShelfId: "c", BookId: "x"})
				assert.NoError(t, err, "the commit is over")
				after = append(after, "first")
			})
			tx.AfterCommit(func(context.Context) { panic("logged, and nobody else's") })
			tx.AfterCommit(func(context.Context) { after = append(after, "last") })
			assert.Empty(t, after)
			return err
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"first", "last"}, after)
		assert.Equal(t, []string{"BEGIN", "INSERT", "INSERT", "COMMIT", "SELECT"}, statements(rec))
	})
}

// TestInTxRollsBack: an error of fn, and a panic, undo everything. The error is fn's
// own.
func TestInTxRollsBack(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		wrong := errors.New("no")
		write := func(tx *crud.Tx) {
			createBook(t, books.WithTx(tx), "shelves/a/books/x", "X")
			tx.AfterCommit(func(context.Context) { t.Error("AfterCommit ran after a rollback") })
		}
		assert.Equal(t, wrong, crud.InTx(ctx, db, func(tx *crud.Tx) error { write(tx); return wrong }))
		assert.False(t, bookExists(t, db, "x"))
		for range 10 {
			assert.PanicsWithValue(t, "boom", func() {
				_ = crud.InTx(ctx, db, func(tx *crud.Tx) error { write(tx); panic("boom") })
			})
		}
		assert.False(t, bookExists(t, db, "x"))

		ctx, cancel := context.WithCancel(ctx)
		err := crud.InTx(ctx, db, func(tx *crud.Tx) error { write(tx); cancel(); return nil })
		refusedAnywhere(t, err, codes.Canceled, crud.ReasonCancelled)
		assert.False(t, bookExists(t, db, "x"))
	})
}

// refusedAnywhere is refused for errors that belong to no model.
func refusedAnywhere(t testing.TB, err error, code codes.Code, reason string) {
	t.Helper()
	var e *crud.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, code, e.Code)
	assert.Equal(t, reason, e.Reason)
	assert.NotRegexp(t, inner, e.Error())
}

// TestInTxJoins: an InTx in a transaction is part of it, and only the outer one ends
// it.
func TestInTxJoins(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		books := bookpb.NewBookRepository(rec)
		after := 0
		err := crud.InTx(ctx, rec, func(tx *crud.Tx) error {
			err := crud.InTx(ctx, tx, func(inner *crud.Tx) error {
				createBook(t, books.WithTx(inner), "shelves/a/books/x", "X")
				inner.AfterCommit(func(context.Context) { after++ })
				return nil
			})
			assert.Zero(t, after)
			return err
		})
		require.NoError(t, err)
		assert.Equal(t, 1, after)
		assert.Equal(t, []string{"BEGIN", "INSERT", "COMMIT"}, statements(rec))
		wrong := errors.New("no")
		err = crud.InTx(ctx, rec, func(tx *crud.Tx) error {
			return crud.InTx(ctx, tx, func(tx *crud.Tx) error {
				createBook(t, books.WithTx(tx), "shelves/a/books/y", "Y")
				return wrong
			})
		})
		assert.Equal(t, wrong, err)
		assert.False(t, bookExists(t, db, "y"))
	})
}

// TestWithTxKeepsHooksAndScope: a repository in a transaction is the same one.
func TestWithTxKeepsHooksAndScope(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := withTenant(t.Context(), "x"), crudtest.NewRecorder(db)
		hooked, after := 0, 0
		notes := bookpb.NewNoteRepository(rec, byTenant, bookpb.NoteHooks{
			AfterCreate: func(_ context.Context, w *crud.Write[*bookpb.Note]) error {
				hooked++
				w.AfterCommit(func(context.Context) { after++ })
				return nil
			},
		})
		var m *bookpb.Note
		err := crud.InTx(ctx, rec, func(tx *crud.Tx) (err error) {
			m, err = notes.WithTx(tx).Create(ctx, &bookpb.Note{Title: "t"})
			if err != nil {
				return err
			}
			_, err = notes.WithTx(tx).Get(t.Context(), m.GetId())
			assert.ErrorIs(t, err, errNoTenant)
			_, err = notes.WithTx(tx).Get(withTenant(ctx, "y"), m.GetId())
			notFound(t, err, "bookpb.Note", m.GetId())
			assert.Zero(t, after)
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, []int{1, 1}, []int{hooked, after})
		assert.Equal(t, []string{"BEGIN", "INSERT", "SELECT", "COMMIT"}, statements(rec), "no transaction in the transaction")
	})
}

// TestJoinTx: a transaction that the caller owns.
func TestJoinTx(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		after := 0
		books := bookpb.NewBookRepository(rec, bookpb.BookHooks{
			BeforeCreate: func(_ context.Context, w *write) error {
				w.AfterCommit(func(context.Context) { after++ })
				return nil
			},
		})
		tx, err := rec.Begin(ctx)
		require.NoError(t, err)
		joined, committed := crud.JoinTx(tx)
		createBook(t, books.WithTx(joined), "shelves/a/books/x", "X")
		require.NoError(t, tx.Commit(ctx))
		assert.Zero(t, after)
		committed(ctx)
		committed(ctx)
		assert.Equal(t, 1, after, "the work runs once")
		assert.Equal(t, []string{"BEGIN", "INSERT", "COMMIT"}, statements(rec))
		assert.True(t, bookExists(t, db, "x"))

		tx, err = rec.Begin(ctx)
		require.NoError(t, err)
		joined, _ = crud.JoinTx(tx)
		createBook(t, books.WithTx(joined), "shelves/a/books/y", "Y")
		assert.Equal(t, tx, joined.Unwrap())
		require.NoError(t, tx.Rollback(ctx))
		assert.Equal(t, 1, after)
		assert.False(t, bookExists(t, db, "y"))
	})
}

// TestBareTransactions: a repository can be made on pgx's own transaction, but nobody
// would run its work for after the commit.
func TestBareTransactions(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		tx, err := db.Begin(ctx)
		require.NoError(t, err)
		createBook(t, bookpb.NewBookRepository(tx), "shelves/a/books/x", "X")
		hooked := bookpb.NewBookRepository(tx, bookpb.BookHooks{
			BeforeCreate: func(_ context.Context, w *write) error {
				w.AfterCommit(func(context.Context) {})
				return nil
			},
		})
		assert.PanicsWithValue(t,
			"crud: AfterCommit in a transaction whose commit is not seen; use crud.InTx, or crud.JoinTx for a transaction of your own",
			func() { _, _ = hooked.Create(ctx, book("shelves/a/books/y", "Y")) })
		err = crud.InTx(ctx, tx, func(*crud.Tx) error { t.Error("fn ran"); return nil })
		assert.ErrorContains(t, err, "JoinTx")
		require.NoError(t, tx.Commit(ctx))
		assert.True(t, bookExists(t, db, "x"))
	})
}

// TestTxIsADB: statements of one's own run in the transaction too.
func TestTxIsADB(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		err := crud.InTx(ctx, db, func(tx *crud.Tx) error {
			createBook(t, bookpb.NewBookRepository(tx), "shelves/a/books/x", "X")
			tag, err := tx.Exec(ctx, "UPDATE books SET pages = $1 WHERE title = $2", int32(7), "X")
			require.NoError(t, err)
			assert.EqualValues(t, 1, tag.RowsAffected())
			var pages int32
			require.NoError(t, tx.QueryRow(ctx, "SELECT pages FROM books").Scan(&pages))
			assert.EqualValues(t, 7, pages)
			rows, err := tx.Query(ctx, "SELECT title FROM books")
			require.NoError(t, err)
			titles, err := pgx.CollectRows(rows, pgx.RowTo[string])
			require.NoError(t, err)
			assert.Equal(t, []string{"X"}, titles)
			// A savepoint that is rolled back takes its statements with it.
			sp, err := tx.Begin(ctx)
			require.NoError(t, err)
			_, err = sp.Exec(ctx, "DELETE FROM books")
			require.NoError(t, err)
			require.NoError(t, sp.Rollback(ctx))
			return nil
		})
		require.NoError(t, err)
		assert.True(t, bookExists(t, db, "x"))
	})
}
