package eventlog

import (
	"context"
	"strconv"
	"strings"
	"time"
)

const (
	columns = "message, resource_key, event_type, scope_key, old_value, new_value, event_time"
	width   = 7
	// maxRows is how many rows an INSERT has in SQLite, where each number of rows is a
	// text of its own.
	maxRows = 32
)

const insertOne = `INSERT INTO crud_events (` + columns + `) VALUES ($1, $2, $3, $4, $5, $6, $7)`

// insertMany takes arrays: its text is the same for every number of events. The identities
// are given out in the order of the rows.
const insertMany = `INSERT INTO crud_events (` + columns + `)
SELECT ` + columns + ` FROM unnest(CAST($1 AS text[]), CAST($2 AS text[]), CAST($3 AS text[]), CAST($4 AS text[]),
	CAST($5 AS bytea[]), CAST($6 AS bytea[]), CAST($7 AS timestamptz[]))
WITH ORDINALITY AS e (` + columns + `, n) ORDER BY e.n`

// Append appends events in the transaction of the changes that they tell of, in one
// statement.
func (l Log) Append(ctx context.Context, tx Querier, events []Event) error {
	switch {
	case len(events) == 0:
		return nil
	case len(events) == 1:
		_, err := tx.Exec(ctx, insertOne, l.args(nil, &events[0])...)
		return err
	case l.SQLite:
		return l.appendRows(ctx, tx, events)
	}
	_, err := tx.Exec(ctx, insertMany, arrays(events)...)
	return err
}

func (l Log) args(args []any, e *Event) []any {
	return append(args, e.Message, e.Key, e.Type, e.Scope, e.Old, e.New, l.time(e.Time))
}

func (l Log) time(micros int64) any {
	if l.SQLite {
		return micros
	}
	return time.UnixMicro(micros).UTC()
}

// appendRows appends with lists of values, which the engine without arrays takes.
func (l Log) appendRows(ctx context.Context, tx Querier, events []Event) error {
	for len(events) > 0 {
		n := min(len(events), maxRows)
		args := make([]any, 0, n*width)
		for i := range events[:n] {
			args = l.args(args, &events[i])
		}
		if _, err := tx.Exec(ctx, insertRows(n), args...); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

func insertRows(n int) string {
	var b strings.Builder
	b.WriteString("INSERT INTO crud_events (" + columns + ") VALUES ")
	for i := range n * width {
		switch {
		case i == 0:
			b.WriteByte('(')
		case i%width == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	b.WriteByte(')')
	return b.String()
}

// arrays returns the events column by column.
func arrays(events []Event) []any {
	var messages, keys, types, scopes []string
	var olds, news [][]byte
	var times []time.Time
	for i := range events {
		e := &events[i]
		messages, keys, types, scopes = append(messages, e.Message), append(keys, e.Key), append(types, e.Type), append(scopes, e.Scope)
		olds, news, times = append(olds, e.Old), append(news, e.New), append(times, time.UnixMicro(e.Time).UTC())
	}
	return []any{messages, keys, types, scopes, olds, news, times}
}
