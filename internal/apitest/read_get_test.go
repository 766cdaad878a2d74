package apitest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// readBadNames are no names of books, by the reason why.
var readBadNames = map[string]string{
	"":                          crud.ReasonRequiredFieldMissing,
	"a":                         crud.ReasonInvalidField, // wrong pattern
	"films/a/books/b":           crud.ReasonInvalidField,
	"Shelves/a/books/b":         crud.ReasonInvalidField,
	"shelves/a":                 crud.ReasonInvalidField, // wrong number of segments
	"shelves/a/books":           crud.ReasonInvalidField,
	"shelves/a/books/b/c":       crud.ReasonInvalidField,
	"shelves/a/books/b/":        crud.ReasonInvalidField,
	"/shelves/a/books/b":        crud.ReasonInvalidField,
	"//api/shelves/a/books/b":   crud.ReasonInvalidField,
	"shelves//books/b":          crud.ReasonInvalidField, // empty segment
	"shelves/a/books/":          crud.ReasonInvalidField,
	"shelves/-/books/b":         crud.ReasonInvalidField, // wildcard
	"shelves/a/books/-":         crud.ReasonInvalidField,
	"shelves/-/books/-":         crud.ReasonInvalidField,
	"shelves/a/books/b\x00":     crud.ReasonInvalidField, // NUL
	"shelves/\x00/books/b":      crud.ReasonInvalidField,
	"shelves/a/books/b#chapter": "", // a name like any other
}

func TestRead_3_1_GetByName(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a")
		s.book(t, &apitest.Book{Name: "shelves/a/books/b", Title: "B", Note: "hidden", State: "new", Secret: "s"})
		got, err := s.named.GetBook(t.Context(), &apitest.GetBookRequest{Name: "shelves/a/books/b"})
		require.NoError(t, err)
		assert.Equal(t, "B", got.GetTitle())
		assert.Equal(t, "new", got.GetState())
		assert.Equal(t, "s", got.GetSecret())
		assert.Empty(t, got.GetNote(), "INPUT_ONLY")
		assert.NotEmpty(t, got.GetEtag())
		assert.NotNil(t, got.GetCreateTime())
		for name, reason := range readBadNames {
			_, err := s.named.GetBook(t.Context(), &apitest.GetBookRequest{Name: name})
			if reason == "" {
				readNotFound(t, err, "api.example.com/Book", name)
				continue
			}
			readViolated(t, err, reason, "name")
		}
		for _, name := range []string{"shelves/a/books/c", "shelves/x/books/b", "shelves/a/books/B", "shelves/a/books/b ", "shelves/a/books/%"} {
			_, err := s.named.GetBook(t.Context(), &apitest.GetBookRequest{Name: name})
			readNotFound(t, err, "api.example.com/Book", name)
		}
	})
}

func TestRead_3_1_GetByKeyFields(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		film := s.film(t, &apitest.Film{Title: "F", Note: "hidden", State: "new"})[0]
		s.member(t, "a/b", 1)
		got, err := s.plain.GetFilm(t.Context(), &apitest.GetFilmRequest{Id: film.GetId()})
		require.NoError(t, err)
		assert.Empty(t, got.GetNote(), "INPUT_ONLY")
		film.Note = ""
		readSame(t, film, got)
		member, err := s.plain.GetMember(t.Context(), &apitest.GetMemberRequest{Org: "a/b", Number: 1})
		require.NoError(t, err)
		assert.Equal(t, "r", member.GetRole())

		_, err = s.plain.GetFilm(t.Context(), &apitest.GetFilmRequest{})
		readViolated(t, err, crud.ReasonRequiredFieldMissing, "id")
		_, err = s.plain.GetMember(t.Context(), &apitest.GetMemberRequest{})
		readViolated(t, err, crud.ReasonRequiredFieldMissing, "org", "number")
		_, err = s.plain.GetMember(t.Context(), &apitest.GetMemberRequest{Org: "a/b"})
		readViolated(t, err, crud.ReasonRequiredFieldMissing, "number")
		_, err = s.plain.GetMember(t.Context(), &apitest.GetMemberRequest{Org: "\x00"})
		readViolated(t, err, crud.ReasonInvalidField, "org", "number")

		for _, id := range []int64{film.GetId() + 1, -1, -1 << 63, 1<<63 - 1} {
			_, err = s.plain.GetFilm(t.Context(), &apitest.GetFilmRequest{Id: id})
			readNotFound(t, err, "apitest.Film", crud.JoinKey(id))
		}
		_, err = s.plain.GetMember(t.Context(), &apitest.GetMemberRequest{Org: "acme", Number: 7})
		readNotFound(t, err, "apitest.Member", "acme/7")
		_, err = s.plain.GetMember(t.Context(), &apitest.GetMemberRequest{Org: "a/b", Number: 7})
		readNotFound(t, err, "apitest.Member", "a%2Fb/7")
	})
}

