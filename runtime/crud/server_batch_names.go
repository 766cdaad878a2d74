package crud

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"
)

// parseNames returns the keys of the resources that a batch names. Where some of them
// can be no key, so that no row has them, it is NOT_FOUND. others are what else is
// wrong with the request.
func parseNames[M any, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], l batchList, parent string, names []string, others []Violation) ([]K, error) {
	violations := t.batchSize(l.field, len(names))
	if len(violations) > 0 {
		return nil, invalid(t.domain(), append(violations, others...)...)
	}
	if violation, wrong := t.commonParent(parent); wrong {
		violations, parent = append(violations, violation), ""
	}
	var keys []K
	impossible := make(map[string]bool)
	for i, name := range names {
		key, err := t.parseName(name)
		violation, wrong := nameViolation(element(i, "name"), name, parent, err)
		switch {
		case wrong:
			violations = append(violations, violation)
		case err != nil:
			impossible[name] = true
		default:
			keys = append(keys, key)
		}
	}
	if violations = append(l.paths(violations), others...); len(violations) > 0 {
		return nil, invalid(t.domain(), violations...)
	}
	if len(impossible) > 0 {
		return nil, notAll(ctx, t, s, names, keys, impossible)
	}
	return keys, nil
}

// nameViolation returns what is wrong with a name, whose parsing gave err. One that
// can be no key is not wrong for that.
func nameViolation(field, name, parent string, err error) (v Violation, wrong bool) {
	switch {
	case name == "":
		return missingField(field), true
	case err != nil && !errors.Is(err, ErrNoSuchKey):
		return invalidField(field, err.Error()), true
	case !within(parent, name):
		return invalidField(field, "must be below the parent of the batch"), true
	}
	return v, false
}

// commonParent returns what is wrong with the parent of a batch. It may be empty, and
// have wildcards where the model is read across parents.
func (t *Table[M, K]) commonParent(parent string) (v Violation, wrong bool) {
	p := t.info.Parent
	if p == nil || parent == "" {
		return v, false
	}
	if _, err := p.Pattern.values(parent, p.Across); err != nil {
		return invalidField("parent", err.Error()), true
	}
	return v, false
}

// within reports whether a resource is below the parent. Both are well-formed; a
// wildcard of the parent is any id, and the empty parent every one.
func within(parent, name string) bool {
	for parent != "" {
		var want, got string
		want, parent, _ = strings.Cut(parent, "/")
		got, name, _ = strings.Cut(name, "/")
		if want != got && want != wildcard {
			return false
		}
	}
	return true
}

// notAll is NOT_FOUND for names of which some are impossible. The store is asked for
// the others, so that all that are missing are named.
func notAll[M any, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], names []string, keys []K, impossible map[string]bool) error {
	missing := impossible
	if len(keys) > 0 {
		_, err := s.BatchGet(ctx, keys)
		var e *Error
		switch {
		case errors.As(err, &e) && e.Code == codes.NotFound:
			for _, name := range e.missingNames() {
				missing[name] = true
			}
		case err != nil:
			return t.safe(ctx, err, "")
		}
	}
	var all []string
	for _, name := range distinct(names) {
		if missing[name] {
			all = append(all, name)
		}
	}
	return missingAll(t.domain(), t.info.Resource, all)
}
