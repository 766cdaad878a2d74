package apitest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

const (
	readPoetry = apitest.Genre_GENRE_POETRY
	readSaga   = apitest.Genre_GENRE_SAGA
	readNone   = apitest.Genre_GENRE_UNSPECIFIED
)

// TestRead_3_2_TypedFiltersOfBooks has each row of the table in the style of names.
func TestRead_3_2_TypedFiltersOfBooks(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a", "b")
		s.film(t, &apitest.Film{Id: 1}, &apitest.Film{Id: 2})
		s.book(t,
			&apitest.Book{Name: "shelves/a/books/1", Pages: 0, Language: "", Genre: readNone},
			&apitest.Book{Name: "shelves/a/books/2", Pages: 7, Language: "en", Genre: readPoetry, OwnerId: proto.Int64(1)},
			&apitest.Book{Name: "shelves/a/books/3", Pages: 7, Language: "de", Genre: readSaga, OwnerId: proto.Int64(2)},
			&apitest.Book{Name: "shelves/a/books/4", Pages: -7, Language: "en", Genre: 77, OwnerId: proto.Int64(2)},
			&apitest.Book{Name: "shelves/b/books/5", Pages: 7, Language: "en", Genre: readPoetry, OwnerId: proto.Int64(1)},
		)
		_, err := s.db.Exec(t.Context(), "UPDATE books SET owner_id = NULL WHERE book_id = '1'")
		require.NoError(t, err)
		type request = apitest.ListBooksRequest
		for name, test := range map[string]struct {
			req  *request
			want []string
		}{
			"none":                    {&request{}, []string{"1", "2", "3", "4"}},
			"optional, zero":          {&request{Pages: proto.Int32(0)}, []string{"1"}},
			"optional, set":           {&request{Pages: proto.Int32(7)}, []string{"2", "3"}},
			"optional, negative":      {&request{Pages: proto.Int32(-7)}, []string{"4"}},
			"optional, no such":       {&request{Pages: proto.Int32(8)}, nil},
			"wrapper, zero":           {&request{OwnerId: wrapperspb.Int64(0)}, nil}, // and never NULL
			"wrapper, set":            {&request{OwnerId: wrapperspb.Int64(2)}, []string{"3", "4"}},
			"plain, set":              {&request{Language: "en"}, []string{"2", "4"}},
			"plain, another case":     {&request{Language: "EN"}, nil},
			"plain, a pattern":        {&request{Language: "*"}, nil},
			"repeated, one":           {&request{Genre: []apitest.Genre{readPoetry}}, []string{"2"}},
			"repeated, zero":          {&request{Genre: []apitest.Genre{readNone}}, []string{"1"}},
			"repeated, several":       {&request{Genre: []apitest.Genre{readSaga, readNone, readSaga}}, []string{"1", "3"}},
			"repeated, unknown":       {&request{Genre: []apitest.Genre{77, 78}}, []string{"4"}},
			"all of them":             {&request{Pages: proto.Int32(7), Language: "en", Genre: []apitest.Genre{readPoetry}, OwnerId: wrapperspb.Int64(1)}, []string{"2"}},
			"and nothing":             {&request{Pages: proto.Int32(7), Language: "en", Genre: []apitest.Genre{readSaga}}, nil},
			"with a filter":           {&request{Language: "en", Filter: "pages = 7 OR pages = 8"}, []string{"2"}},
			"with a filter of itself": {&request{Language: "en", Filter: "language = de"}, nil},
			"across":                  {&request{Parent: "shelves/-", Pages: proto.Int32(7), Language: "en"}, []string{"2", "5"}},
			"ordered":                 {&request{OwnerId: wrapperspb.Int64(2), OrderBy: "pages"}, []string{"4", "3"}},
		} {
			t.Run(name, func(t *testing.T) {
				if test.req.Parent == "" {
					test.req.Parent = "shelves/a"
				}
				page := s.listBooks(t, test.req, test.want...)
				assert.Len(t, test.want, int(page.GetTotalSize()))
			})
		}
	})
}

