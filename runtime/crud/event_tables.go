package crud

import (
	"slices"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventlog"
)

// The tables of the outbox. See [EventTables].
var (
	eventTable = Described(&TableInfo{
		Message: "crud.Event", Name: eventlog.Table,
		Columns: []ColumnInfo{
			{Field: "id", Names: []string{"id"}, Kind: KindInt64, NotNull: true, PrimaryKey: true, Generated: ByIdentity},
			{Field: "position", Names: []string{"position"}, Kind: KindInt64, Unfilterable: true, Unorderable: true},
			{Field: "message", Names: []string{"message"}, Kind: KindString, NotNull: true, Unfilterable: true, Unorderable: true},
			{Field: "resource_key", Names: []string{"resource_key"}, Kind: KindString, NotNull: true, Unfilterable: true, Unorderable: true},
			{Field: "event_type", Names: []string{"event_type"}, Kind: KindString, NotNull: true, Unfilterable: true, Unorderable: true},
			{Field: "scope_key", Names: []string{"scope_key"}, Kind: KindString, NotNull: true, Unfilterable: true, Unorderable: true},
			{Field: "old_value", Names: []string{"old_value"}, Kind: KindBytes, Unfilterable: true, Unorderable: true},
			{Field: "new_value", Names: []string{"new_value"}, Kind: KindBytes, Unfilterable: true, Unorderable: true},
			{Field: "event_time", Names: []string{"event_time"}, Kind: KindTimestamp, NotNull: true, Unfilterable: true, Unorderable: true},
		},
		Key: []string{"id"},
		Indexes: []Index{
			{Name: "crud_events_position_key", Columns: []string{"position"}, Unique: true},
			// That of the events which wait for a position: it is nearly empty.
			{Name: "crud_events_waiting_idx", Columns: []string{"id"}, Where: "position IS NULL"},
		},
	})
	eventPositionTable = Described(&TableInfo{
		Message: "crud.EventPosition", Name: eventlog.PositionsTable,
		Columns: []ColumnInfo{
			{Field: "id", Names: []string{"id"}, Kind: KindInt64, NotNull: true, PrimaryKey: true},
			{Field: "last_position", Names: []string{"last_position"}, Kind: KindInt64, NotNull: true, Unfilterable: true, Unorderable: true},
			{Field: "purged_position", Names: []string{"purged_position"}, Kind: KindInt64, NotNull: true, Unfilterable: true, Unorderable: true},
		},
		Key: []string{"id"},
	})
	eventCursorTable = Described(&TableInfo{
		Message: "crud.EventCursor", Name: eventlog.CursorsTable,
		Columns: []ColumnInfo{
			{Field: "name", Names: []string{"name"}, Kind: KindString, NotNull: true, PrimaryKey: true},
			{Field: "position", Names: []string{"position"}, Kind: KindInt64, NotNull: true, Unfilterable: true, Unorderable: true},
			{Field: "holder", Names: []string{"holder"}, Kind: KindString, NotNull: true, Unfilterable: true, Unorderable: true},
			{Field: "lease_time", Names: []string{"lease_time"}, Kind: KindTimestamp, NotNull: true, Unfilterable: true, Unorderable: true},
		},
		Key: []string{"name"},
	})
)

// EventTables are the tables that models with events need: crud_events, to which their
// writes append, crud_event_positions, which says how far events are numbered and purged,
// and crud_event_cursors, which says how far the consumers of runtime/events are.
// CreateTables, CheckTables and ServiceInfo.Tables add them where a model has events.
func EventTables() []AnyTable { return []AnyTable{eventTable, eventPositionTable, eventCursorTable} }

// withEventTables adds the tables of events where one of the tables has some.
func withEventTables(tables []AnyTable) []AnyTable {
	if !slices.ContainsFunc(tables, func(t AnyTable) bool { return t.Info().Events }) {
		return tables
	}
	all := slices.Clip(tables)
	for _, t := range EventTables() {
		if !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}
