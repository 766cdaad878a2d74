package crudtest

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

type bookChange = crud.Change[*book]

func batchDefects() []defect[*book, bookKey] {
	return slices.Concat(batchReadDefects(), batchWriteDefects(), batchLoopDefects())
}

func batchReadDefects() []defect[*book, bookKey] {
	get := func(f func(bookStore, context.Context, []bookKey) ([]*book, error)) func(bookStore) bookStore {
		return func(s bookStore) bookStore {
			return &bookWrong{Store: s, batchGet: func(ctx context.Context, keys []bookKey) ([]*book, error) { return f(s, ctx, keys) }}
		}
	}
	return []defect[*book, bookKey]{
		{"BatchGet has an order of its own", get(func(s bookStore, ctx context.Context, keys []bookKey) ([]*book, error) {
			return s.BatchGet(ctx, slices.SortedFunc(slices.Values(keys), compareKeys))
		}), []string{"BatchGet/KeepsTheOrder"}},
		{"BatchGet gives one message twice", get(func(s bookStore, ctx context.Context, keys []bookKey) ([]*book, error) {
			ms, err := s.BatchGet(ctx, keys)
			for i := range ms {
				ms[i] = ms[slices.Index(keys, keys[i])]
			}
			return ms, err
		}), []string{"BatchGet/KeepsTheOrder"}},
		{"BatchGet leaves out what is missing", get(func(s bookStore, ctx context.Context, keys []bookKey) (ms []*book, err error) {
			for _, key := range keys {
				m, err := s.Get(ctx, key)
				switch status.Code(err) {
				case codes.OK:
					ms = append(ms, m)
				case codes.NotFound:
				default:
					return nil, err
				}
			}
			return ms, nil
		}), []string{"BatchGet/NamesWhatIsMissing", "Batch/RefusesEmptyAndTooMany"}},
		{"BatchGet names the first alone", get(func(s bookStore, ctx context.Context, keys []bookKey) (ms []*book, err error) {
			for _, key := range keys {
				m, err := s.Get(ctx, key)
				if err != nil {
					return nil, err
				}
				ms = append(ms, m)
			}
			return ms, nil
		}), []string{"BatchGet/NamesWhatIsMissing"}},
	}
}

func batchWriteDefects() []defect[*book, bookKey] {
	return []defect[*book, bookKey]{
		{"BatchCreate answers in the order of the keys", func(s bookStore) bookStore {
			return &bookWrong{Store: s, batchCreate: func(ctx context.Context, ms []*book) ([]*book, error) {
				stored, err := s.BatchCreate(ctx, ms)
				slices.SortFunc(stored, func(a, b *book) int { return compareKeys(keyOfBook(a), keyOfBook(b)) })
				return stored, err
			}}
		}, []string{"BatchCreate/ReturnsWhatIsStored"}},
		{"BatchCreate takes the last of two with one key", func(s bookStore) bookStore {
			return &bookWrong{Store: s, batchCreate: func(ctx context.Context, ms []*book) ([]*book, error) {
				last := make(map[string]*book)
				for _, m := range ms {
					last[m.GetName()] = m
				}
				return s.BatchCreate(ctx, slices.DeleteFunc(ms, func(m *book) bool { return last[m.GetName()] != m }))
			}}
		}, []string{"BatchCreate/RefusesOneKeyTwice"}},
		{"BatchUpdate writes everything", func(s bookStore) bookStore {
			return &bookWrong{Store: s, batchUpdate: func(ctx context.Context, changes []bookChange) ([]*book, error) {
				for i := range changes {
					changes[i].Mask = &mask{Paths: []string{"*"}}
				}
				return s.BatchUpdate(ctx, changes)
			}}
		}, []string{"BatchUpdate/WritesTheMasks"}},
		{"BatchUpdate takes the last of two with one key", func(s bookStore) bookStore {
			return &bookWrong{Store: s, batchUpdate: func(ctx context.Context, changes []bookChange) ([]*book, error) {
				last := make(map[string]*book)
				for _, c := range changes {
					last[c.Message.GetName()] = c.Message
				}
				return s.BatchUpdate(ctx, slices.DeleteFunc(changes, func(c bookChange) bool { return last[c.Message.GetName()] != c.Message }))
			}}
		}, []string{"BatchUpdate/RefusesOneKeyTwice"}},
		{"BatchDelete does nothing", func(s bookStore) bookStore {
			return &bookWrong{Store: s, batchDelete: func(ctx context.Context, keys []bookKey) ([]*book, error) {
				_, err := s.BatchGet(ctx, keys)
				return nil, err
			}}
		}, []string{"BatchDelete/Removes"}},
		{"BatchDelete counts a key that comes twice", func(s bookStore) bookStore {
			return &bookWrong{Store: s, batchDelete: func(ctx context.Context, keys []bookKey) ([]*book, error) {
				for i, key := range keys {
					if slices.Contains(keys[:i], key) {
						_, err := s.Delete(ctx, bookKey{ShelfId: "none", BookId: "none"})
						return nil, err
					}
				}
				return s.BatchDelete(ctx, keys)
			}}
		}, []string{"BatchDelete/Removes"}},
	}
}

