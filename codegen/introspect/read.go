package introspect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
)

// ReadPostgres reads the tables of a schema, all without names. An empty schema is the
// connection's own, and no message states it. It asks a fixed number of statements, and
// changes nothing.
func ReadPostgres(ctx context.Context, conn *pgx.Conn, schema string, names []string) (*Database, error) {
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{AccessMode: pgx.ReadOnly, IsoLevel: pgx.RepeatableRead})
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback(ctx) }() // it has only read
	var own *string
	var path []string
	if err := tx.QueryRow(ctx, "SELECT CAST(current_schema() AS text), CAST(current_schemas(false) AS text[])").Scan(&own, &path); err != nil {
		return nil, err
	}
	place := catalog.Place{schema: schema}
	if schema == "" || own != nil && schema == *own {
		if own == nil {
			return nil, fmt.Errorf("the connection has no schema of its own; name one")
		}
		schema, place = "", catalog.Place{"": *own}
	}
	all, err := catalog.List(ctx, tx, place[schema])
	if err != nil {
		return nil, err
	}
	if names, err = chosen(all, names); err != nil {
		return nil, err
	}
	var wanted []catalog.Name
	for _, n := range names {
		wanted = append(wanted, catalog.Name{Schema: schema, Name: n})
	}
	db := &Database{}
	if db.Catalog, err = catalog.Read(ctx, tx, place, path, wanted); err != nil {
		return nil, err
	}
	db.Types, err = catalog.Types(ctx, tx)
	return db, err
}

// chosen returns the tables that are named, all if none is. Those of the runtime are no
// one's models.
func chosen(all, names []string) ([]string, error) {
	if len(names) == 0 {
		return slices.DeleteFunc(all, func(n string) bool { return strings.HasPrefix(strings.ToLower(n), "crud_") }), nil
	}
	var missing []string
	for _, n := range names {
		if !slices.Contains(all, n) {
			missing = append(missing, n)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("there is no table or view %s; there are %s", strings.Join(missing, ", "), strings.Join(all, ", "))
	}
	return names, nil
}
