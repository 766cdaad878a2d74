package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// A Place says where the schemas of the wanted names are, by their names in the
// Catalog: {"": "public"}.
type Place map[string]string

// Read reads the tables of those names that exist. The search_path of the transaction
// becomes that of the place's schemas and then path, so that the same thing is written
// in the same words wherever it is.
func Read(ctx context.Context, tx pgx.Tx, place Place, path []string, names []Name) (*Catalog, error) {
	r := reader{ctx: ctx, tx: tx, back: map[string]string{}, catalog: &Catalog{}}
	search := []string{}
	for _, schema := range sortedKeys(place) {
		r.back[place[schema]] = schema
		search = append(search, sqlname.Quote(place[schema]))
	}
	for _, schema := range path {
		search = append(search, sqlname.Quote(schema))
	}
	if _, err := tx.Exec(ctx, "SELECT set_config('search_path', $1, true)", strings.Join(search, ", ")); err != nil {
		return nil, err
	}
	for _, n := range names {
		r.schemas, r.tables = append(r.schemas, place[n.Schema]), append(r.tables, n.Name)
	}
	for _, read := range []func() error{r.readSchemas, r.readColumns, r.readConstraints, r.readIndexes, r.readEnums} {
		if err := read(); err != nil {
			return nil, fmt.Errorf("read the catalog: %w", err)
		}
	}
	return r.catalog, nil
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

type reader struct {
	ctx     context.Context
	tx      pgx.Tx
	back    map[string]string // the schema's name in the catalog, by the real one
	schemas []string          // of the wanted tables, which are those of the same place
	tables  []string
	catalog *Catalog
}

func (r *reader) name(schema, name string) Name { return Name{r.back[schema], name} }

const wanted = `pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN unnest(CAST($1 AS text[]), CAST($2 AS text[])) AS w(schema, name) ON w.schema = n.nspname AND w.name = c.relname`

func (r *reader) readSchemas() error {
	rows, err := r.tx.Query(r.ctx, `SELECT CAST(nspname AS text) FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1)`, r.schemas)
	if err != nil {
		return err
	}
	var name string
	_, err = pgx.ForEachRow(rows, []any{&name}, func() error {
		r.catalog.Schemas = append(r.catalog.Schemas, r.back[name])
		return nil
	})
	return err
}

func (r *reader) readColumns() error {
	rows, err := r.tx.Query(r.ctx, `SELECT CAST(n.nspname AS text), CAST(c.relname AS text), CAST(c.relkind AS text), coalesce(obj_description(c.oid, 'pg_class'), ''),
	coalesce(CAST(a.attname AS text), ''), coalesce(format_type(a.atttypid, a.atttypmod), ''),
	CASE WHEN e.typtype = 'e' THEN CAST(en.nspname AS text) ELSE '' END, CASE WHEN e.typtype = 'e' THEN CAST(e.typname AS text) ELSE '' END,
	CASE WHEN a.attcollation <> y.typcollation THEN CASE WHEN ln.nspname = 'pg_catalog' THEN quote_ident(l.collname) ELSE quote_ident(ln.nspname) || '.' || quote_ident(l.collname) END ELSE '' END,
	coalesce(a.attnotnull, false), coalesce(pg_get_expr(d.adbin, d.adrelid), ''), coalesce(CAST(a.attidentity AS text), ''), coalesce(a.attgenerated <> '', false),
	coalesce(col_description(c.oid, a.attnum), ''),
	coalesce((SELECT CAST(s.relname AS text) FROM pg_catalog.pg_depend o JOIN pg_catalog.pg_class s ON s.oid = o.objid AND s.relkind = 'S'
		WHERE o.classid = CAST('pg_catalog.pg_class' AS regclass) AND o.refclassid = o.classid AND o.refobjid = c.oid AND o.refobjsubid = a.attnum AND o.deptype = 'i'), '')
FROM `+wanted+`
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type e ON e.oid = CASE WHEN y.typcategory = 'A' THEN y.typelem ELSE y.oid END
LEFT JOIN pg_catalog.pg_namespace en ON en.oid = e.typnamespace
LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace
ORDER BY n.nspname, c.relname, a.attnum`, r.schemas, r.tables)
	if err != nil {
		return err
	}
	var schema, table, kind, comment, enumSchema, enum string
	var c Column
	_, err = pgx.ForEachRow(rows, []any{
		&schema, &table, &kind, &comment, &c.Name, &c.Type, &enumSchema, &enum,
		&c.Collation, &c.NotNull, &c.Default, &c.Identity, &c.Generated, &c.Comment, &c.Sequence,
	}, func() error {
		t := r.catalog.Table(r.name(schema, table))
		if t == nil {
			t = &Table{Name: r.name(schema, table), Kind: kind, Comment: comment}
			r.catalog.Tables = append(r.catalog.Tables, t)
		}
		column := c
		if _, ours := r.back[enumSchema]; ours {
			column.Enum = r.name(enumSchema, enum)
			column.Type = column.Enum.String()
			if strings.HasSuffix(c.Type, "[]") {
				column.Type += "[]"
			}
		}
		if c.Name != "" {
			t.Columns = append(t.Columns, &column)
		}
		return nil
	})
	return err
}

// The columns in which the versions of PostgreSQL differ are read from a row's JSON.
func (r *reader) readConstraints() error {
	rows, err := r.tx.Query(r.ctx, `SELECT CAST(n.nspname AS text), CAST(c.relname AS text), CAST(k.conname AS text), CAST(k.contype AS text), k.convalidated,
	CASE WHEN k.contype = 'c' THEN 'CHECK (' || pg_get_expr(k.conbin, k.conrelid) || ')' ELSE pg_get_constraintdef(k.oid) END,
	ARRAY(SELECT CAST(a.attname AS text) FROM unnest(k.conkey) WITH ORDINALITY AS u(num, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.place),
	coalesce(CAST(fn.nspname AS text), ''), coalesce(CAST(f.relname AS text), ''),
	ARRAY(SELECT CAST(a.attname AS text) FROM unnest(k.confkey) WITH ORDINALITY AS u(num, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY u.place),
	CAST(k.confdeltype AS text), CAST(k.confupdtype AS text),
	ARRAY(SELECT quote_ident(a.attname) FROM jsonb_array_elements_text(nullif(to_jsonb(k) -> 'confdelsetcols', 'null')) AS u(num) JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = CAST(u.num AS smallint) ORDER BY a.attnum),
	k.condeferrable, k.condeferred
FROM `+wanted+`
JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype IN ('p', 'u', 'c', 'f') AND k.conparentid = 0
LEFT JOIN pg_catalog.pg_class f ON f.oid = k.confrelid
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
ORDER BY n.nspname, c.relname, k.conname`, r.schemas, r.tables)
	if err != nil {
		return err
	}
	var schema, table, otherSchema, other, onDelete, onUpdate string
	var k Constraint
	var set []string
	var deferrable, deferred bool
	_, err = pgx.ForEachRow(rows, []any{
		&schema, &table, &k.Name, &k.Kind, &k.Valid, &k.Definition, &k.Columns, &otherSchema, &other, &k.Target,
		&onDelete, &onUpdate, &set, &deferrable, &deferred,
	}, func() error {
		constraint := k
		constraint.Columns, constraint.Target = slices.Clone(k.Columns), slices.Clone(k.Target)
		if k.Kind == ForeignKey {
			constraint.References = Name{otherSchema, other}
			if mapped, ours := r.back[otherSchema]; ours {
				constraint.References.Schema = mapped
			}
			constraint.OnDelete, constraint.OnUpdate = actionNames[onDelete], actionNames[onUpdate]
			constraint.actions = actionsOf(onDelete, onUpdate, set, deferrable, deferred)
			constraint.describe()
		}
		t := r.catalog.Table(r.name(schema, table))
		t.Constraints = append(t.Constraints, &constraint)
		return nil
	})
	return err
}

var actionNames = map[string]string{"r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}

func actionsOf(onDelete, onUpdate string, set []string, deferrable, deferred bool) string {
	text := ""
	if action := actionNames[onDelete]; action != "" {
		text += " ON DELETE " + action
		if len(set) > 0 {
			text += " (" + strings.Join(set, ", ") + ")"
		}
	}
	if action := actionNames[onUpdate]; action != "" {
		text += " ON UPDATE " + action
	}
	if deferrable {
		text += " DEFERRABLE"
	}
	if deferred {
		text += " INITIALLY DEFERRED"
	}
	return text
}

// The definition of an index begins with the names of the index and the table, which
// are those of the place.
func (r *reader) readIndexes() error {
	rows, err := r.tx.Query(r.ctx, `SELECT CAST(n.nspname AS text), CAST(c.relname AS text), CAST(i.relname AS text), x.indisunique, x.indisvalid AND x.indisready,
	substr(pg_get_indexdef(i.oid), length('CREATE ' || CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || quote_ident(i.relname) || ' ON '
		|| CASE WHEN c.relkind = 'p' THEN 'ONLY ' ELSE '' END || quote_ident(n.nspname) || '.' || quote_ident(c.relname)) + 1),
	x.indexprs IS NULL AND x.indpred IS NULL AND x.indnatts = x.indnkeyatts,
	CASE WHEN x.indexprs IS NULL AND x.indpred IS NULL
		THEN ARRAY(SELECT CAST(a.attname AS text) FROM unnest(CAST(x.indkey AS smallint[])) WITH ORDINALITY AS u(num, place) JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.num ORDER BY u.place)
		ELSE ARRAY(SELECT DISTINCT CAST(a.attname AS text) FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid
			WHERE d.classid = CAST('pg_catalog.pg_class' AS regclass) AND d.objid = i.oid AND d.refclassid = d.classid AND d.refobjid = c.oid AND d.refobjsubid > 0) END
FROM `+wanted+`
JOIN pg_catalog.pg_index x ON x.indrelid = c.oid
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = i.oid AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x'))
ORDER BY n.nspname, c.relname, i.relname`, r.schemas, r.tables)
	if err != nil {
		return err
	}
	var schema, table string
	var x Index
	_, err = pgx.ForEachRow(rows, []any{&schema, &table, &x.Name, &x.Unique, &x.Valid, &x.Definition, &x.Key, &x.Columns}, func() error {
		index := x
		index.Columns = slices.Clone(x.Columns)
		t := r.catalog.Table(r.name(schema, table))
		t.Indexes = append(t.Indexes, &index)
		return nil
	})
	return err
}

func (r *reader) readEnums() error {
	rows, err := r.tx.Query(r.ctx, `SELECT CAST(n.nspname AS text), CAST(y.typname AS text), array_agg(CAST(e.enumlabel AS text) ORDER BY e.enumsortorder)
FROM pg_catalog.pg_type y
JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace
JOIN pg_catalog.pg_enum e ON e.enumtypid = y.oid
WHERE n.nspname = ANY ($1)
GROUP BY n.nspname, y.typname
ORDER BY n.nspname, y.typname`, r.schemas)
	if err != nil {
		return err
	}
	var schema, name string
	var labels []string
	_, err = pgx.ForEachRow(rows, []any{&schema, &name, &labels}, func() error {
		r.catalog.Enums = append(r.catalog.Enums, &Enum{r.name(schema, name), slices.Clone(labels)})
		return nil
	})
	return err
}
