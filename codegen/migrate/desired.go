package migrate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// scratchPrefix begins the names of the schemas that exist while a plan is made, in a
// transaction that is never committed.
const scratchPrefix = "crud_migrate_"

// read reads the live tables and then the wanted ones.
func (p *planner) read(ctx context.Context, tx pgx.Tx) error {
	var path []string
	if err := tx.QueryRow(ctx, "SELECT coalesce(CAST(current_schema() AS text), ''), CAST(current_schemas(false) AS text[])").Scan(&p.current, &path); err != nil {
		return err
	}
	if p.current == "" {
		return fmt.Errorf("the search_path of the connection names no schema that exists: create one, or put search_path into the database's URL")
	}
	live, scratch := catalog.Place{"": p.current}, catalog.Place{"": scratchPrefix + "0"}
	var names, wanted []catalog.Name
	for _, t := range p.Tables {
		n := p.nameOf(t)
		if n.Schema != "" && live[n.Schema] == "" {
			live[n.Schema], scratch[n.Schema] = n.Schema, fmt.Sprintf("%s%d", scratchPrefix, len(scratch))
		}
		names, wanted = append(names, n), append(wanted, n)
		for _, was := range t.Was {
			names = append(names, catalog.Name{Schema: n.Schema, Name: was})
		}
	}
	for _, t := range p.Others {
		if n := p.nameOf(t); n.Schema != "" && live[n.Schema] == "" {
			live[n.Schema], scratch[n.Schema] = n.Schema, fmt.Sprintf("%s%d", scratchPrefix, len(scratch))
		}
	}
	var err error
	if p.live, err = catalog.Read(ctx, tx, live, path, names); err != nil {
		return err
	}
	if err := p.makeWanted(ctx, tx, scratch, path); err != nil {
		return err
	}
	p.want, err = catalog.Read(ctx, tx, scratch, path, wanted)
	return err
}

// makeWanted makes the wanted tables in the scratch schemas.
func (p *planner) makeWanted(ctx context.Context, tx pgx.Tx, scratch catalog.Place, path []string) error {
	var search []string
	for _, schema := range scratch {
		if _, err := tx.Exec(ctx, "CREATE SCHEMA "+schema); err != nil {
			return fmt.Errorf("make a schema for the plan, which is rolled back: %w", err)
		}
		search = append(search, schema)
	}
	slices.Sort(search)
	for _, schema := range path {
		search = append(search, sqlname.Quote(schema))
	}
	if _, err := tx.Exec(ctx, "SELECT set_config('search_path', $1, true)", strings.Join(search, ", ")); err != nil {
		return err
	}
	var infos []*crud.TableInfo
	for _, t := range slices.Concat(p.Tables, p.Others) {
		infos = append(infos, p.moved(t.TableInfo, scratch))
	}
	statements, err := crud.Schema(crud.Postgres, infos...)
	if err != nil {
		return err
	}
	for _, s := range statements {
		if _, err := tx.Exec(ctx, s); err != nil {
			return fmt.Errorf("the models' tables cannot be made: %w\n%s", err, s)
		}
	}
	p.readWritten(infos, statements)
	return nil
}

// moved returns a description of a table in other schemas.
func (p *planner) moved(t *crud.TableInfo, place catalog.Place) *crud.TableInfo {
	info := *t
	info.Schema = place[p.name(t.Schema, "").Schema]
	info.References = slices.Clone(t.References)
	for i := range info.References {
		r := &info.References[i]
		r.Schema = place[p.name(r.Schema, "").Schema]
	}
	return &info
}

// readWritten finds the statements of the indexes.
func (p *planner) readWritten(infos []*crud.TableInfo, statements []string) {
	p.written = map[catalog.Name]map[string]string{}
	for i, t := range p.Tables {
		name := p.nameOf(t)
		p.written[name] = map[string]string{}
		on := " ON " + sqlname.Qualify(infos[i].Schema, infos[i].Name)
		for _, s := range statements {
			head, definition, ok := strings.Cut(s, on+" ")
			if !ok {
				continue
			}
			if _, index, ok := strings.Cut(head, "INDEX IF NOT EXISTS "); ok {
				p.written[name][index] = " " + definition
			}
		}
	}
}
