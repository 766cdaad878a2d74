package crud_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// A query that others are made of stays as it is.
func TestQueriesAreNotChanged(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, bookpb.UserTable))
		ctx, users := t.Context(), bookpb.NewUserRepository(db)
		for _, name := range []string{"a", "b", "c"} {
			_, err := users.Create(ctx, &bookpb.User{Username: name, Email: name})
			require.NoError(t, err)
		}

		all := users.Select(ctx).OrderBy("users.email")
		for query, want := range map[*crud.SelectQuery[*bookpb.User]]int{
			all.Where("users.email = ?", "a"): 1, all.Limit(2): 2, all.Limit(3).Offset(2): 1, all: 3,
		} {
			found, err := query.All(ctx)
			require.NoError(t, err)
			assert.Len(t, found, want)
		}

		none := users.UpdateWhere(ctx).Where("false")
		changed, err := none.Set("email", "d").Where("users.email = ?", "a").Exec(ctx)
		require.NoError(t, err)
		assert.Zero(t, changed)
		some := users.UpdateWhere(ctx).Set("email", "d")
		changed, err = some.Where("users.email = ?", "a").Exec(ctx)
		require.NoError(t, err)
		assert.EqualValues(t, 1, changed)
		_, err = some.Exec(ctx)
		require.Error(t, err, "it has no Where")

		gone := users.DeleteWhere(ctx)
		n, err := gone.Where("users.email = ?", "b").Exec(ctx)
		require.NoError(t, err)
		assert.EqualValues(t, 1, n)
		_, err = gone.Exec(ctx)
		require.Error(t, err, "it has no Where")
	})
}
