package crud

import (
	"context"

	"google.golang.org/protobuf/proto"
)

// GetBy returns the resource whose unique field has the value that the request has in
// its field of that name. get is the store's method. Errors: INVALID_ARGUMENT,
// NOT_FOUND.
func GetBy[M proto.Message, K, V comparable, S Store[M, K]](ctx context.Context, t *Table[M, K], s S, get func(S, context.Context, V, ...GetOption) (M, error), field string, value V, opts ...GetOption) (m M, err error) {
	if any(s) == nil {
		return m, t.table.noStore()
	}
	var none V
	text, isText := any(value).(string)
	switch {
	case value == none:
		return m, invalid(t.table.domain(), missingField(field))
	case isText && !storable(text):
		return m, invalid(t.table.domain(), invalidField(field, notStorable))
	}
	m, err = get(s, ctx, value, opts...)
	if err == nil {
		err = t.table.permitFound(ctx, m, field, value)
	}
	return answer(ctx, &t.table, s, m, err, "")
}

// Stream sends the resources of a List one by one as they are read, so that it needs
// the memory of one. It ends when the caller does. Errors are those of List; one
// that comes after the first resource ends the stream.
func Stream[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], q Query, send func(M) error) error {
	if s == nil {
		return t.table.noStore()
	}
	if err := t.table.permitParents(ctx, q.Parent); err != nil {
		return err
	}
	for m, err := range s.All(ctx, q) {
		if err != nil {
			return t.table.safe(ctx, t.table.unscoped(ctx, s, err), "")
		}
		if err := send(as[M](t.table.visible(m))); err != nil {
			return err // the caller is gone, or its message too large: gRPC's own status
		}
	}
	return nil
}
