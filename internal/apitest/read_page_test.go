package apitest_test

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// TestRead_8_1_PageSize has the table's rows, in both styles.
func TestRead_8_1_PageSize(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a")
		s.manyBooks(t, "a", 1100)
		s.manyFilms(t, 1100)
		for size, want := range map[int32]int{0: 50, 1: 1, 7: 7, 999: 999, 1000: 1000, 1001: 1000, 9999: 1000, 1<<31 - 1: 1000} {
			books, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", PageSize: size})
			require.NoError(t, err, size)
			assert.Len(t, books.GetBooks(), want)
			assert.NotEmpty(t, books.GetNextPageToken())
			films, err := s.plain.ListFilms(t.Context(), &apitest.ListFilmsRequest{PageSize: size})
			require.NoError(t, err, size)
			assert.Len(t, films.GetFilms(), want)
		}
		for _, size := range []int32{-1, -1 << 31} {
			_, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", PageSize: size})
			readViolated(t, err, crud.ReasonInvalidField, "page_size")
			_, err = s.plain.ListFilms(t.Context(), &apitest.ListFilmsRequest{PageSize: size})
			readViolated(t, err, crud.ReasonInvalidField, "page_size")
			_, err = s.plain.ListMembers(t.Context(), &apitest.ListMembersRequest{Org: "o", PageSize: size})
			readViolated(t, err, crud.ReasonInvalidField, "page_size")
		}
		books, err := readStreamBooks(t.Context(), s.named, &apitest.StreamBooksRequest{Parent: "shelves/a"})
		require.NoError(t, err)
		assert.Len(t, books, 1100, "a stream has no pages")
	})
}

// TestRead_8_1_End: a page has a token if and only if there is a row behind it.
func TestRead_8_1_End(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a")
		for n := range 5 {
			for size := range int32(6) {
				pages := s.walkBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a", PageSize: size + 1})
				full := n / int(size+1)
				want := full
				if n%int(size+1) > 0 || n == 0 {
					want++
				}
				require.Len(t, pages, want, "%d books in pages of %d", n, size+1)
				for _, page := range pages[:full] {
					assert.Len(t, page.GetBooks(), int(size+1))
				}
			}
			s.book(t, &apitest.Book{Name: fmt.Sprintf("shelves/a/books/%d", n)})
		}
	})
}

// TestRead_8_1_Skip counts resources, behind the token's place.
func TestRead_8_1_Skip(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a")
		for i := range 6 {
			s.book(t, &apitest.Book{Name: fmt.Sprintf("shelves/a/books/%d", i), Pages: int32(i % 2)})
		}
		list := func(req *apitest.ListBooksRequest, want ...string) string {
			t.Helper()
			req.Parent = "shelves/a"
			page := s.listBooks(t, req, want...)
			if req.GetPageToken() == "" && req.GetFilter() == "" {
				assert.EqualValues(t, 6, page.GetTotalSize(), "what is skipped is counted")
			}
			return page.GetNextPageToken()
		}
		list(&apitest.ListBooksRequest{Skip: 2}, "2", "3", "4", "5")
		list(&apitest.ListBooksRequest{Skip: 6})
		list(&apitest.ListBooksRequest{Skip: 1<<31 - 1})
		list(&apitest.ListBooksRequest{Skip: 2, Filter: "pages = 1"}, "5")
		token := list(&apitest.ListBooksRequest{Skip: 1, PageSize: 2}, "1", "2")
		list(&apitest.ListBooksRequest{PageSize: 2, PageToken: token}, "3", "4")
		assert.Empty(t, list(&apitest.ListBooksRequest{Skip: 1, PageSize: 2, PageToken: token}, "4", "5"))
		assert.Empty(t, list(&apitest.ListBooksRequest{Skip: 9, PageToken: token}))
		for _, order := range []string{"isbn", "isbn desc", "pages desc", "pages, name desc"} {
			all := s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a", OrderBy: order}, readIDs(s.ordered(t, order))...)
			first := all.GetBooks()[:2]
			list(&apitest.ListBooksRequest{OrderBy: order, PageSize: 2, Skip: 3}, readIDs(all.GetBooks()[3:5])...)
			token := list(&apitest.ListBooksRequest{OrderBy: order, PageSize: 2}, readIDs(first)...)
			list(&apitest.ListBooksRequest{OrderBy: order, PageSize: 2, Skip: 1, PageToken: token}, readIDs(all.GetBooks()[3:5])...)
		}
		_, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", Skip: -1})
		readViolated(t, err, crud.ReasonInvalidField, "skip")
		_, err = s.plain.ListFilms(t.Context(), &apitest.ListFilmsRequest{Skip: -1})
		readViolated(t, err, crud.ReasonInvalidField, "skip")
	})
}

