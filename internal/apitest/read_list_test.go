package apitest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// listBooks demands the books of a page.
func (s *readServer) listBooks(t testing.TB, req *apitest.ListBooksRequest, want ...string) *apitest.ListBooksResponse {
	t.Helper()
	page, err := s.named.ListBooks(t.Context(), req)
	require.NoError(t, err, "%v", req)
	assert.Equal(t, append([]string{}, want...), readIDs(page.GetBooks()), "%v", req)
	return page
}

// listFilms demands the titles of the films of a page.
func (s *readServer) listFilms(t testing.TB, req *apitest.ListFilmsRequest, want ...string) *apitest.ListFilmsResponse {
	t.Helper()
	page, err := s.plain.ListFilms(t.Context(), req)
	require.NoError(t, err, "%v", req)
	titles := []string{}
	for _, f := range page.GetFilms() {
		titles = append(titles, f.GetTitle())
	}
	assert.Equal(t, append([]string{}, want...), titles, "%v", req)
	return page
}

func TestRead_3_2_Parent(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a", "b", "empty")
		for _, name := range []string{"a/books/2", "a/books/1", "b/books/1", "b/books/3"} {
			s.book(t, &apitest.Book{Name: "shelves/" + name})
		}
		s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a"}, "1", "2")
		s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/b"}, "1", "3")
		s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/empty"})
		page := s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/-"}, "1", "2", "1", "3")
		assert.Equal(t, "shelves/a/books/1", page.GetBooks()[0].GetName(), "names are canonical")
		assert.Equal(t, "shelves/b/books/3", page.GetBooks()[3].GetName())

		for parent, reason := range map[string]string{
			"":                  crud.ReasonRequiredFieldMissing,
			"a":                 crud.ReasonInvalidField,
			"shelves":           crud.ReasonInvalidField,
			"shelves/":          crud.ReasonInvalidField,
			"shelves//":         crud.ReasonInvalidField,
			"shelves/a/":        crud.ReasonInvalidField,
			"shelves/a/books":   crud.ReasonInvalidField,
			"shelves/a/books/1": crud.ReasonInvalidField,
			"films/a":           crud.ReasonInvalidField,
			"-":                 crud.ReasonInvalidField,
			"shelves/\x00":      crud.ReasonInvalidField,
		} {
			_, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: parent})
			readViolated(t, err, reason, "parent")
		}
	})
}

// TestRead_3_2_MissingParent: whatever else is asked for, an empty page of a parent
// that does not exist is none.
func TestRead_3_2_MissingParent(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a")
		s.book(t, &apitest.Book{Name: "shelves/a/books/1"}, &apitest.Book{Name: "shelves/a/books/2"})
		for name, req := range map[string]*apitest.ListBooksRequest{
			"plain":        {},
			"filter":       {Filter: "title = x"},
			"typed filter": {Language: "en"},
			"skip":         {Skip: 1},
			"page size":    {PageSize: 1},
			"order":        {OrderBy: "title desc"},
			"deleted":      {ShowDeleted: true},
			"read mask":    {ReadMask: readMask("title")},
		} {
			for _, parent := range []string{"shelves/x", "shelves/A", "shelves/a ", "shelves/%"} {
				req.Parent = parent
				_, err := s.named.ListBooks(t.Context(), req)
				require.Error(t, err, name)
				readNotFound(t, err, "api.example.com/Shelf", parent)
			}
			req.Parent = "shelves/a"
			_, err := s.named.ListBooks(t.Context(), req)
			require.NoError(t, err, name)
			req.Parent = "shelves/-"
			_, err = s.named.ListBooks(t.Context(), req)
			require.NoError(t, err, name)
		}
		// A parent that goes during a walk.
		token := s.token(t)
		for _, sql := range []string{"DELETE FROM books", "DELETE FROM shelves"} {
			_, err := s.db.Exec(t.Context(), sql)
			require.NoError(t, err)
		}
		_, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", PageToken: token})
		readNotFound(t, err, "api.example.com/Shelf", "shelves/a")
	})
}

