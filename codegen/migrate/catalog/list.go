package catalog

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// List returns the names of a schema's tables, partitioned ones once, its views and its
// foreign tables. What an extension owns is left out.
func List(ctx context.Context, tx pgx.Tx, schema string) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT CAST(c.relname AS text)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
	AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = CAST('pg_catalog.pg_class' AS regclass) AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname`, schema)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// A Type is a type that columns may have.
type Type struct {
	// Schema and Name are what the database itself calls it.
	Schema, Name string
	// Base is the SQL type below a domain, and NotNull that the domain has no NULL.
	Base    string
	NotNull bool
}

// Types returns the types of the database by their names as a Column's Type has them,
// without modifiers, and by their qualified ones. The search_path is that which Read has left.
func Types(ctx context.Context, tx pgx.Tx) (map[string]*Type, error) {
	rows, err := tx.Query(ctx, `SELECT format_type(y.oid, NULL), CAST(n.nspname AS text), CAST(y.typname AS text),
	CASE WHEN y.typtype = 'd' THEN format_type(y.typbasetype, y.typtypmod) ELSE '' END, y.typnotnull
FROM pg_catalog.pg_type y
JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace
LEFT JOIN pg_catalog.pg_class c ON c.oid = y.typrelid
WHERE y.typtype <> 'p' AND (c.oid IS NULL OR c.relkind = 'c') AND y.typcategory <> 'A'`)
	if err != nil {
		return nil, err
	}
	types := map[string]*Type{}
	var text string
	var t Type
	_, err = pgx.ForEachRow(rows, []any{&text, &t.Schema, &t.Name, &t.Base, &t.NotNull}, func() error {
		one := t
		types[text] = &one
		types[sqlname.Qualify(t.Schema, t.Name)] = &one
		return nil
	})
	return types, err
}
