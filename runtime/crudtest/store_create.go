package crudtest

import (
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

func (t *storeTest[M, K]) createReturnsWhatIsStored() {
	for i := range 3 {
		given := t.suite.New(i)
		m := t.create(i)
		t.same(m, t.get(t.key(m)), "Get differs from what Create returned")
		want := clone(m)
		copyFields(want, given, t.model.stored...)
		t.same(want, m, "Create stored other values than those given")
	}
}

func (t *storeTest[M, K]) createKeepsTheKey() {
	m := t.create(0)
	require.Equal(t, t.key(t.suite.New(0)), t.key(m), "the key that Create was given")
}

// createMakesKeys leaves the key unset where it is made of fields. A resource name
// holds the parent too, so that there is none without an id.
func (t *storeTest[M, K]) createMakesKeys() {
	seen := make(map[K]bool)
	var zero K
	for i := range 5 {
		given := t.suite.New(i)
		if t.model.info.Pattern == nil {
			for _, f := range t.model.key {
				clearField(given, f)
			}
		}
		m, err := t.store.Create(t.ctx, given)
		require.NoError(t, err, "Create without a key")
		require.NotEqual(t, zero, t.key(m), "the key that Create made")
		require.NotContains(t, seen, t.key(m), "Create made a key twice")
		seen[t.key(m)] = true
	}
}

func (t *storeTest[M, K]) createLeavesItsArgument() {
	given := t.suite.New(0)
	before := clone(given)
	m, err := t.store.Create(t.ctx, given)
	require.NoError(t, err, "Create")
	t.same(before, given, "Create changed the message that it was given")
	want := clone(m)
	proto.Reset(given)
	t.same(want, t.get(t.key(want)), "the stored resource follows the message that Create was given")
}

func (t *storeTest[M, K]) createReturnsACopy() {
	m, err := t.store.Create(t.ctx, t.suite.New(0))
	require.NoError(t, err, "Create")
	want := clone(m)
	proto.Reset(m)
	t.same(want, t.get(t.key(want)), "the stored resource follows the message that Create returned")
}

func (t *storeTest[M, K]) createRefusesATakenKey() {
	m := t.create(0)
	other := t.suite.New(1)
	copyFields(other, m, t.model.key...)
	_, err := t.store.Create(t.ctx, other)
	t.refusedKey(err, codes.AlreadyExists, t.key(m), "Create with a taken key")
	t.same(m, t.get(t.key(m)), "the resource after a Create with its key")
}

func (t *storeTest[M, K]) createRefusesATakenValue() {
	for _, field := range t.model.unique {
		m := t.create(0)
		other := t.suite.New(1)
		copyFields(other, m, field)
		_, err := t.store.Create(t.ctx, other)
		t.refusedResource(err, codes.AlreadyExists, "Create with a taken "+field)
		t.sameList([]M{m}, t.list(), "the resources after a Create with a taken %s", field)
		_, err = t.store.Delete(t.ctx, t.key(m))
		require.NoError(t, err, "Delete")
	}
}

func (t *storeTest[M, K]) createSetsTheTimes() {
	epoch := &timestamppb.Timestamp{}
	given := t.suite.New(0)
	times := t.model.times()
	for _, f := range times {
		setMessage(given, f, epoch)
	}
	m, err := t.store.Create(t.ctx, given)
	require.NoError(t, err, "Create")
	for _, f := range times {
		require.True(t, timeOf(m, f).After(epoch.AsTime()), "%s must be the time of the Create, is %s", f, timeOf(m, f))
	}
}
