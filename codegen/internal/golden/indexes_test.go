package golden_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/indexes"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// SQLite has one access method. Expressions and conditions it has.
func TestIndexMethodsAreRefusedOnSQLite(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLite(t)

	err := crud.CreateTables(t.Context(), db, indexes.DocTable)
	require.ErrorContains(t, err, "crud: the index docs_code_idx of golden.indexes.Doc has the method hash, and SQLite has btree only; remove the method, or the index")
	require.ErrorContains(t, err, "docs_tags_idx")
	require.NotContains(t, err.Error(), "docs_by_title")
	assert.PanicsWithValue(t, "crud: the index docs_code_idx of golden.indexes.Doc has the method hash, and SQLite has btree only; remove the method, or the index",
		func() { indexes.NewDocRepository(db) })

	require.NoError(t, crud.CreateTables(t.Context(), db, indexes.NoteTable))
}
