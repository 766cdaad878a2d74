package apitest_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// writeEachWithoutRevision runs f over tables that lack the column.
func writeEachWithoutRevision(t *testing.T, f func(t *testing.T, w *writeStyle)) {
	t.Helper()
	option := []crud.Option{crud.WithoutRevision()}
	writeEachStyle(t, writeConfig{named: option, plain: option}, func(t *testing.T, w *writeStyle) {
		_, err := w.db.Exec(t.Context(), "ALTER TABLE "+w.table+" DROP COLUMN revision")
		require.NoError(t, err)
		w.db.Reset()
		f(t, w)
	})
}

// TestWrite_4_4_WithoutRevision: the etag is of the row's values, and holds all the same.
func TestWrite_4_4_WithoutRevision(t *testing.T) {
	t.Parallel()
	writeEachWithoutRevision(t, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		seen := make(map[string]bool)
		fresh := func(m writeResource, err error) writeResource {
			t.Helper()
			require.NoError(t, err)
			assert.Regexp(t, writeStrongTag, m.GetEtag())
			assert.False(t, seen[m.GetEtag()], "an etag came twice")
			seen[m.GetEtag()] = true
			writeSame(t, m, w.stored(t, m))
			return m
		}
		guarded := func(m writeResource, etag string) (writeResource, error) {
			in := w.message(t, w.key(m), "title: 'U'")
			writeSetEtag(in, etag)
			return w.update(ctx, in, writeCall{})
		}
		first := fresh(w.create(ctx, w.message(t, "", writeFull), writeCall{}))
		key := w.key(first)
		for _, wrong := range writeWrongTags(first.GetEtag(), w.made(t, "title: 'T'").GetEtag()) {
			_, err := guarded(first, wrong)
			writeStale(t, err)
			_, err = w.remove(ctx, key, writeCall{etag: wrong})
			writeStale(t, err)
		}
		second := fresh(guarded(first, first.GetEtag()))
		_, err := guarded(first, first.GetEtag())
		writeStale(t, err)
		third := fresh(w.change(t, second, "note: 'another'", "note")) // which no answer shows
		same, err := w.update(ctx, w.message(t, key, "title: 'U'"), writeCall{allowMissing: true})
		require.NoError(t, err)
		writeSame(t, third, same)
		deleted := fresh(w.remove(ctx, key, writeCall{etag: third.GetEtag()}))
		_, err = w.undelete(ctx, key, writeCall{etag: third.GetEtag()})
		writeStale(t, err)
		fresh(w.undelete(ctx, key, writeCall{etag: deleted.GetEtag()}))
		_, err = guarded(w.blank(w.absent), "x")
		writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.absent)
	})
}

// TestWrite_4_4_WithoutRevisionReads: each way to read a row gives its etag, also one
// that asks for little else.
func TestWrite_4_4_WithoutRevisionReads(t *testing.T) {
	t.Parallel()
	writeEachWithoutRevision(t, func(t *testing.T, w *writeStyle) {
		m := w.made(t, writeFull)
		mask := writeMask("etag", "title")
		if w.table == "books" {
			page, err := w.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", ReadMask: mask})
			require.NoError(t, err)
			writeSame(t, &apitest.Book{Title: "T", Etag: m.GetEtag()}, page.GetBooks()[0])
			book, err := w.GetBook(t.Context(), &apitest.GetBookRequest{Name: w.key(m), ReadMask: mask})
			require.NoError(t, err)
			writeSame(t, &apitest.Book{Title: "T", Etag: m.GetEtag()}, book)
			book, err = w.GetBookByIsbn(t.Context(), &apitest.GetBookByIsbnRequest{Isbn: "u"})
			require.NoError(t, err)
			writeSame(t, m, book)
			return
		}
		page, err := w.ListFilms(t.Context(), &apitest.ListFilmsRequest{OrderBy: "title desc", Filter: "minutes = 7"})
		require.NoError(t, err)
		writeSame(t, m, page.GetFilms()[0])
		film, err := w.GetFilmByCode(t.Context(), &apitest.GetFilmByCodeRequest{Code: "u"})
		require.NoError(t, err)
		writeSame(t, m, film)
	})
}

// TestWrite_4_4_WithoutRevisionStatements: only a write with an etag costs more.
func TestWrite_4_4_WithoutRevisionStatements(t *testing.T) {
	t.Parallel()
	writeEachWithoutRevision(t, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		m := w.made(t, "title: 'T'")
		assert.Equal(t, writeInsert, w.sent())
		m, err := w.change(t, m, "title: 'U'")
		require.NoError(t, err)
		assert.Equal(t, writeUpdate, w.sent())
		m, err = w.remove(ctx, w.key(m), writeCall{etag: m.GetEtag()})
		require.NoError(t, err)
		assert.Equal(t, writeLocked, w.sent())
		_, err = w.undelete(ctx, w.key(m), writeCall{etag: m.GetEtag()})
		require.NoError(t, err)
		assert.Equal(t, writeLocked, w.sent())
	})
}

// TestWrite_4_4_WithoutRevisionCounts: guarded increments are not lost here either.
func TestWrite_4_4_WithoutRevisionCounts(t *testing.T) {
	t.Parallel()
	const writers, increments = 6, 20
	writeEach(t, writeConfig{plain: []crud.Option{crud.WithoutRevision()}}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		_, err := s.db.Exec(ctx, "ALTER TABLE films DROP COLUMN revision")
		require.NoError(t, err)
		m, err := s.CreateFilm(ctx, &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "counter"}})
		require.NoError(t, err)
		increment := func() error {
			film, err := s.GetFilm(ctx, &apitest.GetFilmRequest{Id: m.GetId()})
			if err != nil {
				return err
			}
			film.Minutes++
			_, err = s.UpdateFilm(ctx, &apitest.UpdateFilmRequest{Film: film, UpdateMask: writeMask("minutes")})
			return err
		}
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for done := 0; done < increments; {
					switch err := increment(); {
					case err == nil:
						done++
					case status.Code(err) != codes.Aborted:
						assert.NoError(t, err)
						return
					}
				}
			})
		}
		wg.Wait()
		got, err := s.GetFilm(ctx, &apitest.GetFilmRequest{Id: m.GetId()})
		require.NoError(t, err)
		assert.EqualValues(t, writers*increments, got.GetMinutes())
	})
}
