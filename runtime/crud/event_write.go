package crud

import (
	"context"
	"fmt"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
)

// emits reports whether the writes of the table append events.
func (r *repository) emits() bool { return r.table.info.Events }

// emit notes the event of a row that was just written or is locked, so that the events of
// a row have the order of its writes. The call that writes appends what is noted before it
// returns. old and m are the row before and after the write; nil is none.
func (r *repository) emit(ctx context.Context, tx *Tx, kind string, old, m proto.Message) error {
	if !r.emits() {
		return nil
	}
	of := m
	if r.table.isNil(m) {
		of = old
	}
	e := eventlog.Event{Message: r.table.info.Message, Key: r.table.keyNameOf(of), Type: kind, Time: r.now().UnixMicro()}
	var err error
	if e.Scope, err = r.eventScope(ctx); err != nil {
		return err
	}
	if e.Old, err = r.table.eventBytes(old); err != nil {
		return internal(r.domain, err)
	}
	if e.New, err = r.table.eventBytes(m); err != nil {
		return internal(r.domain, err)
	}
	tx.events = append(tx.events, e)
	return nil
}

// eventScope is what tells the events of a call's scope from others: the values of the
// columns that the model declares, which every writer has.
func (r *repository) eventScope(ctx context.Context) (string, error) {
	declared := len(r.table.info.Scope)
	if declared == 0 {
		return "", nil
	}
	values, err := r.scope.values(ctx)
	if err != nil {
		return "", err
	}
	return JoinKey(values[:declared]...), nil // they stand before the others
}

// eventBytes is what an event keeps of a resource: its own fields but for those that are
// INPUT_ONLY or sensitive. It is nil for none.
func (t *table) eventBytes(m proto.Message) ([]byte, error) {
	if t.isNil(m) {
		return nil, nil
	}
	out := t.pick(m, func(c *column) bool { return c.PrimaryKey || !c.withheld() })
	t.clearInside(out, annotations.FieldBehavior_INPUT_ONLY)
	message, ok := any(out).(proto.Message)
	if !ok {
		return nil, fmt.Errorf("crud: %T is no message", m)
	}
	b, err := proto.MarshalOptions{AllowPartial: true}.Marshal(message) // what is left out may be required
	if b == nil {
		b = []byte{}
	}
	return b, err
}

// withheld reports whether events do not have the column.
func (c *ColumnInfo) withheld() bool { return c.InputOnly || c.Sensitive }

// emitCreated notes the events of rows that were just inserted.
func (r *repository) emitCreated(ctx context.Context, tx *Tx, stored []proto.Message) error {
	var none proto.Message
	for _, m := range stored {
		if err := r.emit(ctx, tx, eventlog.Created, none, m); err != nil {
			return err
		}
	}
	return nil
}

// emitRemoved notes the events of the rows of keys that were just deleted, which old are.
// A row that is only marked has become what removed has.
func (r *repository) emitRemoved(ctx context.Context, tx *Tx, keys []any, old, removed map[any]proto.Message) error {
	if !r.emits() {
		return nil
	}
	var none proto.Message
	for _, key := range keys {
		m, ok := removed[key]
		if !ok {
			continue
		}
		if r.table.deleteTime < 0 {
			m = none
		}
		if err := r.emit(ctx, tx, eventlog.Deleted, old[key], m); err != nil {
			return err
		}
	}
	return nil
}

// appending is a write that appends the events which it notes, when it has succeeded. In a
// transaction of the caller's it does so when it has failed, too: the caller may keep what
// was written, and if the transaction is lost, so are they.
func appending[R any](ctx context.Context, r *repository, write func(tx *Tx) (R, error)) func(tx *Tx) (R, error) {
	return func(tx *Tx) (R, error) {
		result, failed := write(tx)
		events := tx.events
		tx.events = nil
		if len(events) == 0 || failed != nil && r.tx == nil {
			return result, failed
		}
		err := eventlog.Log{SQLite: r.dialect == SQLite}.Append(ctx, tx, events)
		tx.willWake(r.wake)
		switch {
		case failed != nil:
			return result, failed
		case err != nil:
			var none R
			return none, classify(ctx, r.domain, err)
		}
		return result, nil
	}
}

// willWake has the followers told once the transaction has committed. Where nobody sees its
// commit, they look by themselves.
func (t *Tx) willWake(w *eventlog.Waker) {
	if w == nil && t.home != nil {
		w = eventlog.NewWaker(eventlog.Log{DB: t.home, SQLite: t.dialect == SQLite})
	}
	if w == nil || t.after == nil || t.woken {
		return
	}
	t.woken = true
	t.AfterCommit(func(context.Context) { w.Wake() })
}
