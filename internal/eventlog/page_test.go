package eventlog_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

func eachEngine(t *testing.T, f func(t *testing.T, l eventlog.Log)) {
	t.Helper()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, crud.EventTables()...))
		_, isSQLite := db.(interface{ Dialect() crud.Dialect })
		f(t, eventlog.Log{DB: db, SQLite: isSQLite})
	})
}

// fill appends n events of a message, each with size bytes.
func fill(t *testing.T, l eventlog.Log, message string, n, size int) {
	t.Helper()
	events := make([]eventlog.Event, n)
	for i := range events {
		events[i] = eventlog.Event{Message: message, Key: fmt.Sprint(i), Type: eventlog.Created, New: bytes.Repeat([]byte{'x'}, size)}
	}
	require.NoError(t, l.Append(t.Context(), l.DB, events))
	_, err := l.NumberAll(t.Context())
	require.NoError(t, err)
}

// A reader gets past what it does not ask for in bounded steps, and misses nothing.
func TestPagesGoPastOthers(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l eventlog.Log) {
		fill(t, l, "other", 9000, 1)
		fill(t, l, "mine", 600, 1)
		fill(t, l, "other", 10, 1)
		var got []eventlog.Event
		at, pages := int64(0), 0
		for {
			page, err := l.Read(t.Context(), at, eventlog.Selection{Messages: []string{"mine", "none"}})
			require.NoError(t, err)
			assert.LessOrEqual(t, len(page.Events), 256)
			assert.EqualValues(t, 9610, page.Last)
			got, pages, at = append(got, page.Events...), pages+1, page.End
			if at == page.Last {
				break
			}
		}
		require.Len(t, got, 600)
		for i, e := range got {
			assert.EqualValues(t, 9001+i, e.Position)
			assert.Equal(t, "mine", e.Message)
		}
		assert.LessOrEqual(t, pages, 6)
	})
}

// A page of large events is bounded by their bytes.
func TestPagesAreBoundedByBytes(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l eventlog.Log) {
		fill(t, l, "large", 10, 1<<20)
		page, err := l.Read(t.Context(), 0, eventlog.Selection{})
		require.NoError(t, err)
		assert.Len(t, page.Events, 4)
		assert.EqualValues(t, 4, page.End)
		page, err = l.Read(t.Context(), 8, eventlog.Selection{})
		require.NoError(t, err)
		assert.Len(t, page.Events, 2)
		assert.EqualValues(t, 10, page.End)
		page, err = l.Read(t.Context(), 10, eventlog.Selection{})
		require.NoError(t, err)
		assert.Empty(t, page.Events)
		assert.EqualValues(t, 10, page.End)
	})
}

// Before anything is numbered there is nothing to read.
func TestAnEmptyLog(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l eventlog.Log) {
		page, err := l.Read(t.Context(), 0, eventlog.Selection{Scoped: true})
		require.NoError(t, err)
		assert.Zero(t, page)
		require.NoError(t, l.Append(t.Context(), l.DB, nil))
		n, busy, err := l.Number(t.Context())
		require.NoError(t, err)
		assert.Zero(t, n)
		assert.False(t, busy)
		state, err := l.State(t.Context())
		require.NoError(t, err)
		assert.Zero(t, state)
		removed, err := l.Purge(t.Context(), 1<<60, 10)
		require.NoError(t, err)
		assert.Zero(t, removed)
	})
}
