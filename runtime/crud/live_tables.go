package crud

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// liveTables reads the tables of the models, in their order.
func liveTables(ctx context.Context, db DB, infos []*TableInfo, d Dialect) ([]*liveTable, error) {
	live := make([]*liveTable, len(infos))
	names := make([]string, len(infos))
	for i, info := range infos {
		live[i], names[i] = &liveTable{}, sqlname.Qualify(info.Schema, info.Name)
	}
	if d == SQLite {
		for i, info := range infos {
			if err := readSQLite(ctx, db, info.Name, live[i]); err != nil {
				return nil, err
			}
		}
		return live, nil
	}
	return live, readPostgres(ctx, db, names, live)
}

// The catalog's columns and unique indexes of tables that are given by name, as a
// statement would name them. Domains are looked through.
const (
	postgresColumns = `SELECT t.place - 1, a.attname, coalesce(b.typname, y.typname), a.attnotnull,
	a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> ''
FROM unnest(CAST($1 AS text[])) WITH ORDINALITY AS t(name, place)
JOIN pg_catalog.pg_attribute a ON a.attrelid = to_regclass(t.name) AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON b.oid = y.typbasetype
ORDER BY t.place, a.attnum`

	postgresUniques = `SELECT t.place - 1, x.indpred IS NOT NULL, array_agg(CAST(a.attname AS text) ORDER BY k.place)
FROM unnest(CAST($1 AS text[])) WITH ORDINALITY AS t(name, place)
JOIN pg_catalog.pg_index x ON x.indrelid = to_regclass(t.name) AND x.indisunique AND x.indisvalid AND x.indexprs IS NULL
CROSS JOIN LATERAL unnest(CAST(x.indkey AS smallint[])) WITH ORDINALITY AS k(attnum, place)
JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
WHERE k.place <= x.indnkeyatts
GROUP BY t.place, x.indexrelid, x.indpred IS NOT NULL`
)

func readPostgres(ctx context.Context, db DB, names []string, live []*liveTable) error {
	rows, err := db.Query(ctx, postgresColumns, names)
	if err != nil {
		return err
	}
	var place int64
	var c liveColumn
	_, err = pgx.ForEachRow(rows, []any{&place, &c.name, &c.typeName, &c.notNull, &c.filled}, func() error {
		live[place].exists = true
		live[place].columns = append(live[place].columns, c)
		return nil
	})
	if err != nil {
		return err
	}
	if rows, err = db.Query(ctx, postgresUniques, names); err != nil {
		return err
	}
	var u liveUnique
	_, err = pgx.ForEachRow(rows, []any{&place, &u.partial, &u.columns}, func() error {
		live[place].uniques = append(live[place].uniques, u)
		u.columns = nil
		return nil
	})
	return err
}

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
		live.uniques = append(live.uniques, liveUnique{columns: inOrder(keys)})
	}
	if len(keys) == 1 { // an INTEGER PRIMARY KEY numbers its rows
		if only := live.column(keys[1], SQLite); only.typeName == "INTEGER" {
			only.filled = true
		}
	}
	return readSQLiteUniques(ctx, db, table, live)
}

func inOrder(keys map[int64]string) []string {
	columns := make([]string, len(keys))
	for i := range columns {
		columns[i] = keys[int64(i)+1]
	}
	return columns
}

func readSQLiteUniques(ctx context.Context, db DB, table string, live *liveTable) error {
	rows, err := db.Query(ctx, `SELECT l.seq, l.partial, i.name FROM pragma_index_list($1) AS l, pragma_index_info(l.name) AS i
WHERE l."unique" AND i.name IS NOT NULL ORDER BY l.seq, i.seqno`, table)
	if err != nil {
		return err
	}
	var seq, last int64 = 0, -1
	var partial bool
	var name string
	_, err = pgx.ForEachRow(rows, []any{&seq, &partial, &name}, func() error {
		if seq != last {
			last, live.uniques = seq, append(live.uniques, liveUnique{partial: partial})
		}
		u := &live.uniques[len(live.uniques)-1]
		u.columns = append(u.columns, name)
		return nil
	})
	if err != nil {
		return fmt.Errorf("the indexes of %s: %w", table, err)
	}
	return nil
}
