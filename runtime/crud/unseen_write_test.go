package crud_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestRequestIDsOfTwoTenants: the same request with the same id is another one in
// another scope, and its answer is not the first one's.
func TestRequestIDsOfTwoTenants(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, crud.RequestTable))
		notes := bookpb.NewNoteRepository(db, byTenant)
		x, y := withTenant(t.Context(), "x"), withTenant(t.Context(), "y")
		request := &bookpb.Note{Title: "Bread"}
		once := crud.RequestID("/test/CreateNote", "0a000000-0000-4000-8000-000000000001", request)

		mine, err := notes.Create(x, request, once)
		require.NoError(t, err)
		theirs, err := notes.Create(y, request, once)
		require.NoError(t, err)
		again, err := notes.Create(x, request, once)
		require.NoError(t, err)

		assert.NotEqual(t, mine.GetId(), theirs.GetId())
		sameMessage(t, mine, again)
		sameNotes(t, []*bookpb.Note{theirs}, listed(y, t, notes, crud.Query{}))
	})
}

// TestUpdateWhereChangesEtags: who read a row before it was written by hand is told so.
func TestUpdateWhereChangesEtags(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		require.NoError(t, crud.CreateTables(ctx, db, apitest.FilmTable))
		films := apitest.NewFilmRepository(db)
		film, err := films.Create(ctx, &apitest.Film{Title: "M"})
		require.NoError(t, err)

		_, err = films.UpdateWhere(ctx).Set("minutes", 117).Where("films.id = ?", film.GetId()).Exec(ctx)
		require.NoError(t, err)

		got, err := films.Get(ctx, film.GetId())
		require.NoError(t, err)
		assert.NotEqual(t, film.GetEtag(), got.GetEtag())
		_, err = films.Update(ctx, &apitest.Film{Id: film.GetId(), Title: "Metropolis"}, mask("title"), crud.IfEtag(film.GetEtag()))
		assert.ErrorContains(t, err, "has changed")
	})
}
