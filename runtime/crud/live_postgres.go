package crud

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// The catalog's columns, indexes and limits of tables that are given by name, as a
// statement would name them. Domains are looked through. What PostgreSQL's versions have
// in other columns is read from the row's JSON.
const (
	postgresColumns = `SELECT t.place - 1, a.attname, coalesce(b.typname, y.typname), a.attnotnull,
	a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '',
	coalesce(l.collname NOT IN ('C', 'POSIX', 'ucs_basic') AND NOT (l.collname = 'default'
		AND coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') <> 'i' AND d.datcollate IN ('C', 'POSIX', 'C.UTF-8', 'C.utf8')), false)
FROM unnest(CAST($1 AS text[])) WITH ORDINALITY AS t(name, place)
JOIN pg_catalog.pg_attribute a ON a.attrelid = to_regclass(t.name) AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
JOIN pg_catalog.pg_database d ON d.datname = current_database()
LEFT JOIN pg_catalog.pg_type b ON b.oid = y.typbasetype
LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
ORDER BY t.place, a.attnum`

	postgresIndexes = `SELECT t.place - 1, i.relname, x.indisunique, x.indpred IS NOT NULL, array_agg(coalesce(CAST(a.attname AS text), '') ORDER BY k.place)
FROM unnest(CAST($1 AS text[])) WITH ORDINALITY AS t(name, place)
JOIN pg_catalog.pg_index x ON x.indrelid = to_regclass(t.name) AND x.indisvalid
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
CROSS JOIN LATERAL unnest(CAST(x.indkey AS smallint[])) WITH ORDINALITY AS k(attnum, place)
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum AND k.attnum > 0
WHERE k.place <= x.indnkeyatts
GROUP BY t.place, i.relname, x.indexrelid, x.indisunique, x.indpred IS NOT NULL
ORDER BY t.place, i.relname`

	postgresLimits = `SELECT t.place - 1, coalesce(r.place, 0) - 1, CAST(c.confdeltype AS text),
	ARRAY(SELECT CAST(a.attname AS text) FROM unnest(c.conkey) WITH ORDINALITY AS k(attnum, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum ORDER BY k.place),
	ARRAY(SELECT CAST(a.attname AS text) FROM unnest(c.confkey) WITH ORDINALITY AS k(attnum, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.attnum ORDER BY k.place)
FROM unnest(CAST($1 AS text[])) WITH ORDINALITY AS t(name, place)
JOIN pg_catalog.pg_constraint c ON c.conrelid = to_regclass(t.name) AND c.contype IN ('c', 'f')
LEFT JOIN unnest(CAST($2 AS text[])) WITH ORDINALITY AS r(name, place) ON to_regclass(r.name) = c.confrelid
ORDER BY t.place, c.conname, r.place`
)

func readPostgres(ctx context.Context, db DB, infos []*TableInfo, names []string, live []*liveTable) error {
	rows, err := db.Query(ctx, postgresColumns, names)
	if err != nil {
		return err
	}
	var place int64
	var c liveColumn
	_, err = pgx.ForEachRow(rows, []any{&place, &c.name, &c.typeName, &c.notNull, &c.filled, &c.collated}, func() error {
		live[place].exists = true
		live[place].columns = append(live[place].columns, c)
		return nil
	})
	if err != nil {
		return err
	}
	if err := readPostgresIndexes(ctx, db, names, live); err != nil {
		return err
	}
	return readPostgresLimits(ctx, db, infos, names, live)
}

func readPostgresIndexes(ctx context.Context, db DB, names []string, live []*liveTable) error {
	rows, err := db.Query(ctx, postgresIndexes, names)
	if err != nil {
		return err
	}
	var place int64
	var x liveIndex
	_, err = pgx.ForEachRow(rows, []any{&place, &x.name, &x.unique, &x.partial, &x.columns}, func() error {
		live[place].indexes = append(live[place].indexes, x)
		x.columns = nil
		return nil
	})
	return err
}

var postgresActions = map[string]string{"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}

func readPostgresLimits(ctx context.Context, db DB, infos []*TableInfo, names []string, live []*liveTable) error {
	var targets []string
	for _, info := range infos {
		for _, r := range info.References {
			if name := sqlname.Qualify(r.Schema, r.Table); !slices.Contains(targets, name) {
				targets = append(targets, name)
			}
		}
	}
	rows, err := db.Query(ctx, postgresLimits, names, targets)
	if err != nil {
		return err
	}
	var place, target int64
	var action string
	var l liveLimit
	_, err = pgx.ForEachRow(rows, []any{&place, &target, &action, &l.columns, &l.target}, func() error {
		l.table, l.onDelete = "", postgresActions[action]
		if target >= 0 {
			l.table = targets[target]
		}
		live[place].limits = append(live[place].limits, l)
		l.columns, l.target = nil, nil
		return nil
	})
	return err
}
