package apitest_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestCounter: increments guarded by the etag of what was read are never lost.
func TestCounter(t *testing.T) {
	t.Parallel()
	const writers, increments = 32, 200
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		m, err := s.CreateFilm(ctx, &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "counter"}})
		require.NoError(t, err)
		// As many race at a time as the database has connections: with more, the test
		// would spend its time on losing.
		racing := make(chan struct{}, 4)
		var lost atomic.Int64
		increment := func() error {
			racing <- struct{}{}
			defer func() { <-racing }()
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
					case status.Code(err) == codes.Aborted:
						lost.Add(1)
					default:
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
		assert.Positive(t, lost.Load(), "no update lost a race, so that the test shows nothing")
	})
}

// TestWrite_4_6_Concurrent: of calls with one request id at the same time one writes,
// and all get its answer.
func TestWrite_4_6_Concurrent(t *testing.T) {
	t.Parallel()
	const callers = 64
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		create := w.replayable(t, writeCall{requestID: writeID(1)}, writeFull)
		answers := make([]writeResource, callers)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() {
				m, err := create()
				if assert.NoError(t, err) {
					answers[i] = m
				}
			})
		}
		wg.Wait()
		require.NotNil(t, answers[0])
		want := writeBytes(t, answers[0])
		for _, m := range answers[1:] {
			assert.Equal(t, want, writeBytes(t, m))
		}
		assert.Equal(t, 1, w.count(t, w.table))
	})
}

// TestWrite_4_6_ConcurrentOthers: request ids do not wait for each other.
func TestWrite_4_6_ConcurrentOthers(t *testing.T) {
	t.Parallel()
	const callers = 16
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				_, err := s.CreateFilm(t.Context(), &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "T"}, RequestId: writeID(i)})
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		assert.Equal(t, callers, s.count(t, "films"))
	})
}

// TestWrite_3_5_MaskedUpdatesMeet: two updates at the same time that name other fields
// both count.
func TestWrite_3_5_MaskedUpdatesMeet(t *testing.T) {
	t.Parallel()
	const rounds = 300
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		m := w.made(t, "title: 'T' language: 'is'")
		for round := 1; round <= rounds; round++ {
			text := strconv.Itoa(round)
			var wg sync.WaitGroup
			// One in a single statement, one with the row locked; language is IMMUTABLE.
			for _, paths := range [][]string{{"NUMBER"}, {"tags", "language"}} {
				wg.Go(func() {
					_, err := w.change(t, m, "NUMBER: "+text+" tags: '"+text+"' language: 'is'", paths...)
					assert.NoError(t, err)
				})
			}
			wg.Wait()
			writeSame(t, w.patched(t, m, "NUMBER: "+text+" tags: '"+text+"'"), w.timeless(w.stored(t, m)))
		}
	})
}

// TestWrite_3_8_OneLife: of deletions at the same time one succeeds, and so of
// undeletions.
func TestWrite_3_8_OneLife(t *testing.T) {
	t.Parallel()
	const rounds, callers = 10, 6
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		m := w.made(t, "title: 'T'")
		race := func(call func() error, otherwise codes.Code) {
			t.Helper()
			var wg sync.WaitGroup
			var done atomic.Int32
			for range callers {
				wg.Go(func() {
					if err := call(); err == nil {
						done.Add(1)
					} else {
						assert.Equal(t, otherwise.String(), status.Code(err).String())
					}
				})
			}
			wg.Wait()
			assert.EqualValues(t, 1, done.Load())
		}
		for range rounds {
			race(func() error { _, err := w.remove(t.Context(), w.key(m), writeCall{}); return err }, codes.NotFound)
			race(func() error { _, err := w.undelete(t.Context(), w.key(m), writeCall{}); return err }, codes.AlreadyExists)
		}
	})
}

// TestWrite_3_8_PurgesMeet: processes that purge at the same time take rows of their
// own, and together all that is due.
func TestWrite_3_8_PurgesMeet(t *testing.T) {
	t.Parallel()
	const rows, purgers = 40, 4
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		s := writeServe(t, db, writeConfig{})
		w := writeFilms(s)
		for range rows {
			_, err := w.remove(t.Context(), w.key(w.made(t, "title: 'T'")), writeCall{})
			require.NoError(t, err)
		}
		w.clock.advance(writeHours(2))
		var purged atomic.Int64
		var wg sync.WaitGroup
		for range purgers {
			wg.Go(func() {
				films := apitest.NewFilmRepository(db, crud.WithClock(w.clock.Now))
				for {
					n, err := films.Purge(t.Context(), 3)
					purged.Add(n)
					if !assert.NoError(t, err) || n == 0 {
						return
					}
				}
			})
		}
		wg.Wait()
		assert.EqualValues(t, rows, purged.Load())
		assert.Zero(t, w.count(t, "films"))
	})
}