// TestRead_3_2_NoParent: a top-level resource and a plain one have none to check.
func TestRead_3_2_NoParent(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		shelves, err := s.named.ListShelves(t.Context(), &apitest.ListShelvesRequest{})
		require.NoError(t, err)
		assert.Empty(t, shelves.GetShelves())
		s.listFilms(t, &apitest.ListFilmsRequest{})
		s.listFilms(t, &apitest.ListFilmsRequest{SequelOf: wrapperspb.Int64(77)})
		members, err := s.plain.ListMembers(t.Context(), &apitest.ListMembersRequest{Org: "none"})
		require.NoError(t, err)
		assert.Empty(t, members.GetMembers())
		assert.Empty(t, members.GetNextPageToken())
	})
}

// TestRead_3_2_DefaultOrder is that of the key, of text by its bytes.
func TestRead_3_2_DefaultOrder(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "b", "a", "ä", "B")
		for _, id := range []string{"z", "a", "Z", "é", "1", "10", "2", "_", "😀"} {
			s.book(t, &apitest.Book{Name: "shelves/a/books/" + id})
		}
		want := []string{"1", "10", "2", "Z", "_", "a", "z", "é", "😀"}
		s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a"}, want...)
		shelves, err := s.named.ListShelves(t.Context(), &apitest.ListShelvesRequest{})
		require.NoError(t, err)
		var names []string
		for _, m := range shelves.GetShelves() {
			names = append(names, strings.TrimPrefix(m.GetName(), "shelves/"))
		}
		assert.Equal(t, []string{"B", "a", "b", "ä"}, names)
		s.film(t, &apitest.Film{Id: 9, Title: "nine"}, &apitest.Film{Id: -1, Title: "minus"}, &apitest.Film{Id: 100, Title: "hundred"})
		s.listFilms(t, &apitest.ListFilmsRequest{}, "minus", "nine", "hundred")
		s.member(t, "acme", 11)
		members, err := s.plain.ListMembers(t.Context(), &apitest.ListMembersRequest{Org: "acme"})
		require.NoError(t, err)
		for i, m := range members.GetMembers() {
			assert.EqualValues(t, i+1, m.GetNumber())
		}
	})
}

// TestRead_3_2_ShowDeleted (AIP-164).
func TestRead_3_2_ShowDeleted(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		s.shelf(t, "a")
		s.book(t, &apitest.Book{Name: "shelves/a/books/1"}, &apitest.Book{Name: "shelves/a/books/2"})
		films := s.film(t, &apitest.Film{Title: "1"}, &apitest.Film{Title: "2"})
		_, err := s.named.DeleteBook(ctx, &apitest.DeleteBookRequest{Name: "shelves/a/books/1"})
		require.NoError(t, err)
		_, err = s.plain.DeleteFilm(ctx, &apitest.DeleteFilmRequest{Id: films[0].GetId()})
		require.NoError(t, err)
		assert.EqualValues(t, 1, s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a"}, "2").GetTotalSize())
		assert.EqualValues(t, 1, s.listFilms(t, &apitest.ListFilmsRequest{}, "2").GetTotalSize())
		books := s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a", ShowDeleted: true}, "1", "2")
		assert.EqualValues(t, 2, books.GetTotalSize())
		assert.NotNil(t, books.GetBooks()[0].GetDeleteTime())
		assert.NotNil(t, books.GetBooks()[0].GetPurgeTime())
		assert.Nil(t, books.GetBooks()[1].GetDeleteTime())
		s.listFilms(t, &apitest.ListFilmsRequest{ShowDeleted: true}, "1", "2")
		s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a", Filter: "delete_time:*"})
		s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a", Filter: "delete_time:*", ShowDeleted: true}, "1")
	})
}
