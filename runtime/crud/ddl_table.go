package crud

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// A tableText writes the statements of one table.
type tableText struct {
	*TableInfo
	dialect Dialect
	// without are the references that are added afterwards.
	without []Reference
}

// create returns CREATE TABLE, one column or constraint per line.
func (t tableText) create() string {
	var lines []string
	for _, name := range t.Scope {
		if !slices.ContainsFunc(t.Columns, func(c ColumnInfo) bool { return slices.Contains(c.Names, name) }) {
			lines = append(lines, sqlname.Quote(name)+" "+sqlType(KindString, false, t.dialect)+" NOT NULL")
		}
	}
	for i := range t.Columns {
		for _, name := range t.Columns[i].Names {
			lines = append(lines, t.column(&t.Columns[i], name))
		}
	}
	lines = slices.Concat(lines, t.keys(), t.uniques(), t.references(), t.checks())
	text := "CREATE TABLE IF NOT EXISTS " + t.name() + " (\n\t" + strings.Join(lines, ",\n\t") + "\n)"
	if t.dialect == SQLite {
		text += " STRICT"
	}
	return text
}

func (t tableText) name() string { return sqlname.Qualify(t.Schema, t.Name) }

func (t tableText) column(c *ColumnInfo, name string) string {
	line := sqlname.Quote(name) + " " + t.columnType(c)
	if c.Generated == ByIdentity {
		return line + " " + identityClause(t.dialect)
	}
	if c.NotNull {
		line += " NOT NULL"
	}
	switch {
	case c.Default != "":
		line += " DEFAULT (" + c.Default + ")"
	case c.Revision:
		line += fmt.Sprintf(" DEFAULT %d", firstRevision)
	}
	return line
}

// columnType is the type of a column.
func (t tableText) columnType(c *ColumnInfo) string {
	switch {
	case c.Kind != KindEnumType && (c.Type == "" || t.dialect == SQLite):
		return sqlType(c.Kind, c.Repeated, t.dialect)
	case c.Kind != KindEnumType:
		return typedColumn(c)
	}
	text := sqlname.Qualify(t.Schema, c.Type)
	if c.Repeated {
		text += "[]"
	}
	return text
}

// keys is the primary key, if there is one, scope columns first. In SQLite an identity must be the
// primary key alone; the key it is part of is unique then.
func (t tableText) keys() []string {
	if t.Keyless() {
		return nil
	}
	key := t.scoped(t.Key)
	if t.dialect != SQLite || !slices.ContainsFunc(t.Columns, isIdentity) {
		return []string{"PRIMARY KEY " + columnList(key)}
	}
	if len(key) == 1 {
		return nil
	}
	return []string{"UNIQUE " + columnList(key)}
}

func isIdentity(c ColumnInfo) bool { return c.Generated == ByIdentity }

// uniques are the unique constraints. In a table of soft-deleted rows they are
// indexes over the live ones: an id or a name can be used again.
func (t tableText) uniques() []string {
	var lines []string
	if t.deleteTime() != "" {
		return nil
	}
	for _, c := range t.Columns {
		if c.Unique != "" {
			lines = append(lines, constraint(c.Unique)+" UNIQUE "+columnList(t.scoped(c.Names)))
		}
	}
	return lines
}

func (t tableText) references() []string {
	var lines []string
	for _, r := range t.References {
		early := slices.ContainsFunc(t.without, func(w Reference) bool { return w.Constraint == r.Constraint })
		if !early {
			lines = append(lines, foreignKey(r))
		}
	}
	return lines
}

// checks limit the lengths of strings, and the arms of oneofs that are set. Those of a list's elements no CHECK can
// limit; the runtime does.
func (t tableText) checks() []string {
	var lines []string
	for _, c := range t.Columns {
		if c.MaxLength > 0 && c.Kind == KindString && !c.Repeated {
			for _, name := range c.Names {
				lines = append(lines, fmt.Sprintf("%s CHECK (%s(%s) <= %d)",
					constraint(checkName(t.Name, name)), lengthFunc(t.dialect), sqlname.Quote(name), c.MaxLength))
			}
		}
	}
	names, columns := t.arms()
	for _, name := range names {
		if len(columns[name]) > 1 {
			lines = append(lines, constraint(checkName(t.Name, name))+" CHECK ("+atMostOne(columns[name], t.dialect)+")")
		}
	}
	return lines
}

