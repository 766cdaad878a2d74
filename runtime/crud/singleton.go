package crud

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// A singleton is there as long as its parent is, with or without a row (AIP-156): Get
// answers with its defaults, and the first Update writes the row.

// defaults is a singleton without a row, or NOT_FOUND of one without a parent.
func (r *repository) defaults(ctx context.Context, key any) (m proto.Message, err error) {
	for i := range r.table.info.References {
		ref := &r.table.info.References[i]
		if !ref.Parent {
			continue
		}
		args, ok := r.table.keyArgs(key, r.dialect)
		if !ok {
			return m, r.notFound(key)
		}
		found, err := r.exists(ctx, r.db, ref, args)
		if err != nil {
			return m, err
		}
		if !found {
			return m, r.notFound(key)
		}
	}
	m = r.table.New()
	r.table.setKey(m, key)
	return m, nil
}

// orDefaults is what Get answers for a row, or for none: what is read of the defaults.
func (r *repository) orDefaults(ctx context.Context, key any, of reading, m proto.Message, err error) (proto.Message, error) {
	if !r.table.info.Singleton || !isNotFound(err) {
		return m, err
	}
	if m, err = r.defaults(ctx, key); err == nil {
		r.table.hide(of, m)
	}
	return m, err
}

func isNotFound(err error) bool {
	e, ok := err.(*Error) //nolint:errorlint // only what read itself returns
	return ok && e.Code == codes.NotFound
}

// firstRow is what the first Update of a singleton creates: what it names, and the key.
func (r *repository) firstRow(u *update) proto.Message {
	m := r.table.New()
	r.table.setKey(m, u.key)
	for i, in := range u.set {
		if in == 1 {
			r.table.columns[i].codec.copy(m, u.m)
		}
	}
	for _, p := range u.parts {
		merge(m.ProtoReflect(), u.m.ProtoReflect(), p)
	}
	for _, named := range u.related {
		r.table.relations[named.at].copy(m, u.m)
	}
	return m
}
