package apitest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// TestWrite_3_4_CreateIDs: where an id comes from and which ids a client may choose.
func TestWrite_3_4_CreateIDs(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		create := func(id string) (*apitest.Book, error) {
			return s.CreateBook(t.Context(), &apitest.CreateBookRequest{
				Parent: "shelves/a", BookId: id,
				Book: &apitest.Book{Name: "shelves/b/books/other", Title: "T"},
			})
		}
		for _, id := range []string{
			"x", "a1", "a-b-9", strings.Repeat("a", 63), "7d444840-9dc0-11d1-b245-5ffdce74fad2",
		} {
			m, err := create(id)
			require.NoError(t, err, id)
			assert.Equal(t, "shelves/a/books/"+id, m.GetName(), "the id is the request's, never the resource's")
		}
		for _, id := range []string{
			"X", "1a", "-a", "a-", "a_b", "a.b", "a b", "a/b", "é", "-", "*", "a\x00", strings.Repeat("a", 64),
			"7D444840-9DC0-11D1-B245-5FFDCE74FAD2", "{7d444840-9dc0-11d1-b245-5ffdce74fad2}",
		} {
			_, err := create(id)
			writeViolated(t, err, crud.ReasonInvalidField, "book_id")
		}
		_, err := create("")
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "book_id")
	})
}

// TestWrite_3_4_CreateKeysOfFields: an identity is the database's whatever the client
// says; the fields of another key are the client's, and all must be there.
func TestWrite_3_4_CreateKeysOfFields(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		for want := range int64(3) {
			m, err := s.CreateFilm(ctx, &apitest.CreateFilmRequest{Film: &apitest.Film{Id: 99, Title: "T"}})
			require.NoError(t, err)
			assert.Equal(t, want+1, m.GetId())
		}
		for _, test := range []struct {
			org    string
			number int64
			fields []string
		}{
			{"", 0, []string{"member.org", "member.number"}},
			{"", 7, []string{"member.org"}},
			{"o", 0, []string{"member.number"}},
		} {
			_, err := s.CreateMember(ctx, &apitest.CreateMemberRequest{Member: &apitest.Member{Org: test.org, Number: test.number, Role: "r"}})
			writeViolated(t, err, crud.ReasonRequiredFieldMissing, test.fields...)
		}
		for _, org := range []string{"o", "Ö", "a/b", " ", "-", "%2F"} { // no rule is stated
			m, err := s.CreateMember(ctx, &apitest.CreateMemberRequest{Member: &apitest.Member{Org: org, Number: -7, Role: "r"}})
			require.NoError(t, err)
			got, err := s.GetMember(ctx, &apitest.GetMemberRequest{Org: org, Number: -7})
			require.NoError(t, err)
			writeSame(t, m, got)
		}
	})
}

// TestWrite_3_4_CreateParents: the parent is named in the right form and exists.
func TestWrite_3_4_CreateParents(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		create := func(parent string) error {
			_, err := s.CreateBook(t.Context(), &apitest.CreateBookRequest{
				Parent: parent, BookId: "x", Book: &apitest.Book{Title: "T"},
			})
			return err
		}
		writeViolated(t, create(""), crud.ReasonRequiredFieldMissing, "parent")
		for _, parent := range []string{"a", "shelves", "shelves/", "shelves/-", "shelves/a/", "shelves/a/books/x", "Shelves/a", "shelves/a\x00"} {
			writeViolated(t, create(parent), crud.ReasonInvalidField, "parent")
		}
		writeMissing(t, create("shelves/none"), crud.ReasonResourceNotFound, "api.example.com/Shelf", "shelves/none")
		require.NoError(t, create("shelves/b"))
	})
}

// TestWrite_3_4_CreateReferences: another reference that leads nowhere is no missing
// parent.
func TestWrite_3_4_CreateReferences(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		_, err := w.create(t.Context(), w.message(t, "", "title: 'T' REFERENCE: 4711"), writeCall{})
		st := writeRefused(t, err, codes.FailedPrecondition, crud.ReasonReferenceNotFound)
		writePrecondition(t, st, "REFERENCE", w.field+"."+w.reference)
		film, err := w.CreateFilm(t.Context(), &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "F"}})
		require.NoError(t, err)
		w.made(t, fmt.Sprintf("title: 'T' REFERENCE: %d", film.GetId()))
	})
}

// TestWrite_3_4_CreateIgnores what the server owns.
func TestWrite_3_4_CreateIgnores(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		m := w.made(t, `title: 'T' state: 'forged' etag: '"forged"'
			create_time: {seconds: 1} update_time: {seconds: 2} delete_time: {seconds: 3} purge_time: {seconds: 4}`)
		assert.Empty(t, m.GetState())
		assert.NotEqual(t, `"forged"`, m.GetEtag())
		assert.Equal(t, w.clock.Now(), m.GetCreateTime().AsTime())
		assert.Equal(t, w.clock.Now(), m.GetUpdateTime().AsTime())
		assert.Nil(t, m.GetDeleteTime())
		assert.Nil(t, m.GetPurgeTime())
	})
}

