package apitest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// TestWrite_3_8_Life: a resource is deleted, read, and brought back.
func TestWrite_3_8_Life(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		m := w.made(t, writeFull)
		key := w.key(m)
		w.clock.advance(time.Minute)
		now := w.clock.Now()

		deleted, err := w.remove(ctx, key, writeCall{})
		require.NoError(t, err)
		assert.Equal(t, now, deleted.GetDeleteTime().AsTime())
		assert.Equal(t, now.Add(time.Hour), deleted.GetPurgeTime().AsTime())
		assert.Equal(t, now, deleted.GetUpdateTime().AsTime())
		assert.NotEqual(t, m.GetEtag(), deleted.GetEtag())
		assert.Empty(t, w.listed(t, false))
		assert.Equal(t, []string{key}, w.listed(t, true))
		writeSame(t, deleted, w.stored(t, m), "Get")

		back, err := w.undelete(ctx, key, writeCall{})
		require.NoError(t, err)
		writeSame(t, w.timeless(m), w.timeless(back), "all is as it was")
		assert.True(t, back.GetUpdateTime().AsTime().After(deleted.GetUpdateTime().AsTime()))
		assert.NotContains(t, []string{m.GetEtag(), deleted.GetEtag()}, back.GetEtag())
		assert.Equal(t, []string{key}, w.listed(t, false))

		_, err = w.undelete(ctx, key, writeCall{})
		writeResourceIs(t, writeRefused(t, err, codes.AlreadyExists, crud.ReasonResourceAlreadyExists), w.resource, key)
		_, err = w.undelete(ctx, w.absent, writeCall{})
		writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.absent)
		writeSame(t, back, w.stored(t, m))
		_, err = w.change(t, m, "title: 'U'")
		require.NoError(t, err, "it can be written again")
	})
}

// listed returns the keys of a List.
func (w *writeStyle) listed(t testing.TB, showDeleted bool) (keys []string) {
	t.Helper()
	if w.table == "books" {
		page, err := w.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", ShowDeleted: showDeleted})
		require.NoError(t, err)
		for _, m := range page.GetBooks() {
			keys = append(keys, w.key(m))
		}
		return keys
	}
	page, err := w.ListFilms(t.Context(), &apitest.ListFilmsRequest{ShowDeleted: showDeleted})
	require.NoError(t, err)
	for _, m := range page.GetFilms() {
		keys = append(keys, w.key(m))
	}
	return keys
}

// TestWrite_3_8_UniqueAmongLive: what a deleted resource had can be used again, and
// then it cannot come back.
func TestWrite_3_8_UniqueAmongLive(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		first := w.made(t, "title: 'T' UNIQUE: 'u'")
		_, err := w.remove(ctx, w.key(first), writeCall{})
		require.NoError(t, err)
		second := w.made(t, "title: 'T' UNIQUE: 'u'")
		for _, call := range []writeCall{{}, {etag: w.stored(t, first).GetEtag()}} {
			_, err = w.undelete(ctx, w.key(first), call)
			st := writeRefused(t, err, codes.AlreadyExists, crud.ReasonUniqueViolation)
			assert.Equal(t, w.uniqueOne, writeInfo(st).GetMetadata()["fields"])
			writeResourceIs(t, st, w.resource, w.key(first))
		}
		assert.NotNil(t, w.stored(t, first).GetDeleteTime())
		// Two deleted ones may have the same, and either comes back alone.
		_, err = w.remove(ctx, w.key(second), writeCall{})
		require.NoError(t, err)
		_, err = w.undelete(ctx, w.key(first), writeCall{})
		require.NoError(t, err)
		_, err = w.undelete(ctx, w.key(second), writeCall{})
		writeRefused(t, err, codes.AlreadyExists, crud.ReasonUniqueViolation)
	})
}

