package bench

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	benchv1 "github.com/protocrud/protoc-gen-go-crud/bench/gen/bench/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

const (
	catalogueSize = 1000
	pageSize      = 50
	// deep is the number of books before the page that is asked for with a token.
	deep = 900
	// someID is a book in the middle.
	someID = 500
)

// newBook returns the i-th book: most have an ISBN, each has two tags.
func newBook(i int) *benchv1.Book {
	book := &benchv1.Book{
		Author:  fmt.Sprintf("Author %d", i%100),
		Title:   fmt.Sprintf("The book with the number %d", i),
		Pages:   int32(100 + i%900),
		Price:   float64(i) / 4,
		Tags:    []string{"paperback", fmt.Sprintf("shelf-%d", i%10)},
		InPrint: i%2 == 0,
	}
	if i%5 != 0 {
		isbn := fmt.Sprintf("978%010d", i)
		book.Isbn = &isbn
	}
	return book
}

// createTable makes the empty table.
func createTable(tb testing.TB, db crud.DB) {
	tb.Helper()
	require.NoError(tb, crud.CreateTables(tb.Context(), db, benchv1.BookTable))
}

// createCatalogue makes the table with all books, whose ids count from 1.
func createCatalogue(tb testing.TB, db crud.DB) {
	tb.Helper()
	createTable(tb, db)
	repo := benchv1.NewBookRepository(db)
	require.NoError(tb, crud.InTx(tb.Context(), db, func(tx *crud.Tx) error {
		return addBooks(tb.Context(), repo.WithTx(tx), catalogueSize)
	}))
}

func addBooks(ctx context.Context, store benchv1.BookStore, n int) error {
	for i := range n {
		if _, err := store.Create(ctx, newBook(i)); err != nil {
			return err
		}
	}
	return nil
}
