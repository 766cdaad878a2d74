package crud

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// SoftDelete deletes the resource with the key and returns what it has become
// (AIP-135, AIP-164). Errors: INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION,
// ABORTED for another etag.
func SoftDelete[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], key K, opts ...WriteOption) (M, error) {
	return byKey(ctx, t, s, key, opts, Store[M, K].Delete)
}

// SoftDeleteNamed deletes the resource with the name and returns what it has become
// (AIP-135, AIP-164). Errors are those of SoftDelete.
func SoftDeleteNamed[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], name string, opts ...WriteOption) (M, error) {
	return byName(ctx, t, s, name, opts, Store[M, K].Delete)
}

// Undelete brings the resource with the key back (AIP-164). Errors:
// INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, ABORTED for another etag.
func Undelete[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], key K, opts ...WriteOption) (M, error) {
	return byKey(ctx, t, s, key, opts, Store[M, K].Undelete)
}

// UndeleteNamed brings the resource with the name back (AIP-164). Errors are those
// of Undelete.
func UndeleteNamed[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], name string, opts ...WriteOption) (M, error) {
	return byName(ctx, t, s, name, opts, Store[M, K].Undelete)
}

// A keyedWrite is a method of a store that writes the resource with a key.
type keyedWrite[M proto.Message, K comparable] = func(s Store[M, K], ctx context.Context, key K, opts ...WriteOption) (M, error)

func byKey[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], key K, opts []WriteOption, write keyedWrite[M, K]) (m M, err error) {
	if s == nil {
		return m, t.table.noStore()
	}
	settings := writeSettingsOf(opts)
	violations, options := t.table.keyGiven(key, settings.keyPresence), settings.check()
	if len(violations) > 0 {
		return m, invalid(t.table.domain(), append(violations, options...)...)
	}
	if err := t.table.permitKeys(ctx, settings.keyPresence, key); err != nil {
		return m, err
	}
	if len(options) > 0 {
		return m, t.table.refuse(ctx, s, invalid(t.table.domain(), options...))
	}
	m, err = write(s, ctx, key, opts...)
	return answer(ctx, &t.table, s, m, err, "")
}

func byName[M proto.Message, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], name string, opts []WriteOption, write keyedWrite[M, K]) (m M, err error) {
	if s == nil {
		return m, t.table.noStore()
	}
	key, wrong := t.table.keyNamed("name", name)
	if wrong != nil && wrong.Code == codes.InvalidArgument {
		return m, wrong
	}
	if err := t.table.permitNames(ctx, name); err != nil {
		return m, err
	}
	settings := writeSettingsOf(opts)
	violations := settings.check()
	switch {
	case len(violations) > 0:
		return m, t.table.refuse(ctx, s, invalid(t.table.domain(), violations...))
	case wrong != nil && settings.allowMissing:
		return as[M](t.table.absentNamed(name)), t.table.refuse(ctx, s, nil)
	case wrong != nil:
		return m, t.table.refuse(ctx, s, wrong)
	}
	m, err = write(s, ctx, key.(K), opts...)
	return answer(ctx, &t.table, s, m, err, "")
}

// absentNamed is the answer to a Delete of a resource that may be missing, whose name
// can be no key: nothing, or where a Delete has an answer the name alone.
func (t *table) absentNamed(name string) (m proto.Message) {
	if t.deleteTime < 0 {
		return m
	}
	m = t.New()
	r := m.ProtoReflect()
	r.Set(r.Descriptor().Fields().ByName(protoreflect.Name(t.nameField)), protoreflect.ValueOfString(name))
	return m
}
