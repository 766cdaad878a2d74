package bench

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	benchv1 "github.com/protocrud/protoc-gen-go-crud/bench/gen/bench/v1"
	"github.com/protocrud/protoc-gen-go-crud/bench/handwritten"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A layer is one way to a catalogue: its methods, in the order of methodNames.
type layer []method

// A method is what is measured.
type method struct {
	// call calls the method once.
	call func(ctx context.Context) error
	// ready prepares n calls; nil where there is nothing to prepare.
	ready func(ctx context.Context, n int) error
}

const (
	get = iota
	list
	listAfter
	filtered
	create
	update
	remove
)

var methodNames = []string{
	get:       "get",
	list:      "list of 50",
	listAfter: "list of 50, deep",
	filtered:  "filtered list of 50",
	create:    "create",
	update:    "update one field",
	remove:    "delete",
}

// twoTerms selects what handwritten.Books.ListLonger does.
const twoTerms = "in_print = true AND pages > 300"

// newDelete is the method that deletes books which create has made.
func newDelete(create func(context.Context) (*benchv1.Book, error), remove func(context.Context, int64) error) method {
	var ids []int64
	return method{
		ready: func(ctx context.Context, n int) error {
			for range n {
				book, err := create(ctx)
				if err != nil {
					return err
				}
				ids = append(ids, book.GetId())
			}
			return nil
		},
		call: func(ctx context.Context) error {
			id := ids[len(ids)-1]
			ids = ids[:len(ids)-1]
			return remove(ctx, id)
		},
	}
}

// handwrittenLayer is the yardstick.
func handwrittenLayer(pool *pgxpool.Pool) layer {
	b := handwritten.New(pool)
	book := newBook(1)
	add := func(ctx context.Context) (*benchv1.Book, error) { return b.Create(ctx, book) }
	page := func(ctx context.Context, after int64) error {
		books, _, err := b.List(ctx, after, pageSize)
		return full(len(books), err)
	}
	return layer{
		get:       {call: func(ctx context.Context) error { return second(b.Get(ctx, someID)) }},
		list:      {call: func(ctx context.Context) error { return page(ctx, 0) }},
		listAfter: {call: func(ctx context.Context) error { return page(ctx, deep) }},
		filtered: {call: func(ctx context.Context) error {
			books, err := b.ListLonger(ctx, true, 300, pageSize)
			return full(len(books), err)
		}},
		create: {call: func(ctx context.Context) error { return second(add(ctx)) }},
		update: {call: func(ctx context.Context) error { return second(b.UpdateTitle(ctx, someID, "A new title")) }},
		remove: newDelete(add, b.Delete),
	}
}

// repositoryLayer is the generated repository.
func repositoryLayer(tb testing.TB, db crud.DB) layer {
	tb.Helper()
	r := benchv1.NewBookRepository(db)
	first, err := r.List(tb.Context(), crud.Query{PageSize: deep})
	require.NoError(tb, err)
	book := newBook(1)
	add := func(ctx context.Context) (*benchv1.Book, error) { return r.Create(ctx, book) }
	page := func(ctx context.Context, token, filter string) error {
		page, err := r.List(ctx, crud.Query{PageSize: pageSize, PageToken: token, Filter: filter})
		if err != nil {
			return err
		}
		return full(len(page.Items), nil)
	}
	mask := &fieldmaskpb.FieldMask{Paths: []string{"title"}}
	change := &benchv1.Book{Id: someID, Title: "A new title"}
	return layer{
		get:       {call: func(ctx context.Context) error { return second(r.Get(ctx, someID)) }},
		list:      {call: func(ctx context.Context) error { return page(ctx, "", "") }},
		listAfter: {call: func(ctx context.Context) error { return page(ctx, first.NextPageToken, "") }},
		filtered:  {call: func(ctx context.Context) error { return page(ctx, "", twoTerms) }},
		create:    {call: func(ctx context.Context) error { return second(add(ctx)) }},
		update:    {call: func(ctx context.Context) error { return second(r.Update(ctx, change, mask)) }},
		remove:    newDelete(add, func(ctx context.Context, id int64) error { return second(r.Delete(ctx, id)) }),
	}
}

// serverLayer is the generated server, called without gRPC.
func serverLayer(tb testing.TB, db crud.DB) layer {
	tb.Helper()
	s := benchv1.NewCRUDBookServiceServer(db)
	first, err := s.ListBooks(tb.Context(), &benchv1.ListBooksRequest{PageSize: deep})
	require.NoError(tb, err)
	book := &benchv1.CreateBookRequest{Book: newBook(1)}
	add := func(ctx context.Context) (*benchv1.Book, error) { return s.CreateBook(ctx, book) }
	page := func(ctx context.Context, req *benchv1.ListBooksRequest) error {
		page, err := s.ListBooks(ctx, req)
		return full(len(page.GetBooks()), err)
	}
	one := &benchv1.GetBookRequest{Id: someID}
	top := &benchv1.ListBooksRequest{PageSize: pageSize}
	next := &benchv1.ListBooksRequest{PageSize: pageSize, PageToken: first.GetNextPageToken()}
	some := &benchv1.ListBooksRequest{PageSize: pageSize, Filter: twoTerms}
	change := &benchv1.UpdateBookRequest{
		Book:       &benchv1.Book{Id: someID, Title: "A new title"},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"title"}},
	}
	return layer{
		get:       {call: func(ctx context.Context) error { return second(s.GetBook(ctx, one)) }},
		list:      {call: func(ctx context.Context) error { return page(ctx, top) }},
		listAfter: {call: func(ctx context.Context) error { return page(ctx, next) }},
		filtered:  {call: func(ctx context.Context) error { return page(ctx, some) }},
		create:    {call: func(ctx context.Context) error { return second(add(ctx)) }},
		update:    {call: func(ctx context.Context) error { return second(s.UpdateBook(ctx, change)) }},
		remove: newDelete(add, func(ctx context.Context, id int64) error {
			return second(s.DeleteBook(ctx, &benchv1.DeleteBookRequest{Id: id}))
		}),
	}
}

func second[T any](_ T, err error) error { return err }

// full is the error of a page that is not full: such a page is no measurement.
func full(n int, err error) error {
	if err == nil && n != pageSize {
		err = fmt.Errorf("the page has %d books, not %d", n, pageSize)
	}
	return err
}
