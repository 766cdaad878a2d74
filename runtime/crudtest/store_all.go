package crudtest

import (
	"context"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// all returns what All yields.
func (t *storeTest[M, K]) all(q crud.Query) []M {
	t.Helper()
	var items []M
	for m, err := range t.store.All(t.ctx, q) {
		require.NoError(t, err, "All")
		items = append(items, m)
	}
	return items
}

func (t *storeTest[M, K]) allYieldsEveryRow() {
	t.createAll(rows)
	listed := t.list()
	items := t.all(t.query())
	t.sameList(listed, items, "All differs from List")
	want := clone(items[0])
	proto.Reset(items[0])
	t.same(want, t.get(t.key(want)), "the stored resource follows the message that All yielded")
}

func (t *storeTest[M, K]) allEmptyIsEmpty() {
	require.Empty(t, t.all(t.query()), "All of nothing")
}

// allStopsAtBreak does so more often than a store has connections to lose.
func (t *storeTest[M, K]) allStopsAtBreak() {
	t.createAll(rows)
	for range 50 {
		for _, err := range t.store.All(t.ctx, t.query()) {
			require.NoError(t, err, "All")
			break
		}
	}
	require.Len(t, t.list(), rows, "the store after All was left early")
}

func (t *storeTest[M, K]) allStopsAtPageSize() {
	t.createAll(rows)
	want := t.list()
	for _, size := range []int32{1, 5, rows, rows + 1} {
		q := t.query()
		q.PageSize = size
		t.sameList(want[:min(size, rows)], t.all(q), "All with a size of %d", size)
	}
}

func (t *storeTest[M, K]) allRefusesTokensAndNegativeSize() {
	t.createAll(3)
	q := t.query()
	q.PageToken = t.firstToken(q)
	t.refusedField(t.onlyError(q), "page_token", "All with a page token")
	q = t.query()
	q.PageSize = -1
	t.refusedField(t.onlyError(q), "page_size", "All with a negative size")
}

// onlyError returns the error of a sequence that has nothing else.
func (t *storeTest[M, K]) onlyError(q crud.Query) error {
	t.Helper()
	return t.onlyErrorIn(t.ctx, q)
}

func (t *storeTest[M, K]) onlyErrorIn(ctx context.Context, q crud.Query) error {
	t.Helper()
	var last error
	n := 0
	for _, err := range t.store.All(ctx, q) {
		last = err
		n++
	}
	require.Equal(t, 1, n, "the elements of a sequence that fails at once")
	require.Error(t, last, "the only element of a sequence that fails at once")
	return last
}
