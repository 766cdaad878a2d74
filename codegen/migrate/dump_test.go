package migrate_test

import (
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// dumped is the schema in the database's own words, a fact a line: apart from the plan's
// statements, which could be blind to what they have to see.
const dumped = `
SELECT format('column %s.%s %s %s %s %s %s', c.table_name, c.column_name, c.udt_name, c.collation_name, c.is_nullable, c.column_default, c.identity_generation)
FROM information_schema.columns c WHERE c.table_schema = current_schema()
UNION ALL
SELECT format('index %s', replace(i.indexdef, current_schema() || '.', '')) FROM pg_indexes i WHERE i.schemaname = current_schema()
UNION ALL
SELECT format('constraint %s %s %s', CAST(k.conrelid AS regclass), k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k
WHERE k.connamespace = CAST(current_schema() AS regnamespace)
UNION ALL
SELECT format('valid %s %s', CAST(x.indexrelid AS regclass), x.indisvalid) FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
WHERE c.relnamespace = CAST(current_schema() AS regnamespace)`

// dump returns what the test's schema has, sorted. A type that no column has any more
// is not part of it.
func dump(d database) []string {
	d.Helper()
	rows, err := d.pool.Query(d.Context(), dumped, pgx.QueryExecModeSimpleProtocol)
	require.NoError(d, err)
	facts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(d, err)
	slices.Sort(facts)
	for i := range facts {
		facts[i] = strings.TrimSpace(facts[i])
	}
	return facts
}
