package crud

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// parseNames returns the keys of the resources that a batch names, but for those names
// that can be no key, so that no row has them: those are impossible. others are what
// else is wrong with the request, which is told with what is wrong with the names.
func (t *table) parseNames(l batchList, parent string, names []string, others []Violation) (keys []any, impossible map[string]bool, err error) {
	violations := t.batchSize(l.field, len(names))
	if len(violations) > 0 {
		return nil, nil, invalid(t.domain(), append(violations, others...)...)
	}
	if violation, wrong := t.commonParent(parent); wrong {
		violations, parent = append(violations, violation), ""
	}
	impossible = make(map[string]bool)
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
	if len(violations) > 0 {
		return nil, nil, invalid(t.domain(), append(l.paths(violations), others...)...)
	}
	return keys, impossible, nil
}

// deletePossible deletes the resources whose names can be keys, of a batch in which
// resources may be missing.
func deletePossible[M proto.Message, K comparable](ctx context.Context, s Store[M, K], names []string, keys []K, impossible map[string]bool, settings *writeSettings, opts []WriteOption) ([]M, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	if len(settings.etags) == len(names) {
		etags := make([]string, 0, len(keys))
		for i, name := range names {
			if !impossible[name] {
				etags = append(etags, settings.etags[i])
			}
		}
		opts = append(opts[:len(opts):len(opts)], IfEtags(etags...))
	}
	return s.BatchDelete(ctx, keys, opts...)
}

// withAbsent puts the answers to impossible names where they belong among those of the
// others.
func (t *table) withAbsent(names []string, items []proto.Message, impossible map[string]bool) []proto.Message {
	var all []proto.Message
	for _, name := range distinct(names) {
		switch {
		case impossible[name]:
			all = append(all, t.absentNamed(name))
		case len(items) > 0:
			all, items = append(all, items[0]), items[1:]
		}
	}
	return all
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
func (t *table) commonParent(parent string) (v Violation, wrong bool) {
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
func notAll[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], names []string, keys []K, impossible map[string]bool) error {
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
			return t.table.safe(ctx, err, "")
		}
	}
	var all []string
	for _, name := range distinct(names) {
		if missing[name] {
			all = append(all, name)
		}
	}
	return missingAll(t.table.domain(), t.table.info.Resource, all)
}
