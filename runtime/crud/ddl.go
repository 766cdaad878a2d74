package crud

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// A ddlStatement is one statement and the message it is for.
type ddlStatement struct{ message, sql string }

// Schema returns the statements that make the tables, as [CreateTables] runs them: in
// their order, and each without a semicolon at its end. It adds the comments of the
// descriptions, on PostgreSQL. The same tables in the same order give the same text.
//
// What the engine cannot do is an error that names the message.
func Schema(d Dialect, tables ...*TableInfo) ([]string, error) {
	statements, err := createStatements(tables, d)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(statements))
	for i, s := range statements {
		texts[i] = s.sql
	}
	return texts, nil
}

// createStatements returns what makes the tables and all that belongs to them.
func createStatements(infos []*TableInfo, d Dialect) ([]ddlStatement, error) {
	if err := checkTables(infos, d); err != nil {
		return nil, err
	}
	statements := append(createSchemas(infos), createEnums(infos)...)
	var indexes, later, comments []ddlStatement
	for _, t := range creationOrder(infos, d) {
		text := tableText{TableInfo: t.TableInfo, dialect: d}
		if d == Postgres {
			text.without = t.late(infos)
		}
		statements = append(statements, ddlStatement{t.Message, text.create()})
		for _, index := range text.indexes() {
			indexes = append(indexes, ddlStatement{t.Message, text.index(index)})
		}
		for _, r := range text.without {
			later = append(later, ddlStatement{t.Message, text.addReference(r)})
		}
		if d == Postgres {
			comments = append(comments, text.comments()...)
		}
	}
	return slices.Concat(statements, indexes, later, comments), nil
}

// infosOf returns the descriptions, each once, those of joining tables last.
func infosOf(tables []AnyTable) []*TableInfo {
	var infos []*TableInfo
	for _, t := range tables {
		if info := t.Info(); !slices.Contains(infos, info) {
			infos = append(infos, info)
		}
	}
	for _, t := range tables {
		for _, join := range joinTables(t) { // which both of those that it joins can have
			if !slices.ContainsFunc(infos, func(i *TableInfo) bool { return i.Schema == join.Schema && i.Name == join.Name }) {
				infos = append(infos, join)
			}
		}
	}
	return infos
}

// checkTables returns all that keeps the tables from being made, joined.
func checkTables(tables []*TableInfo, d Dialect) error {
	var errs []error
	taken := map[string]string{} // name of a table or index -> message
	for _, t := range tables {
		for _, name := range relationNames(t) {
			place := foldName(t.Schema, d) + "." + foldName(name, d)
			if other, ok := taken[place]; ok {
				errs = append(errs, fmt.Errorf("crud: %s and %s both have a table, index or unique constraint named %q", other, t.Message, name))
			}
			taken[place] = t.Message
		}
		errs = append(errs, checkColumns(t, d)...)
		for _, index := range t.Indexes {
			if problem := index.unfit(d); problem != "" {
				errs = append(errs, fmt.Errorf("crud: the index %s of %s %s", index.Name, t.Message, problem))
			}
		}
		for _, r := range t.References {
			errs = append(errs, checkReference(t, r, d)...)
		}
		if d == SQLite && t.Schema != "" {
			errs = append(errs, fmt.Errorf("crud: SQLite has no schemas: %s says schema %q", t.Message, t.Schema))
		}
	}
	return errors.Join(errs...)
}

// relationNames are the names that must be a table's own. An index whose name is
// taken would be left out by IF NOT EXISTS without a word.
func relationNames(t *TableInfo) []string {
	names := []string{t.Name}
	for _, c := range t.Columns {
		if c.Unique != "" {
			names = append(names, c.Unique)
		}
	}
	for _, index := range t.Indexes {
		names = append(names, index.Name)
	}
	return names
}

// foldName returns what the engine compares of a name: SQLite ignores case.
func foldName(name string, d Dialect) string {
	if d == SQLite {
		return strings.ToLower(name)
	}
	return name
}

func checkColumns(t *TableInfo, d Dialect) []error {
	var errs []error
	for _, c := range t.Columns {
		if problem := c.unfit(d); problem != "" {
			errs = append(errs, fmt.Errorf("crud: %s.%s %s", t.Message, c.Field, problem))
		}
		if c.Generated != ByIdentity {
			continue
		}
		switch c.Kind {
		case KindInt32, KindInt64, KindUint32:
		default:
			errs = append(errs, fmt.Errorf("crud: only an int32, int64 or uint32 can be an identity: %s.%s is none of them", t.Message, c.Field))
		}
		if d == SQLite && !c.PrimaryKey {
			errs = append(errs, fmt.Errorf("crud: SQLite numbers only keys: %s.%s is not part of the key", t.Message, c.Field))
		}
	}
	return errs
}

func checkReference(t *TableInfo, r Reference, d Dialect) []error {
	var errs []error
	if d == SQLite && r.Schema != "" {
		errs = append(errs, fmt.Errorf("crud: SQLite has no schemas: %s refers to %s of schema %q", t.Message, r.Table, r.Schema))
	}
	lead := leadingScope(r)
	for _, column := range lead {
		if !hasColumn(t, column) {
			errs = append(errs, fmt.Errorf("crud: %s refers to %s, which is bound to the scope column %q; %s has no such column", t.Message, r.Table, column, t.Message))
		}
	}
	if len(lead) == 0 {
		return errs
	}
	// The scope column is part of the foreign key, and must stay when the reference
	// goes. PostgreSQL can leave it out of SET NULL, and of nothing else.
	if setsColumns(r.OnUpdate) || setsColumns(r.OnDelete) && d == SQLite {
		errs = append(errs, fmt.Errorf("crud: %s refers to %s with a scope column, which %s cannot leave out of SET NULL or SET DEFAULT here", t.Message, r.Table, d))
	}
	return errs
}

func setsColumns(action string) bool { return strings.HasPrefix(action, "SET ") }

func hasColumn(t *TableInfo, name string) bool {
	return slices.Contains(t.Scope, name) ||
		slices.ContainsFunc(t.Columns, func(c ColumnInfo) bool { return slices.Contains(c.Names, name) })
}

// leadingScope are the scope columns that a reference does not name itself.
func leadingScope(r Reference) []string {
	return slices.DeleteFunc(slices.Clone(r.Scope), func(c string) bool { return slices.Contains(r.Target, c) })
}

// createSchemas makes the schemas of PostgreSQL; with SQLite there are none. CREATE
// SCHEMA IF NOT EXISTS asks for the right to create schemas even where it has
// nothing to do.
func createSchemas(tables []*TableInfo) []ddlStatement {
	var statements []ddlStatement
	var seen []string
	for _, t := range tables {
		if t.Schema == "" || slices.Contains(seen, t.Schema) {
			continue
		}
		seen = append(seen, t.Schema)
		statements = append(statements, ddlStatement{t.Message, unless(
			"SELECT FROM pg_catalog.pg_namespace WHERE nspname = '"+strings.ReplaceAll(t.Schema, "'", "''")+"'",
			"CREATE SCHEMA "+sqlname.Quote(t.Schema))})
	}
	return statements
}
