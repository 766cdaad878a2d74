package server_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/example/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// A redefined method decides for itself, and calls the generated one for the rest.
func TestOverriddenMethod(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		l := newLibrary(t, db)
		book := l.book(t, "edda")

		_, err := l.UpdateBook(t.Context(), &libraryv1.UpdateBookRequest{Book: &libraryv1.Book{Name: book.GetName(), Title: "Edda"}})
		requireRefused(t, err, codes.InvalidArgument, crud.ReasonRequiredFieldMissing)
		updated, err := l.UpdateBook(t.Context(), &libraryv1.UpdateBookRequest{
			Book: &libraryv1.Book{Name: book.GetName(), Title: "Edda"}, UpdateMask: mask("title"),
		})
		require.NoError(t, err)
		assert.Equal(t, "Edda", updated.GetTitle())

		// Its neighbours are as generated: no mask writes what is set.
		_, err = l.UpdateShelf(t.Context(), &libraryv1.UpdateShelfRequest{Shelf: &libraryv1.Shelf{Name: "shelves/sagas", Theme: "Old"}})
		require.NoError(t, err)
	})
}

// A method that is no standard one stands beside the generated ones. Nobody but its
// owner answers it.
func TestCustomMethod(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		l := newLibrary(t, db)
		book, user := l.book(t, "edda"), l.user(t, "ada")
		loan := l.lend(t, as(t, "north"), book.GetName(), user.GetId())

		returned, err := l.ReturnBook(as(t, "north"), &libraryv1.ReturnBookRequest{Name: book.GetName()})
		require.NoError(t, err)
		assert.Nil(t, returned.BorrowerId)
		_, err = l.GetLoan(as(t, "north"), &libraryv1.GetLoanRequest{Id: loan.GetId()})
		requireRefused(t, err, codes.NotFound, crud.ReasonResourceNotFound)
		assert.Equal(t, []string{book.GetName()}, l.announced())
		_, err = l.ReturnBook(as(t, "north"), &libraryv1.ReturnBookRequest{Name: "edda"})
		requireRefused(t, err, codes.InvalidArgument, crud.ReasonInvalidField)

		generated := plain(t, libraryv1.NewCRUDLibraryServiceServer(db, crud.ScopeColumn("tenant_id", server.Tenant)))
		_, err = generated.GetBook(t.Context(), &libraryv1.GetBookRequest{Name: book.GetName()})
		require.NoError(t, err)
		_, err = generated.ReturnBook(t.Context(), &libraryv1.ReturnBookRequest{Name: book.GetName()})
		assert.ErrorContains(t, err, "code = Unimplemented")
	})
}

// shelfOfOne is a store by hand: one shelf that is nowhere but in memory.
type shelfOfOne struct {
	crud.UnimplementedStore[*libraryv1.Shelf, libraryv1.ShelfKey]
}

func (shelfOfOne) Get(_ context.Context, key libraryv1.ShelfKey, _ ...crud.GetOption) (*libraryv1.Shelf, error) {
	return &libraryv1.Shelf{Name: key.String(), Theme: "Made up"}, nil
}

// A store can be replaced; what it does not have, and a store that is not there,
// are UNIMPLEMENTED.
func TestReplacedStore(t *testing.T) {
	t.Parallel()
	library := plain(t, libraryv1.CRUDLibraryServiceServer{Shelves: shelfOfOne{}})

	shelf, err := library.GetShelf(t.Context(), &libraryv1.GetShelfRequest{Name: "shelves/x"})
	require.NoError(t, err)
	assert.Equal(t, "Made up", shelf.GetTheme())
	_, err = library.ListShelves(t.Context(), &libraryv1.ListShelvesRequest{})
	requireRefused(t, err, codes.Unimplemented, crud.ReasonUnimplemented)
	_, err = library.GetUser(t.Context(), &libraryv1.GetUserRequest{Id: 1})
	requireRefused(t, err, codes.Unimplemented, crud.ReasonUnimplemented)
}
