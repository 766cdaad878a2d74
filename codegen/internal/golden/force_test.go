package golden_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/force"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// A resource with children is deleted only if the caller says so, and they with it
// (AIP-135).
func TestForce(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, force.ShelfTable, force.BookTable))
		shelves, books := force.NewShelfRepository(db), force.NewBookRepository(db)
		server := force.NewCRUDLibraryServiceServer(db)
		full, err := shelves.Create(t.Context(), &force.Shelf{})
		require.NoError(t, err)
		empty, err := shelves.Create(t.Context(), &force.Shelf{})
		require.NoError(t, err)
		book, err := books.Create(t.Context(), &force.Book{ShelfId: proto.Int64(full.GetId())})
		require.NoError(t, err)

		_, err = server.DeleteShelf(t.Context(), &force.DeleteShelfRequest{Id: empty.GetId()})
		require.NoError(t, err)
		_, err = server.DeleteShelf(t.Context(), &force.DeleteShelfRequest{Id: empty.GetId(), Force: true})
		assert.Equal(t, codes.NotFound, status.Code(err))

		_, err = server.DeleteShelf(t.Context(), &force.DeleteShelfRequest{Id: full.GetId()})
		var e *crud.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, codes.FailedPrecondition, e.Code)
		assert.Equal(t, crud.ReasonChildrenExist, e.Reason)
		assert.Equal(t, "CHILDREN_EXIST", e.Precondition.Type)
		_, err = books.Get(t.Context(), book.GetId())
		require.NoError(t, err)

		_, err = server.DeleteShelf(t.Context(), &force.DeleteShelfRequest{Id: full.GetId(), Force: true})
		require.NoError(t, err)
		_, err = books.Get(t.Context(), book.GetId())
		assert.Equal(t, codes.NotFound, status.Code(err))
	})
}
