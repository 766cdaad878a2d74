package crudtest

import (
	"fmt"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// listMethod is the RPC that the suite's lists are for.
const listMethod = "/crudtest.Store/List"

func (t *storeTest[M, K]) query() crud.Query {
	return crud.Query{Method: listMethod, Parent: t.suite.Parent}
}

// create stores message i. It returns a copy, which no store shares.
func (t *storeTest[M, K]) create(i int) M {
	t.Helper()
	m, err := t.store.Create(t.ctx, t.suite.New(i))
	require.NoError(t, err, "Create")
	require.False(t, isNil(m), "Create returned no message")
	return clone(m)
}

// createAll stores messages 0 to n-1, in an order that is not that of their numbers.
func (t *storeTest[M, K]) createAll(n int) {
	t.Helper()
	const step = 7 // has no factor in common with the numbers that are used
	for i := range n {
		t.create(i * step % n)
	}
}

func (t *storeTest[M, K]) key(m M) K {
	t.Helper()
	key, err := t.suite.Table.KeyOf(m)
	require.NoError(t, err, "the key of a returned message")
	return key
}

func (t *storeTest[M, K]) get(key K) M {
	t.Helper()
	m, err := t.store.Get(t.ctx, key)
	require.NoError(t, err, "Get")
	return m
}

// missing returns a key that the store has had and has no more.
func (t *storeTest[M, K]) missing() K {
	t.Helper()
	key := t.key(t.create(99))
	_, err := t.store.Delete(t.ctx, key)
	require.NoError(t, err, "Delete")
	return key
}

// update writes fields of from to the resource old.
func (t *storeTest[M, K]) update(old, from M, fields ...string) M {
	t.Helper()
	m, err := t.store.Update(t.ctx, t.input(old, from, fields...), maskOf(fields...))
	require.NoError(t, err, "Update of %v", fields)
	return m
}

// input returns a message with the key of old and fields of from, and nothing else.
func (t *storeTest[M, K]) input(old, from M, fields ...string) M {
	m := empty(old)
	copyFields(m, old, t.model.key...)
	copyFields(m, from, fields...)
	return m
}

func maskOf(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

// list returns the items of one page that holds all.
func (t *storeTest[M, K]) list() []M {
	t.Helper()
	q := t.query()
	q.PageSize = t.suite.Table.Info().MaxPageSize
	page, err := t.store.List(t.ctx, q)
	require.NoError(t, err, "List")
	return page.Items
}

// same demands that two messages are equal.
func (t *storeTest[M, K]) same(want, got M, format string, args ...any) {
	t.Helper()
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		require.Fail(t, fmt.Sprintf(format, args...), "(-want +got)\n%s", diff)
	}
}

// sameButTime is same for messages of two times of update.
func (t *storeTest[M, K]) sameButTime(want, got M, format string, args ...any) {
	t.Helper()
	if f := t.model.updateTime; f != "" {
		want = clone(want)
		copyFields(want, got, f)
	}
	t.same(want, got, format, args...)
}

// sameList demands the same messages in the same order.
func (t *storeTest[M, K]) sameList(want, got []M, format string, args ...any) {
	t.Helper()
	if diff := cmp.Diff(t.keys(want), t.keys(got)); diff != "" {
		require.Fail(t, fmt.Sprintf(format, args...), "keys (-want +got)\n%s", diff)
	}
	for i := range want {
		t.same(want[i], got[i], format, args...)
	}
}

func (t *storeTest[M, K]) keys(items []M) []K {
	t.Helper()
	keys := make([]K, len(items))
	for i, m := range items {
		keys[i] = t.key(m)
	}
	return keys
}

// refused demands a status.
func (t *storeTest[M, K]) refused(err error, want codes.Code, what string) *status.Status {
	t.Helper()
	st, ok := status.FromError(err)
	require.Truef(t, ok, "%s: the error has no status: %v", what, err)
	require.Equalf(t, want.String(), st.Code().String(), "%s: %v", what, err)
	return st
}

// refusedKey demands a status that names the resource.
func (t *storeTest[M, K]) refusedKey(err error, want codes.Code, key K, what string) {
	t.Helper()
	info := t.refusedResource(err, want, what)
	require.Equalf(t, nameOf(key), info.GetResourceName(), "%s: the name in ResourceInfo", what)
}

func (t *storeTest[M, K]) refusedResource(err error, want codes.Code, what string) *errdetails.ResourceInfo {
	t.Helper()
	info := detail[*errdetails.ResourceInfo](t.refused(err, want, what))
	require.NotNilf(t, info, "%s: the status has no ResourceInfo", what)
	return info
}

// refusedField demands INVALID_ARGUMENT with a violation of the field.
func (t *storeTest[M, K]) refusedField(err error, field, what string) {
	t.Helper()
	bad := detail[*errdetails.BadRequest](t.refused(err, codes.InvalidArgument, what))
	require.NotNilf(t, bad, "%s: the status has no BadRequest", what)
	var fields []string
	for _, v := range bad.GetFieldViolations() {
		fields = append(fields, v.GetField())
	}
	require.Containsf(t, fields, field, "%s: the fields of BadRequest", what)
}

// detail returns the detail of its type, nil if there is none.
func detail[D any](st *status.Status) (none D) {
	for _, d := range st.Details() {
		if d, ok := d.(D); ok {
			return d
		}
	}
	return none
}