// TestWrite_3_4_CreateRequires the fields that are REQUIRED, and the resource.
func TestWrite_3_4_CreateRequires(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		_, err := w.create(t.Context(), w.message(t, "", "NUMBER: 7"), writeCall{})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, w.field+".title")
		assert.Zero(t, w.count(t, w.table))
	})
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		_, err := s.CreateBook(ctx, &apitest.CreateBookRequest{Parent: "shelves/a", BookId: "x"})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "book")
		_, err = s.CreateFilm(ctx, &apitest.CreateFilmRequest{})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "film")
		_, err = s.CreateMember(ctx, &apitest.CreateMemberRequest{})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "member")
		_, err = s.CreateShelf(ctx, &apitest.CreateShelfRequest{ShelfId: "x"})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "shelf")
		_, err = s.CreateMember(ctx, &apitest.CreateMemberRequest{Member: &apitest.Member{Org: "o", Number: 1}})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "member.role")
		_, err = s.CreateShelf(ctx, &apitest.CreateShelfRequest{ShelfId: "x", Shelf: &apitest.Shelf{}})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "shelf.theme")
	})
}

// TestWrite_3_4_CreateTwice: a key is used once, also by a resource that is deleted.
func TestWrite_3_4_CreateTwice(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		book := &apitest.CreateBookRequest{Parent: "shelves/a", BookId: "x", Book: &apitest.Book{Title: "T"}}
		_, err := s.CreateBook(ctx, book)
		require.NoError(t, err)
		again := func(what string) {
			_, err := s.CreateBook(ctx, book)
			writeResourceIs(t, writeRefused(t, err, codes.AlreadyExists, crud.ReasonResourceAlreadyExists),
				"api.example.com/Book", "shelves/a/books/x")
			assert.Equal(t, 1, s.count(t, "books"), what)
		}
		again("live")
		_, err = s.DeleteBook(ctx, &apitest.DeleteBookRequest{Name: "shelves/a/books/x"})
		require.NoError(t, err)
		again("deleted")

		member := &apitest.CreateMemberRequest{Member: &apitest.Member{Org: "a/b", Number: 7, Role: "r"}}
		_, err = s.CreateMember(ctx, member)
		require.NoError(t, err)
		_, err = s.CreateMember(ctx, member)
		writeResourceIs(t, writeRefused(t, err, codes.AlreadyExists, crud.ReasonResourceAlreadyExists), "apitest.Member", "a%2Fb/7")
		shelf := &apitest.CreateShelfRequest{ShelfId: "a", Shelf: &apitest.Shelf{Theme: "t"}}
		_, err = s.CreateShelf(ctx, shelf)
		writeResourceIs(t, writeRefused(t, err, codes.AlreadyExists, crud.ReasonResourceAlreadyExists), "api.example.com/Shelf", "shelves/a")
	})
}

// TestWrite_3_4_CreateAnswersAsGet byte for byte, so that nobody needs to ask again.
func TestWrite_3_4_CreateAnswersAsGet(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		for _, text := range []string{
			"title: 'T'",
			"title: 'T' UNIQUE: '' NUMBER: -1 tags: ['b', '', 'a'] language: 'is' note: 'n' genre: GENRE_SAGA",
			"title: '𝕋 é' UNIQUE: 'u' genre: 77",
		} {
			m := w.made(t, text)
			assert.Empty(t, m.GetNote(), "INPUT_ONLY")
			assert.Equal(t, writeBytes(t, m), writeBytes(t, w.stored(t, m)), text)
			got, err := w.change(t, m, "title: 'U'", "title")
			require.NoError(t, err)
			assert.Equal(t, writeBytes(t, got), writeBytes(t, w.stored(t, m)), "Update")
			got, err = w.remove(t.Context(), w.key(m), writeCall{})
			require.NoError(t, err)
			assert.Equal(t, writeBytes(t, got), writeBytes(t, w.stored(t, m)), "Delete")
			got, err = w.undelete(t.Context(), w.key(m), writeCall{})
			require.NoError(t, err)
			assert.Equal(t, writeBytes(t, got), writeBytes(t, w.stored(t, m)), "Undelete")
		}
	})
}

// TestWrite_3_4_CreateUnique: a second one with a unique value is refused without
// saying the value.
func TestWrite_3_4_CreateUnique(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		w.made(t, "title: 'T' UNIQUE: 'taken'")
		other := w.made(t, "title: 'T'")
		w.made(t, "title: 'T'") // NULL is unlike NULL
		_, err := w.create(t.Context(), w.message(t, "", "title: 'T' UNIQUE: 'taken'"), writeCall{})
		taken := func(err error) {
			st := writeRefused(t, err, codes.AlreadyExists, crud.ReasonUniqueViolation)
			assert.Equal(t, w.uniqueOne, writeInfo(st).GetMetadata()["fields"])
			assert.NotContains(t, st.Proto().String(), "taken")
		}
		taken(err)
		_, err = w.change(t, other, "UNIQUE: 'taken'", "UNIQUE")
		taken(err)
	})
}
