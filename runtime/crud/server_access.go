package crud

import (
	"context"
	"errors"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/objectaccess"
)

// The functions in this file ask whether the caller may do what a call does to the
// resources that it names: once these can be told, before anything else of the request
// is looked at, and before it is known whether they exist (AIP-211). They leave a key
// that cannot be read to the checks that follow.

// permitKeys asks for the resources with the keys. presence is that of the key's fields,
// where the request tells it.
func (t *table) permitKeys(ctx context.Context, presence []bool, keys ...any) error {
	ask := objectaccess.From(ctx)
	if ask == nil || slices.ContainsFunc(keys, func(k any) bool { return len(t.keyGiven(k, presence)) > 0 }) {
		return nil
	}
	for _, key := range keys {
		if err := ask(ctx, t.info.Resource, t.keyName(key), key); err != nil {
			return err
		}
	}
	return nil
}

// permitNames asks for the resources with the names.
func (t *table) permitNames(ctx context.Context, names ...string) error {
	ask := objectaccess.From(ctx)
	if ask == nil {
		return nil
	}
	keys := make([]any, len(names))
	for i, name := range names {
		key, err := t.parseName(name)
		switch {
		case err == nil:
			keys[i] = key
		case !errors.Is(err, ErrNoSuchKey):
			return nil
		}
	}
	for i, name := range names {
		if err := ask(ctx, t.info.Resource, name, keys[i]); err != nil {
			return err
		}
	}
	return nil
}

// permitParents asks for the parents of new resources, or of those that are listed: each
// once. A parent may have wildcards where the model is read across parents.
func (t *table) permitParents(ctx context.Context, parents ...string) error {
	ask, p := objectaccess.From(ctx), t.info.Parent
	if ask == nil || p == nil {
		return nil
	}
	for _, parent := range parents {
		if _, err := p.Pattern.values(parent, p.Across); err != nil {
			return nil
		}
	}
	for _, parent := range distinct(parents) {
		if err := ask(ctx, t.parentType(), parent, nil); err != nil {
			return err
		}
	}
	return nil
}

// permitMessages asks for the resources that are given to an Update.
func (t *table) permitMessages(ctx context.Context, ms ...proto.Message) error {
	ask := objectaccess.From(ctx)
	if ask == nil {
		return nil
	}
	for _, m := range ms {
		if t.isNil(m) {
			return nil
		}
		if err := t.keyOfInput(m); err != nil && err.Code == codes.InvalidArgument {
			return nil
		}
	}
	for _, m := range ms {
		name, key := "", any(nil)
		if k, err := t.keyOf(m); err == nil {
			name, key = t.keyName(k), k
		} else {
			name = t.nameOf(m)
		}
		if err := ask(ctx, t.info.Resource, name, key); err != nil {
			return err
		}
	}
	return nil
}

// created is the error of a Create. That a resource exists is not for those to know who
// may do nothing to it.
func (t *table) created(ctx context.Context, err error, inputs ...proto.Message) error {
	if err == nil {
		return nil
	}
	var e *Error
	if !errors.As(err, &e) || e.Reason != ReasonResourceAlreadyExists || e.Resource == nil || t.keyless() {
		return err
	}
	for _, m := range inputs {
		if t.keyNameOf(m) != e.Resource.Name {
			continue
		}
		if denied := t.permitMessages(ctx, m); denied != nil {
			return denied
		}
		break
	}
	return err
}

// permitFound is the result of a lookup by other fields than the key. A resource that the
// caller may not read is not there.
func (t *table) permitFound(ctx context.Context, m proto.Message, field string, value any) error {
	err := t.permitMessages(ctx, m)
	if status.Code(err) != codes.PermissionDenied {
		return err
	}
	return t.lookedUp(t.columnsOf(field), []any{value})
}

// An admitter is a store that has a scope, or whose database asks who calls: it says
// whether a call has what they need.
type admitter interface {
	admits(ctx context.Context) error
}

func (r *repository) admits(ctx context.Context) error {
	if _, err := r.scope.values(ctx); err != nil {
		return err
	}
	if _, err := r.scope.predicates(ctx); err != nil {
		return err
	}
	if db, ok := r.db.(interface{ Admits(context.Context) error }); ok {
		if err := db.Admits(ctx); err != nil {
			return classify(ctx, r.domain, err)
		}
	}
	return nil
}

// refuse answers a call that is wrong, or that needs no store if wrong is nil. A caller
// without a scope is not told what is wrong.
func (t *table) refuse(ctx context.Context, s any, wrong *Error) error {
	if err := unadmitted(ctx, s); err != nil {
		return t.safe(ctx, err, "")
	}
	if wrong == nil {
		return nil
	}
	return wrong
}

// unscoped is the error of a call to a store, which looks at some of its arguments before
// the scope. A caller without one is told that alone.
func (t *table) unscoped(ctx context.Context, s any, err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Code != codes.InvalidArgument && e.Code != codes.NotFound {
		return err
	}
	if none := unadmitted(ctx, s); none != nil {
		return none
	}
	return err
}

func unadmitted(ctx context.Context, s any) error {
	if scoped, ok := s.(admitter); ok {
		return scoped.admits(ctx)
	}
	return nil
}
