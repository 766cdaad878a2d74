package crud_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestBatchDeleteIsOneStatement, and a key that comes twice counts once.
func TestBatchDeleteIsOneStatement(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		books, notes := bookpb.NewBookRepository(rec), bookpb.NewNoteRepository(rec, byTenant)
		createBooks(t, books, "x", "y", "z")
		rec.Reset()
		ms, err := books.BatchDelete(ctx, booksAt("z", "x", "z"))
		require.NoError(t, err)
		assert.Nil(t, ms)
		assert.Equal(t, []string{"BEGIN", "DELETE", "COMMIT"}, statements(rec))
		assert.Equal(t, map[string]string{"y": "y"}, shelved(t, books))

		_, err = books.BatchDelete(ctx, booksAt("q", "y", "p", "q"))
		missingNames(t, err, crud.ReasonResourceNotFound, "shelves/a/books/q,shelves/a/books/p", "shelves/a/books/q")
		assert.Equal(t, map[string]string{"y": "y"}, shelved(t, books))
		_, err = books.BatchDelete(ctx, booksAt("q", "y"), crud.ValidateOnly(true), crud.AllowMissing(true))
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"y": "y"}, shelved(t, books))
		_, err = books.BatchDelete(ctx, booksAt("q", "y"), crud.AllowMissing(true))
		require.NoError(t, err)
		assert.Empty(t, shelved(t, books))

		_, err = books.BatchDelete(ctx, booksAt("x"), crud.IfEtag("e"))
		refused(t, err, codes.Internal, crud.ReasonInternal)

		// Another tenant's is missing, and so is a key that no row can have.
		mine, theirs := withTenant(ctx, "x"), withTenant(ctx, "y")
		m, err := notes.Create(mine, &bookpb.Note{Title: "n"})
		require.NoError(t, err)
		_, err = notes.BatchDelete(theirs, []string{m.GetId()})
		missingNames(t, err, crud.ReasonResourceNotFound, m.GetId(), m.GetId())
		_, err = notes.BatchDelete(mine, []string{"none", m.GetId()})
		missingNames(t, err, crud.ReasonResourceNotFound, "none", "none")
		_, err = notes.BatchDelete(mine, []string{"none"})
		missingNames(t, err, crud.ReasonResourceNotFound, "none", "none")
		_, err = notes.BatchDelete(mine, []string{m.GetId()})
		require.NoError(t, err)
	})
}

// TestBatchDeleteOfParents: the one with children is named, and all stay.
func TestBatchDeleteOfParents(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		shelves := bookpb.NewShelfRepository(db)
		createBook(t, bookpb.NewBookRepository(db), "shelves/b/books/x", "X")
		keys := []bookpb.ShelfKey{{ShelfId: "a"}, {ShelfId: "b"}}
		_, err := shelves.BatchDelete(ctx, keys)
		st := refused(t, err, codes.FailedPrecondition, crud.ReasonChildrenExist)
		assert.Equal(t, "shelves/b", preconditionOf(t, st).GetSubject())
		assert.Equal(t, "1", metadataOf(t, err)["index"])
		err = crud.InTx(ctx, db, func(tx *crud.Tx) error {
			_, err := shelves.WithTx(tx).BatchDelete(ctx, keys)
			return err
		})
		refused(t, err, codes.FailedPrecondition, crud.ReasonChildrenExist)
		_, err = shelves.BatchGet(ctx, keys)
		require.NoError(t, err)

		_, err = bookpb.NewMemberRepository(db).Create(ctx, &bookpb.Member{Org: "o", UserId: 2})
		require.NoError(t, err)
		_, err = bookpb.NewUserRepository(db).BatchDelete(ctx, []int64{1, 2})
		require.NoError(t, err, "a reference that cascades")
	})
}

// TestBatchDeleteHooks run for each element in its turn, and an error of one undoes
// all.
func TestBatchDeleteHooks(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		wrong := errors.New("the hook is against it")
		var seen []string
		books := bookpb.NewBookRepository(rec, bookpb.BookHooks{
			BeforeDelete: func(_ context.Context, w *write) error {
				seen = append(seen, "before "+w.Old.GetTitle())
				return nil
			},
			AfterDelete: func(_ context.Context, w *write) error {
				seen = append(seen, "after "+w.Old.GetTitle())
				if w.Old.GetTitle() == "z" {
					return wrong
				}
				return nil
			},
		})
		createBooks(t, books, "x", "y", "z")
		rec.Reset()
		_, err := books.BatchDelete(ctx, booksAt("y", "x", "y"))
		require.NoError(t, err)
		assert.Equal(t, []string{"before y", "after y", "before x", "after x"}, seen)
		assert.Equal(t, []string{"BEGIN", "SELECT", "DELETE", "DELETE", "COMMIT"}, statements(rec))
		createBooks(t, books, "x")
		_, err = books.BatchDelete(ctx, booksAt("x", "z"))
		assert.Equal(t, wrong, err)
		_, err = books.BatchDelete(ctx, booksAt("x", "q"))
		missingNames(t, err, crud.ReasonResourceNotFound, "shelves/a/books/q", "shelves/a/books/q")
		assert.Equal(t, map[string]string{"x": "x", "z": "z"}, shelved(t, books))
	})
}
