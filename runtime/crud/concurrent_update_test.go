package crud_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// updateRounds is how often each of two callers writes.
const updateRounds = 100

// TestTwoWritersOfOneRow: two callers write a field each, as fast as they can. Each
// always reads its own last write, never an older value of the other's, and each
// answer has a time of its own. The row is written at once, locked for a comparison,
// or locked for hooks.
func TestTwoWritersOfOneRow(t *testing.T) {
	t.Parallel()
	none := func(context.Context, *write) error { return nil }
	ways := []struct {
		name  string
		hooks crud.Option
		opts  []crud.WriteOption
	}{
		{"at once", bookpb.BookHooks{}, nil},
		{"compared", bookpb.BookHooks{}, []crud.WriteOption{crud.Unchanged("language")}},
		{"hooks", bookpb.BookHooks{BeforeUpdate: none, AfterUpdate: none}, nil},
	}
	eachEngine(t, func(t *testing.T, db crud.DB) {
		for _, way := range ways {
			books := bookpb.NewBookRepository(db, way.hooks)
			m := createBook(t, books, "shelves/a/books/"+way.name[:2], "X")
			var pages, price []*bookpb.Book
			var wg sync.WaitGroup
			wg.Go(func() {
				pages = writeRounds(t, books, way.opts, func(round int) (*bookpb.Book, string) {
					return &bookpb.Book{Name: m.GetName(), Pages: int32(round), Price: -1}, "pages"
				})
			})
			wg.Go(func() {
				price = writeRounds(t, books, way.opts, func(round int) (*bookpb.Book, string) {
					return &bookpb.Book{Name: m.GetName(), Price: float64(round), Pages: -1}, "price"
				})
			})
			wg.Wait()
			require.Len(t, pages, updateRounds, way.name)
			require.Len(t, price, updateRounds, way.name)
			times := make(map[int64]bool)
			for i := range updateRounds {
				require.EqualValues(t, i+1, pages[i].GetPages(), way.name)
				require.EqualValues(t, i+1, price[i].GetPrice(), way.name)
				if i > 0 {
					require.GreaterOrEqual(t, pages[i].GetPrice(), pages[i-1].GetPrice(), way.name)
					require.GreaterOrEqual(t, price[i].GetPages(), price[i-1].GetPages(), way.name)
				}
				times[pages[i].GetUpdateTime().AsTime().UnixMicro()] = true
				times[price[i].GetUpdateTime().AsTime().UnixMicro()] = true
			}
			assert.Len(t, times, 2*updateRounds, way.name)
			got, err := books.Get(t.Context(), bookKey(t, m))
			require.NoError(t, err)
			assert.Equal(t, []float64{updateRounds, updateRounds}, []float64{float64(got.GetPages()), got.GetPrice()}, way.name)
		}
	})
}

// writeRounds returns what each update answered, up to the first that failed.
func writeRounds(t testing.TB, books bookpb.BookRepository, opts []crud.WriteOption, input func(round int) (*bookpb.Book, string)) (answers []*bookpb.Book) {
	for round := range updateRounds {
		m, field := input(round + 1)
		got, err := books.Update(t.Context(), m, mask(field), opts...)
		if !assert.NoError(t, err) {
			return answers
		}
		answers = append(answers, got)
	}
	return answers
}

// TestHooksCountUnderTheLock: what a hook reads in Old and writes to New is not lost,
// though no caller names the field.
func TestHooksCountUnderTheLock(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		books := bookpb.NewBookRepository(db, bookpb.BookHooks{
			BeforeUpdate: func(_ context.Context, w *write) error {
				w.New.Pages = w.Old.GetPages() + 1
				return nil
			},
		})
		m := createBook(t, books, "shelves/a/books/x", "X")
		var wg sync.WaitGroup
		for _, field := range []string{"price", "state"} {
			wg.Go(func() {
				writeRounds(t, books, nil, func(round int) (*bookpb.Book, string) {
					return &bookpb.Book{Name: m.GetName(), Price: float64(round), State: "s"}, field
				})
			})
		}
		wg.Wait()
		got, err := books.Get(t.Context(), bookKey(t, m))
		require.NoError(t, err)
		assert.EqualValues(t, 2*updateRounds, got.GetPages())
		assert.Equal(t, []any{float64(updateRounds), "s"}, []any{got.GetPrice(), got.GetState()})
	})
}
