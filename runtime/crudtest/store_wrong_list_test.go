package crudtest

import (
	"context"
	"encoding/base64"
	"iter"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

func listDefects() []defect[*book, bookKey] {
	list := func(f func(bookStore, context.Context, crud.Query) (*bookPage, error)) func(bookStore) bookStore {
		return func(s bookStore) bookStore {
			return &bookWrong{Store: s, list: func(ctx context.Context, q crud.Query) (*bookPage, error) { return f(s, ctx, q) }}
		}
	}
	return []defect[*book, bookKey]{
		{"List of nothing is nil", list(func(s bookStore, ctx context.Context, q crud.Query) (*bookPage, error) {
			page, err := s.List(ctx, q)
			if err == nil && len(page.Items) == 0 {
				return nil, nil
			}
			return page, err
		}), []string{"List/EmptyIsEmpty"}},
		{"List is in descending order", list(func(s bookStore, ctx context.Context, q crud.Query) (*bookPage, error) {
			page, err := s.List(ctx, q)
			if err == nil {
				slices.Reverse(page.Items)
			}
			return page, err
		}), []string{"List/IsInKeyOrder"}},
		{"a full last page has a token", list(func(s bookStore, ctx context.Context, q crud.Query) (*bookPage, error) {
			page, err := s.List(ctx, q)
			if err == nil && page.NextPageToken == "" && len(page.Items) == int(q.PageSize) {
				page.NextPageToken = "more"
			}
			return page, err
		}), []string{"List/PagesHoldEveryRowOnce"}},
		{"the first page's size holds", func(s bookStore) bookStore {
			var sizes sync.Map
			return &bookWrong{Store: s, list: func(ctx context.Context, q crud.Query) (*bookPage, error) {
				if size, ok := sizes.Load(q.PageToken); ok {
					q.PageSize = size.(int32)
				}
				page, err := s.List(ctx, q)
				if err == nil {
					sizes.Store(page.NextPageToken, q.PageSize)
				}
				return page, err
			}}
		}, []string{"List/PagesMayChangeSize"}},
		{"there is no default size", list(func(s bookStore, ctx context.Context, q crud.Query) (*bookPage, error) {
			if q.PageSize == 0 {
				return &bookPage{}, nil
			}
			return s.List(ctx, q)
		}), []string{"List/HasDefaultAndMaximum"}},
		{"a negative size is none", list(func(s bookStore, ctx context.Context, q crud.Query) (*bookPage, error) {
			q.PageSize = max(0, q.PageSize)
			return s.List(ctx, q)
		}), []string{"List/RefusesNegativeSize"}},
		{"a token serves every method", list(func(s bookStore, ctx context.Context, q crud.Query) (*bookPage, error) {
			q.Method = ""
			return s.List(ctx, q)
		}), []string{"List/RefusesForeignTokens"}},
		{
			"pages are offsets", func(s bookStore) bookStore { return &bookWrong{Store: s, list: offsetList(s)} },
			[]string{"List/PagesSurviveWrites", "List/RefusesForeignTokens", "Parent/BoundsTokens"},
		},
	}
}

// offsetList pages by counting rows.
func offsetList(s bookStore) func(context.Context, crud.Query) (*bookPage, error) {
	return func(ctx context.Context, q crud.Query) (*bookPage, error) {
		raw, err := base64.RawURLEncoding.DecodeString(q.PageToken)
		if err != nil {
			return nil, status.Error(codes.InvalidArgument, "the page token is none")
		}
		offset, _ := strconv.Atoi(string(raw))
		all := &bookPage{}
		for m, err := range s.All(ctx, crud.Query{Parent: q.Parent}) {
			if err != nil {
				return nil, err
			}
			all.Items = append(all.Items, m)
		}
		end := min(len(all.Items), offset+int(q.PageSize))
		page := &bookPage{Items: all.Items[min(offset, end):end]}
		if end < len(all.Items) {
			page.NextPageToken = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(end)))
		}
		return page, nil
	}
}

func allDefects() []defect[*book, bookKey] {
	all := func(f func(bookStore, context.Context, crud.Query) iter.Seq2[*book, error]) func(bookStore) bookStore {
		return func(s bookStore) bookStore {
			return &bookWrong{Store: s, all: func(ctx context.Context, q crud.Query) iter.Seq2[*book, error] { return f(s, ctx, q) }}
		}
	}
	return []defect[*book, bookKey]{
		{"All ends at two rows", all(func(s bookStore, ctx context.Context, q crud.Query) iter.Seq2[*book, error] {
			q.PageSize = 2
			return s.All(ctx, q)
		}), []string{"All/YieldsEveryRow", "All/StopsAtPageSize"}},
		{"All of nothing fails", all(func(s bookStore, ctx context.Context, q crud.Query) iter.Seq2[*book, error] {
			return func(yield func(*book, error) bool) {
				for m, err := range s.All(ctx, q) {
					yield(m, err)
					return
				}
				yield(nil, status.Error(codes.NotFound, "there is nothing"))
			}
		}), []string{"All/EmptyIsEmpty"}},
		{"All ignores the size and the token", all(func(s bookStore, ctx context.Context, q crud.Query) iter.Seq2[*book, error] {
			return s.All(ctx, crud.Query{Parent: q.Parent})
		}), []string{"All/StopsAtPageSize", "All/RefusesTokensAndNegativeSize"}},
		{"a break of All loses a connection", func(s bookStore) bookStore {
			var lost atomic.Int32
			return &bookWrong{Store: s, all: func(ctx context.Context, q crud.Query) iter.Seq2[*book, error] {
				return func(yield func(*book, error) bool) {
					if lost.Add(1) > 8 {
						yield(nil, status.Error(codes.ResourceExhausted, "no connection is left"))
						return
					}
					for m, err := range s.All(ctx, q) {
						if !yield(m, err) {
							return
						}
					}
					lost.Add(-1)
				}
			}}
		}, []string{"All/StopsAtBreak"}},
	}
}

func parentDefects() []defect[*book, bookKey] {
	return []defect[*book, bookKey]{
		{"List reads other parents too", func(s bookStore) bookStore {
			return &bookWrong{Store: s, list: func(ctx context.Context, q crud.Query) (*bookPage, error) {
				page, err := s.List(ctx, q)
				if err == nil {
					for m := range s.All(ctx, crud.Query{Parent: "shelves/b"}) {
						page.Items = append(page.Items, m)
					}
				}
				return page, err
			}}
		}, []string{"Parent/BoundsLists"}},
		{"a malformed parent is the first", func(s bookStore) bookStore {
			return &bookWrong{Store: s, list: func(ctx context.Context, q crud.Query) (*bookPage, error) {
				page, err := s.List(ctx, q)
				if status.Code(err) == codes.InvalidArgument {
					q.Parent = "shelves/a"
					return s.List(ctx, q)
				}
				return page, err
			}}
		}, []string{"Parent/RefusesMalformed"}},
		{"a missing parent is empty", func(s bookStore) bookStore {
			return &bookWrong{Store: s, list: func(ctx context.Context, q crud.Query) (*bookPage, error) {
				page, err := s.List(ctx, q)
				if status.Code(err) == codes.NotFound {
					return &bookPage{}, nil
				}
				return page, err
			}}
		}, []string{"Parent/MissingIsNotFound"}},
	}
}
