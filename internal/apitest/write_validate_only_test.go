package apitest_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// validatesUndelete reports whether the style's Undelete has the field.
func (w *writeStyle) validatesUndelete() bool { return w.table == "books" }

// TestWrite_4_5_WouldBe: the answer is what the write would have answered, and nothing
// is stored.
func TestWrite_4_5_WouldBe(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx, only := t.Context(), writeCall{validateOnly: true}
		would, err := w.create(ctx, w.message(t, "", writeFull), only)
		require.NoError(t, err)
		writeSame(t, w.patched(t, w.message(t, "", ""), "title: 'T' UNIQUE: 'u' NUMBER: 7 tags: ['a', 'b'] language: 'is' genre: GENRE_SAGA"),
			writeWithoutKey(w.timeless(would)))
		assert.Equal(t, w.clock.Now(), would.GetUpdateTime().AsTime())
		assert.Zero(t, w.count(t, w.table))

		m := w.made(t, writeFull)
		unchanged := func(what string) {
			t.Helper()
			writeSame(t, m, w.stored(t, m), what)
		}
		would, err = w.update(ctx, w.message(t, w.key(m), "title: 'U'"), only)
		require.NoError(t, err)
		writeSame(t, w.patched(t, m, "title: 'U'"), w.timeless(would))
		assert.NotEqual(t, m.GetEtag(), would.GetEtag())
		unchanged("Update")
		would, err = w.update(ctx, w.message(t, w.absent, "title: 'U'"), writeCall{validateOnly: true, allowMissing: true})
		require.NoError(t, err)
		assert.Equal(t, w.absent, w.key(would))
		_, err = w.get(ctx, w.absent)
		writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.absent)

		would, err = w.remove(ctx, w.key(m), only)
		require.NoError(t, err)
		assert.NotNil(t, would.GetDeleteTime())
		unchanged("Delete")
		_, err = w.remove(ctx, w.absent, writeCall{validateOnly: true, allowMissing: true})
		require.NoError(t, err)

		if w.validatesUndelete() {
			m, err = w.remove(ctx, w.key(m), writeCall{})
			require.NoError(t, err)
			would, err = w.undelete(ctx, w.key(m), only)
			require.NoError(t, err)
			assert.Nil(t, would.GetDeleteTime())
			unchanged("Undelete")
		}
	})
}

// writeWithoutKey returns a resource without its key and the time of its creation.
func writeWithoutKey(m writeResource) writeResource {
	writeClear(m, "create_time")
	if book, ok := m.(*apitest.Book); ok {
		book.Name = ""
	}
	return m
}

// TestWrite_4_5_Ids: one that the client chose is in the answer, one that the database
// would make is not.
func TestWrite_4_5_Ids(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		book, err := s.CreateBook(t.Context(), &apitest.CreateBookRequest{
			Parent: "shelves/a", BookId: "x", Book: &apitest.Book{Title: "T"}, ValidateOnly: true,
		})
		require.NoError(t, err)
		assert.Equal(t, "shelves/a/books/x", book.GetName())
		film, err := s.CreateFilm(t.Context(), &apitest.CreateFilmRequest{Film: &apitest.Film{Id: 7, Title: "T"}, ValidateOnly: true})
		require.NoError(t, err)
		assert.Zero(t, film.GetId())
	})
}

