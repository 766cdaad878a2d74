package crud

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// Names in the statements of relations: the keys that rows are asked for by, the place
// of a key among them, and the joining table.
const (
	keysAlias  = "crud_keys"
	placeAlias = "n"
	joinAlias  = "crud_join"
)

// loadRelated reads the relations of messages: one statement for each, however many
// messages there are.
func (r *repository) loadRelated(ctx context.Context, db DB, of []relatedReading, items ...proto.Message) error {
	if len(items) == 0 {
		return nil
	}
	for i := range of {
		if err := r.connections[of[i].at].load(ctx, db, items, of[i].reading); err != nil {
			return err
		}
	}
	return nil
}

// load reads the related rows of all messages.
func (c *junction) load(ctx context.Context, db DB, items []proto.Message, of reading) error {
	keys, owners := c.keysOf(items)
	if len(keys) == 0 {
		return nil
	}
	rows, places, err := c.read(ctx, db, keys, of)
	if err != nil {
		return err
	}
	r := c.repository(db)
	if err := r.loadRelated(ctx, db, of.related, rows...); err != nil {
		return err
	}
	c.table.hide(of, rows...)
	groups := make([][]proto.Message, len(keys))
	for i, m := range rows {
		groups[places[i]] = append(groups[places[i]], m)
	}
	for at, group := range groups {
		for n, owner := range owners[at] {
			if n > 0 { // a message is one caller's own
				group = Each(group, c.table.clone)
			}
			c.set(owner, group)
		}
	}
	return nil
}

// keysOf returns the values that messages are joined by, each once, and the messages
// that have them.
func (c *junction) keysOf(items []proto.Message) (keys [][]any, owners [][]proto.Message) {
	seen := make(map[string]int, len(items))
	for _, m := range items {
		values, ok := valuesAt(m, c.ownColumns, c.own, c.core.dialect)
		if !ok {
			continue
		}
		text := JoinKey(values...)
		at, again := seen[text]
		if !again {
			at = len(keys)
			seen[text] = at
			keys, owners = append(keys, values), append(owners, nil)
		}
		owners[at] = append(owners[at], m)
	}
	return keys, owners
}

// read reads the rows that are related to keys, in the order of the keys, and the place
// of each one's key.
func (c *junction) read(ctx context.Context, db DB, keys [][]any, of reading) (rows []proto.Message, places []int, err error) {
	r := c.repository(db)
	sql, err := c.texts.get(append([]byte{'r'}, of.selected...), func() (string, error) { return c.text(of.selected), nil })
	if err != nil {
		return nil, nil, internal(r.domain, err)
	}
	args := tupleArgs(c.ownInfos(), keys, r.dialect)
	if !r.scope.empty() {
		if sql, args, err = r.scoped(ctx, sql, args); err != nil {
			return nil, nil, err
		}
	}
	result, err := db.Query(ctx, sql+c.order(), args...)
	if err == nil {
		rows, places, err = r.table.manyPlaced(result, r.dialect, of.selected, len(keys))
	}
	if err != nil {
		return nil, nil, classify(ctx, r.domain, err)
	}
	return rows, places, nil
}

// text is the statement up to its order.
func (c *junction) text(selected columnSet) string {
	var b strings.Builder
	table := c.core
	fmt.Fprintf(&b, "SELECT %s, %s.%s\nFROM %s", table.table.selection(selected, table.column), keysAlias, placeAlias, c.source())
	if j := c.Join; j != nil {
		fmt.Fprintf(&b, "\nJOIN %s AS %s ON %s", sqlname.Qualify(j.Schema, j.Table), joinAlias, c.equalKeys(joinAlias, j.Columns))
		fmt.Fprintf(&b, "\nJOIN %s ON %s", table.name, equalColumns(sqlname.Quote(table.table.info.Name), c.TargetColumns, joinAlias, j.TargetColumns))
	} else {
		fmt.Fprintf(&b, "\nJOIN %s ON %s", table.name, c.equalKeys(sqlname.Quote(table.table.info.Name), c.TargetColumns))
	}
	b.WriteString("\nWHERE true")
	if at := table.table.deleteTime; at >= 0 && !c.BelongsTo {
		b.WriteString(" AND " + table.column(table.table.columns[at].Names[0]) + " IS NULL")
	}
	if j := c.Join; j != nil && j.DeleteTime != "" {
		b.WriteString(" AND " + joinAlias + "." + sqlname.Quote(j.DeleteTime) + " IS NULL")
	}
	return b.String() + table.scope.static(c.params()+1)
}

// order is the ORDER BY.
func (c *junction) order() string {
	names := columnNames(c.core.table.info.Key, c.core.column)
	if by := c.OrderBy; by != "" {
		names = append([]string{c.core.column(by)}, names...)
	}
	return "\nORDER BY " + keysAlias + "." + placeAlias + ", " + strings.Join(names, ", ")
}

