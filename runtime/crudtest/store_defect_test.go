package crudtest

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// TestWrongStoresFail runs the suite on stores with one defect each, and demands that
// the checks that are there for it fail. Every check is there for some defect.
func TestWrongStoresFail(t *testing.T) {
	t.Parallel()
	caught := &checkNames{names: make(map[string]bool)}
	t.Run("defects", func(t *testing.T) {
		testDefects(t, caught, "Book", bookSuite(engines["sqlite"]), bookDefects())
		testDefects(t, caught, "User", userSuite(engines["sqlite"]), userDefects())
		testDefects(t, caught, "Note", noteSuite(engines["sqlite"]), noteDefects())
	})
	all := &checkNames{names: make(map[string]bool)}
	addNames(all, bookSuite(nil))
	addNames(all, userSuite(nil))
	addNames(all, noteSuite(nil))
	assert.Equal(t, slices.Sorted(maps.Keys(all.names)), slices.Sorted(maps.Keys(caught.names)),
		"the checks that some defect fails")
}

// A defect is what is wrong with a store, and the checks that must see it.
type defect[M proto.Message, K comparable] struct {
	name  string
	wrap  func(crud.Store[M, K]) crud.Store[M, K]
	fails []string
}

// checkNames is a set of names that tests in parallel add to.
type checkNames struct {
	mu    sync.Mutex
	names map[string]bool
}

func (c *checkNames) add(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.names[name] = true
}

func addNames[M proto.Message, K comparable](all *checkNames, s StoreSuite[M, K]) {
	for _, c := range s.checks() {
		all.add(c.name)
	}
}

func testDefects[M proto.Message, K comparable](t *testing.T, caught *checkNames, model string, s StoreSuite[M, K], defects []defect[M, K]) {
	t.Helper()
	for _, d := range defects {
		t.Run(model+"/"+d.name, func(t *testing.T) {
			t.Parallel()
			wrong := s
			wrong.Open = func(t testing.TB) crud.Store[M, K] { return d.wrap(s.Open(t)) }
			for _, name := range d.fails {
				i := slices.IndexFunc(s.checks(), func(c storeCheck[M, K]) bool { return c.name == name })
				require.GreaterOrEqual(t, i, 0, "there is no check %s", name)
				v := judge(t, func(t testing.TB) { wrong.run(t, s.checks()[i]) })
				require.NotEmpty(t, v.failures, "the check %s did not fail", name)
				t.Logf("%s: %s", name, v.failures[0])
				caught.add(name)
			}
		})
	}
}

// A verdict is a testing.TB that keeps the failures of what runs under it.
type verdict struct {
	testing.TB
	mu       sync.Mutex
	failures []string
}

// judge runs f, which may fail, in a goroutine that a failure can end.
func judge(t testing.TB, f func(testing.TB)) *verdict {
	v := &verdict{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(v)
	}()
	<-done
	return v
}

func (v *verdict) Helper() {}

func (v *verdict) Errorf(format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.failures = append(v.failures, fmt.Sprintf(format, args...))
}

func (v *verdict) Failed() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.failures) > 0
}

func (v *verdict) FailNow() { runtime.Goexit() }

func (v *verdict) Fatal(args ...any) {
	v.Errorf("%s", fmt.Sprint(args...))
	v.FailNow()
}

func (v *verdict) Fatalf(format string, args ...any) {
	v.Errorf(format, args...)
	v.FailNow()
}

// TestIncompleteSuitesFail: what a suite lacks must not go untested in silence.
func TestIncompleteSuitesFail(t *testing.T) {
	t.Parallel()
	books, notes, users := bookSuite(engines["sqlite"]), noteSuite(engines["sqlite"]), userSuite(engines["sqlite"])
	noTable, noParent, noElsewhere, noTenant, alike, parented := books, books, books, notes, books, users
	noTable.Table = nil
	noParent.Parent = ""
	noElsewhere.Elsewhere = nil
	noTenant.Tenant = nil
	alike.New = func(int) *book { return newBook("a", 0) }
	parented.Parent = "teams/t"
	for name, require := range map[string]func(testing.TB){
		"no table":                  noTable.require,
		"no parent":                 noParent.require,
		"no other parent":           noElsewhere.require,
		"no tenant":                 noTenant.require,
		"equal messages":            alike.require,
		"a parent of a plain model": parented.require,
	} {
		assert.NotEmpty(t, judge(t, require).failures, name)
	}
	for _, require := range []func(testing.TB){books.require, notes.require, users.require} {
		assert.Empty(t, judge(t, require).failures)
	}
}

