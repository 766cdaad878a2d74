package crud

import "context"

// SoftDelete deletes the resource with the key and returns what it has become
// (AIP-135, AIP-164). Errors: INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION,
// ABORTED for another etag.
func SoftDelete[M any, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], key K, opts ...WriteOption) (M, error) {
	return byKey(ctx, t, s, key, opts, Store[M, K].Delete)
}

// SoftDeleteNamed deletes the resource with the name and returns what it has become
// (AIP-135, AIP-164). Errors are those of SoftDelete.
func SoftDeleteNamed[M any, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], name string, opts ...WriteOption) (M, error) {
	return byName(ctx, t, s, name, opts, Store[M, K].Delete)
}

// Undelete brings the resource with the key back (AIP-164). Errors:
// INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, ABORTED for another etag.
func Undelete[M any, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], key K, opts ...WriteOption) (M, error) {
	return byKey(ctx, t, s, key, opts, Store[M, K].Undelete)
}

// UndeleteNamed brings the resource with the name back (AIP-164). Errors are those
// of Undelete.
func UndeleteNamed[M any, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], name string, opts ...WriteOption) (M, error) {
	return byName(ctx, t, s, name, opts, Store[M, K].Undelete)
}

// A keyedWrite is a method of a store that writes the resource with a key.
type keyedWrite[M any, K comparable] = func(s Store[M, K], ctx context.Context, key K, opts ...WriteOption) (M, error)

func byKey[M any, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], key K, opts []WriteOption, write keyedWrite[M, K]) (m M, err error) {
	if s == nil {
		return m, noStore(t)
	}
	settings := writeSettingsOf(opts)
	violations := t.keyGiven(key, settings.keyPresence)
	if violations = append(violations, settings.check()...); len(violations) > 0 {
		return m, invalid(t.domain(), violations...)
	}
	m, err = write(s, ctx, key, opts...)
	return t.answer(ctx, m, err, "")
}

func byName[M any, K comparable](ctx context.Context, t *Table[M, K], s Store[M, K], name string, opts []WriteOption, write keyedWrite[M, K]) (m M, err error) {
	if s == nil {
		return m, noStore(t)
	}
	key, err := t.parseName(name)
	if err != nil {
		return m, keyError(&t.info, "name", name, err)
	}
	settings := writeSettingsOf(opts)
	if violations := settings.check(); len(violations) > 0 {
		return m, invalid(t.domain(), violations...)
	}
	m, err = write(s, ctx, key, opts...)
	return t.answer(ctx, m, err, "")
}
