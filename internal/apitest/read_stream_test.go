package apitest_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// readStreamBooks reads a stream to its end, or to its error.
func readStreamBooks(ctx context.Context, c apitest.NamedServiceClient, req *apitest.StreamBooksRequest) (books []*apitest.Book, err error) {
	stream, err := c.StreamBooks(ctx, req)
	for err == nil {
		var m *apitest.Book
		if m, err = stream.Recv(); err == nil {
			books = append(books, m)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return books, err
}

func readStreamFilms(ctx context.Context, c apitest.PlainServiceClient, req *apitest.StreamFilmsRequest) (films []*apitest.Film, err error) {
	stream, err := c.StreamFilms(ctx, req)
	for err == nil {
		var m *apitest.Film
		if m, err = stream.Recv(); err == nil {
			films = append(films, m)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return films, err
}

// TestRead_3_3_Arguments: a stream understands what a List does, without pages.
func TestRead_3_3_Arguments(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		s.shelf(t, "a", "b", "empty")
		for _, id := range []string{"1", "2", "3", "4"} {
			s.book(t, &apitest.Book{Name: "shelves/a/books/" + id, Title: "T" + id, Note: "hidden"})
		}
		s.book(t, &apitest.Book{Name: "shelves/b/books/5", Title: "T0"})
		_, err := s.named.DeleteBook(ctx, &apitest.DeleteBookRequest{Name: "shelves/a/books/2"})
		require.NoError(t, err)
		for name, test := range map[string]struct {
			req  *apitest.StreamBooksRequest
			want []string
		}{
			"plain":          {&apitest.StreamBooksRequest{Parent: "shelves/a"}, []string{"1", "3", "4"}},
			"across":         {&apitest.StreamBooksRequest{Parent: "shelves/-"}, []string{"1", "3", "4", "5"}},
			"filter":         {&apitest.StreamBooksRequest{Parent: "shelves/a", Filter: "title != T3"}, []string{"1", "4"}},
			"order":          {&apitest.StreamBooksRequest{Parent: "shelves/-", OrderBy: "title"}, []string{"5", "1", "3", "4"}},
			"show deleted":   {&apitest.StreamBooksRequest{Parent: "shelves/a", ShowDeleted: true}, []string{"1", "2", "3", "4"}},
			"skip":           {&apitest.StreamBooksRequest{Parent: "shelves/a", Skip: 1}, []string{"3", "4"}},
			"skip all":       {&apitest.StreamBooksRequest{Parent: "shelves/a", Skip: 9}, []string{}},
			"at most":        {&apitest.StreamBooksRequest{Parent: "shelves/a", PageSize: 2}, []string{"1", "3"}},
			"at most behind": {&apitest.StreamBooksRequest{Parent: "shelves/a", PageSize: 1, Skip: 1}, []string{"3"}},
			"more than are":  {&apitest.StreamBooksRequest{Parent: "shelves/a", PageSize: 1 << 30}, []string{"1", "3", "4"}},
			"empty parent":   {&apitest.StreamBooksRequest{Parent: "shelves/empty"}, []string{}},
			"nothing left":   {&apitest.StreamBooksRequest{Parent: "shelves/a", Filter: "title = x"}, []string{}},
		} {
			books, err := readStreamBooks(ctx, s.named, test.req)
			require.NoError(t, err, name)
			assert.Equal(t, test.want, readIDs(books), name)
			for _, b := range books {
				assert.Empty(t, b.GetNote(), "INPUT_ONLY")
			}
		}
		for name, test := range map[string]struct {
			req    *apitest.StreamBooksRequest
			reason string
			fields []string
		}{
			"no parent":      {&apitest.StreamBooksRequest{}, crud.ReasonRequiredFieldMissing, []string{"parent"}},
			"bad parent":     {&apitest.StreamBooksRequest{Parent: "a"}, crud.ReasonInvalidField, []string{"parent"}},
			"page size":      {&apitest.StreamBooksRequest{Parent: "shelves/a", PageSize: -1}, crud.ReasonInvalidField, []string{"page_size"}},
			"page token":     {&apitest.StreamBooksRequest{Parent: "shelves/a", PageToken: "x"}, crud.ReasonInvalidPageToken, []string{"page_token"}},
			"skip":           {&apitest.StreamBooksRequest{Parent: "shelves/a", Skip: -1}, crud.ReasonInvalidField, []string{"skip"}},
			"filter":         {&apitest.StreamBooksRequest{Parent: "shelves/a", Filter: "x = 1"}, crud.ReasonInvalidFilter, []string{"filter"}},
			"order":          {&apitest.StreamBooksRequest{Parent: "shelves/a", OrderBy: "x"}, crud.ReasonInvalidOrderBy, []string{"order_by"}},
			"a list's token": {&apitest.StreamBooksRequest{Parent: "shelves/a", PageToken: s.token(t)}, crud.ReasonInvalidPageToken, []string{"page_token"}},
		} {
			_, err := readStreamBooks(ctx, s.named, test.req)
			require.Error(t, err, name)
			readViolated(t, err, test.reason, test.fields...)
		}
		_, err = readStreamBooks(ctx, s.named, &apitest.StreamBooksRequest{Parent: "shelves/x", Filter: "title = x"})
		readNotFound(t, err, "api.example.com/Shelf", "shelves/x")
	})
}

// token is that of the first page of the shelf a.
func (s *readServer) token(t testing.TB) string {
	t.Helper()
	page, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", PageSize: 1})
	require.NoError(t, err)
	require.NotEmpty(t, page.GetNextPageToken())
	return page.GetNextPageToken()
}

func TestRead_3_3_StreamFilms(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		stored := s.film(t, &apitest.Film{Title: "b", Note: "hidden"}, &apitest.Film{Title: "a"}, &apitest.Film{Title: "c"})
		_, err := s.plain.DeleteFilm(ctx, &apitest.DeleteFilmRequest{Id: stored[2].GetId()})
		require.NoError(t, err)
		b, a, c := stored[0].GetId(), stored[1].GetId(), stored[2].GetId()
		for name, test := range map[string]struct {
			req  *apitest.StreamFilmsRequest
			want []int64
		}{
			"plain":        {&apitest.StreamFilmsRequest{}, []int64{b, a}},
			"order":        {&apitest.StreamFilmsRequest{OrderBy: "title"}, []int64{a, b}},
			"filter":       {&apitest.StreamFilmsRequest{Filter: "title = b"}, []int64{b}},
			"none":         {&apitest.StreamFilmsRequest{Filter: "title = x"}, []int64{}},
			"show deleted": {&apitest.StreamFilmsRequest{ShowDeleted: true}, []int64{b, a, c}},
			"at most":      {&apitest.StreamFilmsRequest{PageSize: 1}, []int64{b}},
		} {
			films, err := readStreamFilms(ctx, s.plain, test.req)
			require.NoError(t, err, name)
			assert.Equal(t, test.want, readNumbers(films), name)
			for _, f := range films {
				assert.Empty(t, f.GetNote(), "INPUT_ONLY")
			}
		}
		_, err = readStreamFilms(ctx, s.plain, &apitest.StreamFilmsRequest{PageSize: -1, Filter: "(", OrderBy: "x"})
		readViolated(t, err, crud.ReasonInvalidField, "page_size", "filter", "order_by")
	})
}