// TestRead_3_1_GetDeleted: a soft-deleted row is returned, and says so (AIP-164).
func TestRead_3_1_GetDeleted(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a")
		s.book(t, &apitest.Book{Name: "shelves/a/books/b"})
		film := s.film(t, &apitest.Film{})[0]
		book, err := s.named.DeleteBook(t.Context(), &apitest.DeleteBookRequest{Name: "shelves/a/books/b"})
		require.NoError(t, err)
		film, err = s.plain.DeleteFilm(t.Context(), &apitest.DeleteFilmRequest{Id: film.GetId()})
		require.NoError(t, err)
		gotBook, err := s.named.GetBook(t.Context(), &apitest.GetBookRequest{Name: book.GetName()})
		require.NoError(t, err)
		assert.NotNil(t, gotBook.GetDeleteTime())
		readSame(t, book, gotBook)
		gotFilm, err := s.plain.GetFilm(t.Context(), &apitest.GetFilmRequest{Id: film.GetId()})
		require.NoError(t, err)
		assert.NotNil(t, gotFilm.GetDeleteTime())
		readSame(t, film, gotFilm)
	})
}

// TestRead_3_1_GetBy finds a row by a unique field. Of deleted rows any number may
// have the same value, so it finds none of them.
func TestRead_3_1_GetBy(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		s.shelf(t, "a")
		s.book(t, &apitest.Book{Name: "shelves/a/books/b", Isbn: proto.String("1"), Note: "hidden"})
		film := s.film(t, &apitest.Film{Code: proto.String("x"), Note: "hidden"})[0]
		book, err := s.named.GetBookByIsbn(ctx, &apitest.GetBookByIsbnRequest{Isbn: "1"})
		require.NoError(t, err)
		assert.Equal(t, "shelves/a/books/b", book.GetName())
		assert.Empty(t, book.GetNote(), "INPUT_ONLY")
		got, err := s.plain.GetFilmByCode(ctx, &apitest.GetFilmByCodeRequest{Code: "x"})
		require.NoError(t, err)
		film.Note = ""
		readSame(t, film, got)

		_, err = s.named.GetBookByIsbn(ctx, &apitest.GetBookByIsbnRequest{})
		readViolated(t, err, crud.ReasonRequiredFieldMissing, "isbn")
		_, err = s.plain.GetFilmByCode(ctx, &apitest.GetFilmByCodeRequest{})
		readViolated(t, err, crud.ReasonRequiredFieldMissing, "code")
		_, err = s.named.GetBookByIsbn(ctx, &apitest.GetBookByIsbnRequest{Isbn: "\x00"})
		readViolated(t, err, crud.ReasonInvalidField, "isbn")
		_, err = s.named.GetBookByIsbn(ctx, &apitest.GetBookByIsbnRequest{Isbn: "2"})
		readNotFound(t, err, "api.example.com/Book", "isbn=2")
		_, err = s.plain.GetFilmByCode(ctx, &apitest.GetFilmByCodeRequest{Code: "X"})
		readNotFound(t, err, "apitest.Film", "code=X")

		_, err = s.plain.DeleteFilm(ctx, &apitest.DeleteFilmRequest{Id: film.GetId()})
		require.NoError(t, err)
		_, err = s.plain.GetFilmByCode(ctx, &apitest.GetFilmByCodeRequest{Code: "x"})
		readNotFound(t, err, "apitest.Film", "code=x")
		next := s.film(t, &apitest.Film{Code: proto.String("x")})[0]
		got, err = s.plain.GetFilmByCode(ctx, &apitest.GetFilmByCodeRequest{Code: "x"})
		require.NoError(t, err)
		assert.Equal(t, next.GetId(), got.GetId())
	})
}
