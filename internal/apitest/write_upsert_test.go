package apitest_test

import (
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// TestWrite_3_6_MissingIsCreated with all fields, whatever the mask.
func TestWrite_3_6_MissingIsCreated(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		for i, mask := range [][]string{nil, {"NUMBER"}, {"*"}, {"KEY"}, {"language"}} {
			key := w.numbered(100 + i)
			in := w.message(t, key, "title: 'T' NUMBER: 7 language: 'is' state: 'forged' create_time: {seconds: 1}")
			m, err := w.update(ctx, in, writeCall{mask: w.mask(writeMask(mask...)), allowMissing: true})
			require.NoError(t, err, mask)
			assert.Equal(t, key, w.key(m))
			want := w.patched(t, w.message(t, key, ""), "title: 'T' NUMBER: 7 language: 'is'")
			writeClear(m, "create_time")
			writeSame(t, want, w.timeless(m), mask)
			assert.Equal(t, w.clock.Now(), w.stored(t, m).GetCreateTime().AsTime())
		}
	})
}

// TestWrite_3_6_CreationIsChecked as Create is: REQUIRED, the id, the parent.
func TestWrite_3_6_CreationIsChecked(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		for _, mask := range [][]string{nil, {"NUMBER"}} {
			_, err := w.update(t.Context(), w.message(t, w.absent, "NUMBER: 7"),
				writeCall{mask: w.mask(writeMask(mask...)), allowMissing: true})
			writeViolated(t, err, crud.ReasonRequiredFieldMissing, w.field+".title")
		}
		_, err := w.update(t.Context(), w.message(t, "", "title: 'T'"), writeCall{allowMissing: true})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, w.field+"."+w.keyField)
		assert.Zero(t, w.count(t, w.table))
	})
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		upsert := func(name string) error {
			_, err := s.UpdateBook(t.Context(), &apitest.UpdateBookRequest{
				Book: &apitest.Book{Name: name, Title: "T"}, AllowMissing: true,
			})
			return err
		}
		writeViolated(t, upsert("shelves/a/books/X"), crud.ReasonInvalidField, "book.name")
		writeMissing(t, upsert("shelves/none/books/x"), crud.ReasonResourceNotFound, "api.example.com/Shelf", "shelves/none")
		for _, m := range []*apitest.Member{{Org: "o", Role: "r"}, {Number: 7, Role: "r"}} {
			_, err := s.UpdateMember(t.Context(), &apitest.UpdateMemberRequest{Member: m, AllowMissing: true})
			writeRefused(t, err, codes.InvalidArgument, crud.ReasonRequiredFieldMissing)
		}
		m, err := s.UpdateMember(t.Context(), &apitest.UpdateMemberRequest{Member: &apitest.Member{Org: "o", Number: 7, Role: "r"}, AllowMissing: true})
		require.NoError(t, err)
		assert.Equal(t, "r", m.GetRole())
		shelf, err := s.UpdateShelf(t.Context(), &apitest.UpdateShelfRequest{Shelf: &apitest.Shelf{Name: "shelves/c", Theme: "t"}, AllowMissing: true})
		require.NoError(t, err)
		writeSame(t, &apitest.Shelf{Name: "shelves/c", Theme: "t"}, shelf)
	})
}

