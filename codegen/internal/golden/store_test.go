package golden_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

// A model is what the test does with one table of a case.
type model interface {
	table() crud.AnyTable
	// walk stores two rows and reads them back.
	walk(t *testing.T, db crud.DB)
	// remove deletes them.
	remove(t *testing.T, db crud.DB)
}

// of is the model whose repository open makes. Its type parameters have constraints
// without a core type, so that the compiler makes one body of its methods for all
// messages, and not one for each of a hundred tables.
type of[M proto.Message, K comparable] struct {
	t    *crud.Table[M, K]
	open func(crud.DB, ...crud.Option) crud.Store[M, K]
}

// newModel returns the model of a table and its repository's constructor.
func newModel[M proto.Message, K comparable, R crud.Store[M, K]](t *crud.Table[M, K], open func(crud.DB, ...crud.Option) R) model {
	return of[M, K]{t, func(db crud.DB, opts ...crud.Option) crud.Store[M, K] { return open(db, opts...) }}
}

func (m of[M, K]) table() crud.AnyTable { return m.t }

// repository returns the store, in a scope if the model declares one.
func (m of[M, K]) repository(db crud.DB) crud.Store[M, K] {
	var opts []crud.Option
	for _, column := range m.t.Info().Scope {
		opts = append(opts, crud.ScopeColumn(column, func(context.Context) (string, error) { return "a1", nil }))
	}
	return m.open(db, opts...)
}

func (m of[M, K]) message(i int, every bool) M {
	message := m.t.New()
	fill(message, m.t.Info(), i, every)
	return message
}

// Row 1 has all fields and row 2 those that it must have. What is stored comes back the
// same from Create, Get and List, and what is updated from Update and Get.
func (m of[M, K]) walk(t *testing.T, db crud.DB) {
	t.Helper()
	store := m.repository(db)
	var stored []M
	for i := 1; i <= 2; i++ {
		given := m.message(i, i == 1)
		created, err := store.Create(t.Context(), given)
		require.NoError(t, err)
		assertHolds(t, given, created)
		stored = append(stored, created)
	}
	for _, want := range stored {
		assertEqual(t, want, m.get(t, store, want))
	}
	var listed []M
	for _, query := range m.queries() {
		page, err := store.List(t.Context(), query)
		require.NoError(t, err)
		listed = append(listed, page.Items...)
	}
	require.Len(t, listed, len(stored))
	for i, want := range stored {
		assertEqual(t, want, listed[i])
	}

	updated, err := store.Update(t.Context(), stored[0], &fieldmaskpb.FieldMask{Paths: []string{"*"}})
	require.NoError(t, err)
	assertEqual(t, updated, m.get(t, store, stored[0]))
	assertEqual(t, stored[1], m.get(t, store, stored[1]))
}

// queries are those that find all rows in order: one, or one per parent.
func (m of[M, K]) queries() []crud.Query {
	info := m.t.Info()
	if info.Parent == nil {
		return []crud.Query{{Method: "/golden/List"}}
	}
	var queries []crud.Query
	for i := 1; i <= 2; i++ {
		queries = append(queries, crud.Query{Method: "/golden/List", Parent: info.Parent.Pattern.Format(keyValues(info, i)...)})
	}
	return queries
}

func (m of[M, K]) get(t *testing.T, store crud.Store[M, K], message M) M {
	t.Helper()
	key, err := m.t.KeyOf(message)
	require.NoError(t, err)
	got, err := store.Get(t.Context(), key)
	require.NoError(t, err)
	return got
}

func (m of[M, K]) remove(t *testing.T, db crud.DB) {
	t.Helper()
	store := m.repository(db)
	var all []M
	for _, query := range m.queries() {
		for message, err := range store.All(t.Context(), query) {
			require.NoError(t, err)
			all = append(all, message)
		}
	}
	require.Len(t, all, 2)
	for _, message := range all {
		key, err := m.t.KeyOf(message)
		require.NoError(t, err)
		deleted, err := store.Delete(t.Context(), key)
		require.NoError(t, err)
		got, err := store.Get(t.Context(), key)
		if m.t.Info().Singleton { // which is there without a row
			require.NoError(t, err)
			fields := 0
			got.ProtoReflect().Range(func(protoreflect.FieldDescriptor, protoreflect.Value) bool { fields++; return true })
			assert.Equal(t, 1, fields, "nothing but its name")
			continue
		}
		if m.softDeletes() {
			require.NoError(t, err)
			assertEqual(t, deleted, got)
			continue
		}
		assert.Equal(t, codes.NotFound, status.Code(err))
	}
	for _, query := range m.queries() {
		page, err := store.List(t.Context(), query)
		if status.Code(err) != codes.NotFound { // of a parent that is gone
			require.NoError(t, err)
			assert.Empty(t, page.Items)
		}
	}
}

func (m of[M, K]) softDeletes() bool {
	return slices.ContainsFunc(m.t.Info().Columns, func(c crud.ColumnInfo) bool { return c.Time == crud.RowDeleteTime })
}

// assertHolds checks that a stored message has what was given, and more at most.
func assertHolds(t *testing.T, given, stored proto.Message) {
	t.Helper()
	merged := proto.Clone(stored)
	for field := range given.ProtoReflect().Range {
		merged.ProtoReflect().Clear(field)
	}
	proto.Merge(merged, given)
	assertEqual(t, merged, stored)
}

func assertEqual(t *testing.T, want, got proto.Message) {
	t.Helper()
	assert.True(t, proto.Equal(want, got), "want %v\ngot  %v", want, got)
}
