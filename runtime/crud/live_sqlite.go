package crud

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// sqliteKey is what the primary key of a table is called, which has no index of a name.
const sqliteKey = "primary key"

func readSQLite(ctx context.Context, db DB, table string, live *liveTable) error {
	rows, err := db.Query(ctx, `SELECT name, type, "notnull", dflt_value IS NOT NULL, pk FROM pragma_table_xinfo($1)`, table)
	if err != nil {
		return err
	}
	var c liveColumn
	var key int64
	keys := map[int64]string{}
	_, err = pgx.ForEachRow(rows, []any{&c.name, &c.typeName, &c.notNull, &c.filled, &key}, func() error {
		live.exists = true
		if key > 0 {
			keys[key] = c.name
		}
		live.columns = append(live.columns, c)
		return nil
	})
	if err != nil {
		return err
	}
	if len(keys) > 0 {
		live.indexes = append(live.indexes, liveIndex{name: sqliteKey, unique: true, columns: inOrder(keys)})
	}
	if len(keys) == 1 { // an INTEGER PRIMARY KEY numbers its rows
		if only := live.column(keys[1], SQLite); only.typeName == "INTEGER" {
			only.filled = true
		}
	}
	if err := readSQLiteIndexes(ctx, db, table, live); err != nil {
		return fmt.Errorf("the indexes of %s: %w", table, err)
	}
	return readSQLiteLimits(ctx, db, table, live)
}

func inOrder(keys map[int64]string) []string {
	columns := make([]string, len(keys))
	for i := range columns {
		columns[i] = keys[int64(i)+1]
	}
	return columns
}

func readSQLiteIndexes(ctx context.Context, db DB, table string, live *liveTable) error {
	rows, err := db.Query(ctx, `SELECT l.seq, l.name, l."unique", l.partial, coalesce(i.name, '') FROM pragma_index_list($1) AS l, pragma_index_info(l.name) AS i
ORDER BY l.seq, i.seqno`, table)
	if err != nil {
		return err
	}
	var seq, last int64 = 0, -1
	var x liveIndex
	var column string
	_, err = pgx.ForEachRow(rows, []any{&seq, &x.name, &x.unique, &x.partial, &column}, func() error {
		if seq != last {
			last, live.indexes = seq, append(live.indexes, x)
		}
		index := &live.indexes[len(live.indexes)-1]
		index.columns = append(index.columns, column)
		return nil
	})
	return err
}

// readSQLiteLimits reads the foreign keys. A CHECK has no place but in the text of the
// table: its columns are all names in it.
func readSQLiteLimits(ctx context.Context, db DB, table string, live *liveTable) error {
	rows, err := db.Query(ctx, `SELECT f.id, f."table", f."from", coalesce(f."to", ''), f.on_delete FROM pragma_foreign_key_list($1) AS f ORDER BY f.id, f.seq`, table)
	if err != nil {
		return err
	}
	var id, last int64 = 0, -1
	var to, from, target, action string
	_, err = pgx.ForEachRow(rows, []any{&id, &to, &from, &target, &action}, func() error {
		if id != last {
			last, live.limits = id, append(live.limits, liveLimit{table: sqlname.Quote(to), onDelete: strings.TrimPrefix(action, "NO ACTION")})
		}
		l := &live.limits[len(live.limits)-1]
		l.columns, l.target = append(l.columns, from), append(l.target, target)
		return nil
	})
	if err != nil {
		return fmt.Errorf("the references of %s: %w", table, err)
	}
	var text string
	err = db.QueryRow(ctx, "SELECT coalesce(max(sql), '') FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower($1)", table).Scan(&text)
	for _, names := range checksIn(text) {
		live.limits = append(live.limits, liveLimit{columns: names})
	}
	return err
}

// checksIn returns the names in each CHECK of a CREATE TABLE.
func checksIn(text string) [][]string {
	var all [][]string
	for {
		at := strings.Index(strings.ToUpper(text), "CHECK")
		if at < 0 {
			return all
		}
		text = text[at+len("CHECK"):]
		body, depth := text, 0
		for i, c := range text {
			if c == '(' {
				depth++
			}
			if c == ')' {
				depth--
				if depth == 0 {
					body = text[:i]
					break
				}
			}
		}
		all = append(all, strings.FieldsFunc(body, func(r rune) bool {
			return r != '_' && r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		}))
	}
}
