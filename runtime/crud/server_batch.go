package crud

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
)

// The functions in this file and the server_batch files are the generated batch
// methods. What is wrong with any element is told at once, under the element's path
// from the request's root: requests[3].book.title.

// requestsField is the list of a batch whose elements are requests.
const requestsField = "requests"

// BatchGet returns the resources with the keys, in their order (AIP-231). list is the
// request's field that holds them: ids, or requests. Errors: INVALID_ARGUMENT,
// NOT_FOUND, which names all that are missing.
func BatchGet[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], keys []K, list string, opts ...GetOption) ([]M, error) {
	if s == nil {
		return nil, t.table.noStore()
	}
	l, all := batchList{field: list}, anyKeys(keys)
	if err := t.table.checkKeys(l, all, nil); err != nil {
		return nil, err
	}
	if err := t.table.permitKeys(ctx, nil, all...); err != nil {
		return nil, err
	}
	items, err := s.BatchGet(ctx, keys, opts...)
	return answers(ctx, &t.table, s, items, err, l)
}

// BatchGetNamed returns the resources with the names, in their order (AIP-231). list
// is the request's field that holds them: names, or requests. All must be below
// parent, unless it is empty. Errors: INVALID_ARGUMENT, NOT_FOUND, which names all
// that are missing.
func BatchGetNamed[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], parent string, names []string, list string, opts ...GetOption) ([]M, error) {
	if s == nil {
		return nil, t.table.noStore()
	}
	l := batchList{field: list}
	parsed, impossible, err := t.table.parseNames(l, parent, names, nil)
	if err != nil {
		return nil, err
	}
	if err := t.table.permitNames(ctx, names...); err != nil {
		return nil, err
	}
	keys := keysAs[K](parsed)
	if len(impossible) == 0 {
		items, err := s.BatchGet(ctx, keys, opts...)
		return answers(ctx, &t.table, s, items, err, l)
	}
	if violations := t.table.checkRead(opts); len(violations) > 0 {
		return nil, t.table.refuse(ctx, s, invalid(t.table.domain(), violations...))
	}
	return nil, notAll(ctx, t, s, names, keys, impossible)
}

// BatchDelete deletes the resources with the keys, all or none (AIP-235). list is as
// in BatchGet. It returns what soft-deleted resources have become, and nil for others.
// Errors: INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, ABORTED for another etag.
func BatchDelete[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], keys []K, list string, opts ...WriteOption) ([]M, error) {
	if s == nil {
		return nil, t.table.noStore()
	}
	l, settings := batchList{field: list}, writeSettingsOf(opts)
	options, all := settings.check(), anyKeys(keys)
	if err := t.table.checkKeys(l, all, options); err != nil {
		return nil, err
	}
	if err := t.table.permitKeys(ctx, nil, all...); err != nil {
		return nil, err
	}
	if len(options) > 0 {
		return nil, t.table.refuse(ctx, s, invalid(t.table.domain(), options...))
	}
	items, err := s.BatchDelete(ctx, keys, opts...)
	return answers(ctx, &t.table, s, items, err, l)
}

// BatchDeleteNamed deletes the resources with the names, all or none (AIP-235). list
// and parent are as in BatchGetNamed, results and errors as in BatchDelete.
func BatchDeleteNamed[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], parent string, names []string, list string, opts ...WriteOption) ([]M, error) {
	if s == nil {
		return nil, t.table.noStore()
	}
	l, settings := batchList{field: list}, writeSettingsOf(opts)
	options := settings.check()
	parsed, impossible, err := t.table.parseNames(l, parent, names, options)
	if err != nil {
		return nil, err
	}
	if err := t.table.permitNames(ctx, names...); err != nil {
		return nil, err
	}
	keys := keysAs[K](parsed)
	switch {
	case len(options) > 0:
		return nil, t.table.refuse(ctx, s, invalid(t.table.domain(), options...))
	case len(impossible) == 0:
		items, err := s.BatchDelete(ctx, keys, opts...)
		return answers(ctx, &t.table, s, items, err, l)
	case !settings.allowMissing:
		return nil, notAll(ctx, t, s, names, keys, impossible)
	}
	items, err := deletePossible(ctx, s, names, keys, impossible, &settings, opts)
	if items, err = answers(ctx, &t.table, s, items, err, l); err != nil || t.table.deleteTime < 0 {
		return items, err
	}
	return typedAll[M](t.table.withAbsent(names, untyped(items), impossible)), nil
}

// A batchList is where the elements of a batch are in a request.
type batchList struct {
	field string // ids, names or requests
	// resource is the field of each of the requests that holds the resource, if they
	// have one.
	resource string
}

// path turns a path of a store, [3].title, into the request's: requests[3].book.title,
// or ids[3] where the elements are the keys.
func (l batchList) path(v Violation) string {
	place, rest, _ := strings.Cut(v.Field, "]")
	if !strings.HasPrefix(place, "[") {
		return v.Field // it is not about an element
	}
	path := l.field + place + "]"
	switch {
	case l.field != requestsField:
		return path
	case l.resource == "" || besideResource[v.Reason]:
		return path + rest
	}
	return path + "." + l.resource + rest
}

func (l batchList) paths(violations []Violation) []Violation {
	for i, v := range violations {
		violations[i].Field = l.path(v)
	}
	return violations
}

// request is the path of a field of one of the requests.
func (l batchList) request(i int, field string) string {
	return fmt.Sprintf("%s[%d].%s", l.field, i, field)
}

// answers is what a client sees of the resources of a batch, which are of the store s.
func answers[M proto.Message](ctx context.Context, t *table, s any, items []M, err error, l batchList) ([]M, error) {
	if err != nil {
		return nil, t.safeAs(ctx, t.unscoped(ctx, s, err), func(e *Error) *Error { return e.renamed(l.path) })
	}
	showAll(t, items)
	return items, nil
}

// checkKeys refuses a list of keys of which some were left out or can be none. others
// are what else is wrong with the request, which is told with them.
func (t *table) checkKeys(l batchList, keys []any, others []Violation) error {
	violations := t.batchSize(l.field, len(keys))
	if len(violations) == 0 {
		for i, key := range keys {
			for _, v := range t.keyGiven(key, nil) {
				v.Field = element(i, v.Field)
				violations = append(violations, v)
			}
		}
	}
	if len(violations) > 0 {
		return invalid(t.domain(), append(l.paths(violations), others...)...)
	}
	return nil
}
