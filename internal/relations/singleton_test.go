package relations_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/relations"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// api.md 3.10: a singleton is there as long as its parent is (AIP-156).
func TestSingletons(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, relations.ShelfTable, relations.VolumeTable, relations.ShelfSettingsTable))
		shelves := relations.NewShelfRepository(db)
		recorder := crudtest.NewRecorder(db)
		s := relations.NewCRUDSettingsServiceServer(recorder)
		const name = "shelves/a/settings"
		get := func(paths ...string) (*relations.ShelfSettings, error) {
			return s.GetShelfSettings(t.Context(), &relations.GetShelfSettingsRequest{Name: name, ReadMask: mask(paths...)})
		}
		update := func(m *relations.ShelfSettings, paths ...string) (*relations.ShelfSettings, error) {
			m.Name = name
			return s.UpdateShelfSettings(t.Context(), &relations.UpdateShelfSettingsRequest{ShelfSettings: m, UpdateMask: mask(paths...)})
		}

		_, err := get()
		assert.Equal(t, codes.NotFound, status.Code(err), "no parent")
		_, err = update(&relations.ShelfSettings{Color: "red"}, "color")
		assert.Equal(t, codes.NotFound, status.Code(err), "no parent")

		_, err = shelves.Create(t.Context(), &relations.Shelf{Name: "shelves/a"})
		require.NoError(t, err)
		got, err := get()
		require.NoError(t, err)
		equal(t, &relations.ShelfSettings{Name: name}, got)
		got, err = get("color")
		require.NoError(t, err)
		equal(t, &relations.ShelfSettings{}, got)

		_, err = update(&relations.ShelfSettings{Color: "red", Etag: `"x"`}, "color")
		assert.Equal(t, codes.Aborted, status.Code(err))
		_, err = update(&relations.ShelfSettings{Color: "red"}, "colour")
		assert.Equal(t, []string{"update_mask"}, violations(t, err))
		got, err = s.UpdateShelfSettings(t.Context(), &relations.UpdateShelfSettingsRequest{
			ShelfSettings: &relations.ShelfSettings{Name: name, Color: "red"}, ValidateOnly: true,
		})
		require.NoError(t, err)
		assert.Equal(t, "red", got.GetColor())
		got, err = get()
		require.NoError(t, err)
		assert.Empty(t, got.GetColor())

		got, err = update(&relations.ShelfSettings{Color: "red", Width: 7, Labels: map[string]string{"a": "1"}}, "color", "labels.a")
		require.NoError(t, err)
		assert.Equal(t, "red", got.GetColor())
		assert.Zero(t, got.GetWidth(), "the mask does not name it")
		assert.Equal(t, map[string]string{"a": "1"}, got.GetLabels())
		stored, err := get()
		require.NoError(t, err)
		equal(t, got, stored)

		recorder.Reset()
		again, err := update(&relations.ShelfSettings{Width: 9}, "width")
		require.NoError(t, err)
		assert.Len(t, recorder.Statements(), 1, "a row that is there is updated by one statement")
		assert.Equal(t, "red", again.GetColor())
		assert.True(t, again.GetUpdateTime().AsTime().After(got.GetUpdateTime().AsTime()))
		same, err := update(&relations.ShelfSettings{Width: 9}, "width")
		require.NoError(t, err)
		assert.True(t, same.GetUpdateTime().AsTime().After(again.GetUpdateTime().AsTime()), "an update without a change is one")

		_, err = shelves.Delete(t.Context(), relations.ShelfKey{ShelfId: "a"})
		require.NoError(t, err, "a singleton does not keep its parent")
		_, err = get()
		assert.Equal(t, codes.NotFound, status.Code(err))
	})
}

// Many first updates at once make one row, and none is lost.
func TestFirstUpdatesOfSingleton(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, relations.ShelfTable, relations.VolumeTable, relations.ShelfSettingsTable))
		_, err := relations.NewShelfRepository(db).Create(t.Context(), &relations.Shelf{Name: "shelves/a"})
		require.NoError(t, err)
		hooks := relations.ShelfSettingsHooks{BeforeCreate: func(context.Context, *crud.Write[*relations.ShelfSettings]) error { return nil }}
		s := relations.NewCRUDSettingsServiceServer(db, hooks)
		var group sync.WaitGroup
		for i := range 16 {
			group.Go(func() {
				m := &relations.ShelfSettings{Name: "shelves/a/settings", Color: "red", Width: 7}
				path := []string{"color", "width"}[i%2]
				_, err := s.UpdateShelfSettings(t.Context(), &relations.UpdateShelfSettingsRequest{ShelfSettings: m, UpdateMask: mask(path)})
				assert.NoError(t, err)
			})
		}
		group.Wait()
		got, err := s.GetShelfSettings(t.Context(), &relations.GetShelfSettingsRequest{Name: "shelves/a/settings"})
		require.NoError(t, err)
		assert.Equal(t, "red", got.GetColor())
		assert.EqualValues(t, 7, got.GetWidth())
	})
}