// TestWrite_4_5_Errors are those of the write, the database's rules included.
func TestWrite_4_5_Errors(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx, only := t.Context(), writeCall{validateOnly: true}
		m := w.made(t, writeFull)
		_, err := w.create(ctx, w.message(t, "", writeFull), only)
		writeRefused(t, err, codes.AlreadyExists, crud.ReasonUniqueViolation)
		_, err = w.create(ctx, w.message(t, "", "title: 'T' REFERENCE: 4711"), only)
		writePrecondition(t, writeRefused(t, err, codes.FailedPrecondition, crud.ReasonReferenceNotFound), "REFERENCE", w.field+"."+w.reference)
		_, err = w.create(ctx, w.message(t, "", "NUMBER: 7"), only)
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, w.field+".title")
		_, err = w.update(ctx, w.message(t, w.key(m), "language: 'en'"), only)
		writeViolated(t, err, crud.ReasonImmutableField, w.field+".language")
		_, err = w.update(ctx, w.message(t, w.key(m), "title: 'U' etag: 'x'"), only)
		writeStale(t, err)
		_, err = w.update(ctx, w.message(t, w.absent, "title: 'U'"), only)
		writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.absent)
		_, err = w.remove(ctx, w.absent, only)
		writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.absent)
		_, err = w.remove(ctx, w.key(m), writeCall{validateOnly: true, etag: "x"})
		writeStale(t, err)
		if w.validatesUndelete() {
			_, err = w.undelete(ctx, w.key(m), only)
			writeRefused(t, err, codes.AlreadyExists, crud.ReasonResourceAlreadyExists)
		}
		writeSame(t, m, w.stored(t, m))
	})
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		_, err := s.CreateBook(t.Context(), &apitest.CreateBookRequest{
			Parent: "shelves/none", BookId: "x", Book: &apitest.Book{Title: "T"}, ValidateOnly: true,
		})
		writeMissing(t, err, crud.ReasonResourceNotFound, "api.example.com/Shelf", "shelves/none")
	})
}

// TestWrite_4_5_NotRecorded: a request id of a try-out is free, and one that is
// recorded does not answer a try-out.
func TestWrite_4_5_NotRecorded(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		tryOut := writeCall{validateOnly: true, requestID: writeID(1)}
		_, err := w.create(ctx, w.message(t, "", "title: 'T'"), tryOut)
		require.NoError(t, err)
		assert.Zero(t, w.count(t, "crud_requests"))
		_, err = w.create(ctx, w.message(t, "", "title: 'T'"), writeCall{requestID: writeID(1)})
		require.NoError(t, err)
		_, err = w.create(ctx, w.message(t, "", "title: 'other'"), tryOut)
		require.NoError(t, err)
		assert.Equal(t, 1, w.count(t, w.table))
		assert.Equal(t, 1, w.count(t, "crud_requests"))
	})
}

// writeCounts counts what hooks of both models do.
type writeCounts struct{ hooks, commits atomic.Int32 }

// writeEachCounted is writeEachStyle of servers whose hooks are counted, each by itself.
func writeEachCounted(t *testing.T, f func(t *testing.T, w *writeStyle, c *writeCounts)) {
	t.Helper()
	for name, style := range map[string]func(*writeServer) *writeStyle{"named": writeBooks, "plain": writeFilms} {
		t.Run(name, func(t *testing.T) {
			crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
				c := &writeCounts{}
				f(t, style(writeServe(t, db, writeConfig{
					named: []crud.Option{writeCounting[*apitest.Book](c)},
					plain: []crud.Option{writeCounting[*apitest.Film](c)},
				})), c)
			})
		})
	}
}

func writeCounting[M proto.Message](c *writeCounts) crud.Hooks[M] {
	hook := func(_ context.Context, w *crud.Write[M]) error {
		c.hooks.Add(1)
		w.AfterCommit(func(context.Context) { c.commits.Add(1) })
		return nil
	}
	return crud.Hooks[M]{
		BeforeCreate: hook, AfterCreate: hook, BeforeUpdate: hook, AfterUpdate: hook,
		BeforeDelete: hook, AfterDelete: hook, BeforeUndelete: hook, AfterUndelete: hook,
	}
}

// TestWrite_4_5_Hooks run, and their work for after the commit does not.
func TestWrite_4_5_Hooks(t *testing.T) {
	t.Parallel()
	writeEachCounted(t, func(t *testing.T, w *writeStyle, c *writeCounts) {
		ctx, only := t.Context(), writeCall{validateOnly: true}
		m := w.made(t, "title: 'T'")
		assert.EqualValues(t, 2, c.commits.Swap(0))
		c.hooks.Store(0)
		_, err := w.create(ctx, w.message(t, "", "title: 'T'"), only)
		require.NoError(t, err)
		_, err = w.update(ctx, w.message(t, w.key(m), "title: 'U'"), only)
		require.NoError(t, err)
		_, err = w.remove(ctx, w.key(m), only)
		require.NoError(t, err)
		assert.EqualValues(t, 6, c.hooks.Load())
		assert.Zero(t, c.commits.Load())
	})
}
