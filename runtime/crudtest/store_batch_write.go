package crudtest

import (
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

func (t *storeTest[M, K]) batchCreateReturnsWhatIsStored() {
	var given, before []M
	for _, i := range []int{2, 0, 1} {
		given, before = append(given, t.suite.New(i)), append(before, t.suite.New(i))
	}
	got, err := t.store.BatchCreate(t.ctx, given)
	require.NoError(t, err, "BatchCreate")
	require.Len(t, got, len(given), "the messages of BatchCreate")
	for i, m := range got {
		t.same(before[i], given[i], "BatchCreate changed a message that it was given")
		want := clone(m)
		copyFields(want, given[i], t.model.stored...)
		t.same(want, m, "BatchCreate stored other values than those given, or in another order")
		t.same(want, t.get(t.key(m)), "Get differs from what BatchCreate returned")
		proto.Reset(given[i])
		proto.Reset(m)
		t.same(want, t.get(t.key(want)), "the stored resource follows a message of BatchCreate")
	}
}

func (t *storeTest[M, K]) batchCreateIsAllOrNothing() {
	m := t.create(0)
	taken := t.suite.New(1)
	copyFields(taken, m, t.model.key...)
	_, err := t.store.BatchCreate(t.ctx, []M{t.suite.New(2), taken})
	t.refusedKey(err, codes.AlreadyExists, t.key(m), "BatchCreate with a taken key")
	t.sameList([]M{m}, t.list(), "the resources after a BatchCreate with a taken key")
}

// batchCreateRefusesOneKeyTwice takes a key that there has been, since not every store
// lets its caller choose.
func (t *storeTest[M, K]) batchCreateRefusesOneKeyTwice() {
	old := t.create(0)
	_, err := t.store.Delete(t.ctx, t.key(old))
	require.NoError(t, err, "Delete")
	one, other := t.suite.New(1), t.suite.New(2)
	copyFields(one, old, t.model.key...)
	copyFields(other, old, t.model.key...)
	_, err = t.store.BatchCreate(t.ctx, []M{one, other})
	t.refusedKey(err, codes.AlreadyExists, t.key(old), "BatchCreate with a key twice")
	require.Empty(t, t.list(), "the resources after a BatchCreate with a key twice")
}

func (t *storeTest[M, K]) batchUpdateWritesTheMasks() {
	var old []M
	for i := range 3 {
		old = append(old, t.create(i))
		t.get(t.key(old[i])) // which a cache remembers
	}
	masks := [][]string{t.fields[:1], t.fields}
	changes := []crud.Change[M]{
		{Message: t.input(old[2], t.suite.New(10), t.fields...), Mask: maskOf(masks[0]...)},
		{Message: t.input(old[0], t.suite.New(11), t.fields...), Mask: maskOf(masks[1]...)},
	}
	got, err := t.store.BatchUpdate(t.ctx, changes)
	require.NoError(t, err, "BatchUpdate")
	require.Len(t, got, len(changes), "the messages of BatchUpdate")
	for i, m := range []M{old[2], old[0]} {
		copyFields(m, t.suite.New(10+i), masks[i]...)
		t.sameButTime(m, got[i], "message %d of BatchUpdate", i)
		want := clone(got[i])
		t.same(want, t.get(t.key(m)), "Get differs from what BatchUpdate returned")
		proto.Reset(got[i])
		t.same(want, t.get(t.key(m)), "the stored resource follows the message that BatchUpdate returned")
	}
	t.same(old[1], t.get(t.key(old[1])), "a resource that is not in the batch")
}

// changed returns the change of a resource to the values of message i.
func (t *storeTest[M, K]) changed(m M, i int, fields ...string) crud.Change[M] {
	return crud.Change[M]{Message: t.input(m, t.suite.New(i), fields...), Mask: maskOf(fields...)}
}

func (t *storeTest[M, K]) batchUpdateIsAllOrNothing() {
	lost, other := t.create(99), t.create(98)
	for _, m := range []M{lost, other} {
		_, err := t.store.Delete(t.ctx, t.key(m))
		require.NoError(t, err, "Delete")
	}
	m := t.create(0)
	_, err := t.store.BatchUpdate(t.ctx, []crud.Change[M]{
		t.changed(m, 10, t.fields...), t.changed(lost, 11, t.fields...), t.changed(other, 12, t.fields...),
	})
	t.refusedKeys(err, "BatchUpdate of missing resources", t.key(lost), t.key(other))
	t.sameList([]M{m}, t.list(), "the resources after a BatchUpdate of missing ones")
}

func (t *storeTest[M, K]) batchUpdateRefusesOneKeyTwice() {
	m := t.create(0)
	_, err := t.store.BatchUpdate(t.ctx, []crud.Change[M]{t.changed(m, 10, t.fields...), t.changed(m, 11, t.fields...)})
	t.refused(err, codes.InvalidArgument, "BatchUpdate of one resource twice")
	t.sameList([]M{m}, t.list(), "the resource after a BatchUpdate of it twice")
}

// batchUpdatesAreWhole writes all resources by several callers, each in an order of
// its own: none fails, and what is left is what one of them wrote.
func (t *storeTest[M, K]) batchUpdatesAreWhole() {
	const batch, updaters = 6, 8
	fields := t.model.shared(t.fields)
	var all []M
	for i := range batch {
		all = append(all, t.create(i))
	}
	for range rounds {
		var wg sync.WaitGroup
		for c := range updaters {
			wg.Go(func() {
				var changes []crud.Change[M]
				for i := range batch { // 1 and 5 have no factor in common with the number
					changes = append(changes, t.changed(all[(i*(1+c%2*4)+c)%batch], 10+c%2, fields...))
				}
				_, err := t.store.BatchUpdate(t.ctx, changes)
				assert.NoError(t, err, "BatchUpdate at the same time as others")
			})
		}
		wg.Wait()
		if t.Failed() {
			t.FailNow()
		}
		got := t.list()
		for _, m := range got[1:] {
			same := model{writable: fields}
			require.Empty(t, same.differing(got[0], m), "the fields in which resources differ after updates of all at the same time")
		}
	}
}

func (t *storeTest[M, K]) tenantsHaveTheirOwnBatches() {
	a, b := t.as(0), t.as(1)
	m := a.create(0)
	_, err := t.store.BatchGet(b.ctx, []K{t.key(m)})
	t.refusedKey(err, codes.NotFound, t.key(m), "BatchGet of another tenant's resource")
	_, err = t.store.BatchUpdate(b.ctx, []crud.Change[M]{{Message: m, Mask: maskOf("*")}})
	t.refusedKey(err, codes.NotFound, t.key(m), "BatchUpdate of another tenant's resource")
	_, err = t.store.BatchDelete(b.ctx, []K{t.key(m)})
	t.refusedKey(err, codes.NotFound, t.key(m), "BatchDelete of another tenant's resource")
	_, err = t.store.BatchCreate(b.ctx, []M{t.suite.New(1)})
	require.NoError(t, err, "BatchCreate")
	t.sameList([]M{m}, a.list(), "the first tenant's resources after batches of another")
	require.Len(t, b.list(), 1, "the second tenant's resources")

	nobody := *t
	nobody.ctx = t.outside
	for method, err := range nobody.batches(m, 1) {
		require.Errorf(t, err, "%s without a tenant", method)
	}
	t.sameList([]M{m}, a.list(), "the resources after batches without a tenant")
}
