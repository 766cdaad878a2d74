package filter_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// nullLists are the statements that make a table of three lists: NULL, empty, and x.
// Package crud makes no list that is NULL, but a table that was there before may.
var nullLists = map[crud.Dialect][]string{
	crud.Postgres: {
		"CREATE TABLE records (id bigint, tags text[])",
		"INSERT INTO records VALUES (0, NULL), (1, '{}'), (2, '{x}')",
	},
	crud.SQLite: {
		"CREATE TABLE records (id INTEGER, tags TEXT) STRICT",
		"INSERT INTO records VALUES (0, NULL), (1, '[]'), (2, '[\"x\"]')",
	},
}

func TestNullLists(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		for _, sql := range nullLists[crud.DialectOf(db)] {
			_, err := db.Exec(t.Context(), sql)
			require.NoError(t, err)
		}
		for null, want := range map[filter.Null]filter.Truth{
			filter.NullIsUnset: filter.False, filter.NullIsZero: filter.False, filter.NullIsUnknown: filter.Unknown,
		} {
			s := filter.NewSchema("records", field("tags", filter.String, repeated, nullIs(null)))
			for _, text := range []string{"tags:x", "tags:x*", "tags:*"} {
				got := selected(t, db, check(t, s, text), check(t, s, "NOT "+text))
				assert.Equal(t, map[int64]filter.Truth{0: want, 1: filter.False, 2: filter.True}, got, "%s with %d", text, null)
				p := check(t, s, text)
				assert.Equal(t, want, p.Eval(filter.Row{"tags": nil}), "%s with %d", text, null)
			}
		}
	})
}