// batchLoopDefects are of batches that are single calls, one after the other.
func batchLoopDefects() []defect[*book, bookKey] {
	return []defect[*book, bookKey]{
		{"BatchCreate is a loop", func(s bookStore) bookStore {
			return &bookWrong{Store: s, batchCreate: func(ctx context.Context, ms []*book) ([]*book, error) {
				return loop(ms, func(m *book) (*book, error) { return s.Create(ctx, m) })
			}}
		}, []string{"BatchCreate/IsAllOrNothing", "BatchCreate/RefusesOneKeyTwice"}},
		{"BatchUpdate is a loop", func(s bookStore) bookStore {
			return &bookWrong{Store: s, batchUpdate: func(ctx context.Context, changes []bookChange) ([]*book, error) {
				return loop(changes, func(c bookChange) (*book, error) { return s.Update(ctx, c.Message, c.Mask) })
			}}
		}, []string{"BatchUpdate/IsAllOrNothing", "BatchUpdate/RefusesOneKeyTwice"}},
		{"BatchUpdate lets others in between", func(s bookStore) bookStore {
			meet := make(chan struct{})
			return &bookWrong{Store: s, batchUpdate: func(ctx context.Context, changes []bookChange) ([]*book, error) {
				return loop(changes, func(c bookChange) (*book, error) {
					meetAnother(meet)
					return s.Update(ctx, c.Message, c.Mask)
				})
			}}
		}, []string{"Concurrency/BatchUpdatesAreWhole"}},
		{"BatchDelete is a loop", func(s bookStore) bookStore {
			return &bookWrong{Store: s, batchDelete: func(ctx context.Context, keys []bookKey) ([]*book, error) {
				_, err := loop(keys, func(key bookKey) (*book, error) { return s.Delete(ctx, key) })
				return nil, err
			}}
		}, []string{"BatchDelete/IsAllOrNothing"}},
	}
}

func loop[E any](elements []E, call func(E) (*book, error)) (ms []*book, err error) {
	for _, e := range elements {
		m, err := call(e)
		if err != nil {
			return nil, err
		}
		ms = append(ms, m)
	}
	return ms, nil
}

// TestUnbatchedStores: a suite that says so tests that there are no batches.
func TestUnbatchedStores(t *testing.T) {
	t.Parallel()
	s := userSuite(engines["sqlite"])
	s.Unbatched = true
	batched := s.Open
	s.Open = func(t testing.TB) crud.Store[*bookpb.User, int64] { return unbatched{batched(t)} }
	TestStore(t, s)

	i := slices.IndexFunc(s.checks(), func(c storeCheck[*bookpb.User, int64]) bool { return c.name == "Batch/IsUnimplemented" })
	s.Open = batched
	v := judge(t, func(t testing.TB) { s.run(t, s.checks()[i]) })
	assert.NotEmpty(t, v.failures, "a store that has batches")
}

// unbatched is a store without batches.
type unbatched struct {
	crud.Store[*bookpb.User, int64]
}

var noBatches crud.UnimplementedStore[*bookpb.User, int64]

func (unbatched) BatchGet(ctx context.Context, keys []int64, opts ...crud.GetOption) ([]*bookpb.User, error) {
	return noBatches.BatchGet(ctx, keys, opts...)
}

func (unbatched) BatchCreate(ctx context.Context, ms []*bookpb.User, opts ...crud.WriteOption) ([]*bookpb.User, error) {
	return noBatches.BatchCreate(ctx, ms, opts...)
}

func (unbatched) BatchUpdate(ctx context.Context, changes []crud.Change[*bookpb.User], opts ...crud.WriteOption) ([]*bookpb.User, error) {
	return noBatches.BatchUpdate(ctx, changes, opts...)
}

func (unbatched) BatchDelete(ctx context.Context, keys []int64, opts ...crud.WriteOption) ([]*bookpb.User, error) {
	return noBatches.BatchDelete(ctx, keys, opts...)
}