// TestWrite_3_6_Existing: equal is left as it is, different is a masked update.
func TestWrite_3_6_Existing(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		m := w.made(t, writeFull)
		upsert := func(text string, paths ...string) (writeResource, error) {
			return w.update(t.Context(), w.message(t, w.key(m), text), writeCall{mask: w.mask(writeMask(paths...)), allowMissing: true})
		}
		for _, test := range []struct {
			text  string
			paths []string
		}{
			{writeFull, nil},
			{writeFull, []string{"*"}},
			{"NUMBER: 7", []string{"NUMBER"}},
			{"title: 'U'", []string{"KEY"}},
			{"", nil},
			{"state: 'forged' title: 'U'", []string{"state"}},
			{"language: 'is'", []string{"language"}},
		} {
			got, err := upsert(test.text, test.paths...)
			require.NoError(t, err)
			writeSame(t, m, got, "%q %q", test.text, test.paths)
		}
		_, err := upsert("language: 'en'", "language")
		writeViolated(t, err, crud.ReasonImmutableField, w.field+".language")
		got, err := upsert("title: 'U' NUMBER: 8", "NUMBER")
		require.NoError(t, err)
		writeSame(t, w.patched(t, m, "NUMBER: 8"), w.timeless(got))
		assert.True(t, got.GetUpdateTime().AsTime().After(m.GetUpdateTime().AsTime()))
		assert.NotEqual(t, m.GetEtag(), got.GetEtag())
	})
}

// TestWrite_3_6_EtagsAndDeleted: an etag says that there is a resource, and a deleted
// one is not created again.
func TestWrite_3_6_EtagsAndDeleted(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		_, err := w.update(ctx, w.message(t, w.absent, `title: 'T' etag: '"x"'`), writeCall{allowMissing: true})
		writeStale(t, err)
		m := w.made(t, writeFull)
		for _, text := range []string{"title: 'U'", "NUMBER: 7"} { // which differs, and which does not
			in := w.message(t, w.key(m), text+` etag: '"x"'`)
			_, err = w.update(ctx, in, writeCall{allowMissing: true})
			writeStale(t, err)
		}
		_, err = w.remove(ctx, w.key(m), writeCall{})
		require.NoError(t, err)
		for _, text := range []string{writeFull, "title: 'U'", "title: 'U' etag: 'x'"} {
			_, err = w.update(ctx, w.message(t, w.key(m), text), writeCall{allowMissing: true})
			writeMissing(t, err, crud.ReasonResourceDeleted, w.resource, w.key(m))
		}
	})
}

// TestWrite_3_6_Race: of upserts at the same time one creates and the others update.
func TestWrite_3_6_Race(t *testing.T) {
	t.Parallel()
	const rounds, callers = 20, 4
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		for round := range rounds {
			key := w.numbered(100 + round)
			var wg sync.WaitGroup
			for range callers {
				wg.Go(func() {
					m, err := w.update(t.Context(), w.message(t, key, "title: 'T' tags: 'x'"), writeCall{allowMissing: true})
					if assert.NoError(t, err) {
						assert.Equal(t, []string{"x"}, m.GetTags())
					}
				})
			}
			wg.Wait()
		}
		assert.Equal(t, rounds, w.count(t, w.table))
	})
}

// TestWrite_3_6_ThenTheDatabaseNumbers: an id that a client chose by an upsert does
// not stand in the way of a Create whose id the database makes.
func TestWrite_3_6_ThenTheDatabaseNumbers(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		for id := int64(1); id <= 20; id++ {
			_, err := s.UpdateFilm(ctx, &apitest.UpdateFilmRequest{Film: &apitest.Film{Id: id, Title: "T"}, AllowMissing: true})
			require.NoError(t, err)
		}
		m, err := s.CreateFilm(ctx, &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "T"}})
		require.NoError(t, err)
		assert.Greater(t, m.GetId(), int64(20))
		// Nor does one take the numbers away that are left.
		for _, id := range []int64{math.MaxInt64, math.MaxInt64/2 + 1} {
			_, err = s.UpdateFilm(ctx, &apitest.UpdateFilmRequest{Film: &apitest.Film{Id: id, Title: "T"}, AllowMissing: true})
			writeViolated(t, err, crud.ReasonInvalidField, "film.id")
		}
		for _, id := range []int64{math.MaxInt64 / 2, -1, math.MinInt64} {
			_, err = s.UpdateFilm(ctx, &apitest.UpdateFilmRequest{Film: &apitest.Film{Id: id, Title: "T"}, AllowMissing: true})
			require.NoError(t, err)
			_, err = s.CreateFilm(ctx, &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "T"}})
			require.NoError(t, err)
		}
	})
}