// ordered are the books of the shelf a, streamed in an order.
func (s *readServer) ordered(t testing.TB, order string) []*apitest.Book {
	t.Helper()
	books, err := readStreamBooks(t.Context(), s.named, &apitest.StreamBooksRequest{Parent: "shelves/a", OrderBy: order})
	require.NoError(t, err)
	return books
}

// TestRead_8_1_NoOffsets: rows that come and go before the place of a token move
// nothing.
func TestRead_8_1_NoOffsets(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a")
		for i := range 6 {
			s.book(t, &apitest.Book{Name: fmt.Sprintf("shelves/a/books/%d", i)})
		}
		next := func(token string, want ...string) string {
			t.Helper()
			return s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a", PageSize: 2, PageToken: token}, want...).GetNextPageToken()
		}
		token := next("", "0", "1")
		s.book(t, &apitest.Book{Name: "shelves/a/books/00"}, &apitest.Book{Name: "shelves/a/books/01"}, &apitest.Book{Name: "shelves/a/books/02"})
		token = next(token, "2", "3")
		for _, id := range []string{"0", "1", "2", "3"} { // the token's own row too
			_, err := s.named.DeleteBook(t.Context(), &apitest.DeleteBookRequest{Name: "shelves/a/books/" + id})
			require.NoError(t, err)
		}
		again := token
		assert.Empty(t, next(token, "4", "5"))
		assert.Empty(t, next(again, "4", "5"), "a token serves as often as it is used")
	})
}

// TestRead_8_1_Garbage: what is no token is refused, and it is not told why.
func TestRead_8_1_Garbage(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a", "b")
		s.book(t, &apitest.Book{Name: "shelves/a/books/1"}, &apitest.Book{Name: "shelves/a/books/2"})
		token := s.token(t)
		raw, err := base64.RawURLEncoding.DecodeString(token)
		require.NoError(t, err, "base64url without padding")
		garbage := []string{"x", " ", "=", "AAAA", token + "A", token + "=", token[:len(token)-1], " " + token, token + "\n", "\x00", "'; DROP TABLE books; --", base64.StdEncoding.EncodeToString([]byte(`{"offset":1}`))}
		for i := range raw { // every bit counts
			flipped := append([]byte{}, raw...)
			flipped[i] ^= 1
			garbage = append(garbage, base64.RawURLEncoding.EncodeToString(flipped))
		}
		for n := range len(raw) - 1 {
			garbage = append(garbage, base64.RawURLEncoding.EncodeToString(raw[:n+1]))
		}
		shelves, err := s.named.ListShelves(t.Context(), &apitest.ListShelvesRequest{PageSize: 1})
		require.NoError(t, err)
		garbage = append(garbage, shelves.GetNextPageToken()) // of another method
		s.sent.Reset()
		for _, g := range garbage {
			_, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", PageToken: g})
			require.Error(t, err, g)
			found := readViolated(t, err, crud.ReasonInvalidPageToken, "page_token")
			assert.Equal(t, "is not a token of this list", found[0].GetDescription())
		}
		_, err = s.named.ListShelves(t.Context(), &apitest.ListShelvesRequest{PageToken: token})
		readViolated(t, err, crud.ReasonInvalidPageToken, "page_token")
		_, err = s.plain.ListFilms(t.Context(), &apitest.ListFilmsRequest{PageToken: token})
		readViolated(t, err, crud.ReasonInvalidPageToken, "page_token")
		_, err = s.plain.ListMembers(t.Context(), &apitest.ListMembersRequest{Org: "a", PageToken: token})
		readViolated(t, err, crud.ReasonInvalidPageToken, "page_token")
		assert.Empty(t, s.sent.Statements())
		again, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", PageSize: 1})
		require.NoError(t, err)
		assert.NotEqual(t, token, again.GetNextPageToken(), "no client can compare tokens")
		assert.NotContains(t, string(raw), "shelves")
	})
}
