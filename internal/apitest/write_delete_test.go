package apitest_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// TestWrite_3_7_HardDelete: the row is gone, and what is not there is NOT_FOUND.
func TestWrite_3_7_HardDelete(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		shelf := &apitest.DeleteShelfRequest{Name: "shelves/b"}
		empty, err := s.DeleteShelf(ctx, shelf)
		require.NoError(t, err)
		assert.Empty(t, writeBytes(t, empty))
		_, err = s.DeleteShelf(ctx, shelf)
		writeMissing(t, err, crud.ReasonResourceNotFound, "api.example.com/Shelf", "shelves/b")
		shelf.AllowMissing = true
		_, err = s.DeleteShelf(ctx, shelf)
		require.NoError(t, err)
		assert.Equal(t, 1, s.count(t, "shelves"))

		m, err := s.CreateMember(ctx, &apitest.CreateMemberRequest{Member: &apitest.Member{Org: "a/b", Number: 7, Role: "r"}})
		require.NoError(t, err)
		member := &apitest.DeleteMemberRequest{Org: "a/b", Number: 7, Etag: `"x"`}
		_, err = s.DeleteMember(ctx, member)
		writeStale(t, err)
		member.Etag = m.GetEtag()
		empty, err = s.DeleteMember(ctx, member)
		require.NoError(t, err)
		assert.Empty(t, writeBytes(t, empty))
		_, err = s.DeleteMember(ctx, member)
		writeMissing(t, err, crud.ReasonResourceNotFound, "apitest.Member", "a%2Fb/7")
		assert.Zero(t, s.count(t, "members"))
	})
}

// TestWrite_3_7_Keys: a key that is missing or malformed is refused.
func TestWrite_3_7_Keys(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		s.db.Reset()
		for name, reason := range map[string]string{
			"":                        crud.ReasonRequiredFieldMissing,
			"x":                       crud.ReasonInvalidField,
			"shelves/a":               crud.ReasonInvalidField,
			"shelves/a/books/":        crud.ReasonInvalidField,
			"shelves/a/books/x/y":     crud.ReasonInvalidField,
			"shelves/-/books/x":       crud.ReasonInvalidField,
			"shelves/-/books/-":       crud.ReasonInvalidField,
			"shelves/a/books/x\x00":   crud.ReasonInvalidField,
			"shelves/a\x00/books/x":   crud.ReasonInvalidField,
			"//h/shelves/a/books/x":   crud.ReasonInvalidField,
			"publishers/a/books/x":    crud.ReasonInvalidField,
			"shelves/a/books/x?y=z/b": crud.ReasonInvalidField,
		} {
			_, err := s.DeleteBook(ctx, &apitest.DeleteBookRequest{Name: name})
			writeViolated(t, err, reason, "name")
			_, err = s.DeleteBook(ctx, &apitest.DeleteBookRequest{Name: name, AllowMissing: true})
			writeViolated(t, err, reason, "name")
			_, err = s.UndeleteBook(ctx, &apitest.UndeleteBookRequest{Name: name})
			writeViolated(t, err, reason, "name")
		}
		_, err := s.DeleteFilm(ctx, &apitest.DeleteFilmRequest{})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "id")
		_, err = s.UndeleteFilm(ctx, &apitest.UndeleteFilmRequest{})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "id")
		_, err = s.DeleteMember(ctx, &apitest.DeleteMemberRequest{})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "org", "number")
		_, err = s.DeleteMember(ctx, &apitest.DeleteMemberRequest{Org: "a\x00"})
		writeViolated(t, err, crud.ReasonInvalidField, "org", "number")
		assert.Empty(t, s.sent())
	})
}

