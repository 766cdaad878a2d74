package crudtest

import (
	"encoding/csv"
	"strings"

	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// checksOfBatches are those of the batch methods.
func (s StoreSuite[M, K]) checksOfBatches(m model) []storeCheck[M, K] {
	type test = storeTest[M, K]
	if s.Unbatched {
		return []storeCheck[M, K]{{"Batch/IsUnimplemented", (*test).batchIsUnimplemented}}
	}
	all := []storeCheck[M, K]{
		{"Batch/RefusesEmptyAndTooMany", (*test).batchRefusesEmptyAndTooMany},
		{"BatchGet/KeepsTheOrder", (*test).batchGetKeepsTheOrder},
		{"BatchGet/NamesWhatIsMissing", (*test).batchGetNamesWhatIsMissing},
		{"BatchCreate/ReturnsWhatIsStored", (*test).batchCreateReturnsWhatIsStored},
		{"BatchCreate/IsAllOrNothing", (*test).batchCreateIsAllOrNothing},
		{"BatchCreate/RefusesOneKeyTwice", (*test).batchCreateRefusesOneKeyTwice},
		{"BatchUpdate/IsAllOrNothing", (*test).batchUpdateIsAllOrNothing},
		{"BatchUpdate/RefusesOneKeyTwice", (*test).batchUpdateRefusesOneKeyTwice},
		{"BatchDelete/Removes", (*test).batchDeleteRemoves},
		{"BatchDelete/IsAllOrNothing", (*test).batchDeleteIsAllOrNothing},
	}
	if len(m.writable) > 0 {
		all = append(all, storeCheck[M, K]{"BatchUpdate/WritesTheMasks", (*test).batchUpdateWritesTheMasks})
	}
	if len(m.shared(m.differing(s.New(0), s.New(1)))) > 0 {
		all = append(all, storeCheck[M, K]{"Concurrency/BatchUpdatesAreWhole", (*test).batchUpdatesAreWhole})
	}
	if s.Tenant != nil {
		all = append(all, storeCheck[M, K]{"Tenants/HaveTheirOwnBatches", (*test).tenantsHaveTheirOwnBatches})
	}
	return all
}

// batches makes each of the four calls for the resource m, n times in one list.
func (t *storeTest[M, K]) batches(m M, n int) map[string]error {
	errs := make(map[string]error, 4)
	keys, created, changes := make([]K, n), make([]M, n), make([]crud.Change[M], n)
	for i := range n {
		keys[i], created[i], changes[i] = t.key(m), t.suite.New(1), crud.Change[M]{Message: m}
	}
	_, errs["BatchGet"] = t.store.BatchGet(t.ctx, keys)
	_, errs["BatchCreate"] = t.store.BatchCreate(t.ctx, created)
	_, errs["BatchUpdate"] = t.store.BatchUpdate(t.ctx, changes)
	_, errs["BatchDelete"] = t.store.BatchDelete(t.ctx, keys)
	return errs
}

func (t *storeTest[M, K]) batchIsUnimplemented() {
	m := t.create(0)
	for method, err := range t.batches(m, 1) {
		t.refused(err, codes.Unimplemented, method)
	}
	t.sameList([]M{m}, t.list(), "the resources after batches that are not implemented")
}

func (t *storeTest[M, K]) batchRefusesEmptyAndTooMany() {
	m := t.create(0)
	for _, n := range []int{0, int(t.model.info.MaxBatchSize) + 1} {
		for method, err := range t.batches(m, n) {
			require.Errorf(t, err, "%s of %d", method, n)
			t.refused(err, codes.InvalidArgument, method)
		}
	}
	t.sameList([]M{m}, t.list(), "the resources after batches of a wrong size")
}

func (t *storeTest[M, K]) batchGetKeepsTheOrder() {
	var want []M
	var keys []K
	for _, i := range []int{2, 0, 1} {
		m := t.create(i)
		want, keys = append(want, m), append(keys, t.key(m))
	}
	want, keys = append(want, want[1]), append(keys, keys[1])
	got, err := t.store.BatchGet(t.ctx, keys)
	require.NoError(t, err, "BatchGet")
	t.sameInOrder(want, got, "BatchGet")
	proto.Reset(got[1])
	t.same(want[3], got[3], "BatchGet returned one message for a key that comes twice")
	t.same(want[1], t.get(keys[1]), "the stored resource follows the message that BatchGet returned")
}

// sameInOrder demands the same messages in the same order.
func (t *storeTest[M, K]) sameInOrder(want, got []M, what string) {
	t.Helper()
	require.Lenf(t, got, len(want), "the messages of %s", what)
	for i := range want {
		t.same(want[i], got[i], "message %d of %s", i, what)
	}
}

// gone returns the key of message i, which the store has had and has no more.
func (t *storeTest[M, K]) gone(i int) K {
	t.Helper()
	key := t.key(t.create(i))
	_, err := t.store.Delete(t.ctx, key)
	require.NoError(t, err, "Delete")
	return key
}

func (t *storeTest[M, K]) batchGetNamesWhatIsMissing() {
	one, other := t.gone(98), t.gone(99)
	m := t.create(0)
	_, err := t.store.BatchGet(t.ctx, []K{other, t.key(m), one})
	t.refusedKeys(err, "BatchGet of missing resources", other, one)
}

// refusedKeys demands NOT_FOUND that names the keys, the first of them in ResourceInfo.
func (t *storeTest[M, K]) refusedKeys(err error, what string, keys ...K) {
	t.Helper()
	t.refusedKey(err, codes.NotFound, keys[0], what)
	info := detail[*errdetails.ErrorInfo](t.refused(err, codes.NotFound, what))
	require.NotNilf(t, info, "%s: the status has no ErrorInfo", what)
	names, parse := csv.NewReader(strings.NewReader(info.GetMetadata()["resource_names"])).Read()
	require.NoErrorf(t, parse, "%s: resource_names in ErrorInfo's metadata", what)
	want := make([]string, len(keys))
	for i, key := range keys {
		want[i] = nameOf(key)
	}
	require.Equalf(t, want, names, "%s: resource_names in ErrorInfo's metadata", what)
}

func (t *storeTest[M, K]) batchDeleteRemoves() {
	m, kept, other := t.create(0), t.create(1), t.create(2)
	t.get(t.key(m)) // which a cache remembers
	none, err := t.store.BatchDelete(t.ctx, []K{t.key(other), t.key(m), t.key(other)})
	require.NoError(t, err, "BatchDelete")
	require.Empty(t, none, "the messages of BatchDelete")
	_, err = t.store.Get(t.ctx, t.key(m))
	t.refusedKey(err, codes.NotFound, t.key(m), "Get after BatchDelete")
	t.sameList([]M{kept}, t.list(), "the resources after a BatchDelete")
}

func (t *storeTest[M, K]) batchDeleteIsAllOrNothing() {
	one, other := t.gone(98), t.gone(99)
	m := t.create(0)
	_, err := t.store.BatchDelete(t.ctx, []K{t.key(m), other, one})
	t.refusedKeys(err, "BatchDelete of missing resources", other, one)
	t.sameList([]M{m}, t.list(), "the resources after a BatchDelete of missing ones")
}
