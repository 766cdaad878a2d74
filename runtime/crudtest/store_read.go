package crudtest

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

func (t *storeTest[M, K]) getMissingIsNotFound() {
	key := t.missing()
	t.create(0)
	_, err := t.store.Get(t.ctx, key)
	t.refusedKey(err, codes.NotFound, key, "Get of a missing resource")
}

func (t *storeTest[M, K]) getReturnsACopy() {
	want := t.create(0)
	key := t.key(want)
	proto.Reset(t.get(key))
	t.same(want, t.get(key), "the stored resource follows the message that Get returned")
}

func (t *storeTest[M, K]) cancelledIsCancelled() {
	ctx, cancel := context.WithCancel(t.ctx)
	cancel()
	t.refusesContext(ctx, codes.Canceled)
}

func (t *storeTest[M, K]) lateIsDeadlineExceeded() {
	ctx, cancel := context.WithDeadline(t.ctx, time.Unix(0, 0))
	defer cancel()
	t.refusesContext(ctx, codes.DeadlineExceeded)
}

// refusesContext demands that no call does anything under a context that has ended.
// The Get is of a missing resource: a cache may answer for one that it holds.
func (t *storeTest[M, K]) refusesContext(ctx context.Context, want codes.Code) {
	missing := t.missing()
	m := t.create(0)
	_, err := t.store.Get(ctx, missing)
	t.refused(err, want, "Get")
	_, err = t.store.List(ctx, t.query())
	t.refused(err, want, "List")
	_, err = t.store.Create(ctx, t.suite.New(1))
	t.refused(err, want, "Create")
	_, err = t.store.Update(ctx, t.input(m, t.suite.New(1), t.fields...), maskOf(t.fields...))
	t.refused(err, want, "Update")
	_, err = t.store.Delete(ctx, t.key(m))
	t.refused(err, want, "Delete")
	t.refused(t.onlyErrorIn(ctx, t.query()), want, "All")
	if !t.suite.Unbatched {
		late := *t
		late.ctx = ctx
		for method, err := range late.batches(m, 1) {
			if method != "BatchGet" {
				t.refused(err, want, method)
			}
		}
		_, err = t.store.BatchGet(ctx, []K{missing})
		t.refused(err, want, "BatchGet")
	}
	t.sameList([]M{m}, t.list(), "the resources after calls whose context had ended")
}