// TestWrite_3_8_Purge removes what is due, no more than it is told, oldest first, and
// what has come back is not due.
func TestWrite_3_8_Purge(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		var made []writeResource
		for range 7 {
			made = append(made, w.made(t, "title: 'T'"))
		}
		for _, m := range made[:6] { // the seventh stays
			_, err := w.remove(ctx, w.key(m), writeCall{})
			require.NoError(t, err)
			w.clock.advance(time.Minute)
		}
		_, err := w.undelete(ctx, w.key(made[0]), writeCall{})
		require.NoError(t, err)
		purge := func(limit int) int64 {
			n, err := w.purge(t, limit)
			require.NoError(t, err)
			return n
		}
		assert.Zero(t, purge(10), "nothing is due")
		w.clock.advance(time.Hour - 4*time.Minute) // the third was deleted four minutes ago
		assert.EqualValues(t, 1, purge(1))
		_, err = w.get(ctx, w.key(made[1]))
		writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.key(made[1]))
		assert.EqualValues(t, 1, purge(10))
		assert.NotNil(t, w.stored(t, made[3]).GetDeleteTime())
		w.clock.advance(time.Hour)
		assert.EqualValues(t, 2, purge(2), "bounded")
		assert.EqualValues(t, 1, purge(2))
		assert.Zero(t, purge(2))
		assert.ElementsMatch(t, []string{w.key(made[0]), w.key(made[6])}, w.listed(t, true))
		_, err = w.undelete(ctx, w.key(made[5]), writeCall{})
		writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.key(made[5]))
	})
}

// purge runs the repository's Purge with the servers' clock.
func (w *writeStyle) purge(t testing.TB, limit int) (int64, error) {
	t.Helper()
	if w.table == "books" {
		return apitest.NewBookRepository(w.db, crud.WithClock(w.clock.Now)).Purge(t.Context(), limit)
	}
	return apitest.NewFilmRepository(w.db, crud.WithClock(w.clock.Now)).Purge(t.Context(), limit)
}

// TestWrite_3_8_PurgeOfReferred: a row that others refer to stays, and does not keep
// the rest.
func TestWrite_3_8_PurgeOfReferred(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		w := writeFilms(s)
		first := w.made(t, "title: 'T'")
		second := w.made(t, "title: 'T'")
		w.made(t, "title: 'T' sequel_of: 1")
		for _, m := range []writeResource{first, second} {
			_, err := w.remove(t.Context(), w.key(m), writeCall{})
			require.NoError(t, err)
			w.clock.advance(time.Minute)
		}
		w.clock.advance(2 * time.Hour)
		n, err := w.purge(t, 10)
		require.NoError(t, err)
		assert.EqualValues(t, 1, n)
		assert.Equal(t, []string{"1", "3"}, w.listed(t, true))
	})
}

// TestWrite_3_8_OneInstant: the times that a Delete sets are of one instant, however
// fast the clock is.
func TestWrite_3_8_OneInstant(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
		films := apitest.NewFilmRepository(s.db, crud.WithClock(func() time.Time {
			now = now.Add(time.Second)
			return now
		}))
		film, err := films.Create(t.Context(), &apitest.Film{Title: "T"})
		require.NoError(t, err)
		deleted, err := films.Delete(t.Context(), film.GetId())
		require.NoError(t, err)
		assert.Equal(t, deleted.GetUpdateTime().AsTime(), deleted.GetDeleteTime().AsTime())
		assert.Equal(t, time.Hour, deleted.GetPurgeTime().AsTime().Sub(deleted.GetDeleteTime().AsTime()))
		back, err := films.Undelete(t.Context(), film.GetId())
		require.NoError(t, err)
		assert.Nil(t, back.GetDeleteTime())
		assert.Greater(t, back.GetUpdateTime().AsTime(), deleted.GetUpdateTime().AsTime())
		all, err := films.BatchDelete(t.Context(), []int64{film.GetId()})
		require.NoError(t, err)
		assert.Equal(t, all[0].GetUpdateTime().AsTime(), all[0].GetDeleteTime().AsTime())
	})
}
