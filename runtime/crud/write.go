package crud

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// transact runs a write in a transaction, with what its options ask for around it.
func (r *repository) transact(ctx context.Context, s *writeSettings, write func(tx *Tx) (proto.Message, error)) (proto.Message, error) {
	return transact(ctx, r, s, r.keptMessage(), write)
}

// transactAll is transact of a write with several results.
func (r *repository) transactAll(ctx context.Context, s *writeSettings, write func(tx *Tx) ([]proto.Message, error)) ([]proto.Message, error) {
	return transact(ctx, r, s, r.keptMessages(), write)
}

func transact[R any](ctx context.Context, r *repository, s *writeSettings, k kept[R], write func(tx *Tx) (R, error)) (R, error) {
	if r.emits() {
		return transactWith(ctx, r, s, k, appending(ctx, r, write))
	}
	return transactWith(ctx, r, s, k, write)
}

func transactWith[R any](ctx context.Context, r *repository, s *writeSettings, k kept[R], write func(tx *Tx) (R, error)) (result R, err error) {
	if s.validateOnly {
		return tryOut(ctx, r, write)
	}
	err = r.inTx(ctx, func(tx *Tx) error {
		if s.request != nil {
			result, err = once(ctx, r, tx, s.request, k, write)
		} else {
			result, err = write(tx)
		}
		return err
	})
	if err != nil {
		var none R
		return none, err
	}
	return result, nil
}

// errValidated rolls back a write that was only to be tried.
var errValidated = errors.New("crud: validated")

// tryOut runs a write and takes it back.
func tryOut[R any](ctx context.Context, r *repository, write func(tx *Tx) (R, error)) (result R, err error) {
	var none R
	if r.tx != nil {
		return none, internal(r.domain, errors.New("crud: ValidateOnly in a transaction of the caller's, which it cannot roll back"))
	}
	err = InTx(ctx, r.db, func(tx *Tx) error {
		if result, err = write(tx); err != nil {
			return err
		}
		return errValidated
	})
	if !errors.Is(err, errValidated) {
		return none, err
	}
	return result, nil
}

// resourceAt names the resource with the key for ResourceInfo.
func (r *repository) resourceAt(key any) *Resource {
	return &Resource{Type: r.table.info.Resource, Name: r.table.keyName(key)}
}

// deleted is a soft-deleted resource, which nothing but Undelete writes (AIP-164).
func (r *repository) deleted(key any) *Error {
	e := r.notFound(key)
	e.Reason, e.Message = ReasonResourceDeleted, fmt.Sprintf("%s %q is deleted", e.Resource.Type, e.Resource.Name)
	return e
}

// missed says why a statement found no row to write: there is none, it is deleted, or
// its etag is another one.
func (r *repository) missed(ctx context.Context, db DB, key any, etag string) error {
	m, err := r.read(ctx, db, key, "")
	switch {
	case err != nil:
		return err
	case r.table.isDeleted(m):
		return r.deleted(key)
	case etag == "":
		return changedMeanwhile(r.domain) // it was deleted and has come back
	}
	return etagMismatch(r.domain, r.resourceAt(key))
}

func changedMeanwhile(domain string) *Error {
	return &Error{
		Code: codes.Aborted, Reason: ReasonConcurrentModification, Domain: domain,
		Message: "the resource was changed at the same time; try again", RetryAfter: retryAfter,
	}
}

func (t *table) isDeleted(m proto.Message) bool {
	return t.deleteTime >= 0 && t.columns[t.deleteTime].codec.has(m)
}

// wantedRevision returns the revision that the etag of a call stands for. It is one
// that no row has for what is no etag of the resource.
func (t *table) wantedRevision(key any, etag string) int64 {
	if n, ok := revisionOf(t.keyName(key), etag); ok {
		return n
	}
	return -1
}

// checkEtag compares the etag of a call with a row that is locked.
func (r *repository) checkEtag(key any, m proto.Message, etag string) error {
	if etag == "" {
		return nil
	}
	if r.table.etag < 0 {
		return r.noEtags()
	}
	if r.table.etagOf(m) != etag {
		return etagMismatch(r.domain, r.resourceAt(key))
	}
	return nil
}

func (r *repository) noEtags() *Error {
	return internal(r.domain, errors.New("crud: IfEtag on "+r.table.info.Message+", which has no etag"))
}
