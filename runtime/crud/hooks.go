package crud

import (
	"context"
	"errors"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// Hooks run around the writes of a repository, inside the write's transaction. A
// nil hook costs nothing; without any, a write is a single statement without BEGIN
// and COMMIT.
//
// An error of a hook rolls the write back and is returned to the caller: a status
// as it is, any other error as INTERNAL, whose text the client does not see. A hook
// can run more than once, since a transaction that lost a race is tried again; what
// must happen once and only after success belongs in Write.AfterCommit.
//
// Hooks is an Option. A repository that is given several runs them in that order.
type Hooks[M proto.Message] struct {
	// BeforeCreate runs before the INSERT. What it changes in New is inserted. New has
	// its key unless the database makes it.
	BeforeCreate func(ctx context.Context, w *Write[M]) error
	// AfterCreate runs after the INSERT; New is the stored row.
	AfterCreate func(ctx context.Context, w *Write[M]) error

	// BeforeUpdate runs before the UPDATE, with the row locked. Old is the stored row,
	// New is what it will become; what the hook changes in New is written too, even
	// outside Mask. The key cannot be changed.
	BeforeUpdate func(ctx context.Context, w *Write[M]) error
	// AfterUpdate runs after the UPDATE; Old is the row before it, New the stored row.
	AfterUpdate func(ctx context.Context, w *Write[M]) error

	// BeforeDelete runs before the DELETE, with the row locked. Old is the stored row.
	BeforeDelete func(ctx context.Context, w *Write[M]) error
	// AfterDelete runs after the DELETE; Old is the row that is gone.
	AfterDelete func(ctx context.Context, w *Write[M]) error

	// BeforeUndelete runs before a soft-deleted row comes back, with the row locked.
	// Old is the stored row.
	BeforeUndelete func(ctx context.Context, w *Write[M]) error
	// AfterUndelete runs after a row came back; Old is the row before, New the stored
	// row.
	AfterUndelete func(ctx context.Context, w *Write[M]) error
}

func (h Hooks[M]) apply(s *settings) { s.hooks = append(s.hooks, h) }

// A Write is one write that hooks see. It is valid until the hook returns.
type Write[M proto.Message] struct {
	// Tx is the transaction of the write. Statements of other repositories join it
	// through their WithTx.
	Tx *Tx
	// Old is the stored row before the write; nil for Create.
	Old M
	// New is the row after the write; nil for Delete and before Undelete. It is the hook's own copy: no
	// caller sees changes to it but through the stored row.
	New M
	// Mask are the fields that Update was asked to write, resolved: never nil, empty
	// or *. It is nil for Create and Delete.
	Mask *fieldmaskpb.FieldMask
}

// AfterCommit runs f once the transaction has committed, not at all if it rolls
// back. f gets a context that outlives the call, with a deadline of 30 seconds. It
// panics in a transaction whose end the runtime does not see; make that one known
// with JoinTx.
func (w *Write[M]) AfterCommit(f func(ctx context.Context)) { w.Tx.AfterCommit(f) }

// untypedHooks returns an option's hooks, if they are of messages of type M, as hooks of any
// message.
func untypedHooks[M proto.Message](option any) (untyped Hooks[proto.Message], ok bool) {
	h, ok := option.(Hooks[M])
	if !ok {
		return untyped, false
	}
	return Hooks[proto.Message]{
		BeforeCreate: untypedHook(h.BeforeCreate), AfterCreate: untypedHook(h.AfterCreate),
		BeforeUpdate: untypedHook(h.BeforeUpdate), AfterUpdate: untypedHook(h.AfterUpdate),
		BeforeDelete: untypedHook(h.BeforeDelete), AfterDelete: untypedHook(h.AfterDelete),
		BeforeUndelete: untypedHook(h.BeforeUndelete), AfterUndelete: untypedHook(h.AfterUndelete),
	}, true
}

func untypedHook[M proto.Message](f func(context.Context, *Write[M]) error) hook {
	if f == nil {
		return nil
	}
	return func(ctx context.Context, w *Write[proto.Message]) error {
		own := &Write[M]{w.Tx, as[M](w.Old), as[M](w.New), w.Mask}
		err := f(ctx, own)
		w.New, w.Mask = own.New, own.Mask
		return err
	}
}

// hookSet is the hooks of one repository.
type hookSet []Hooks[proto.Message]

// hooksOf returns those of the settings' hooks that are of the table's messages.
func (t *table) hooksOf(s *settings) (set hookSet) {
	for _, h := range s.hooks {
		if mine, ok := t.hooks(h); ok {
			set = append(set, mine)
		}
	}
	return set
}

type hook = func(context.Context, *Write[proto.Message]) error

func (s hookSet) has(pick func(*Hooks[proto.Message]) hook) bool {
	for i := range s {
		if pick(&s[i]) != nil {
			return true
		}
	}
	return false
}

func (s hookSet) run(ctx context.Context, w *Write[proto.Message], pick func(*Hooks[proto.Message]) hook) error {
	for i := range s {
		if f := pick(&s[i]); f != nil {
			if err := f(ctx, w); err != nil {
				return &hookError{err}
			}
		}
	}
	return nil
}

func beforeCreate(h *Hooks[proto.Message]) hook   { return h.BeforeCreate }
func afterCreate(h *Hooks[proto.Message]) hook    { return h.AfterCreate }
func beforeUpdate(h *Hooks[proto.Message]) hook   { return h.BeforeUpdate }
func afterUpdate(h *Hooks[proto.Message]) hook    { return h.AfterUpdate }
func beforeDelete(h *Hooks[proto.Message]) hook   { return h.BeforeDelete }
func afterDelete(h *Hooks[proto.Message]) hook    { return h.AfterDelete }
func beforeUndelete(h *Hooks[proto.Message]) hook { return h.BeforeUndelete }
func afterUndelete(h *Hooks[proto.Message]) hook  { return h.AfterUndelete }

// hookError marks an error that a hook returned, so that it reaches the caller as
// it is and is not taken for one of the write's own statement.
type hookError struct{ err error }

func (e *hookError) Error() string { return e.err.Error() }
func (e *hookError) Unwrap() error { return e.err }

// unmarked returns what a hook returned, or err.
func unmarked(err error) (error, bool) {
	var h *hookError
	if errors.As(err, &h) {
		return h.err, true
	}
	return err, false
}