// An overlay is a store with some of its methods replaced.
type overlay[M proto.Message, K any] struct {
	crud.Store[M, K]
	get    func(ctx context.Context, key K) (M, error)
	list   func(ctx context.Context, q crud.Query) (*crud.Page[M], error)
	all    func(ctx context.Context, q crud.Query) iter.Seq2[M, error]
	create func(ctx context.Context, m M) (M, error)
	update func(ctx context.Context, m M, mask *fieldmaskpb.FieldMask) (M, error)
	delete func(ctx context.Context, key K) (M, error)

	batchGet    func(ctx context.Context, keys []K) ([]M, error)
	batchCreate func(ctx context.Context, ms []M) ([]M, error)
	batchUpdate func(ctx context.Context, changes []crud.Change[M]) ([]M, error)
	batchDelete func(ctx context.Context, keys []K) ([]M, error)
}

func (o *overlay[M, K]) Get(ctx context.Context, key K, opts ...crud.GetOption) (M, error) {
	if o.get != nil {
		return o.get(ctx, key)
	}
	return o.Store.Get(ctx, key, opts...)
}

func (o *overlay[M, K]) List(ctx context.Context, q crud.Query) (*crud.Page[M], error) {
	if o.list != nil {
		return o.list(ctx, q)
	}
	return o.Store.List(ctx, q)
}

func (o *overlay[M, K]) All(ctx context.Context, q crud.Query) iter.Seq2[M, error] {
	if o.all != nil {
		return o.all(ctx, q)
	}
	return o.Store.All(ctx, q)
}

func (o *overlay[M, K]) Create(ctx context.Context, m M, opts ...crud.WriteOption) (M, error) {
	if o.create != nil {
		return o.create(ctx, m)
	}
	return o.Store.Create(ctx, m, opts...)
}

func (o *overlay[M, K]) Update(ctx context.Context, m M, mask *fieldmaskpb.FieldMask, opts ...crud.WriteOption) (M, error) {
	if o.update != nil {
		return o.update(ctx, m, mask)
	}
	return o.Store.Update(ctx, m, mask, opts...)
}

func (o *overlay[M, K]) Delete(ctx context.Context, key K, opts ...crud.WriteOption) (M, error) {
	if o.delete != nil {
		return o.delete(ctx, key)
	}
	return o.Store.Delete(ctx, key, opts...)
}

func (o *overlay[M, K]) BatchGet(ctx context.Context, keys []K, opts ...crud.GetOption) ([]M, error) {
	if o.batchGet != nil {
		return o.batchGet(ctx, keys)
	}
	return o.Store.BatchGet(ctx, keys, opts...)
}

func (o *overlay[M, K]) BatchCreate(ctx context.Context, ms []M, opts ...crud.WriteOption) ([]M, error) {
	if o.batchCreate != nil {
		return o.batchCreate(ctx, ms)
	}
	return o.Store.BatchCreate(ctx, ms, opts...)
}

func (o *overlay[M, K]) BatchUpdate(ctx context.Context, changes []crud.Change[M], opts ...crud.WriteOption) ([]M, error) {
	if o.batchUpdate != nil {
		return o.batchUpdate(ctx, changes)
	}
	return o.Store.BatchUpdate(ctx, changes, opts...)
}

func (o *overlay[M, K]) BatchDelete(ctx context.Context, keys []K, opts ...crud.WriteOption) ([]M, error) {
	if o.batchDelete != nil {
		return o.batchDelete(ctx, keys)
	}
	return o.Store.BatchDelete(ctx, keys, opts...)
}
