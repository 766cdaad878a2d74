package crudtest

import (
	"context"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A StoreSuite says which store [TestStore] is to test, and gives it messages.
//
//	func TestBookCache(t *testing.T) {
//		crudtest.TestStore(t, crudtest.StoreSuite[*libraryv1.Book, libraryv1.BookKey]{
//			Table: libraryv1.BookTable,
//			Open: func(t testing.TB) crud.Store[*libraryv1.Book, libraryv1.BookKey] {
//				return newBookCache(libraryv1.NewBookRepository(openLibrary(t)))
//			},
//			New: func(i int) *libraryv1.Book {
//				return &libraryv1.Book{Name: fmt.Sprintf("shelves/a/books/b%d", i), Title: fmt.Sprintf("Title %d", i)}
//			},
//			Parent:    "shelves/a",
//			Elsewhere: func(i int) *libraryv1.Book { … },
//		})
//	}
type StoreSuite[M proto.Message, K comparable] struct {
	// Table describes the messages, which have a key.
	Table *crud.Table[M, K]

	// Open returns an empty store that is the caller's alone. The rows that the
	// messages refer to, parents among them, are there. It is called once for each
	// check; checks run in parallel.
	Open func(t testing.TB) crud.Store[M, K]

	// New returns the message of number i, a new one for each call. For i from 0 to 99
	// the messages are valid, have keys of their own, and no two have the same value
	// in a unique field. A key may be unset if the store makes it.
	//
	// The suite updates the fields in which messages 0 and 1 differ, so let them
	// differ in all that a client may change. It puts fields of one message into
	// another, which must stay valid. Values must be such as the store keeps exactly:
	// whole microseconds, for example.
	New func(i int) M

	// Parent is the name of the collection that New's resources are in, for models
	// that have a parent, and Elsewhere is New for another collection. They are empty
	// and nil for other models.
	Parent    string
	Elsewhere func(i int) M

	// Tenant returns ctx as a call of tenant 0 or 1 has it. With it, the suite fails a
	// store that lets one tenant see or change what is the other's. A model that
	// declares a scope needs it. It is nil for a store without tenants.
	Tenant func(ctx context.Context, i int) context.Context

	// Unbatched says that the store leaves the batch methods out. The suite then demands
	// that they answer UNIMPLEMENTED, and nothing else of them.
	Unbatched bool
}

// TestStore checks that a store keeps the contract of [crud.Store]: what is
// returned, what is written and what is left alone, pages and their tokens,
// statuses and their details, batches that are done as a whole, and, with [StoreSuite.Tenant], that tenants do not
// meet. Each check is a subtest, named by what it demands, with a store of its own.
//
// Run it on a store that you wrote, and on a decorator over a repository: a cache
// that confuses two tenants fails it.
func TestStore[M proto.Message, K comparable](t *testing.T, s StoreSuite[M, K]) {
	t.Helper()
	s.require(t)
	for _, c := range s.checks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s.run(t, c)
		})
	}
}

// require refuses a suite that would leave something untested.
func (s StoreSuite[M, K]) require(t testing.TB) {
	t.Helper()
	if s.Table == nil || s.Open == nil || s.New == nil {
		t.Fatal("crudtest: a StoreSuite needs Table, Open and New")
	}
	info := s.Table.Info()
	if (info.Parent != nil) != (s.Parent != "") || (info.Parent != nil) != (s.Elsewhere != nil) {
		t.Fatalf("crudtest: the suite of %s needs Parent and Elsewhere if the model has a parent, and neither if not", info.Message)
	}
	if len(info.Scope) > 0 && s.Tenant == nil {
		t.Fatalf("crudtest: the suite of %s, which declares a scope, needs Tenant", info.Message)
	}
	m := newModel(info)
	if len(m.writable) > 0 && len(m.differing(s.New(0), s.New(1))) == 0 {
		t.Fatalf("crudtest: New(0) and New(1) of %s differ in no field that Update can write", info.Message)
	}
}

// run runs one check on a store of its own.
func (s StoreSuite[M, K]) run(t testing.TB, c storeCheck[M, K]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), checkTimeout)
	defer cancel()
	outside := ctx
	if s.Tenant != nil {
		ctx = s.Tenant(ctx, 0)
	}
	m := newModel(s.Table.Info())
	c.run(&storeTest[M, K]{
		TB: t, suite: s, model: m, fields: m.differing(s.New(0), s.New(1)),
		store: s.Open(t), ctx: ctx, outside: outside,
	})
}