// atMostOne is the condition that no two columns are set.
func atMostOne(columns []string, d Dialect) string {
	if d == Postgres {
		return "num_nonnulls" + columnList(columns) + " <= 1"
	}
	set := columnNames(columns, func(name string) string { return "(" + sqlname.Quote(name) + " IS NOT NULL)" })
	return strings.Join(set, " + ") + " <= 1"
}

// indexes are all that are created beside the table.
func (t tableText) indexes() []Index {
	indexes := t.Indexes
	if t.deleteTime() == "" {
		return indexes
	}
	for _, c := range t.Columns {
		if c.Unique != "" {
			indexes = append(indexes[:len(indexes):len(indexes)], Index{Name: c.Unique, Columns: c.Names, Unique: true})
		}
	}
	return indexes
}

// index returns CREATE INDEX. What is unique is unique within a scope, and among live
// rows.
func (t tableText) index(index Index) string {
	create, columns, where := "CREATE INDEX", index.Columns, ""
	if index.Unique {
		create, columns = "CREATE UNIQUE INDEX", t.scoped(index.Columns)
		if name := t.deleteTime(); name != "" {
			where = " WHERE " + sqlname.Quote(name) + " IS NULL"
		}
	}
	if index.Where != "" {
		where = " WHERE (" + index.Where + ")"
	}
	return create + " IF NOT EXISTS " + sqlname.Quote(index.Name) + " ON " + t.name() + index.using() + " (" +
		strings.Join(append(quoteAll(columns), index.inParentheses()...), ", ") + ")" + where
}

// using names the access method, if it is not the usual one.
func (i *Index) using() string {
	if i.Method == "" {
		return ""
	}
	return " USING " + i.Method
}

func (i *Index) inParentheses() []string {
	return columnNames(i.Expressions, func(sql string) string { return "(" + sql + ")" })
}

// unfit says why an engine cannot have the index, in words that follow its name, or "".
func (i *Index) unfit(d Dialect) string {
	if d == SQLite && i.Method != "" {
		return "has the method " + i.Method + ", and SQLite has btree only; remove the method, or the index"
	}
	return ""
}

// deleteTime is the column of the time of a soft delete, or empty.
func (t tableText) deleteTime() string {
	for _, c := range t.Columns {
		if c.Time == RowDeleteTime {
			return c.Names[0]
		}
	}
	return ""
}

// scoped returns columns with the scope columns in front.
func (t tableText) scoped(columns []string) []string {
	out := slices.Clone(t.Scope)
	for _, c := range columns {
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return out
}

func foreignKey(r Reference) string {
	scope := leadingScope(r)
	line := constraint(r.Constraint) + " FOREIGN KEY " + columnList(slices.Concat(scope, r.Columns)) +
		" REFERENCES " + sqlname.Qualify(r.Schema, r.Table) + " " + columnList(slices.Concat(scope, r.Target))
	if r.OnDelete != "" {
		line += " ON DELETE " + r.OnDelete
		if len(scope) > 0 && setsColumns(r.OnDelete) {
			line += " " + columnList(r.Columns)
		}
	}
	if r.OnUpdate != "" {
		line += " ON UPDATE " + r.OnUpdate
	}
	return line
}

func sqlType(k Kind, repeated bool, d Dialect) string {
	if d == SQLite {
		return sqliteType(k, repeated)
	}
	return postgresType(k, repeated)
}

// identityClause is what makes the database number the rows. It says NOT NULL too.
func identityClause(d Dialect) string {
	if d == SQLite {
		return "PRIMARY KEY AUTOINCREMENT"
	}
	return "GENERATED BY DEFAULT AS IDENTITY"
}

// lengthFunc counts code points.
func lengthFunc(d Dialect) string {
	if d == SQLite {
		return "length"
	}
	return "char_length"
}

func constraint(name string) string { return "CONSTRAINT " + sqlname.Quote(name) }

func columnList(names []string) string {
	return "(" + strings.Join(quoteAll(names), ", ") + ")"
}

func quoteAll(names []string) []string { return columnNames(names, quoted) }

// checkName names the CHECK of a column's length. A name that is too long ends in a
// hash instead of being cut, so that two columns never share one.
func checkName(table, column string) string {
	return fitName(table + "_" + column + "_check")
}

func fitName(name string) string {
	if len(name) <= sqlname.MaxBytes {
		return name
	}
	hash := fnv.New32a()
	hash.Write([]byte(name)) // never fails
	end := fmt.Sprintf("_%08x", hash.Sum32())
	return strings.ToValidUTF8(name[:sqlname.MaxBytes-len(end)], "") + end
}
