package client_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
)

// A lister answers ListBooks from pages of titles, and keeps the requests.
type lister struct {
	pages    [][]string
	requests []*apitest.ListBooksRequest
	fail     error // at the last page
	repeat   int   // the page that follows the last one, if it is not 0
}

func (l *lister) ListBooks(_ context.Context, req *apitest.ListBooksRequest, _ ...grpc.CallOption) (*apitest.ListBooksResponse, error) {
	l.requests = append(l.requests, proto.CloneOf(req))
	at, _ := strconv.Atoi(req.GetPageToken())
	if at == len(l.pages)-1 && l.fail != nil {
		return nil, l.fail
	}
	res := &apitest.ListBooksResponse{TotalSize: 7}
	for _, title := range l.pages[at] {
		res.Books = append(res.Books, &apitest.Book{Title: title})
	}
	switch {
	case at < len(l.pages)-1:
		res.NextPageToken = fmt.Sprint(at + 1)
	case l.repeat > 0:
		res.NextPageToken = fmt.Sprint(l.repeat)
	}
	return res, nil
}

// walk returns the titles that a walk comes to, and its error.
func (l *lister) walk(req *apitest.ListBooksRequest) (titles []string, err error) {
	for book, err := range client.Pages(context.Background(), l.ListBooks, req, (*apitest.ListBooksResponse).GetBooks) {
		if err != nil {
			return titles, err
		}
		titles = append(titles, book.GetTitle())
	}
	return titles, nil
}

func TestPages(t *testing.T) {
	t.Parallel()
	l := &lister{pages: [][]string{{"a", "b"}, {}, {"c"}}}
	req := &apitest.ListBooksRequest{Parent: "shelves/a", PageSize: 2, Skip: 3}
	before := proto.CloneOf(req)
	for range 2 { // each loop is a walk of its own
		l.requests = nil
		titles, err := l.walk(req)
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "b", "c"}, titles)
		require.Len(t, l.requests, 3)
		for i, r := range l.requests {
			want := proto.CloneOf(req)
			if i > 0 {
				want.PageToken, want.Skip = fmt.Sprint(i), 0
			}
			assert.True(t, proto.Equal(want, r), "%v", r)
		}
		assert.True(t, proto.Equal(before, req), "the caller's request is as it was")
	}
	titles, err := l.walk(&apitest.ListBooksRequest{PageToken: "2"})
	require.NoError(t, err)
	assert.Equal(t, []string{"c"}, titles, "a walk begins where it is told to")
	titles, err = l.walk(nil)
	require.NoError(t, err)
	assert.Len(t, titles, 3, "no request is an empty one")
}

// A loop that is left asks for no more pages.
func TestPagesBrokenOff(t *testing.T) {
	t.Parallel()
	l := &lister{pages: [][]string{{"a", "b"}, {"c"}, {"d"}}}
	for book, err := range client.Pages(t.Context(), l.ListBooks, nil, (*apitest.ListBooksResponse).GetBooks) {
		require.NoError(t, err)
		if book.GetTitle() == "c" {
			break
		}
	}
	assert.Len(t, l.requests, 2)
}

// An error comes after the items before it, once, and ends the walk.
func TestPagesFail(t *testing.T) {
	t.Parallel()
	refusal := errors.New("not today")
	l := &lister{pages: [][]string{{"a"}, {"b"}}, fail: refusal}
	titles, err := l.walk(nil)
	assert.Equal(t, []string{"a"}, titles)
	assert.ErrorIs(t, err, refusal)
}

// A server whose pages go in a circle is found out.
func TestPagesInACircle(t *testing.T) {
	t.Parallel()
	for _, first := range []int{1, 2, 5, 9} {
		l := &lister{pages: make([][]string, 10), repeat: first}
		_, err := l.walk(nil)
		assert.EqualError(t, err, "client: the server gave a page token of apitest.ListBooksResponse a second time; the pages have no end")
		assert.Less(t, len(l.requests), 40)
	}
}

// Whole answers have what is beside the items.
func TestResponses(t *testing.T) {
	t.Parallel()
	l := &lister{pages: [][]string{{"a"}, {"b"}}}
	var sizes []int64
	for page, err := range client.Responses(t.Context(), l.ListBooks, nil) {
		require.NoError(t, err)
		sizes = append(sizes, int64(page.GetTotalSize()))
	}
	assert.Equal(t, []int64{7, 7}, sizes)
}

// A method that is no List is no endless loop.
func TestPagesOfSomethingElse(t *testing.T) {
	t.Parallel()
	get := func(context.Context, *apitest.GetBookRequest, ...grpc.CallOption) (*apitest.Book, error) {
		return nil, errors.New("it is not called")
	}
	for _, err := range client.Responses(t.Context(), get, nil) {
		assert.EqualError(t, err, "client: apitest.GetBookRequest has no string page_token; it is not the request of a List method")
	}
	list := func(context.Context, *apitest.ListBooksRequest, ...grpc.CallOption) (*apitest.Book, error) {
		return &apitest.Book{}, nil
	}
	pages := 0
	for _, err := range client.Responses(t.Context(), list, nil) {
		if pages++; err != nil {
			assert.EqualError(t, err, "client: apitest.Book has no string next_page_token; it is not the answer of a List method")
		}
	}
	assert.Equal(t, 2, pages)
}
