package introspect

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// ReadSQLite reads the tables and views of an SQLite database, all without names. It
// asks a fixed number of statements.
func ReadSQLite(ctx context.Context, db crud.DB, names []string) (*Database, error) {
	r := liteReader{ctx: ctx, db: db, c: &catalog.Catalog{}}
	all, err := r.list()
	if err != nil {
		return nil, err
	}
	if names, err = chosen(all, names); err != nil {
		return nil, err
	}
	for _, n := range names {
		kind := "r"
		if r.views[n] {
			kind = "v"
		}
		r.c.Tables = append(r.c.Tables, &catalog.Table{Name: catalog.Name{Name: n}, Kind: kind})
	}
	for _, read := range []func() error{r.columns, r.indexes, r.references} {
		if err := read(); err != nil {
			return nil, fmt.Errorf("read the catalog: %w", err)
		}
	}
	return &Database{Catalog: r.c, SQLite: true}, nil
}

type liteReader struct {
	ctx   context.Context
	db    crud.DB
	c     *catalog.Catalog
	views map[string]bool
}

const liteTables = ` FROM sqlite_schema AS s WHERE s.type IN ('table', 'view') AND s.name NOT LIKE 'sqlite\_%' ESCAPE '\'`

func (r *liteReader) list() (all []string, err error) {
	rows, err := r.db.Query(r.ctx, "SELECT s.name, s.type = 'view'"+liteTables+" ORDER BY s.name")
	if err != nil {
		return nil, err
	}
	r.views = map[string]bool{}
	var name string
	var view bool
	_, err = pgx.ForEachRow(rows, []any{&name, &view}, func() error {
		all, r.views[name] = append(all, name), view
		return nil
	})
	return all, err
}

func (r *liteReader) table(name string) *catalog.Table { return r.c.Table(catalog.Name{Name: name}) }

func (r *liteReader) columns() error {
	rows, err := r.db.Query(r.ctx, `SELECT s.name, x.name, x.type, x."notnull", coalesce(x.dflt_value, ''), x.pk, x.hidden
FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS x
WHERE s.type IN ('table', 'view') AND s.name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY s.name, x.cid`)
	if err != nil {
		return err
	}
	var table string
	var c catalog.Column
	var key, hidden int64
	keys := map[*catalog.Table]map[int64]string{}
	_, err = pgx.ForEachRow(rows, []any{&table, &c.Name, &c.Type, &c.NotNull, &c.Default, &key, &hidden}, func() error {
		t := r.table(table)
		if t == nil || hidden == 1 {
			return nil
		}
		column := c
		column.Generated = hidden > 1
		column.NotNull = c.NotNull || key > 0
		if column.Default != "" && !plainDefault(column.Default) {
			column.Default = "(" + column.Default + ")"
		}
		t.Columns = append(t.Columns, &column)
		if key > 0 {
			if keys[t] == nil {
				keys[t] = map[int64]string{}
			}
			keys[t][key] = c.Name
		}
		return nil
	})
	for t, columns := range keys {
		k := &catalog.Constraint{Name: t.Name.Name + "_pkey", Kind: catalog.PrimaryKey, Valid: true}
		for i := range len(columns) {
			k.Columns = append(k.Columns, columns[int64(i)+1])
		}
		t.Constraints = append(t.Constraints, k)
	}
	return err
}

// plainDefault reports whether a default is a literal, which needs no parentheses.
func plainDefault(sql string) bool {
	return strings.HasPrefix(sql, "'") || strings.Trim(sql, "0123456789.+-") == "" || !strings.ContainsAny(sql, " ()|+-*/")
}

func (r *liteReader) indexes() error {
	rows, err := r.db.Query(r.ctx, `SELECT s.name, l.name, l."unique", l.origin, l.partial, coalesce(i.name, '')
FROM sqlite_schema AS s, pragma_index_list(s.name) AS l, pragma_index_info(l.name) AS i
WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY s.name, l.name, i.seqno`)
	if err != nil {
		return err
	}
	var table, name, origin, column, last string
	var unique, partial bool
	_, err = pgx.ForEachRow(rows, []any{&table, &name, &unique, &origin, &partial, &column}, func() error {
		t := r.table(table)
		if t == nil || origin == "pk" {
			return nil
		}
		if name != last {
			last = name
			t.Indexes = append(t.Indexes, &catalog.Index{Name: name, Unique: unique, Key: !partial, Valid: true})
		}
		x := t.Indexes[len(t.Indexes)-1]
		if x.Key = x.Key && column != ""; x.Key {
			x.Columns = append(x.Columns, column)
			x.Definition = " USING btree (" + quotedList(x.Columns) + ")"
		} else {
			x.Definition = ""
		}
		return nil
	})
	for _, t := range r.c.Tables {
		for i, x := range t.Indexes {
			if strings.HasPrefix(x.Name, "sqlite_autoindex_") { // which is a constraint's
				t.Indexes[i].Name = derived(append(append([]string{t.Name.Name}, x.Columns...), "key")...)
			}
		}
	}
	return err
}

func quotedList(columns []string) string {
	all := make([]string, len(columns))
	for i, c := range columns {
		all[i] = quoted(c)
	}
	return strings.Join(all, ", ")
}

func (r *liteReader) references() error {
	rows, err := r.db.Query(r.ctx, `SELECT s.name, f.id, f."table", f."from", coalesce(f."to", ''), f.on_delete, f.on_update
FROM sqlite_schema AS s, pragma_foreign_key_list(s.name) AS f
WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY s.name, f.id, f.seq`)
	if err != nil {
		return err
	}
	var table, other, from, to, onDelete, onUpdate string
	var id int64
	last := ""
	_, err = pgx.ForEachRow(rows, []any{&table, &id, &other, &from, &to, &onDelete, &onUpdate}, func() error {
		t := r.table(table)
		if t == nil {
			return nil
		}
		if name := fmt.Sprint(table, " ", id); name != last {
			last = name
			t.Constraints = append(t.Constraints, &catalog.Constraint{
				Name: name, Kind: catalog.ForeignKey, References: catalog.Name{Name: other}, Valid: true,
				OnDelete: strings.TrimPrefix(onDelete, "NO ACTION"), OnUpdate: strings.TrimPrefix(onUpdate, "NO ACTION"),
			})
		}
		k := t.Constraints[len(t.Constraints)-1]
		if to == "" { // the key's
			to = r.keyColumn(other, len(k.Columns))
		}
		k.Columns, k.Target = append(k.Columns, from), append(k.Target, to)
		return nil
	})
	return err
}

func (r *liteReader) keyColumn(table string, i int) string {
	if t := r.table(table); t != nil {
		for _, k := range t.Constraints {
			if k.Kind == catalog.PrimaryKey && i < len(k.Columns) {
				return k.Columns[i]
			}
		}
	}
	return ""
}
