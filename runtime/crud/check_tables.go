package crud

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// CheckTables compares the tables of the database with the models. Its error lists every
// difference that would make a call fail or lie: a table or a column that is missing, a
// type that the field's values cannot be read from or written to, a column that must
// have a value and is no field's, a key or a unique field that is not unique, a unique
// index without the scope's columns, whose refusals would tell of rows outside of the
// scope. It needs no right but to connect, asks a few statements for all tables, and
// changes nothing.
//
// What is only inefficient or surprising is written to the log as a warning, one for a
// table: columns that lists may be ordered or filtered by and that no index begins with,
// foreign keys and CHECKs that are missing, text that lists are ordered by and that has
// another collation than "C", a real column under a double field, which rounds.
//
// Call it when a server starts, over tables that CreateTables does not make.
func CheckTables(ctx context.Context, db DB, tables ...AnyTable) error {
	infos := infosOf(withEventTables(tables))
	if len(infos) == 0 {
		return nil
	}
	d := DialectOf(db)
	live, err := liveTables(ctx, db, infos, d)
	if err != nil {
		return fmt.Errorf("crud: CheckTables cannot read the catalog: %w", err)
	}
	var errs []error
	for i, info := range infos {
		c := tableCheck{info: info, live: live[i], dialect: d}
		c.run()
		errs = append(errs, c.errs...)
		if len(c.warnings) > 0 {
			slog.WarnContext(ctx, "crud: "+info.Message+": "+strings.Join(c.warnings, "; "))
		}
	}
	return errors.Join(errs...)
}

// A liveTable is a table as the database has it.
type liveTable struct {
	exists  bool
	columns []liveColumn
	indexes []liveIndex
	limits  []liveLimit
}

type liveColumn struct {
	name, typeName string // the type is that below a domain
	notNull        bool
	// filled says that the database has a value for the column where a row has none.
	filled bool
	// collated says that text is not compared by its bytes.
	collated bool
}

// A liveIndex is an index. An expression in it is a column without a name.
type liveIndex struct {
	name    string
	columns []string
	unique  bool
	// partial says that it is over some rows only.
	partial bool
}

// A liveLimit is a foreign key or a CHECK over columns.
type liveLimit struct {
	columns []string
	// table and target are what a foreign key refers to, as statements name it, and
	// onDelete is its action. A CHECK has none.
	table    string
	target   []string
	onDelete string
}

func (t *liveTable) column(name string, d Dialect) *liveColumn {
	i := slices.IndexFunc(t.columns, func(c liveColumn) bool { return foldName(c.name, d) == foldName(name, d) })
	if i < 0 {
		return nil
	}
	return &t.columns[i]
}

// A tableCheck compares one table.
type tableCheck struct {
	info     *TableInfo
	live     *liveTable
	dialect  Dialect
	errs     []error
	warnings []string
}

func (c *tableCheck) add(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("crud: "+format, args...))
}

func (c *tableCheck) warn(format string, args ...any) {
	c.warnings = append(c.warnings, fmt.Sprintf(format, args...))
}

// name is the table as messages show it.
func (c *tableCheck) name() string { return sqlname.Qualify(c.info.Schema, c.info.Name) }

func (c *tableCheck) run() {
	if !c.live.exists {
		c.add("%s: there is no table %s", c.info.Message, c.name())
		return
	}
	for i := range c.info.Columns {
		c.column(&c.info.Columns[i])
	}
	c.strangers()
	c.uniques()
	c.crossScope()
	c.hints()
}

// column compares the columns of a field.
func (c *tableCheck) column(column *ColumnInfo) {
	for _, name := range column.Names {
		field := c.info.Message + "." + column.Field
		live := c.live.column(name, c.dialect)
		if live == nil {
			c.add("%s: %s has no column %s%s", field, c.name(), sqlname.Quote(name), c.without(column))
			continue
		}
		c.columnType(field, column, live)
		switch {
		case live.notNull && !column.NotNull && !live.filled && column.Time != RowDeleteTime:
			c.add("%s: column %s.%s is NOT NULL, and the field can be unset; make the column nullable, or the field REQUIRED", field, c.name(), sqlname.Quote(name))
		case column.Generated == ByIdentity && !live.filled:
			c.add("%s: column %s.%s does not number its rows; make it an identity, or say generated: NONE", field, c.name(), sqlname.Quote(name))
		case column.Default != "" && !live.filled && live.notNull:
			c.add("%s: column %s.%s has no default, and the field says one", field, c.name(), sqlname.Quote(name))
		}
	}
}

// without says what to do about a column that is the runtime's own.
func (c *tableCheck) without(column *ColumnInfo) string {
	if column.Revision {
		return "; add it as bigint NOT NULL DEFAULT 1, or give crud.WithoutRevision to the repository"
	}
	return ""
}

// columnType compares the type of a column with what the field's values fit.
func (c *tableCheck) columnType(field string, column *ColumnInfo, live *liveColumn) {
	if c.dialect == SQLite {
		return // whose columns take what they are given, or are of the types that it makes
	}
	want, element := typesOf(column), live.typeName
	if column.Repeated && column.Kind != KindJSON {
		var isArray bool
		if element, isArray = strings.CutPrefix(element, "_"); !isArray {
			c.add("%s: column %s.%s is %s, not an array", field, c.name(), sqlname.Quote(live.name), live.typeName)
			return
		}
	}
	if !slices.Contains(want, element) {
		c.add("%s: column %s.%s is %s, and the field is kept in %s", field, c.name(), sqlname.Quote(live.name), live.typeName, strings.Join(want, ", "))
		return
	}
	if column.Kind == KindDouble && element == "float4" {
		c.warn("column %s.%s is real, which rounds the field's values", c.name(), sqlname.Quote(live.name))
	}
}

