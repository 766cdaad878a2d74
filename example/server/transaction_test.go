package server_test

import (
	"context"
	"errors"
	"testing"

	sq "github.com/Masterminds/squirrel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/example/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// Two repositories join one transaction; work that must not happen for nothing
// waits for its commit.
func TestTransaction(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, server.CreateTables(t.Context(), db))
		shelves, books := libraryv1.NewShelfRepository(db), libraryv1.NewBookRepository(db)
		refusal := errors.New("not today")
		for _, outcome := range []error{refusal, nil} {
			committed := false
			err := crud.InTx(t.Context(), db, func(tx *crud.Tx) error {
				tx.AfterCommit(func(context.Context) { committed = true })
				if _, err := shelves.WithTx(tx).Create(t.Context(), &libraryv1.Shelf{Name: "shelves/sagas", Theme: "Sagas"}); err != nil {
					return err
				}
				if _, err := books.WithTx(tx).Create(t.Context(), &libraryv1.Book{Name: "shelves/sagas/books/edda", Title: "Edda"}); err != nil {
					return err
				}
				assert.False(t, committed)
				return outcome
			})
			require.ErrorIs(t, err, outcome)
			assert.Equal(t, outcome == nil, committed)
			page, err := shelves.List(t.Context(), crud.Query{})
			require.NoError(t, err)
			assert.Equal(t, outcome == nil, len(page.Items) == 1)
		}
		book, err := books.Get(t.Context(), libraryv1.BookKey{ShelfId: "sagas", BookId: "edda"})
		require.NoError(t, err)
		assert.Equal(t, "Edda", book.GetTitle())
	})
}

// A repository of one's own adds queries to the generated one.
type bookshop struct{ libraryv1.BookRepository }

// dear returns the books above a price, the dearest first.
func (b bookshop) dear(ctx context.Context, price float64) ([]*libraryv1.Book, error) {
	return b.Select(ctx).Where(sq.Gt{"books.price": price}).OrderBy("books.price DESC").Limit(10).All(ctx)
}

func TestCustomQuery(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, server.CreateTables(t.Context(), db))
		_, err := libraryv1.NewShelfRepository(db).Create(t.Context(), &libraryv1.Shelf{Name: "shelves/sagas", Theme: "Sagas"})
		require.NoError(t, err)
		shop := bookshop{libraryv1.NewBookRepository(db)}
		for id, price := range map[string]float64{"edda": 19.9, "egil": 12, "njal": 30} {
			_, err := shop.Create(t.Context(), &libraryv1.Book{Name: "shelves/sagas/books/" + id, Title: id, Price: price})
			require.NoError(t, err)
		}

		dear, err := shop.dear(t.Context(), 15)
		require.NoError(t, err)
		require.Len(t, dear, 2)
		assert.Equal(t, []string{"njal", "edda"}, []string{dear[0].GetTitle(), dear[1].GetTitle()})

		changed, err := shop.UpdateWhere(t.Context()).Set("price", sq.Expr("price / 2")).Where("books.price > ?", 15).Exec(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 2, changed)
		gone, err := shop.DeleteWhere(t.Context()).Where(sq.Lt{"price": 12}).Exec(t.Context())
		require.NoError(t, err)
		assert.EqualValues(t, 1, gone)
	})
}
