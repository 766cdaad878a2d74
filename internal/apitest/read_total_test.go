package apitest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
)

// manyBooks stores n books in one statement: copies of one, with ids in the order of
// their numbers. Pages are a permutation of them, in another order.
func (s *readServer) manyBooks(t testing.TB, shelf string, n int) {
	t.Helper()
	s.book(t, &apitest.Book{Name: "shelves/" + shelf + "/books/model", Language: "en"})
	_, err := s.db.Exec(t.Context(), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		INSERT INTO books (shelf_id, book_id, title, summary, genre, pages, copies, price, signed, cover, tags, language,
			note, state, secret, create_time, update_time, revision)
		SELECT shelf_id, 'n' || substr(CAST(1000000 + i AS text), 2), title, summary, genre, i * 7919 % 20011, copies, price, signed, cover, tags, language,
			note, state, secret, create_time, update_time, revision
		FROM books, n WHERE shelf_id = $2 AND book_id = 'model'`, n, shelf)
	require.NoError(t, err)
	_, err = s.db.Exec(t.Context(), `DELETE FROM books WHERE book_id = 'model'`)
	require.NoError(t, err)
}

// manyFilms stores n films in one statement.
func (s *readServer) manyFilms(t testing.TB, n int) {
	t.Helper()
	s.film(t, &apitest.Film{Title: "model"})
	_, err := s.db.Exec(t.Context(), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		INSERT INTO films (title, genre, minutes, rating, tags, language, note, state, create_time, update_time, revision)
		SELECT 'many', genre, i, rating, tags, language, note, state, create_time, update_time, revision
		FROM films, n WHERE title = 'model'`, n)
	require.NoError(t, err)
	_, err = s.db.Exec(t.Context(), `DELETE FROM films WHERE title = 'model'`)
	require.NoError(t, err)
}

// TestRead_8_5_Exact counts every row that is on any page, under the same conditions.
func TestRead_8_5_Exact(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a", "b")
		s.manyBooks(t, "a", 10_050)
		s.book(t, &apitest.Book{Name: "shelves/b/books/1"})
		for name, test := range map[string]struct {
			req  *apitest.ListBooksRequest
			want int32
		}{
			"all":          {&apitest.ListBooksRequest{Parent: "shelves/a"}, 10_050},
			"across":       {&apitest.ListBooksRequest{Parent: "shelves/-"}, 10_051},
			"one page":     {&apitest.ListBooksRequest{Parent: "shelves/b"}, 1},
			"filter":       {&apitest.ListBooksRequest{Parent: "shelves/a", Filter: "title = T"}, 10_050},
			"typed filter": {&apitest.ListBooksRequest{Parent: "shelves/-", Language: "en", PageSize: 1}, 10_050},
			"no such":      {&apitest.ListBooksRequest{Parent: "shelves/a", Language: "de"}, 0},
			"skip":         {&apitest.ListBooksRequest{Parent: "shelves/a", Skip: 10_049}, 10_050},
		} {
			page, err := s.named.ListBooks(t.Context(), test.req)
			require.NoError(t, err, name)
			assert.Equal(t, test.want, page.GetTotalSize(), name)
		}
	})
}

// TestRead_8_5_Capped counts to 10,001, which stands for all that is more.
func TestRead_8_5_Capped(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.manyFilms(t, 9_999)
		total := func(want int64) {
			t.Helper()
			page, err := s.plain.ListFilms(t.Context(), &apitest.ListFilmsRequest{PageSize: 1})
			require.NoError(t, err)
			assert.Equal(t, want, page.GetTotalSize())
		}
		total(9_999)
		s.film(t, &apitest.Film{Title: "new"})
		total(10_000)
		s.film(t, &apitest.Film{Title: "newer"})
		total(10_001)
		s.film(t, &apitest.Film{Title: "newest"})
		total(10_001)
		page, err := s.plain.ListFilms(t.Context(), &apitest.ListFilmsRequest{PageSize: 1, Filter: "minutes > 5000"})
		require.NoError(t, err)
		assert.EqualValues(t, 4_999, page.GetTotalSize())
	})
}

// TestRead_8_5_Carried: the first page counts, its token tells the others, and what is
// written meanwhile changes nothing.
func TestRead_8_5_Carried(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a")
		s.manyBooks(t, "a", 5)
		s.manyFilms(t, 5)
		req := &apitest.ListBooksRequest{Parent: "shelves/a", PageSize: 2}
		films := &apitest.ListFilmsRequest{PageSize: 2}
		for range 3 {
			page, err := s.named.ListBooks(t.Context(), req)
			require.NoError(t, err)
			assert.EqualValues(t, 5, page.GetTotalSize())
			req.PageToken = page.GetNextPageToken()
			filmPage, err := s.plain.ListFilms(t.Context(), films)
			require.NoError(t, err)
			assert.EqualValues(t, 5, filmPage.GetTotalSize())
			films.PageToken = filmPage.GetNextPageToken()
			s.book(t, &apitest.Book{Name: "shelves/a/books/a" + page.GetBooks()[0].GetName()[len("shelves/a/books/"):]})
			_, err = s.plain.DeleteFilm(t.Context(), &apitest.DeleteFilmRequest{Id: filmPage.GetFilms()[0].GetId()})
			require.NoError(t, err)
		}
		assert.Empty(t, req.GetPageToken())
		assert.Empty(t, films.GetPageToken())
		count := 0
		for _, sql := range s.sent.Statements() {
			if readWord(sql) == "COUNT" {
				count++
			}
		}
		assert.Equal(t, 2, count, "one for each list")
		page, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", PageSize: 2})
		require.NoError(t, err)
		assert.EqualValues(t, 8, page.GetTotalSize())
	})
}