// postgresReads are the types, as the catalog names them, that values of a kind are
// written to and read from.
var postgresReads = map[Kind][]string{
	KindBool:      {"bool"},
	KindInt32:     {"int4", "int8", "int2"},
	KindInt64:     {"int8", "int4", "int2"},
	KindUint32:    {"int8", "int4", "int2"},
	KindUint64:    {"numeric"},
	KindFloat:     {"float4", "float8"},
	KindDouble:    {"float8", "float4"},
	KindString:    {"text", "varchar", "bpchar", "citext", "name"},
	KindUUID:      {"uuid", "text", "varchar", "bpchar"},
	KindBytes:     {"bytea"},
	KindEnum:      {"int4", "int8", "int2"},
	KindTimestamp: {"timestamptz", "timestamp"},
	KindDuration:  {"int8"},
	KindJSON:      {"jsonb", "json", "text", "varchar"},
	KindEnumName:  {"text", "varchar", "bpchar", "citext", "name"},
	KindDate:      {"date"},
	KindTimeOfDay: {"time"},
}

func typesOf(column *ColumnInfo) []string {
	if column.Kind == KindEnumType {
		return []string{column.Type}
	}
	if column.Kind == KindText {
		name := column.textType().Name
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			name = name[i+1:]
		}
		return []string{strings.Trim(name, `"`)}
	}
	return postgresReads[column.Kind]
}

// strangers are columns that no field fills, and that must have a value.
func (c *tableCheck) strangers() {
	for _, live := range c.live.columns {
		if live.notNull && !live.filled && !c.writes(live.name) {
			c.add("%s: column %s.%s is NOT NULL without a default, and no field fills it; give it a default, or add the field", c.info.Message, c.name(), sqlname.Quote(live.name))
		}
	}
	for _, name := range c.info.Scope {
		if c.live.column(name, c.dialect) == nil {
			c.add("%s: %s has no column %s, which the model's scope names", c.info.Message, c.name(), sqlname.Quote(name))
		}
	}
}

func (c *tableCheck) writes(name string) bool {
	same := func(other string) bool { return c.same(other, name) }
	return slices.ContainsFunc(c.info.Scope, same) ||
		slices.ContainsFunc(c.info.Columns, func(i ColumnInfo) bool { return slices.ContainsFunc(i.Names, same) })
}

// uniques compares what must be unique with what is. Under a scope, a unique value is
// so within it: a refusal would tell of other tenants' rows otherwise.
func (c *tableCheck) uniques() {
	text := tableText{TableInfo: c.info, dialect: c.dialect}
	if !c.info.Keyless() {
		c.unique(c.info.Message, "the key", text.scoped(c.info.Key), false)
	}
	live := text.deleteTime() != ""
	for _, column := range c.info.Columns {
		if column.Unique != "" {
			c.unique(c.info.Message+"."+column.Field, "the unique field", text.scoped(column.Names), live)
		}
	}
	for _, index := range c.info.Indexes {
		switch {
		case index.Unique && len(index.Expressions) > 0:
			c.uniqueByName(index)
		case index.Unique:
			c.unique(c.info.Message, "the unique index "+index.Name, text.scoped(index.Columns), live || index.Where != "")
		}
	}
}

// uniqueByName looks for a unique index over expressions, which are not compared.
func (c *tableCheck) uniqueByName(index Index) {
	if !slices.ContainsFunc(c.live.indexes, func(x liveIndex) bool {
		return x.unique && foldName(x.name, c.dialect) == foldName(index.Name, c.dialect)
	}) {
		c.add("%s: %s has no unique index %s", c.info.Message, c.name(), sqlname.Quote(index.Name))
	}
}

// crossScope reports unique indexes that a scope does not limit. Numbers that the
// database makes tell nothing.
func (c *tableCheck) crossScope() {
	for _, x := range c.live.indexes {
		if !x.unique || len(x.columns) == 1 && c.numbers(x.columns[0]) {
			continue
		}
		for _, name := range c.info.Scope {
			if !slices.ContainsFunc(x.columns, func(n string) bool { return c.same(n, name) }) {
				c.add("%s: the unique index %s of %s lacks the scope column %s, so that its refusals tell of rows outside of the scope; add the column to it",
					c.info.Message, sqlname.Quote(x.name), c.name(), sqlname.Quote(name))
			}
		}
	}
}

// numbers reports whether the database makes the values of a column.
func (c *tableCheck) numbers(name string) bool {
	return slices.ContainsFunc(c.info.Columns, func(i ColumnInfo) bool {
		return i.Generated == ByIdentity && slices.ContainsFunc(i.Names, func(n string) bool { return c.same(n, name) })
	})
}

func (c *tableCheck) same(a, b string) bool { return foldName(a, c.dialect) == foldName(b, c.dialect) }

// unique reports columns of which no unique index is; partial says that one over some
// rows will do.
func (c *tableCheck) unique(field, what string, columns []string, partial bool) {
	fold := func(names []string) []string {
		folded := columnNames(names, func(n string) string { return foldName(n, c.dialect) })
		slices.Sort(folded)
		return folded
	}
	want := fold(columns)
	if !slices.ContainsFunc(c.live.indexes, func(x liveIndex) bool {
		return x.unique && (partial || !x.partial) && slices.Equal(fold(x.columns), want)
	}) {
		c.add("%s: %s %s of %s has no unique index", field, what, columnList(columns), c.name())
	}
}
