package crudtest

import (
	"context"
	"slices"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

type (
	book      = bookpb.Book
	bookKey   = bookpb.BookKey
	bookStore = crud.Store[*book, bookKey]
	bookPage  = crud.Page[*book]
	bookWrong = overlay[*book, bookKey]
	mask      = fieldmaskpb.FieldMask
)

func keyOfBook(m *book) bookKey {
	key, err := bookpb.ParseBookKey(m.GetName())
	if err != nil {
		panic(err)
	}
	return key
}

func bookDefects() []defect[*book, bookKey] {
	return slices.Concat(createDefects(), readDefects(), updateDefects(), deleteDefects(), listDefects(),
		allDefects(), parentDefects(), concurrencyDefects(), sharingDefects(), batchDefects())
}

func createDefects() []defect[*book, bookKey] {
	return []defect[*book, bookKey]{
		{"Create returns what it was given", func(s bookStore) bookStore {
			return &bookWrong{Store: s, create: func(ctx context.Context, m *book) (*book, error) {
				_, err := s.Create(ctx, m)
				return clone(m), err
			}}
		}, []string{"Create/ReturnsWhatIsStored", "Create/SetsTheTimes"}},
		{"Create loses a field", func(s bookStore) bookStore {
			return &bookWrong{Store: s, create: func(ctx context.Context, m *book) (*book, error) {
				m = clone(m)
				m.Tags = nil
				return s.Create(ctx, m)
			}}
		}, []string{"Create/ReturnsWhatIsStored"}},
		{"Create changes what it was given", func(s bookStore) bookStore {
			return &bookWrong{Store: s, create: func(ctx context.Context, m *book) (*book, error) {
				stored, err := s.Create(ctx, m)
				proto.Merge(m, stored)
				return stored, err
			}}
		}, []string{"Create/LeavesItsArgument"}},
		{"Create changes the key", func(s bookStore) bookStore {
			return &bookWrong{Store: s, create: func(ctx context.Context, m *book) (*book, error) {
				m = clone(m)
				m.Name += "x"
				return s.Create(ctx, m)
			}}
		}, []string{"Create/KeepsTheKey"}},
		{"Create replaces", func(s bookStore) bookStore {
			return &bookWrong{Store: s, create: func(ctx context.Context, m *book) (*book, error) {
				stored, err := s.Create(ctx, m)
				if status.Code(err) == codes.AlreadyExists {
					return s.Update(ctx, m, &mask{Paths: []string{"*"}})
				}
				return stored, err
			}}
		}, []string{"Create/RefusesATakenKey", "Concurrency/OneCreateOfAKeyWins"}},
		{"Create drops a taken value", func(s bookStore) bookStore {
			return &bookWrong{Store: s, create: func(ctx context.Context, m *book) (*book, error) {
				stored, err := s.Create(ctx, m)
				if status.Code(err) == codes.AlreadyExists {
					m = clone(m)
					m.Isbn = nil
					return s.Create(ctx, m)
				}
				return stored, err
			}}
		}, []string{"Create/RefusesATakenValue"}},
	}
}

func readDefects() []defect[*book, bookKey] {
	return []defect[*book, bookKey]{
		{"Get of nothing is nil", func(s bookStore) bookStore {
			return &bookWrong{Store: s, get: func(ctx context.Context, key bookKey) (*book, error) {
				m, err := s.Get(ctx, key)
				if status.Code(err) == codes.NotFound {
					return nil, nil
				}
				return m, err
			}}
		}, []string{"Get/MissingIsNotFound", "Delete/Removes"}},
		{"Get does not name what is missing", func(s bookStore) bookStore {
			return &bookWrong{Store: s, get: func(ctx context.Context, key bookKey) (*book, error) {
				m, err := s.Get(ctx, key)
				return m, bare(err)
			}}
		}, []string{"Get/MissingIsNotFound"}},
		{"calls outlive their context", func(s bookStore) bookStore {
			return &bookWrong{
				Store: s,
				get:   func(ctx context.Context, key bookKey) (*book, error) { return s.Get(context.WithoutCancel(ctx), key) },
			}
		}, []string{"Context/Cancelled", "Context/DeadlineExceeded"}},
		{"the end of a context has no status", func(s bookStore) bookStore {
			return &bookWrong{Store: s, list: func(ctx context.Context, q crud.Query) (*bookPage, error) {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				return s.List(ctx, q)
			}}
		}, []string{"Context/Cancelled", "Context/DeadlineExceeded"}},
	}
}

// bare returns a status without its details.
func bare(err error) error {
	if err == nil {
		return nil
	}
	return status.Error(status.Code(err), err.Error())
}

func updateDefects() []defect[*book, bookKey] {
	update := func(f func(bookStore, context.Context, *book, *mask) (*book, error)) func(bookStore) bookStore {
		return func(s bookStore) bookStore {
			return &bookWrong{Store: s, update: func(ctx context.Context, m *book, fm *mask) (*book, error) { return f(s, ctx, m, fm) }}
		}
	}
	return []defect[*book, bookKey]{
		{"Update creates", update(func(s bookStore, ctx context.Context, m *book, fm *mask) (*book, error) {
			stored, err := s.Update(ctx, m, fm)
			if status.Code(err) == codes.NotFound {
				return s.Create(ctx, m)
			}
			return stored, err
		}), []string{"Update/MissingIsNotFound"}},
		{"Update ignores its mask", update(func(s bookStore, ctx context.Context, m *book, fm *mask) (*book, error) {
			return s.Update(ctx, m, &mask{Paths: []string{"*"}})
		}), []string{"Update/WritesTheMask", "Update/NilMaskWritesWhatIsSet", "Update/RefusesBadMasks"}},
		{"Update takes * for no mask", update(func(s bookStore, ctx context.Context, m *book, fm *mask) (*book, error) {
			if slices.Equal(fm.GetPaths(), []string{"*"}) {
				fm = nil
			}
			return s.Update(ctx, m, fm)
		}), []string{"Update/StarWritesEverything"}},
		{"Update skips unknown paths", update(func(s bookStore, ctx context.Context, m *book, fm *mask) (*book, error) {
			fm = clone(fm)
			fm.Paths = slices.DeleteFunc(fm.GetPaths(), func(p string) bool { return fieldOf(m, p) == nil })
			return s.Update(ctx, m, fm)
		}), []string{"Update/RefusesBadMasks"}},
		{"Update refuses the key", update(func(s bookStore, ctx context.Context, m *book, fm *mask) (*book, error) {
			if slices.Contains(fm.GetPaths(), "name") {
				return nil, status.Error(codes.InvalidArgument, "the name cannot change")
			}
			return s.Update(ctx, m, fm)
		}), []string{"Update/IgnoresTheKey"}},
		{"Update keeps the time", update(func(s bookStore, ctx context.Context, m *book, fm *mask) (*book, error) {
			old, err := s.Get(ctx, keyOfBook(m))
			if err != nil {
				return nil, err
			}
			stored, err := s.Update(ctx, m, fm)
			if err == nil {
				stored.UpdateTime = old.GetUpdateTime()
			}
			return stored, err
		}), []string{"Update/MovesTheTime"}},
		{"Update reaches another row", update(func(s bookStore, ctx context.Context, m *book, fm *mask) (*book, error) {
			for other := range s.All(ctx, crud.Query{Parent: "shelves/a"}) {
				if other.GetName() != m.GetName() {
					other.Title = m.GetTitle()
					if _, err := s.Update(ctx, other, &mask{Paths: []string{"title"}}); err != nil {
						return nil, err
					}
					break
				}
			}
			return s.Update(ctx, m, fm)
		}), []string{"Update/LeavesOthers"}},
		{"Update changes what it was given", update(func(s bookStore, ctx context.Context, m *book, fm *mask) (*book, error) {
			stored, err := s.Update(ctx, m, fm)
			if err == nil {
				proto.Merge(m, stored)
			}
			return stored, err
		}), []string{"Update/LeavesItsArguments"}},
		{"Update changes its mask", update(func(s bookStore, ctx context.Context, m *book, fm *mask) (*book, error) {
			stored, err := s.Update(ctx, m, fm)
			slices.Sort(fm.GetPaths())
			return stored, err
		}), []string{"Update/LeavesItsArguments"}},
		{"Update drops a taken value", update(func(s bookStore, ctx context.Context, m *book, fm *mask) (*book, error) {
			stored, err := s.Update(ctx, m, fm)
			if status.Code(err) == codes.AlreadyExists {
				return s.Get(ctx, keyOfBook(m))
			}
			return stored, err
		}), []string{"Update/RefusesATakenValue"}},
	}
}

func deleteDefects() []defect[*book, bookKey] {
	return []defect[*book, bookKey]{
		{"Delete does nothing", func(s bookStore) bookStore {
			return &bookWrong{Store: s, delete: func(ctx context.Context, key bookKey) (*book, error) {
				_, err := s.Get(ctx, key)
				return nil, err
			}}
		}, []string{"Delete/Removes", "Delete/FreesTheKey"}},
		{"Delete of nothing succeeds", func(s bookStore) bookStore {
			return &bookWrong{Store: s, delete: func(ctx context.Context, key bookKey) (*book, error) {
				_, err := s.Delete(ctx, key)
				if status.Code(err) == codes.NotFound {
					return nil, nil
				}
				return nil, err
			}}
		}, []string{"Delete/MissingIsNotFound"}},
		{"Delete keeps the key", func(s bookStore) bookStore {
			var gone sync.Map
			return &bookWrong{
				Store: s,
				delete: func(ctx context.Context, key bookKey) (*book, error) {
					gone.Store(key, true)
					return s.Delete(ctx, key)
				},
				create: func(ctx context.Context, m *book) (*book, error) {
					if _, taken := gone.Load(keyOfBook(m)); taken {
						return nil, status.Error(codes.AlreadyExists, "the key was in use")
					}
					return s.Create(ctx, m)
				},
			}
		}, []string{"Delete/FreesTheKey"}},
	}
}
