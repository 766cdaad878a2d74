// Package eventlog is the transactional outbox in the database: the tables crud_events and
// crud_event_positions, into which writers append in their transactions and from which
// readers read in an order that all of them agree on.
//
// The numbers of an identity are given out in another order than transactions commit, so a
// reader that remembered the last one it saw would miss those that commit late. So events
// get a second number, their position, once they are committed: whoever reads numbers
// first, one at a time in the whole database. Positions become visible in their order and
// without gaps. The events of one row have the order of its writes: each is appended while
// its row is locked, so that an earlier one is committed, and has the lower identity, when a
// later one is appended. That needs an identity whose sequence has no cache, which is what
// PostgreSQL makes; sessions of a database that caches them by itself hold numbers back.
package eventlog

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A Querier is what statements run on: a database, or a transaction of it.
type Querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// A DB is a database.
type DB interface {
	Querier
	Begin(ctx context.Context) (pgx.Tx, error)
}

// A Log is the outbox of a database.
type Log struct {
	DB DB
	// SQLite says that the engine is SQLite, and not PostgreSQL.
	SQLite bool
}

// The tables, and the channel on which those who append and those who number tell.
const (
	Table          = "crud_events"
	PositionsTable = "crud_event_positions"
	CursorsTable   = "crud_event_cursors"
	channel        = "crud_events"
)

// The types of events, as the table has them.
const (
	Created   = "CREATED"
	Updated   = "UPDATED"
	Deleted   = "DELETED"
	Undeleted = "UNDELETED"
)

// An Event is a row of the table.
type Event struct {
	// Position is 0 before the event is numbered.
	Position int64
	// Message is the full name of the model, and Key the resource's as text.
	Message, Key string
	Type         string
	// Scope are the values of the model's scope as text, empty without one.
	Scope string
	// Old and New are the encoded resource before and after the change; nil is none.
	Old, New []byte
	// Time is when the event was appended, in microseconds since 1970.
	Time int64
}

func (e *Event) size() int { return len(e.Old) + len(e.New) }

// State is how far a log is.
type State struct {
	// Last is the highest position, 0 if there is none.
	Last int64
	// Purged is the position up to which events are gone.
	Purged int64
	// Waiting says that there are events without a position.
	Waiting bool
}

const stateSelect = `SELECT p.last_position, p.purged_position, EXISTS (SELECT 1 FROM crud_events WHERE crud_events.position IS NULL)
FROM crud_event_positions AS p WHERE p.id = 1`

// State returns how far the log is.
func (l Log) State(ctx context.Context) (s State, err error) {
	rows, err := l.DB.Query(ctx, stateSelect)
	if err != nil {
		return s, err
	}
	defer rows.Close()
	if rows.Next() {
		err := rows.Scan(&s.Last, &s.Purged, &s.Waiting)
		return s, err
	}
	s.Waiting = true // there is no row before the first numbering
	return s, rows.Err()
}
