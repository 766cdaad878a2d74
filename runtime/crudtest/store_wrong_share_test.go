package crudtest

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

func concurrencyDefects() []defect[*book, bookKey] {
	return []defect[*book, bookKey]{
		{"every eighth Create is lost", func(s bookStore) bookStore {
			var n atomic.Int32
			return &bookWrong{Store: s, create: func(ctx context.Context, m *book) (*book, error) {
				if n.Add(1)%8 == 0 {
					return clone(m), nil
				}
				return s.Create(ctx, m)
			}}
		}, []string{"Concurrency/CreatesAreKept"}},
		{"Update writes what it read before", func(s bookStore) bookStore {
			meet := make(chan struct{})
			return &bookWrong{Store: s, update: func(ctx context.Context, m *book, fm *mask) (*book, error) {
				old, err := s.Get(ctx, keyOfBook(m))
				if err != nil {
					return nil, err
				}
				copyFields(old, m, fm.GetPaths()...)
				meetAnother(meet)
				return s.Update(ctx, old, &mask{Paths: []string{"*"}})
			}}
		}, []string{"Concurrency/UpdatesOfDifferentFieldsAreKept"}},
	}
}

// meetAnother waits until another caller is here too, unless none comes.
func meetAnother(meet chan struct{}) {
	select {
	case meet <- struct{}{}:
	case <-meet:
	case <-time.After(20 * time.Millisecond):
	}
}

// sharingDefects are of stores that keep messages which their callers have too.
func sharingDefects() []defect[*book, bookKey] {
	return []defect[*book, bookKey]{
		{"Create keeps what it was given", func(s bookStore) bookStore {
			var kept sync.Map
			return &bookWrong{
				Store: s,
				create: func(ctx context.Context, m *book) (*book, error) {
					stored, err := s.Create(ctx, m)
					kept.Store(keyOfBook(m), m)
					return stored, err
				},
				get: func(ctx context.Context, key bookKey) (*book, error) {
					m, err := s.Get(ctx, key)
					if given, ok := kept.Load(key); ok && err == nil {
						m.Title = given.(*book).GetTitle()
					}
					return m, err
				},
			}
		}, []string{"Create/LeavesItsArgument"}},
		{"all callers share one message", newSharing, []string{
			"Create/ReturnsACopy", "Get/ReturnsACopy", "Update/ReturnsACopy",
			"List/ReturnsCopiesOfWhatIsStored", "All/YieldsEveryRow",
		}},
	}
}

// newSharing returns a cache that gives every caller the same message.
func newSharing(s bookStore) bookStore {
	var cache sync.Map
	share := func(m *book, err error) (*book, error) {
		if err == nil {
			cache.Store(keyOfBook(m), m)
		}
		return m, err
	}
	return &bookWrong{
		Store:  s,
		create: func(ctx context.Context, m *book) (*book, error) { return share(s.Create(ctx, m)) },
		update: func(ctx context.Context, m *book, fm *mask) (*book, error) { return share(s.Update(ctx, m, fm)) },
		get: func(ctx context.Context, key bookKey) (*book, error) {
			if m, ok := cache.Load(key); ok {
				return m.(*book), nil
			}
			return share(s.Get(ctx, key))
		},
		list: func(ctx context.Context, q crud.Query) (*bookPage, error) {
			page, err := s.List(ctx, q)
			if err == nil {
				for _, m := range page.Items {
					_, _ = share(m, nil)
				}
			}
			return page, err
		},
		all: func(ctx context.Context, q crud.Query) iter.Seq2[*book, error] {
			return func(yield func(*book, error) bool) {
				for m, err := range s.All(ctx, q) {
					if !yield(share(m, err)) {
						return
					}
				}
			}
		},
	}
}
