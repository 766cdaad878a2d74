package crud

import (
	"context"
	"errors"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// BatchUpdate is [Repository.BatchUpdate].
func (r *repository) BatchUpdate(ctx context.Context, changes []Change[proto.Message], opts ...WriteOption) (stored []proto.Message, err error) {
	if err := r.keyed("BatchUpdate"); err != nil {
		return nil, err
	}
	if err := r.checkBatch("changes", len(changes)); err != nil {
		return nil, err
	}
	s := writeSettingsOf(opts)
	b, err := r.newBatchUpdate(changes, opts)
	if err != nil {
		return nil, err
	}
	for range maxUpserts {
		stored, err = r.transactAll(ctx, &s, func(tx *Tx) ([]proto.Message, error) { return r.updateAll(ctx, tx, b) })
		if !createdMeanwhile(err) || r.tx != nil {
			break
		}
	}
	return stored, err
}

// A batchUpdate is what one call of BatchUpdate is to write.
type batchUpdate struct {
	updates  []*update // nil for a key that no row can have
	settings []writeSettings
	names    []string // of the resources
	keys     []any    // of the updates that are not nil
}

// errElementOption is an option of a Change that only the call can have.
var errElementOption = errors.New("crud: ValidateOnly or RequestID among the options of one change of a BatchUpdate; give it to the call")

func (r *repository) newBatchUpdate(changes []Change[proto.Message], opts []WriteOption) (*batchUpdate, error) {
	b := &batchUpdate{
		updates:  make([]*update, len(changes)),
		settings: make([]writeSettings, len(changes)),
		names:    make([]string, len(changes)),
	}
	var found findings
	for i, c := range changes {
		if own := writeSettingsOf(c.Options); own.inTx() {
			return nil, internal(r.domain, errElementOption)
		}
		b.settings[i] = writeSettingsOf(slices.Concat(opts, c.Options))
		u, err := r.newUpdate(c.Message, c.Mask, &b.settings[i])
		var e *Error
		if errors.As(err, &e) && e.Code == codes.NotFound {
			b.names[i] = e.Resource.Name
			continue
		}
		if err := found.element(i, err); err != nil {
			return nil, err
		}
		if u != nil {
			b.updates[i], b.names[i] = u, r.table.keyName(u.key)
			b.keys = append(b.keys, u.key)
		}
	}
	found.add(r.updatedTwice(b.updates)...)
	return b, found.error(r.domain)
}

// updatedTwice returns the violations of the changes of a resource that another one
// before them changes: which of the two is to be seen?
func (r *repository) updatedTwice(updates []*update) []Violation {
	keys := make([]any, len(updates))
	for i, u := range updates {
		if u != nil {
			keys[i] = u.key
		}
	}
	return repeated(keys, r.table.keyField(), func(i int) bool { return updates[i] != nil })
}

// updateAll locks the rows and writes them.
func (r *repository) updateAll(ctx context.Context, tx *Tx, b *batchUpdate) ([]proto.Message, error) {
	old, err := r.lockKeys(ctx, tx, b.keys)
	if err != nil {
		return nil, err
	}
	if err := r.allThere(b, old); err != nil {
		return nil, err
	}
	related := slices.ContainsFunc(b.updates, func(u *update) bool { return len(u.related) > 0 })
	if related || r.hooks.has(beforeUpdate) || r.hooks.has(afterUpdate) {
		return r.updateInTurn(ctx, tx, b, old)
	}
	return r.updateTogether(ctx, tx, b, old)
}

// allThere is NOT_FOUND of all resources that are to be updated and are not there.
func (r *repository) allThere(b *batchUpdate, old map[any]proto.Message) error {
	var gone []string
	deleted := 0
	for i, u := range b.updates {
		if u == nil {
			gone = append(gone, b.names[i])
			continue
		}
		switch m, ok := old[u.key]; {
		case !ok && !b.settings[i].allowMissing:
			gone = append(gone, b.names[i])
		case ok && r.table.isDeleted(m):
			gone, deleted = append(gone, b.names[i]), deleted+1
		}
	}
	return r.goneAll(gone, deleted)
}

// goneAll is NOT_FOUND of the names, of which some are those of deleted resources.
func (r *repository) goneAll(names []string, deleted int) error {
	if len(names) == 0 {
		return nil
	}
	e := missingAll(r.domain, r.table.info.Resource, names)
	if deleted == len(names) {
		e.Reason = ReasonResourceDeleted
	}
	return e
}

// updateInTurn writes one row after the other, so that the hooks of each see what
// those before it did.
func (r *repository) updateInTurn(ctx context.Context, tx *Tx, b *batchUpdate, old map[any]proto.Message) (stored []proto.Message, err error) {
	stored = make([]proto.Message, len(b.updates))
	for i, u := range b.updates {
		m, ok := old[u.key]
		if stored[i], err = r.writeFound(ctx, tx, u, &b.settings[i], m, ok); err != nil {
			return nil, ofElement(i, err)
		}
	}
	return stored, nil
}
