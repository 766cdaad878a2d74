package crud

import (
	"context"
	"errors"
	"slices"

	"google.golang.org/protobuf/proto"
)

// BatchCreate is [Repository.BatchCreate].
func (r *repository) BatchCreate(ctx context.Context, ms []proto.Message, opts ...WriteOption) (stored []proto.Message, err error) {
	if err := r.checkBatch("messages", len(ms)); err != nil {
		return nil, err
	}
	s := writeSettingsOf(opts)
	if r.hooks.has(beforeCreate) || r.hooks.has(afterCreate) || slices.ContainsFunc(ms, func(m proto.Message) bool { return len(r.table.ownedIn(m)) > 0 }) {
		stored, err = r.transactAll(ctx, &s, func(tx *Tx) ([]proto.Message, error) { return r.createInTurn(ctx, tx, ms) })
	} else {
		stored, err = r.insertAll(ctx, &s, ms)
	}
	if err != nil {
		return nil, err
	}
	for i, m := range ms {
		if s.validateOnly { // nobody is to use an id that was not given out
			r.table.clearMade(stored[i], m)
		}
	}
	return stored, nil
}

// createInTurn creates one after the other, so that the hooks of each see what those
// before it did.
func (r *repository) createInTurn(ctx context.Context, tx *Tx, ms []proto.Message) (stored []proto.Message, err error) {
	stored = make([]proto.Message, len(ms))
	for i, m := range ms {
		if stored[i], err = r.create(ctx, tx, m); err != nil {
			return nil, ofElement(i, err)
		}
	}
	return stored, nil
}

// insertAll inserts several rows with each statement. When the database refuses one
// of them it does not say which: then they are inserted one by one, which tells, or
// succeeds if what stood in the way is gone. In a caller's transaction there is no
// second try, so that each row has its statement from the start.
func (r *repository) insertAll(ctx context.Context, s *writeSettings, ms []proto.Message) ([]proto.Message, error) {
	ready, err := r.readyInserts(ms)
	if err != nil {
		return nil, err
	}
	if r.tx != nil {
		return r.insertReady(ctx, s, ready, 1)
	}
	stored, err := r.insertReady(ctx, s, ready, maxInsertRows)
	var refused *rowRefused
	if errors.As(err, &refused) {
		return r.insertReady(ctx, s, ready, 1)
	}
	return stored, err
}

// readyInserts returns the messages as they can be inserted. All that is wrong with
// them is told at once.
func (r *repository) readyInserts(ms []proto.Message) ([]proto.Message, error) {
	ready := make([]proto.Message, len(ms))
	var found findings
	for i, m := range ms {
		var err error
		ready[i], err = r.readyInsert(m)
		if err := found.element(i, err); err != nil {
			return nil, err
		}
	}
	if err := found.error(r.domain); err != nil {
		return nil, err
	}
	return ready, r.oneOfEach(ready)
}

// oneOfEach is ALREADY_EXISTS for two messages with one key.
func (r *repository) oneOfEach(ms []proto.Message) error {
	seen := make(map[any]struct{}, len(ms))
	for i, m := range ms {
		key, ok := r.keyToBe(m)
		if !ok {
			continue
		}
		if _, again := seen[key]; again {
			return ofElement(i, r.alreadyExists(r.resourceAt(key), nil))
		}
		seen[key] = struct{}{}
	}
	return nil
}

// keyToBe returns the key that the row of a new message will have. ok is false where
// there is none, or the database or the scope makes some of it.
func (r *repository) keyToBe(m proto.Message) (key any, ok bool) {
	if r.table.keyless() {
		return nil, false
	}
	for _, name := range r.table.info.Key {
		if r.scope.has(name) {
			return key, false
		}
	}
	if !r.table.hasKey(m) {
		return key, false
	}
	key, err := r.table.keyOf(m)
	return key, err == nil
}