// TestRead_3_2_TypedFiltersOfFilms has each row of the table in the plain style.
func TestRead_3_2_TypedFiltersOfFilms(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.film(t,
			&apitest.Film{Id: 1, Title: "one"},
			&apitest.Film{Id: 2, Title: "two", Minutes: 90, Language: "en", Genre: readPoetry, SequelOf: proto.Int64(1)},
			&apitest.Film{Id: 3, Title: "three", Minutes: 90, Language: "de", Genre: readSaga, SequelOf: proto.Int64(2)},
		)
		type request = apitest.ListFilmsRequest
		for name, test := range map[string]struct {
			req  *request
			want []string
		}{
			"none":              {&request{}, []string{"one", "two", "three"}},
			"optional, zero":    {&request{Minutes: proto.Int32(0)}, []string{"one"}},
			"optional, set":     {&request{Minutes: proto.Int32(90)}, []string{"two", "three"}},
			"wrapper, zero":     {&request{SequelOf: wrapperspb.Int64(0)}, nil},
			"wrapper, set":      {&request{SequelOf: wrapperspb.Int64(2)}, []string{"three"}},
			"plain, set":        {&request{Language: "en"}, []string{"two"}},
			"repeated, several": {&request{Genre: []apitest.Genre{readNone, readSaga}}, []string{"one", "three"}},
			"all and a filter":  {&request{Minutes: proto.Int32(90), Genre: []apitest.Genre{readPoetry, readSaga}, Filter: "id > 2"}, []string{"three"}},
		} {
			t.Run(name, func(t *testing.T) { s.listFilms(t, test.req, test.want...) })
		}
	})
}

// TestRead_3_2_RequiredFilter: what is REQUIRED must be truthy.
func TestRead_3_2_RequiredFilter(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.member(t, "acme", 2)
		s.member(t, "corp", 1)
		page, err := s.plain.ListMembers(t.Context(), &apitest.ListMembersRequest{Org: "acme", Filter: "number > 1"})
		require.NoError(t, err)
		require.Len(t, page.GetMembers(), 1)
		assert.EqualValues(t, 2, page.GetMembers()[0].GetNumber())
		_, err = s.plain.ListMembers(t.Context(), &apitest.ListMembersRequest{})
		readViolated(t, err, crud.ReasonRequiredFieldMissing, "org")
		_, err = s.plain.ListMembers(t.Context(), &apitest.ListMembersRequest{PageSize: -1, Filter: "x = 1"})
		readViolated(t, err, crud.ReasonInvalidField, "page_size", "org", "filter")
	})
}

// TestRead_3_2_MalformedFilterValue is refused by its field.
func TestRead_3_2_MalformedFilterValue(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		_, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", Language: "e\x00n"})
		readViolated(t, err, crud.ReasonInvalidField, "language")
		_, err = s.plain.ListFilms(t.Context(), &apitest.ListFilmsRequest{Language: "\x00"})
		readViolated(t, err, crud.ReasonInvalidField, "language")
		_, err = s.plain.ListMembers(t.Context(), &apitest.ListMembersRequest{Org: "\x00"})
		readViolated(t, err, crud.ReasonInvalidField, "org")
	})
}

// TestRead_3_2_ManyValues: a list of values is as long as a batch at most, and one
// parameter however long it is.
func TestRead_3_2_ManyValues(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a")
		s.book(t, &apitest.Book{Name: "shelves/a/books/1", Genre: readSaga})
		s.film(t, &apitest.Film{Title: "one", Genre: readSaga})
		genres := func(n int) []apitest.Genre {
			all := make([]apitest.Genre, n)
			for i := range all {
				all[i] = apitest.Genre(i)
			}
			return all
		}
		s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a", Genre: genres(3)}, "1")
		short := s.sent.Statements()
		s.sent.Reset()
		s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a", Genre: genres(100)}, "1")
		assert.Equal(t, short, s.sent.Statements())
		s.listFilms(t, &apitest.ListFilmsRequest{Genre: genres(1000)}, "one")
		_, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", Genre: genres(101)})
		readViolated(t, err, crud.ReasonInvalidField, "genre")
		_, err = s.plain.ListFilms(t.Context(), &apitest.ListFilmsRequest{Genre: genres(1001)})
		readViolated(t, err, crud.ReasonInvalidField, "genre")
	})
}
