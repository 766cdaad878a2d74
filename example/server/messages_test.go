package server_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// Messages and maps are stored as JSON. Masks and filters go into them.
func TestMessages(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		library, ctx := newLibrary(t, db), t.Context()
		_, err := library.CreateShelf(ctx, &libraryv1.CreateShelfRequest{ShelfId: "sagas", Shelf: &libraryv1.Shelf{Theme: "Sagas"}})
		require.NoError(t, err)
		book, err := library.CreateBook(ctx, &libraryv1.CreateBookRequest{Parent: "shelves/sagas", BookId: "edda", Book: &libraryv1.Book{
			Title:   "Edda",
			Imprint: &libraryv1.Imprint{Publisher: "Dent", City: "Oslo"},
			Reviews: map[string]*libraryv1.Review{"ada": {Stars: 5}, "john smith": {Stars: 2, Text: "Long."}},
		}})
		require.NoError(t, err)

		// The mask names a part of a message and an entry of a map; the rest stays.
		book, err = library.UpdateBook(ctx, &libraryv1.UpdateBookRequest{
			Book: &libraryv1.Book{
				Name:    book.GetName(),
				Imprint: &libraryv1.Imprint{City: "London"},
				Reviews: map[string]*libraryv1.Review{"john smith": {Stars: 3}},
			},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"imprint.city", "reviews.`john smith`.stars"}},
		})
		require.NoError(t, err)
		assert.Equal(t, "Dent", book.GetImprint().GetPublisher())
		assert.Equal(t, "London", book.GetImprint().GetCity())
		assert.Equal(t, "Long.", book.GetReviews()["john smith"].GetText())
		assert.EqualValues(t, 3, book.GetReviews()["john smith"].GetStars())
		assert.EqualValues(t, 5, book.GetReviews()["ada"].GetStars())

		for filter, found := range map[string]int{
			`imprint.city = "London" AND reviews:ada`: 1,
			`reviews."john smith".stars > 2`:          1,
			`reviews.eve.stars < 9`:                   0, // there is no such review
			`imprint = null`:                          0,
		} {
			page, err := library.ListBooks(ctx, &libraryv1.ListBooksRequest{
				Parent: "shelves/sagas", Filter: filter, ReadMask: &fieldmaskpb.FieldMask{Paths: []string{"imprint.publisher"}},
			})
			require.NoError(t, err, filter)
			require.Len(t, page.GetBooks(), found, filter)
			if found > 0 {
				assert.Empty(t, page.GetBooks()[0].GetImprint().GetCity(), "the mask does not name it")
			}
		}

		_, err = library.UpdateBook(ctx, &libraryv1.UpdateBookRequest{
			Book: &libraryv1.Book{Name: book.GetName()}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"imprint.town"}},
		})
		assert.Equal(t, codes.InvalidArgument, status.Code(err))
	})
}
