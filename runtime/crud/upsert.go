package crud

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// maxUpserts is how often an Update that may create is tried: others can create or
// delete the row between its two statements.
const maxUpserts = 3

// upsert updates the row, or creates it where it is missing (AIP-134).
func (r *repository) upsert(ctx context.Context, u *update, s *writeSettings) (stored proto.Message, err error) {
	for range maxUpserts {
		stored, err = r.transact(ctx, s, func(tx *Tx) (proto.Message, error) { return r.updateOrCreate(ctx, tx, u, s) })
		if !createdMeanwhile(err) || r.tx != nil {
			break
		}
	}
	return stored, err
}

// createdMeanwhile reports whether a row that was missing was there when it was to
// be created.
func createdMeanwhile(err error) bool {
	e, ok := err.(*Error) //nolint:errorlint // only what insert itself returns
	return ok && e.Code == codes.AlreadyExists && e.Reason == ReasonResourceAlreadyExists
}

func (r *repository) updateOrCreate(ctx context.Context, tx *Tx, u *update, s *writeSettings) (proto.Message, error) {
	old, err := r.read(ctx, tx, u.key, r.lock())
	switch {
	case isNotFound(err):
		return r.writeFound(ctx, tx, u, s, old, false)
	case err != nil:
		return old, err
	}
	return r.writeFound(ctx, tx, u, s, old, true)
}

// writeFound updates a row that is locked, or creates the one that was not found where
// the call allows that.
func (r *repository) writeFound(ctx context.Context, tx *Tx, u *update, s *writeSettings, old proto.Message, found bool) (none proto.Message, err error) {
	switch {
	case !found && !s.allowMissing && !r.table.info.Singleton:
		return none, r.notFound(u.key)
	case !found && u.etag != "":
		return none, etagMismatch(r.domain, r.resourceAt(u.key))
	case !found:
		return r.createMissing(ctx, tx, u, s)
	case r.table.isDeleted(old):
		return none, r.deleted(u.key)
	case s.allowMissing && r.unaltered(u, old):
		if err := r.checkEtag(u.key, old, u.etag); err != nil {
			return none, err
		}
		return old, nil
	}
	return r.updateRow(ctx, tx, u, old)
}

// unaltered reports whether an update leaves a row as it is.
func (r *repository) unaltered(u *update, old proto.Message) bool {
	return len(u.related) == 0 && r.equalIn(u.named(), old, u.m) && len(r.changed(old, u.m, u.unchanged)) == 0
}

// createMissing creates the resource of an Update.
func (r *repository) createMissing(ctx context.Context, tx *Tx, u *update, s *writeSettings) (stored proto.Message, err error) {
	m := u.m
	if r.table.info.Singleton {
		m = r.firstRow(u)
	}
	if create, ok := s.create.(func(proto.Message) (proto.Message, error)); ok {
		if m, err = create(m); err != nil {
			return stored, err
		}
	}
	return r.create(ctx, tx, m)
}

// equalIn reports whether two messages agree in what a mask names.
func (r *repository) equalIn(named target, a, b proto.Message) bool {
	for i, in := range named.set {
		if in == 1 && !r.table.columns[i].codec.equal(a, b) {
			return false
		}
	}
	for _, p := range named.parts {
		if p.atLeast && hasSteps(a.ProtoReflect(), p.steps) {
			continue
		}
		if !sameAt(a.ProtoReflect(), b.ProtoReflect(), p.steps) {
			return false
		}
	}
	return true
}
