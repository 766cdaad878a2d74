package apitest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// writeID is the request id of that number.
func writeID(n int) string { return fmt.Sprintf("5c1d7a2e-0000-4000-8000-%012x", n) }

// TestWrite_4_6_Forms: what is no UUID is refused, and nothing is sent.
func TestWrite_4_6_Forms(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		m := w.made(t, "title: 'T'")
		w.db.Reset()
		for _, id := range []string{
			"x", "1", " ", "\x00", "00000000-0000-0000-0000-000000000000", strings.ReplaceAll(writeID(1), "-", ""),
			"{" + writeID(1) + "}", "urn:uuid:" + writeID(1), writeID(1) + "0", writeID(1)[1:], "'; DROP TABLE films; --",
		} {
			call := writeCall{requestID: id}
			_, err := w.create(t.Context(), w.message(t, "", "title: 'T'"), call)
			writeViolated(t, err, crud.ReasonInvalidField, "request_id")
			_, err = w.update(t.Context(), w.message(t, w.key(m), "title: 'T'"), call)
			writeViolated(t, err, crud.ReasonInvalidField, "request_id")
			_, err = w.remove(t.Context(), w.key(m), call)
			writeViolated(t, err, crud.ReasonInvalidField, "request_id")
			if w.recordsUndelete() {
				_, err = w.undelete(t.Context(), w.key(m), call)
				writeViolated(t, err, crud.ReasonInvalidField, "request_id")
			}
		}
		assert.Empty(t, w.sent())
		_, err := w.create(t.Context(), w.message(t, "", ""), writeCall{requestID: "x"})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, w.field+".title", "request_id")
	})
}

// recordsUndelete reports whether the style's Undelete has the field.
func (w *writeStyle) recordsUndelete() bool { return w.table == "books" }

// TestWrite_4_6_Replay: a call that succeeded is answered again from what is recorded,
// whatever has become of the resource, and writes nothing.
func TestWrite_4_6_Replay(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		twice := func(what string, call func() (writeResource, error)) writeResource {
			t.Helper()
			first, err := call()
			require.NoError(t, err, what)
			now := w.stored(t, first)
			w.clock.advance(time.Minute)
			second, err := call()
			require.NoError(t, err, what)
			assert.Equal(t, writeBytes(t, first), writeBytes(t, second), what)
			writeSame(t, now, w.stored(t, first), what)
			return first
		}
		id := 0
		next := func() writeCall { id++; return writeCall{requestID: writeID(id)} }
		created := w.replayable(t, next(), "title: 'T' note: 'n'")
		m := twice("Create", created)
		assert.Empty(t, m.GetNote())
		assert.Equal(t, 1, w.count(t, w.table))

		call := next()
		twice("Update", func() (writeResource, error) { return w.update(ctx, w.message(t, w.key(m), "title: 'U'"), call) })
		upsert := next()
		upsert.allowMissing = true
		twice("upsert", func() (writeResource, error) {
			return w.update(ctx, w.message(t, w.numbered(100), "title: 'U'"), upsert)
		})
		remove := next()
		twice("Delete", func() (writeResource, error) { return w.remove(ctx, w.key(m), remove) })
		again, err := created()
		require.NoError(t, err, "Create of what is deleted by now")
		writeSame(t, m, again)

		undelete := writeCall{}
		if w.recordsUndelete() {
			undelete = next()
			twice("Undelete", func() (writeResource, error) { return w.undelete(ctx, w.key(m), undelete) })
		} else {
			_, err = w.undelete(ctx, w.key(m), undelete)
			require.NoError(t, err)
		}
		again, err = w.remove(ctx, w.key(m), remove)
		require.NoError(t, err, "Delete of what has come back")
		assert.NotNil(t, again.GetDeleteTime())
		assert.Nil(t, w.stored(t, m).GetDeleteTime())
	})
}

// replayable returns a Create that sends the same request each time.
func (w *writeStyle) replayable(t *testing.T, call writeCall, text string) func() (writeResource, error) {
	if w.table == "books" {
		req := &apitest.CreateBookRequest{
			Parent: "shelves/a", BookId: "replayed", Book: w.message(t, "", text).(*apitest.Book), RequestId: call.requestID,
		}
		return func() (writeResource, error) { return writeResult(w.CreateBook(t.Context(), req)) }
	}
	return func() (writeResource, error) { return w.create(t.Context(), w.message(t, "", text), call) }
}

// TestWrite_4_6_Spelling: a UUID is the same in capitals.
func TestWrite_4_6_Spelling(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		first, err := w.replayable(t, writeCall{requestID: writeID(1)}, "title: 'T'")()
		require.NoError(t, err)
		second, err := w.replayable(t, writeCall{requestID: strings.ToUpper(writeID(1))}, "title: 'T'")()
		require.NoError(t, err)
		writeSame(t, first, second)
		assert.Equal(t, 1, w.count(t, w.table))
	})
}

// TestWrite_4_6_Reused: the same id with another request or method is refused.
func TestWrite_4_6_Reused(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx, call := t.Context(), writeCall{requestID: writeID(1)}
		m, err := w.replayable(t, call, "title: 'T'")()
		require.NoError(t, err)
		for _, other := range []string{"title: 'U'", "title: 'T' note: 'n'", "title: 'T' state: 'ignored'"} {
			_, err = w.replayable(t, call, other)()
			writeViolated(t, err, crud.ReasonRequestIDReused, "request_id")
		}
		assert.Equal(t, 1, w.count(t, w.table))
		before := w.stored(t, m)
		_, err = w.remove(ctx, w.key(m), call)
		writeViolated(t, err, crud.ReasonRequestIDReused, "request_id")
		_, err = w.update(ctx, w.message(t, w.key(m), "title: 'T'"), call)
		writeViolated(t, err, crud.ReasonRequestIDReused, "request_id")
		writeSame(t, before, w.stored(t, m))
	})
}

