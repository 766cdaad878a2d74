package main

import (
	"context"
	"fmt"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A row is a message, and the model that it is of.
type row struct {
	model   *model
	message protoreflect.Message
}

// rows has a row of each table that others may refer to, by the table's name.
type rows map[string]row

// existing takes the row that the fixture itself has, if there is one.
func (r rows) existing(ctx context.Context, m *model) error {
	all, err := m.list(ctx)
	if len(all) > 0 {
		r[m.info.Name] = row{m, all[0]}
	}
	return err
}

// ready reports whether all tables that m refers to have rows. One that refers to itself
// does so by columns that may be NULL.
func (r rows) ready(m *model) bool {
	return !slices.ContainsFunc(m.info.References, func(ref crud.Reference) bool {
		return ref.Table != m.info.Name && r[ref.Table].model == nil
	})
}

// write creates a row of no more than what is required, and one of all fields, which it
// then changes in all fields and leaves.
func (r rows) write(ctx context.Context, m *model) error {
	if m.keyless() { // two that are equal, and stay
		for range 2 {
			created, err := r.create(ctx, m, 0, true)
			if err != nil {
				return err
			}
			r[m.info.Name] = row{m, created}
		}
		return nil
	}
	least, err := r.create(ctx, m, 2, false)
	if err != nil {
		return err
	}
	if err := m.remove(ctx, least); err != nil {
		return err
	}
	created, err := r.create(ctx, m, 0, true)
	if err != nil {
		return err
	}
	updated, err := r.update(ctx, m, created)
	r[m.info.Name] = row{m, updated}
	return err
}

// create creates the n-th row, and reads it by Get and by List.
func (r rows) create(ctx context.Context, m *model, n int, full bool) (protoreflect.Message, error) {
	sent := r.fill(m, n, full)
	got, err := m.call(ctx, "Create", func(req protoreflect.Message) {
		req.Set(resourceField(req, m.message), protoreflect.ValueOfMessage(sent))
	})
	if err != nil {
		return nil, err
	}
	return got, r.wrote(ctx, m, sent, got)
}

// update writes all fields that may change.
func (r rows) update(ctx context.Context, m *model, created protoreflect.Message) (protoreflect.Message, error) {
	changed := r.fill(m, 1, true)
	for _, c := range m.info.Columns {
		if f := field(m.message, c); c.PrimaryKey || c.Identifier {
			changed.Set(f, created.Get(f))
		}
	}
	got, err := m.call(ctx, "Update", func(req protoreflect.Message) {
		req.Set(resourceField(req, m.message), protoreflect.ValueOfMessage(changed))
	})
	if err != nil {
		return nil, err
	}
	return got, r.wrote(ctx, m, changed, got)
}

// wrote checks that an answer has all that was sent, and that Get and List agree with it.
func (r rows) wrote(ctx context.Context, m *model, sent, got protoreflect.Message) (err error) {
	sent.Range(func(f protoreflect.FieldDescriptor, want protoreflect.Value) bool {
		if have := got.Get(f); !have.Equal(want) {
			err = fmt.Errorf("%s is %v, want %v", f.Name(), have, want)
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	if err := m.get(ctx, got); err != nil {
		return err
	}
	if ok, err := m.lists(ctx, got); err != nil || !ok {
		return fmt.Errorf("listed %v: %w", ok, err)
	}
	return nil
}

// fill returns the n-th row: all that a client may write, or no more than it must.
func (r rows) fill(m *model, n int, full bool) protoreflect.Message {
	message, err := newMessage(m.message)
	if err != nil {
		panic(err) // its code is linked
	}
	for _, c := range m.info.Columns {
		f := field(m.message, c)
		if !m.writes(c) || !full && !c.Required && (f.HasPresence() || f.IsList()) {
			continue
		}
		ref, i := referred(m.info, c)
		if i < 0 {
			setValue(message, f, c, n)
		} else if to := r[ref.Table]; ref.Table != m.info.Name {
			message.Set(f, to.message.Get(to.model.column(ref.Target[i])))
		}
	}
	return message
}

// referred returns the reference that a column is of, and its place there, which is
// negative for a column of none.
func referred(info *crud.TableInfo, c crud.ColumnInfo) (crud.Reference, int) {
	for _, ref := range info.References {
		if i := slices.Index(ref.Columns, c.Names[0]); i >= 0 {
			return ref, i
		}
	}
	return crud.Reference{}, -1
}
