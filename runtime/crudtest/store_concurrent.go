package crudtest

import (
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	callers = 16 // that write at the same time
	rounds  = 20
)

func (t *storeTest[M, K]) concurrentCreatesAreKept() {
	created := make([]M, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			m, err := t.store.Create(t.ctx, t.suite.New(i))
			if assert.NoError(t, err, "Create at the same time as others") {
				created[i] = m
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		t.FailNow()
	}
	require.Len(t, t.list(), callers, "the resources after %d creates at the same time", callers)
	for _, m := range created {
		t.same(m, t.get(t.key(m)), "Get differs from what Create returned")
	}
}

func (t *storeTest[M, K]) oneCreateOfAKeyWins() {
	codesOf := make([]codes.Code, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			m := t.suite.New(i)
			copyFields(m, t.suite.New(0), t.model.key...)
			_, err := t.store.Create(t.ctx, m)
			codesOf[i] = status.Code(err)
		})
	}
	wg.Wait()
	count := make(map[codes.Code]int)
	for _, c := range codesOf {
		count[c]++
	}
	require.Equal(t, map[codes.Code]int{codes.OK: 1, codes.AlreadyExists: callers - 1}, count,
		"the statuses of %d creates of one key at the same time", callers)
	require.Len(t, t.list(), 1, "the resources after them")
}

// concurrentUpdatesAreKept writes each field by a caller of its own.
func (t *storeTest[M, K]) concurrentUpdatesAreKept() {
	m := t.create(0)
	for round := range rounds {
		from := t.suite.New((round + 1) % 2)
		var wg sync.WaitGroup
		for _, f := range t.fields {
			wg.Go(func() {
				_, err := t.store.Update(t.ctx, t.input(m, from, f), maskOf(f))
				assert.NoError(t, err, "Update at the same time as others")
			})
		}
		wg.Wait()
		if t.Failed() {
			t.FailNow()
		}
		copyFields(m, from, t.fields...)
		t.sameButTime(m, t.get(t.key(m)), "the resource after updates of its fields at the same time")
	}
}
