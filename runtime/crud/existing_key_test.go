package crud_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// TestExistingKeys: a key that its column cannot hold is one that no row has.
func TestExistingKeys(t *testing.T) {
	t.Parallel()
	for i, mode := range execModes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			db := farFromUTC(t, mode)
			ctx := t.Context()
			for _, sql := range []string{
				"CREATE TABLE users (id integer PRIMARY KEY, username text, email text, team text, plan text DEFAULT 'free')",
				"CREATE TABLE counters (id bigint PRIMARY KEY, small integer, plain bigint, large bigint, ratio real, digest bytea, age bigint, frozen boolean, steps bigint[])",
			} {
				_, err := db.Exec(ctx, sql)
				require.NoError(t, err)
			}
			users, counters := bookpb.NewUserRepository(db), bookpb.NewCounterRepository(db)
			_, err := users.Create(ctx, &bookpb.User{Id: math.MaxInt32, Username: "ann"})
			require.NoError(t, err)
			got, err := users.Get(ctx, math.MaxInt32)
			require.NoError(t, err)
			assert.Equal(t, "ann", got.GetUsername())
			for _, id := range []int64{math.MaxInt32 + 1, math.MinInt64} {
				_, err = users.Get(ctx, id)
				notFound(t, err, "bookpb.User", fmt.Sprint(id))
				_, err = users.Delete(ctx, id)
				notFound(t, err, "bookpb.User", fmt.Sprint(id))
				if i < textModes { // in which PostgreSQL does not tell the key from a field
					_, err = users.Update(ctx, &bookpb.User{Id: id, Email: "x"}, nil)
					notFound(t, err, "bookpb.User", fmt.Sprint(id))
				}
			}
			_, err = counters.Create(ctx, &bookpb.Counter{Id: math.MaxInt64})
			require.NoError(t, err)
			_, err = counters.Get(ctx, math.MaxUint64)
			notFound(t, err, "bookpb.Counter", fmt.Sprint(uint64(math.MaxUint64)))
		})
	}
}

// TestExistingNotes: UUIDs in text columns, and a tenant that is a number or a UUID.
func TestExistingNotes(t *testing.T) {
	t.Parallel()
	tenant := uuid.MustParse("6ba7b810-9dad-41d1-80b4-00c04fd430c8")
	for _, mode := range execModes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			db := farFromUTC(t, mode)
			ctx := t.Context()
			for _, test := range []struct {
				id, tenant   string
				mine, theirs crud.Option
			}{
				{"text", "bigint", scoped(int64(7), nil), scoped(int64(8), nil)},
				{"char(36)", "integer", scoped(int32(7), nil), scoped(int32(8), nil)},
				{"varchar(36)", "uuid", scoped(tenant, nil), scoped(uuid.Nil.String(), nil)},
				{"uuid", "varchar(40)", scoped("x", nil), scoped(namedTenant("y"), nil)},
			} {
				for _, sql := range []string{
					"DROP TABLE IF EXISTS notes",
					"CREATE TABLE notes (tenant_id " + test.tenant + ", id " + test.id + ", title varchar(9), body text, update_time timestamp, PRIMARY KEY (tenant_id, id))",
				} {
					_, err := db.Exec(ctx, sql)
					require.NoError(t, err)
				}
				db.Reset()
				notes, others := bookpb.NewNoteRepository(db, test.mine), bookpb.NewNoteRepository(db, test.theirs)
				existingNotes(ctx, t, notes, others)
			}
		})
	}
}

func existingNotes(ctx context.Context, t testing.TB, notes, others bookpb.NoteRepository) {
	t.Helper()
	createNotes(ctx, t, notes, 3)
	createNotes(ctx, t, others, 2)
	all := listed(ctx, t, notes, crud.Query{PageSize: 1})
	require.Len(t, all, 3)
	m, err := notes.Update(ctx, &bookpb.Note{Id: all[0].GetId(), Title: "again"}, mask("title"))
	require.NoError(t, err)
	got, err := notes.Get(ctx, all[0].GetId())
	require.NoError(t, err)
	sameMessage(t, m, got)
	_, err = others.Get(ctx, all[0].GetId())
	notFound(t, err, "bookpb.Note", all[0].GetId())
	_, err = others.Delete(ctx, all[0].GetId())
	notFound(t, err, "bookpb.Note", all[0].GetId())
	_, err = notes.Create(ctx, &bookpb.Note{Id: someNote})
	require.NoError(t, err)
	_, err = others.Create(ctx, &bookpb.Note{Id: someNote})
	require.NoError(t, err)
	assert.Len(t, streamed(ctx, t, notes, crud.Query{}), 4)
}

// TestExistingNulls: a table without NOT NULL has rows of which the old program set
// next to nothing.
func TestExistingNulls(t *testing.T) {
	t.Parallel()
	for _, mode := range execModes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			db := farFromUTC(t, mode)
			ctx := t.Context()
			makeExisting(t, db, "books", "shelf_id, book_id", existingBooks, nil)
			_, err := db.Exec(ctx, "INSERT INTO books (shelf_id, book_id) VALUES ('a', 'x')")
			require.NoError(t, err)
			books := bookpb.NewBookRepository(db)
			key := bookpb.BookKey{ShelfId: "a", BookId: "x"}
			got, err := books.Get(ctx, key)
			require.NoError(t, err)
			sameMessage(t, &bookpb.Book{Name: key.String()}, got)
			page, err := books.List(ctx, crud.Query{Parent: "shelves/a"})
			require.NoError(t, err)
			require.Len(t, page.Items, 1)
			sameMessage(t, got, page.Items[0])
			updated, err := books.Update(ctx, got, mask("name"))
			require.NoError(t, err)
			assert.NotNil(t, updated.GetUpdateTime())
			updated, err = books.Update(ctx, book(key.String(), "X"), mask("title"), crud.Unchanged("language"))
			require.NoError(t, err)
			assert.Equal(t, "X", updated.GetTitle())
			assert.Nil(t, updated.GetCreateTime())
		})
	}
}