// source is the list of the keys as a table.
func (c *junction) source() string {
	if c.core.dialect == SQLite {
		return "(SELECT key AS " + placeAlias + ", value FROM json_each($1)) AS " + keysAlias
	}
	arrays, columns := make([]string, len(c.own)), make([]string, len(c.own))
	for i, info := range c.ownInfos() {
		arrays[i] = fmt.Sprintf("CAST($%d AS %s[])", i+1, keyType(info))
		columns[i] = "k" + strconv.Itoa(i)
	}
	return "unnest(" + strings.Join(arrays, ", ") + ") WITH ORDINALITY AS " + keysAlias + " (" + strings.Join(columns, ", ") + ", " + placeAlias + ")"
}

// ownInfos are the columns of the owners that rows are joined by.
func (c *junction) ownInfos() []*ColumnInfo {
	return Each(c.own, func(p place) *ColumnInfo { return c.ownColumns[p.column].at(p.index) })
}

func (c *junction) params() int {
	if c.core.dialect == SQLite {
		return 1
	}
	return len(c.own)
}

// equalKeys is the condition that columns of a table have the values of a key.
func (c *junction) equalKeys(table string, columns []string) string {
	equal := make([]string, len(columns))
	for i, name := range columns {
		value := keysAlias + ".k" + strconv.Itoa(i)
		switch {
		case c.core.dialect == SQLite && len(columns) == 1:
			value = keysAlias + ".value"
		case c.core.dialect == SQLite:
			value = keysAlias + ".value ->> " + strconv.Itoa(i)
		}
		equal[i] = table + "." + sqlname.Quote(name) + " = " + value
	}
	return strings.Join(equal, " AND ")
}

func equalColumns(a string, columns []string, b string, others []string) string {
	equal := make([]string, len(columns))
	for i := range columns {
		equal[i] = a + "." + sqlname.Quote(columns[i]) + " = " + b + "." + sqlname.Quote(others[i])
	}
	return strings.Join(equal, " AND ")
}

// manyPlaced is many of rows that have the place of a key behind their columns. Places
// are counted from 0.
func (t *table) manyPlaced(rows pgx.Rows, d Dialect, selected columnSet, expect int) (items []proto.Message, places []int, err error) {
	defer rows.Close()
	r := t.reader(rows, d, selected, expect)
	r.extra = 1
	n := 0
	for rows.Next() {
		if n == len(items) {
			items = t.appendNew(items, min(max(expect-n, 1), slabSize))
		}
		if err := r.read(items[n]); err != nil {
			return nil, nil, err
		}
		place, err := r.place()
		if err != nil {
			return nil, nil, err
		}
		places = append(places, place)
		n++
	}
	return items[:n], places, rows.Err()
}

// place reads the column behind the table's. PostgreSQL counts from 1.
func (r *reader) place() (int, error) {
	at := len(r.fds) - 1
	if r.dialect == SQLite {
		values, err := r.rows.Values()
		if err != nil {
			return 0, err
		}
		n, ok := values[at].(int64)
		if !ok {
			return 0, fmt.Errorf("crud: the place of a key is a %T", values[at])
		}
		return int(n), nil
	}
	raw := r.rows.RawValues()[at]
	if r.fds[at].Format == pgx.BinaryFormatCode {
		return int(binary.BigEndian.Uint64(raw)) - 1, nil
	}
	n, err := strconv.Atoi(string(raw))
	return n - 1, err
}

// walkPages is walk of rows with relations. It reads them in pages, and with each page
// what is related to it: no cursor is open meanwhile.
func (r *repository) walkPages(ctx context.Context, l *listing, yield func(proto.Message) bool) (n int, err error) {
	for left := int(l.query.PageSize); ; {
		size := slabSize
		if left > 0 {
			size = min(size, left)
		}
		items, err := r.fetch(ctx, l, size)
		if err != nil {
			return n, err
		}
		if len(items) == 0 {
			return n, nil
		}
		place, err := l.place(items[len(items)-1])
		if err != nil {
			return n, internal(r.domain, err)
		}
		if err := r.loadRelated(ctx, r.db, l.related, items...); err != nil {
			return n, err
		}
		r.table.hide(l.reading, items...)
		for _, m := range items {
			n++
			if !yield(m) {
				return n, errStopped
			}
		}
		if left -= len(items); len(items) < size || left == 0 {
			return n, nil
		}
		l.query.Skip, l.cursor = 0, nil
		if !l.setCursor(place) {
			return n, internal(r.domain, errNoPlace)
		}
	}
}

// errNoPlace is a row whose place no later page can begin at.
var errNoPlace = errors.New("crud: the place of a row cannot be bound")
