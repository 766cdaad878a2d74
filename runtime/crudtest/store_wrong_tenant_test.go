package crudtest

import (
	"context"
	"errors"
	"iter"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

func userDefects() []defect[*bookpb.User, int64] {
	type store = crud.Store[*bookpb.User, int64]
	type wrong = overlay[*bookpb.User, int64]
	return []defect[*bookpb.User, int64]{
		{"Create returns one key", func(s store) store {
			return &wrong{Store: s, create: func(ctx context.Context, m *bookpb.User) (*bookpb.User, error) {
				stored, err := s.Create(ctx, m)
				if err == nil {
					stored.Id = 1
				}
				return stored, err
			}}
		}, []string{"Create/MakesKeys"}},
		{"List ignores the parent", func(s store) store {
			return &wrong{Store: s, list: func(ctx context.Context, q crud.Query) (*crud.Page[*bookpb.User], error) {
				q.Parent = ""
				return s.List(ctx, q)
			}}
		}, []string{"List/RefusesAParent"}},
	}
}

func noteDefects() []defect[*bookpb.Note, string] {
	type store = crud.Store[*bookpb.Note, string]
	type wrong = overlay[*bookpb.Note, string]
	return []defect[*bookpb.Note, string]{
		{"there is one tenant", func(s store) store { return &oneTenant{s} }, []string{
			"Tenants/SeeTheirOwn", "Tenants/ChangeTheirOwn", "Tenants/MayAgree", "Tenants/NoneIsRefused", "Tenants/HaveTheirOwnBatches",
		}},
		{"a token serves every tenant", func(s store) store {
			return &wrong{Store: s, list: func(ctx context.Context, q crud.Query) (*crud.Page[*bookpb.Note], error) {
				page, err := s.List(ctx, q)
				if status.Code(err) == codes.InvalidArgument {
					return s.List(tenant(ctx, 0), q)
				}
				return page, err
			}}
		}, []string{"Tenants/HaveTheirOwnTokens"}},
		{"another tenant's resource is forbidden", func(s store) store {
			return &wrong{Store: s, get: func(ctx context.Context, key string) (*bookpb.Note, error) {
				m, err := s.Get(ctx, key)
				if status.Code(err) == codes.NotFound {
					if _, elsewhere := s.Get(tenant(ctx, 0), key); elsewhere == nil {
						return nil, status.Error(codes.PermissionDenied, "it is another's")
					}
				}
				return m, err
			}}
		}, []string{"Tenants/SeeTheirOwn"}},
		{"a cache has no scope in its keys", func(s store) store {
			return newNoteCache(s, func(context.Context) (string, error) { return "", nil })
		}, []string{"Tenants/SeeTheirOwn", "Tenants/MayAgree", "Tenants/NoneIsRefused"}},
		{"a cache does not see batches", func(s store) store {
			return &wrong{
				Store: newNoteCache(s, tenantOf),
				batchUpdate: func(ctx context.Context, changes []crud.Change[*bookpb.Note]) ([]*bookpb.Note, error) {
					return s.BatchUpdate(ctx, changes)
				},
				batchDelete: func(ctx context.Context, keys []string) ([]*bookpb.Note, error) { return s.BatchDelete(ctx, keys) },
			}
		}, []string{"BatchUpdate/WritesTheMasks", "BatchDelete/Removes"}},
		{"no tenant sees nothing", func(s store) store {
			return &wrong{Store: s, list: func(ctx context.Context, q crud.Query) (*crud.Page[*bookpb.Note], error) {
				page, err := s.List(ctx, q)
				if errors.Is(err, errNoTenant) {
					return &crud.Page[*bookpb.Note]{}, nil
				}
				return page, err
			}}
		}, []string{"Tenants/NoneIsRefused"}},
	}
}

// oneTenant takes every call for the first tenant's.
type oneTenant struct {
	s crud.Store[*bookpb.Note, string]
}

func (o *oneTenant) Get(ctx context.Context, key string, opts ...crud.GetOption) (*bookpb.Note, error) {
	return o.s.Get(tenant(ctx, 0), key, opts...)
}

func (o *oneTenant) List(ctx context.Context, q crud.Query) (*crud.Page[*bookpb.Note], error) {
	return o.s.List(tenant(ctx, 0), q)
}

func (o *oneTenant) All(ctx context.Context, q crud.Query) iter.Seq2[*bookpb.Note, error] {
	return o.s.All(tenant(ctx, 0), q)
}

func (o *oneTenant) Create(ctx context.Context, m *bookpb.Note, opts ...crud.WriteOption) (*bookpb.Note, error) {
	return o.s.Create(tenant(ctx, 0), m, opts...)
}

func (o *oneTenant) Update(ctx context.Context, m *bookpb.Note, fm *mask, opts ...crud.WriteOption) (*bookpb.Note, error) {
	return o.s.Update(tenant(ctx, 0), m, fm, opts...)
}

func (o *oneTenant) Delete(ctx context.Context, key string, opts ...crud.WriteOption) (*bookpb.Note, error) {
	return o.s.Delete(tenant(ctx, 0), key, opts...)
}

func (o *oneTenant) Undelete(ctx context.Context, key string, opts ...crud.WriteOption) (*bookpb.Note, error) {
	return o.s.Undelete(tenant(ctx, 0), key, opts...)
}

func (o *oneTenant) BatchGet(ctx context.Context, keys []string, opts ...crud.GetOption) ([]*bookpb.Note, error) {
	return o.s.BatchGet(tenant(ctx, 0), keys, opts...)
}

func (o *oneTenant) BatchCreate(ctx context.Context, ms []*bookpb.Note, opts ...crud.WriteOption) ([]*bookpb.Note, error) {
	return o.s.BatchCreate(tenant(ctx, 0), ms, opts...)
}

func (o *oneTenant) BatchUpdate(ctx context.Context, changes []crud.Change[*bookpb.Note], opts ...crud.WriteOption) ([]*bookpb.Note, error) {
	return o.s.BatchUpdate(tenant(ctx, 0), changes, opts...)
}

func (o *oneTenant) BatchDelete(ctx context.Context, keys []string, opts ...crud.WriteOption) ([]*bookpb.Note, error) {
	return o.s.BatchDelete(tenant(ctx, 0), keys, opts...)
}