// TestWrite_4_6_Failed: a call that failed is not recorded.
func TestWrite_4_6_Failed(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx, call := t.Context(), writeCall{requestID: writeID(1)}
		first := w.made(t, "title: 'T' UNIQUE: 'u'")
		create := w.replayable(t, call, "title: 'T' UNIQUE: 'u'")
		_, err := create()
		writeRefused(t, err, codes.AlreadyExists, crud.ReasonUniqueViolation)
		_, err = w.update(ctx, w.message(t, w.absent, "title: 'T'"), call)
		writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.absent)
		_, err = w.remove(ctx, w.key(first), writeCall{requestID: writeID(1), etag: "x"})
		writeStale(t, err)
		assert.Zero(t, w.count(t, "crud_requests"))
		_, err = w.change(t, first, "UNIQUE: 'v'", "UNIQUE")
		require.NoError(t, err)
		_, err = create()
		require.NoError(t, err)
	})
}

// TestWrite_4_6_DeleteOfMissing that succeeded is recorded too: it does not delete what
// takes the key afterwards.
func TestWrite_4_6_DeleteOfMissing(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx, call := t.Context(), writeCall{requestID: writeID(1), allowMissing: true}
		key := w.numbered(100)
		first, err := w.remove(ctx, key, call)
		require.NoError(t, err)
		m, err := w.update(ctx, w.message(t, key, "title: 'T'"), writeCall{allowMissing: true})
		require.NoError(t, err)
		second, err := w.remove(ctx, key, call)
		require.NoError(t, err)
		writeSame(t, first, second)
		writeSame(t, m, w.stored(t, m))
	})
}

// TestWrite_4_6_Principals: an id belongs to who gave it.
func TestWrite_4_6_Principals(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		req := &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "T"}, RequestId: writeID(1)}
		ids := make(map[int64]bool)
		for range 2 {
			for _, who := range []string{"ann", "bob", "a'nn", "ann "} {
				m, err := s.CreateFilm(writeAs(t.Context(), who), req)
				require.NoError(t, err)
				ids[m.GetId()] = true
			}
			m, err := s.CreateFilm(t.Context(), req)
			require.NoError(t, err, "nobody")
			ids[m.GetId()] = true
		}
		assert.Len(t, ids, 5)
		assert.Equal(t, 5, s.count(t, "films"))
	})
}

// TestWrite_4_6_Lifetime: after 24 hours an id counts as new, for any request.
func TestWrite_4_6_Lifetime(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		create := func(title string) (int64, error) {
			m, err := s.CreateFilm(t.Context(), &apitest.CreateFilmRequest{Film: &apitest.Film{Title: title}, RequestId: writeID(1)})
			return m.GetId(), err
		}
		for _, step := range []struct {
			after time.Duration
			title string
			want  int64
		}{
			{0, "T", 1},
			{24*time.Hour - time.Microsecond, "T", 1},
			{time.Microsecond, "U", 2},
			{23 * time.Hour, "U", 2},
			{time.Hour, "U", 3},
		} {
			s.clock.advance(step.after)
			id, err := create(step.title)
			require.NoError(t, err)
			assert.Equal(t, step.want, id)
		}
		_, err := create("V")
		writeViolated(t, err, crud.ReasonRequestIDReused, "request_id")
	})
}

// TestWrite_4_6_Purge removes the ids whose time is over, and those alone.
func TestWrite_4_6_Purge(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		for i, years := range []int{-20, 200} { // past and future whenever the test runs
			s.clock.advance(writeHours(years * 365 * 24))
			_, err := s.CreateFilm(t.Context(), &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "T"}, RequestId: writeID(i)})
			require.NoError(t, err)
		}
		n, err := crud.PurgeRequests(t.Context(), s.db)
		require.NoError(t, err)
		assert.EqualValues(t, 1, n)
		assert.Equal(t, 1, s.count(t, "crud_requests"))
		again, err := s.CreateFilm(t.Context(), &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "T"}, RequestId: writeID(1)})
		require.NoError(t, err)
		assert.EqualValues(t, 2, again.GetId())
	})
}

// TestWrite_4_6_WithoutTable: a database that lacks it is the server's fault, and
// nothing is written.
func TestWrite_4_6_WithoutTable(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		_, err := w.db.Exec(t.Context(), "DROP TABLE IF EXISTS crud_requests")
		require.NoError(t, err)
		_, err = w.create(t.Context(), w.message(t, "", "title: 'T'"), writeCall{requestID: writeID(1)})
		st := writeRefused(t, err, codes.Internal, crud.ReasonInternal)
		assert.Equal(t, "internal error", st.Message())
		assert.Zero(t, w.count(t, w.table))
		w.made(t, "title: 'T'")
	})
}

// TestWrite_4_6_Hooks of a replayed call do not run.
func TestWrite_4_6_Hooks(t *testing.T) {
	t.Parallel()
	writeEachCounted(t, func(t *testing.T, w *writeStyle, c *writeCounts) {
		create := w.replayable(t, writeCall{requestID: writeID(1)}, "title: 'T'")
		c.hooks.Store(0)
		for range 3 {
			_, err := create()
			require.NoError(t, err)
			assert.EqualValues(t, 2, c.hooks.Load())
			assert.EqualValues(t, 2, c.commits.Load())
		}
	})
}
