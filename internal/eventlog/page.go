package eventlog

import (
	"context"
	"fmt"
	"strings"
)

const (
	// pageEvents and pageBytes bound what a reader holds in memory. The event that goes
	// beyond pageBytes is the page's last.
	pageEvents = 256
	pageBytes  = 4 << 20
	// pageWindow is how many positions one page looks at: events that a reader does not
	// ask for cost a bounded statement too.
	pageWindow = 4096
)

// A Selection is which events a reader asks for.
type Selection struct {
	// Messages are the full names of models; none are all.
	Messages []string
	// Scope is the text of the scope's values, if Scoped.
	Scope  string
	Scoped bool
}

// A Page is a run of events in the order of their positions.
type Page struct {
	Events []Event
	// End is the position up to which the page has all events of the selection.
	End int64
	// Last and Purged are those of the log when the page was read.
	Last, Purged int64
}

// Read returns the events behind a position. All that it says is of one moment.
func (l Log) Read(ctx context.Context, after int64, s Selection) (p Page, err error) {
	sql, args := l.pageSelect(s)
	rows, err := l.DB.Query(ctx, sql, append([]any{after, after + pageWindow}, args...)...)
	if err != nil {
		return p, err
	}
	defer rows.Close()
	size, full := 0, false
	for !full && rows.Next() {
		var e Event
		if err := rows.Scan(&p.Last, &p.Purged, &e.Position, &e.Message, &e.Key, &e.Type, &e.Scope, &e.Old, &e.New, &e.Time); err != nil {
			return p, err
		}
		if e.Position == 0 { // the row of the log's state, with no event beside it
			break
		}
		p.Events = append(p.Events, e)
		size += e.size()
		full = len(p.Events) == pageEvents || size >= pageBytes
	}
	rows.Close()
	if err := rows.Err(); err != nil {
		return p, err
	}
	p.End = max(after, min(after+pageWindow, p.Last))
	if full {
		p.End = p.Events[len(p.Events)-1].Position
	}
	return p, nil
}

// pageSelect returns the statement of a selection and its arguments behind the first two.
func (l Log) pageSelect(s Selection) (string, []any) {
	var args []any
	next := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args)+2)
	}
	where := ""
	if len(s.Messages) > 0 {
		names := make([]string, len(s.Messages))
		for i, m := range s.Messages {
			names[i] = next(m)
		}
		where += " AND e.message IN (" + strings.Join(names, ", ") + ")"
	}
	if s.Scoped {
		where += " AND e.scope_key = " + next(s.Scope)
	}
	return `WITH page AS (
	SELECT e.position, ` + columns + ` FROM crud_events AS e
	WHERE e.position > $1 AND e.position <= $2` + where + `
	ORDER BY e.position LIMIT ` + fmt.Sprint(pageEvents) + `
)
SELECT p.last_position, p.purged_position, COALESCE(page.position, 0), COALESCE(page.message, ''), COALESCE(page.resource_key, ''),
	COALESCE(page.event_type, ''), COALESCE(page.scope_key, ''), page.old_value, page.new_value, ` + l.micros("page.event_time") + `
FROM crud_event_positions AS p LEFT JOIN page ON true WHERE p.id = 1 ORDER BY page.position`, args
}

// micros is a time column as microseconds since 1970; 0 for NULL.
func (l Log) micros(column string) string {
	if l.SQLite {
		return "COALESCE(" + column + ", 0)"
	}
	return "COALESCE(CAST(extract(epoch FROM " + column + ") * 1000000 AS bigint), 0)"
}
