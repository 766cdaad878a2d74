package apitest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// TestWrite_3_5_UpdateTime: each update has a later time and another etag, also one
// that changes nothing while the clock stands still or has gone back.
func TestWrite_3_5_UpdateTime(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		last := w.made(t, writeFull)
		etags := map[string]bool{last.GetEtag(): true}
		for _, paths := range [][]string{nil, {"title"}, {"KEY"}, {"state"}, {"etag"}, {"language"}, {"*"}} {
			for _, moved := range []int{0, -1, 1} {
				w.clock.advance(writeHours(moved))
				got, err := w.change(t, last, writeFull, paths...)
				require.NoError(t, err, paths)
				writeSame(t, w.timeless(last), w.timeless(got), paths)
				assert.True(t, got.GetUpdateTime().AsTime().After(last.GetUpdateTime().AsTime()), "%v", paths)
				assert.Zero(t, got.GetUpdateTime().GetNanos()%1000, "microseconds")
				assert.False(t, etags[got.GetEtag()], "an etag has come back")
				etags[got.GetEtag()] = true
				last = got
			}
		}
	})
}

// TestWrite_3_5_UpdateFindsByKey: what a key must be, and one that no resource has.
func TestWrite_3_5_UpdateFindsByKey(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		for _, paths := range [][]string{nil, {"title"}, {"*"}, {"language"}} {
			_, err := w.update(t.Context(), w.message(t, w.absent, "title: 'T' language: 'is'"), writeCall{mask: writeMask(paths...)})
			writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.absent)
			_, err = w.update(t.Context(), w.message(t, "", "title: 'T'"), writeCall{mask: writeMask(paths...)})
			writeViolated(t, err, crud.ReasonRequiredFieldMissing, w.field+"."+w.keyField)
		}
	})
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		for _, name := range []string{
			"x", "shelves/a", "shelves/a/books/", "shelves//books/x", "shelves/a/books/x/y", "/shelves/a/books/x",
			"shelves/-/books/x", "shelves/a/books/-", "shelves/-/books/-", "Shelves/a/books/x", "shelves/a/books/x\x00",
		} {
			_, err := s.UpdateBook(ctx, &apitest.UpdateBookRequest{Book: &apitest.Book{Name: name, Title: "T"}})
			writeViolated(t, err, crud.ReasonInvalidField, "book.name")
		}
		_, err := s.UpdateBook(ctx, &apitest.UpdateBookRequest{})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "book")
		_, err = s.UpdateFilm(ctx, &apitest.UpdateFilmRequest{})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "film")
		_, err = s.UpdateMember(ctx, &apitest.UpdateMemberRequest{})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "member")
		_, err = s.UpdateMember(ctx, &apitest.UpdateMemberRequest{Member: &apitest.Member{Role: "r"}})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "member.org", "member.number")
		_, err = s.UpdateMember(ctx, &apitest.UpdateMemberRequest{Member: &apitest.Member{Org: "a\x00", Number: 7, Role: "r"}})
		writeViolated(t, err, crud.ReasonInvalidField, "member.org")
		_, err = s.UpdateMember(ctx, &apitest.UpdateMemberRequest{Member: &apitest.Member{Org: "a/b", Number: 7, Role: "r"}})
		writeMissing(t, err, crud.ReasonResourceNotFound, "apitest.Member", "a%2Fb/7")
		_, err = s.UpdateShelf(ctx, &apitest.UpdateShelfRequest{Shelf: &apitest.Shelf{Name: "shelves/none", Theme: "t"}})
		writeMissing(t, err, crud.ReasonResourceNotFound, "api.example.com/Shelf", "shelves/none")
	})
}

// TestWrite_3_5_UpdateOfDeleted is refused, whatever it asks for.
func TestWrite_3_5_UpdateOfDeleted(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		m := w.made(t, writeFull)
		deleted, err := w.remove(t.Context(), w.key(m), writeCall{})
		require.NoError(t, err)
		for _, text := range []string{"title: 'U'", "title: 'U' language: 'en'", "title: 'U' etag: 'x'"} {
			for _, paths := range [][]string{nil, {"title"}, {"KEY"}, {"title", "language"}} {
				_, err = w.change(t, m, text, paths...)
				writeMissing(t, err, crud.ReasonResourceDeleted, w.resource, w.key(m))
			}
		}
		writeSame(t, deleted, w.stored(t, m))
	})
}

// TestWrite_3_5_UpdateOfPlainRows: a model without times or an etag.
func TestWrite_3_5_UpdateOfPlainRows(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		update := func(theme string, paths ...string) (*apitest.Shelf, error) {
			return s.UpdateShelf(ctx, &apitest.UpdateShelfRequest{
				Shelf: &apitest.Shelf{Name: "shelves/a", Theme: theme}, UpdateMask: writeMask(paths...),
			})
		}
		for _, paths := range [][]string{nil, {"theme"}, {"*"}, {"name", "theme"}} {
			got, err := update("t", paths...)
			require.NoError(t, err)
			writeSame(t, &apitest.Shelf{Name: "shelves/a", Theme: "t"}, got)
		}
		got, err := update("u", "name")
		require.NoError(t, err)
		writeSame(t, &apitest.Shelf{Name: "shelves/a", Theme: "t"}, got)
	})
}

// TestWrite_3_5_UpdateReferences: a reference to nothing is refused.
func TestWrite_3_5_UpdateReferences(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		m := w.made(t, writeFull)
		_, err := w.change(t, m, "REFERENCE: 4711", "REFERENCE")
		st := writeRefused(t, err, codes.FailedPrecondition, crud.ReasonReferenceNotFound)
		writePrecondition(t, st, "REFERENCE", w.field+"."+w.reference)
		writeSame(t, m, w.stored(t, m))
	})
}
