package apitest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
)

// readWord says what a statement does: SELECT, COUNT, EXISTS, or its first word.
func readWord(sql string) string {
	switch {
	case strings.HasPrefix(sql, "SELECT count(*)"):
		return "COUNT"
	case strings.HasPrefix(sql, "SELECT EXISTS") || strings.HasPrefix(sql, "SELECT 1 "):
		return "EXISTS"
	}
	word, _, _ := strings.Cut(sql, " ")
	return strings.Fields(word)[0]
}

// TestRead_8_5_Statements: a page is one statement; its first one counts if there is
// another, and an empty one asks for its parent. No read is in a transaction.
func TestRead_8_5_Statements(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		s.shelf(t, "a", "empty")
		s.book(t, &apitest.Book{Name: "shelves/a/books/1", Isbn: proto.String("1")}, &apitest.Book{Name: "shelves/a/books/2"}, &apitest.Book{Name: "shelves/a/books/3"})
		s.film(t, &apitest.Film{Id: 1, Code: proto.String("c")}, &apitest.Film{Id: 2}, &apitest.Film{Id: 3})
		s.member(t, "acme", 2)
		token := s.token(t)
		filmPage, err := s.plain.ListFilms(ctx, &apitest.ListFilmsRequest{PageSize: 1})
		require.NoError(t, err)
		books := func(req *apitest.ListBooksRequest) func() error {
			return func() error {
				_, err := s.named.ListBooks(ctx, req)
				return err
			}
		}
		films := func(req *apitest.ListFilmsRequest) func() error {
			return func() error {
				_, err := s.plain.ListFilms(ctx, req)
				return err
			}
		}
		stream := func(req *apitest.StreamBooksRequest) func() error {
			return func() error {
				_, err := readStreamBooks(ctx, s.named, req)
				return err
			}
		}
		for name, test := range map[string]struct {
			call func() error
			want string
		}{
			"the only page":             {books(&apitest.ListBooksRequest{Parent: "shelves/a"}), "SELECT"},
			"a full last page":          {books(&apitest.ListBooksRequest{Parent: "shelves/a", PageSize: 3}), "SELECT"},
			"a first page":              {books(&apitest.ListBooksRequest{Parent: "shelves/a", PageSize: 1}), "SELECT COUNT"},
			"a first page across":       {books(&apitest.ListBooksRequest{Parent: "shelves/-", PageSize: 1}), "SELECT COUNT"},
			"with all that there is":    {books(&apitest.ListBooksRequest{Parent: "shelves/a", PageSize: 1, Filter: "title = T OR pages = 1", OrderBy: "isbn desc, title", Language: "", ReadMask: readMask("title")}), "SELECT COUNT"},
			"a second page":             {books(&apitest.ListBooksRequest{Parent: "shelves/a", PageSize: 1, PageToken: token}), "SELECT"},
			"a page of an empty shelf":  {books(&apitest.ListBooksRequest{Parent: "shelves/empty"}), "SELECT EXISTS"},
			"an empty page":             {books(&apitest.ListBooksRequest{Parent: "shelves/a", Filter: "title = x"}), "SELECT EXISTS"},
			"an empty page across":      {books(&apitest.ListBooksRequest{Parent: "shelves/-", Filter: "title = x"}), "SELECT"},
			"all skipped":               {books(&apitest.ListBooksRequest{Parent: "shelves/a", Skip: 3}), "SELECT EXISTS COUNT"},
			"films":                     {films(&apitest.ListFilmsRequest{}), "SELECT"},
			"a first page of films":     {films(&apitest.ListFilmsRequest{PageSize: 1}), "SELECT COUNT"},
			"a second page of films":    {films(&apitest.ListFilmsRequest{PageSize: 1, PageToken: filmPage.GetNextPageToken()}), "SELECT"},
			"no films":                  {films(&apitest.ListFilmsRequest{Filter: "id < 0"}), "SELECT"},
			"a stream":                  {stream(&apitest.StreamBooksRequest{Parent: "shelves/a"}), "SELECT"},
			"an empty stream":           {stream(&apitest.StreamBooksRequest{Parent: "shelves/empty"}), "SELECT EXISTS"},
			"a page without total size": {func() error { _, err := s.named.ListShelves(ctx, &apitest.ListShelvesRequest{PageSize: 1}); return err }, "SELECT"},
			"members": {func() error {
				_, err := s.plain.ListMembers(ctx, &apitest.ListMembersRequest{Org: "acme", PageSize: 1})
				return err
			}, "SELECT"},
			"a book": {func() error {
				_, err := s.named.GetBook(ctx, &apitest.GetBookRequest{Name: "shelves/a/books/1"})
				return err
			}, "SELECT"},
			"some of a book": {func() error {
				_, err := s.named.GetBook(ctx, &apitest.GetBookRequest{Name: "shelves/a/books/1", ReadMask: readMask("title")})
				return err
			}, "SELECT"},
			"a book by a field": {func() error {
				_, err := s.named.GetBookByIsbn(ctx, &apitest.GetBookByIsbnRequest{Isbn: "1"})
				return err
			}, "SELECT"},
			"a film": {func() error { _, err := s.plain.GetFilm(ctx, &apitest.GetFilmRequest{Id: 1}); return err }, "SELECT"},
			"some of a film by it": {func() error {
				_, err := s.plain.GetFilmByCode(ctx, &apitest.GetFilmByCodeRequest{Code: "c", ReadMask: readMask("title")})
				return err
			}, "SELECT"},
		} {
			s.sent.Reset()
			require.NoError(t, test.call(), name)
			var words []string
			for _, sql := range s.sent.Statements() {
				words = append(words, readWord(sql))
			}
			assert.Equal(t, test.want, strings.Join(words, " "), name)
		}
	})
}

// TestRead_4_7_Columns: a read mask reads the columns that it names, those of the key
// and those of the order, and no others.
func TestRead_4_7_Columns(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		s.shelf(t, "a")
		s.book(t, &apitest.Book{Name: "shelves/a/books/1"})
		s.film(t, &apitest.Film{Id: 1, Code: proto.String("c")})
		s.sent.Reset()
		_, err := s.named.ListBooks(ctx, &apitest.ListBooksRequest{Parent: "shelves/a", ReadMask: readMask("title"), OrderBy: "pages"})
		require.NoError(t, err)
		_, err = s.named.GetBook(ctx, &apitest.GetBookRequest{Name: "shelves/a/books/1", ReadMask: readMask("price")})
		require.NoError(t, err)
		_, err = s.plain.GetFilmByCode(ctx, &apitest.GetFilmByCodeRequest{Code: "c", ReadMask: readMask("rating", "etag")})
		require.NoError(t, err)
		var lists []string
		for _, sql := range s.sent.Statements() {
			list, _, _ := strings.Cut(strings.TrimPrefix(sql, "SELECT "), "FROM ")
			lists = append(lists, strings.Join(strings.Fields(list), " "))
		}
		assert.Equal(t, []string{
			"books.shelf_id, books.book_id, books.title, books.pages",
			"books.shelf_id, books.book_id, books.price",
			"films.id, films.rating, films.revision",
		}, lists)
	})
}
