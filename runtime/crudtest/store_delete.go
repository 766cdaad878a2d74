package crudtest

import (
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
)

func (t *storeTest[M, K]) deleteRemoves() {
	m, other := t.create(0), t.create(1)
	none, err := t.store.Delete(t.ctx, t.key(m))
	require.NoError(t, err, "Delete")
	require.True(t, isNil(none), "Delete returned a message")
	_, err = t.store.Get(t.ctx, t.key(m))
	t.refusedKey(err, codes.NotFound, t.key(m), "Get after Delete")
	t.sameList([]M{other}, t.list(), "the resources after a Delete")
}

func (t *storeTest[M, K]) deleteMissingIsNotFound() {
	key := t.missing()
	m := t.create(0)
	_, err := t.store.Delete(t.ctx, key)
	t.refusedKey(err, codes.NotFound, key, "Delete of a missing resource")
	t.sameList([]M{m}, t.list(), "the resources after a Delete of a missing one")
}

func (t *storeTest[M, K]) deleteFreesTheKey() {
	first := t.create(0)
	_, err := t.store.Delete(t.ctx, t.key(first))
	require.NoError(t, err, "Delete")
	next := t.suite.New(1)
	copyFields(next, first, t.model.key...)
	m, err := t.store.Create(t.ctx, next)
	require.NoError(t, err, "Create with the key of a deleted resource")
	t.same(m, t.get(t.key(first)), "Get differs from what Create returned")
}
