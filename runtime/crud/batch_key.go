package crud

import (
	"fmt"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/texttype"
)

// anyKey is the condition that a row's key is one of several, with question marks for
// its parameters: one array per key column in PostgreSQL, one JSON list in SQLite.
// Its text does not depend on how many keys there are.
func (c *core) anyKey() string { return c.anyKeyOf(columnNames(c.table.info.Key, c.column)) }

// anyKeyOf is anyKey of other columns with the values of keys.
func (c *core) anyKeyOf(names []string) string {
	switch {
	case len(names) == 1 && c.dialect == SQLite:
		return names[0] + " IN (SELECT value FROM json_each(?))"
	case len(names) == 1:
		return names[0] + " = ANY(?)"
	}
	values, arrays, aliases := make([]string, len(names)), make([]string, len(names)), make([]string, len(names))
	for i := range names {
		aliases[i] = fmt.Sprintf("k%d", i)
		values[i] = fmt.Sprintf("value ->> %d", i)
		arrays[i] = "CAST(? AS " + keyType(&c.table.keyColumns[i].ColumnInfo) + "[])"
	}
	if c.dialect == SQLite {
		return tuple(names) + " IN (SELECT " + strings.Join(values, ", ") + " FROM json_each(?))"
	}
	list := strings.Join(aliases, ", ")
	return tuple(names) + " IN (SELECT " + list + " FROM unnest(" + strings.Join(arrays, ", ") + ") AS keys (" + list + "))"
}

// keyParams is the number of anyKey's parameters.
func (c *core) keyParams() int {
	if c.dialect == SQLite {
		return 1
	}
	return len(c.table.keyColumns)
}

// bindKeys returns the arguments of anyKey, and how many of the keys can be rows'.
func (c *core) bindKeys(keys []any) (args []any, n int) {
	rows := make([][]any, 0, len(keys))
	for _, key := range keys {
		if values, ok := c.table.keyArgs(key, c.dialect); ok {
			rows = append(rows, values)
		}
	}
	if len(rows) == 0 {
		return nil, 0
	}
	return tupleArgs(Each(c.table.keyColumns, func(c *column) *ColumnInfo { return &c.ColumnInfo }), rows, c.dialect), len(rows)
}

// tupleArgs binds rows of values of some columns as a list: an array for each column in
// PostgreSQL, one JSON list in SQLite.
func tupleArgs(columns []*ColumnInfo, rows [][]any, d Dialect) []any {
	switch {
	case d == SQLite && len(columns) == 1:
		return []any{jsonList(rows, func(row []any) any { return row[0] })}
	case d == SQLite:
		return []any{jsonList(rows, itself[[]any])}
	}
	args := make([]any, len(columns))
	for i, c := range columns {
		values := Each(rows, func(row []any) any { return row[i] })
		if c.Kind == KindText {
			args[i] = texttype.ArrayText(typed[string](values))
		} else {
			args[i] = arrayOf(values)
		}
	}
	return args
}

func keyType(c *ColumnInfo) string {
	if c.Type != "" {
		return c.Type
	}
	return postgresTypes[c.Kind]
}

// arrayOf returns the values of one key column as pgx encodes arrays: with the type
// that all of them have.
func arrayOf(values []any) any {
	switch values[0].(type) {
	case string:
		return typed[string](values)
	case int64:
		return typed[int64](values)
	case int32:
		return typed[int32](values)
	}
	return values
}

func typed[V any](values []any) []V {
	list := make([]V, len(values))
	for i, v := range values {
		list[i], _ = v.(V)
	}
	return list
}
