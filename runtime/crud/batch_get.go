package crud

import (
	"context"
	"strings"

	"google.golang.org/protobuf/proto"
)

// getKeys is [Repository.BatchGet].
func (r *repository) getKeys(ctx context.Context, keys []any, opts ...GetOption) ([]proto.Message, error) {
	if err := r.keyed("BatchGet"); err != nil {
		return nil, err
	}
	if err := r.checkBatch("keys", len(keys)); err != nil {
		return nil, err
	}
	s := getSettingsOf(opts)
	of, err := r.readingOf(&s)
	if err != nil {
		return nil, err
	}
	unique := distinct(keys)
	found, err := r.readKeys(ctx, r.db, unique, of.selected, "")
	if err != nil {
		return nil, err
	}
	if err := r.allFound(unique, found); err != nil {
		return nil, err
	}
	items := make([]proto.Message, len(keys))
	first := make(map[any]int, len(unique))
	for i, key := range keys {
		at, again := first[key]
		if again {
			items[i] = r.table.clone(items[at])
			continue
		}
		first[key], items[i] = i, found[key]
	}
	if err := r.loadRelated(ctx, r.db, of.related, items...); err != nil {
		return nil, err
	}
	r.table.hide(of, items...)
	return items, nil
}

// allFound is NOT_FOUND of the keys that are not among the rows.
func (r *repository) allFound(keys []any, found map[any]proto.Message) error {
	var missing []string
	for _, key := range keys {
		if _, ok := found[key]; !ok {
			missing = append(missing, r.table.keyName(key))
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return missingAll(r.domain, r.table.info.Resource, missing)
}

// readKeys gets the rows with the keys, with a suffix such as FOR UPDATE.
func (r *repository) readKeys(ctx context.Context, db DB, keys []any, selected columnSet, suffix string) (map[any]proto.Message, error) {
	args, n := r.bindKeys(keys)
	if n == 0 {
		return nil, nil
	}
	sql, err := r.batches.get(append([]byte{'r'}, selected...), func() (string, error) { return r.buildReadKeys(selected), nil })
	if err != nil {
		return nil, internal(r.domain, err)
	}
	if !r.scope.empty() {
		if sql, args, err = r.scoped(ctx, sql, args); err != nil {
			return nil, err
		}
	}
	rows, err := db.Query(ctx, sql+suffix, args...)
	if err != nil {
		return nil, classify(ctx, r.domain, err)
	}
	items, err := r.table.many(rows, r.dialect, selected, n)
	if err != nil {
		return nil, classify(ctx, r.domain, err)
	}
	return r.byKey(items)
}

func (r *repository) buildReadKeys(selected columnSet) string {
	return "SELECT " + r.table.selection(selected, r.column) + "\nFROM " + r.name +
		"\nWHERE " + numbered(r.anyKey(), 1) + r.scope.static(r.keyParams()+1)
}

// byKey returns messages by their keys.
func (r *repository) byKey(items []proto.Message) (map[any]proto.Message, error) {
	found := make(map[any]proto.Message, len(items))
	for _, m := range items {
		key, err := r.table.keyOf(m)
		if err != nil {
			return nil, internal(r.domain, err)
		}
		found[key] = m
	}
	return found, nil
}

// lockKeys gets the rows with the keys and locks them for the transaction. All
// batches take their locks in the order of the key, so that none waits for another
// that waits for it.
func (r *repository) lockKeys(ctx context.Context, tx *Tx, keys []any) (map[any]proto.Message, error) {
	order := "\nORDER BY " + strings.Join(columnNames(r.table.info.Key, r.column), ", ")
	return r.readKeys(ctx, tx, keys, nil, order+r.lock())
}