// TestWrite_3_7_SoftDelete: the resource with its delete_time is the answer.
func TestWrite_3_7_SoftDelete(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		m := w.made(t, writeFull)
		key := w.key(m)
		_, err := w.remove(ctx, key, writeCall{etag: `"x"`})
		writeStale(t, err)
		got, err := w.remove(ctx, key, writeCall{etag: m.GetEtag()})
		require.NoError(t, err)
		assert.NotNil(t, got.GetDeleteTime())

		_, err = w.remove(ctx, key, writeCall{})
		writeMissing(t, err, crud.ReasonResourceDeleted, w.resource, key)
		_, err = w.remove(ctx, w.absent, writeCall{})
		writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.absent)

		// Missing is allowed, whatever the etag, and nothing is written.
		for _, etag := range []string{"", `"x"`, m.GetEtag()} {
			again, err := w.remove(ctx, key, writeCall{allowMissing: true, etag: etag})
			require.NoError(t, err)
			writeSame(t, got, again)
			_, err = w.remove(ctx, w.absent, writeCall{allowMissing: true, etag: etag})
			require.NoError(t, err)
		}
		writeSame(t, got, w.stored(t, m))
		// What is there is not missing.
		other := w.made(t, "title: 'T'")
		_, err = w.remove(ctx, w.key(other), writeCall{allowMissing: true, etag: `"x"`})
		writeStale(t, err)
	})
}

// TestWrite_3_7_Children stand in the way of a deletion for good.
func TestWrite_3_7_Children(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		w := writeBooks(s)
		m := w.made(t, "title: 'T'")
		refused := func(allowMissing bool) {
			_, err := s.DeleteShelf(ctx, &apitest.DeleteShelfRequest{Name: "shelves/a", AllowMissing: allowMissing})
			writePrecondition(t, writeRefused(t, err, codes.FailedPrecondition, crud.ReasonChildrenExist), "CHILDREN_EXIST", "shelves/a")
		}
		refused(false)
		refused(true)
		_, err := w.remove(ctx, w.key(m), writeCall{})
		require.NoError(t, err)
		refused(false) // a deleted book can still come back
		_, err = apitest.NewBookRepository(s.db, crud.WithClock(s.clock.Now)).Purge(ctx, 10)
		require.NoError(t, err)
		refused(false)
		s.clock.advance(writeHours(2))
		n, err := apitest.NewBookRepository(s.db, crud.WithClock(s.clock.Now)).Purge(ctx, 10)
		require.NoError(t, err)
		assert.EqualValues(t, 1, n)
		_, err = s.DeleteShelf(ctx, &apitest.DeleteShelfRequest{Name: "shelves/a"})
		require.NoError(t, err)
	})
}

// TestWrite_3_7_HooksMissing: what a hook does not find is not what the call may miss.
func TestWrite_3_7_HooksMissing(t *testing.T) {
	t.Parallel()
	config := writeConfig{
		named: []crud.Option{apitest.BookHooks{AfterDelete: func(ctx context.Context, w *crud.Write[*apitest.Book]) error {
			return writeNotFound(ctx, w.Tx)
		}}},
		plain: []crud.Option{apitest.FilmHooks{AfterDelete: func(ctx context.Context, w *crud.Write[*apitest.Film]) error {
			return writeNotFound(ctx, w.Tx)
		}}},
	}
	writeEachStyle(t, config, func(t *testing.T, w *writeStyle) {
		m := w.made(t, "title: 'T'")
		_, err := w.remove(t.Context(), w.key(m), writeCall{allowMissing: true})
		writeMissing(t, err, crud.ReasonResourceNotFound, "api.example.com/Shelf", "shelves/none")
		writeSame(t, m, w.stored(t, m), "rolled back")
		_, err = w.remove(t.Context(), w.absent, writeCall{allowMissing: true})
		require.NoError(t, err)
	})
}

// writeNotFound looks for a shelf that does not exist.
func writeNotFound(ctx context.Context, tx *crud.Tx) error {
	_, err := apitest.NewShelfRepository(tx).Get(ctx, apitest.ShelfKey{ShelfId: "none"})
	return err
}
