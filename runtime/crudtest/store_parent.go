package crudtest

import (
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
)

// createElsewhere stores resources of another parent.
func (t *storeTest[M, K]) createElsewhere(n int) (items []M) {
	t.Helper()
	for i := range n {
		m, err := t.store.Create(t.ctx, t.suite.Elsewhere(i))
		require.NoError(t, err, "Create below another parent")
		items = append(items, m)
	}
	return items
}

func (t *storeTest[M, K]) parentBoundsLists() {
	elsewhere := t.createElsewhere(2)
	require.Empty(t, t.list(), "a List below one parent holds resources of another")
	require.Empty(t, t.all(t.query()), "an All below one parent yields resources of another")
	t.createAll(rows)
	items := t.list()
	require.Len(t, items, rows, "a List below one parent")
	t.sameList(items, t.all(t.query()), "All differs from List")
	t.sameList(items, t.walk(func(int) int32 { return 5 }), "the pages below one parent")
	for _, m := range elsewhere {
		require.NotContains(t, t.keys(items), t.key(m), "a List below one parent")
	}
}

func (t *storeTest[M, K]) parentBoundsTokens() {
	t.createAll(3)
	t.createElsewhere(2)
	q := t.query()
	q.PageToken = t.firstToken(q)
	q.Parent = t.parentElsewhere()
	_, err := t.store.List(t.ctx, q)
	t.refusedField(err, "page_token", "List below one parent with a token of another")
}

// parentElsewhere returns the name of Elsewhere's collection.
func (t *storeTest[M, K]) parentElsewhere() string {
	t.Helper()
	key := nameOf(t.key(t.suite.Elsewhere(0)))
	segments := segmentsOf(t.model.info.Parent.Pattern.String())
	return firstSegments(key, segments)
}

func (t *storeTest[M, K]) parentRefusesMalformed() {
	t.create(0)
	for _, parent := range []string{"", "/", "x", t.suite.Parent + "/", "/" + t.suite.Parent, t.suite.Parent + "/x", "\x00", withID(t.suite.Parent, "-")} {
		q := t.query()
		q.Parent = parent
		_, err := t.store.List(t.ctx, q)
		t.refusedField(err, "parent", "List below the parent "+quoted([]string{parent}))
		t.refusedField(t.onlyError(q), "parent", "All below the parent "+quoted([]string{parent}))
	}
}

func (t *storeTest[M, K]) missingParentIsNotFound() {
	t.create(0)
	q := t.query()
	q.Parent += "0missing"
	_, err := t.store.List(t.ctx, q)
	info := t.refusedResource(err, codes.NotFound, "List below a missing parent")
	require.Equal(t, q.Parent, info.GetResourceName(), "the name in ResourceInfo")
	info = t.refusedResource(t.onlyError(q), codes.NotFound, "All below a missing parent")
	require.Equal(t, q.Parent, info.GetResourceName(), "the name in ResourceInfo")
}
