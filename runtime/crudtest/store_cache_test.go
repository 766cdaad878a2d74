package crudtest

import (
	"context"
	"sync"
	"testing"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A noteCache keeps what Get read. The scope of the call is part of its keys.
type noteCache struct {
	crud.Store[*bookpb.Note, string]
	scope func(context.Context) (string, error)

	mu    sync.Mutex
	notes map[[2]string]*bookpb.Note
}

func newNoteCache(s crud.Store[*bookpb.Note, string], scope func(context.Context) (string, error)) *noteCache {
	return &noteCache{Store: s, scope: scope, notes: make(map[[2]string]*bookpb.Note)}
}

func (c *noteCache) Get(ctx context.Context, key string, opts ...crud.GetOption) (*bookpb.Note, error) {
	scope, err := c.scope(ctx)
	if err != nil {
		return nil, err
	}
	at := [2]string{scope, key}
	c.mu.Lock()
	m, ok := c.notes[at]
	c.mu.Unlock()
	if ok {
		return clone(m), nil
	}
	m, err = c.Store.Get(ctx, key, opts...)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.notes[at] = clone(m)
	return m, nil
}

func (c *noteCache) Update(ctx context.Context, m *bookpb.Note, fm *mask, opts ...crud.WriteOption) (*bookpb.Note, error) {
	defer c.forget(ctx, m.GetId())
	return c.Store.Update(ctx, m, fm, opts...)
}

func (c *noteCache) Delete(ctx context.Context, key string, opts ...crud.WriteOption) (*bookpb.Note, error) {
	defer c.forget(ctx, key)
	return c.Store.Delete(ctx, key, opts...)
}

func (c *noteCache) BatchUpdate(ctx context.Context, changes []crud.Change[*bookpb.Note], opts ...crud.WriteOption) ([]*bookpb.Note, error) {
	keys := make([]string, len(changes))
	for i, change := range changes {
		keys[i] = change.Message.GetId()
	}
	defer c.forget(ctx, keys...)
	return c.Store.BatchUpdate(ctx, changes, opts...)
}

func (c *noteCache) BatchDelete(ctx context.Context, keys []string, opts ...crud.WriteOption) ([]*bookpb.Note, error) {
	defer c.forget(ctx, keys...)
	return c.Store.BatchDelete(ctx, keys, opts...)
}

func (c *noteCache) forget(ctx context.Context, keys ...string) {
	scope, err := c.scope(ctx)
	if err != nil {
		return // and the write has failed for the same reason
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range keys {
		delete(c.notes, [2]string{scope, key})
	}
}

// TestCachePasses: a decorator that asks the repository for its scope is as good as
// the repository.
func TestCachePasses(t *testing.T) {
	t.Parallel()
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := noteSuite(open)
			s.Open = func(t testing.TB) crud.Store[*bookpb.Note, string] {
				notes := openNotes(t, open(t))
				return newNoteCache(notes, notes.ScopeKey)
			}
			TestStore(t, s)
		})
	}
}
