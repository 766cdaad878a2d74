package plan

import (
	"strconv"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// The texts are laid out for the constants of the generated file: clauses at indent,
// the names of an INSERT one deeper, no line of placeholders longer than width.
const (
	indent = "\n\t\t"
	deeper = indent + "\t"
	width  = 72
)

// qualified returns a column with its table. The schema is left out: a statement
// names one table only, and both engines know it by that name.
func qualified(m *model.Model, c *model.Column) string {
	return sqlname.Quote(m.Table) + "." + sqlname.Quote(c.Name)
}

// columns returns all columns, each on a line of its own.
func columns(m *model.Model) string {
	stored := m.Stored()
	names := make([]string, len(stored))
	for i, c := range stored {
		names[i] = indent + read(m, c)
	}
	return strings.Join(names, ",")
}

// read returns how a column is read: as text, where its type is one that text is read for.
// It has another name in the result then, so that an ORDER BY by the column's own name is
// that of its values.
func read(m *model.Model, c *model.Column) string {
	switch {
	case c.Text == nil:
		return qualified(m, c)
	case c.Repeated:
		return "CAST(" + qualified(m, c) + " AS text[]) AS " + sqlname.Quote("text of "+c.Name)
	}
	return "CAST(" + qualified(m, c) + " AS text) AS " + sqlname.Quote("text of "+c.Name)
}

// where returns the clause that compares the columns with $1, $2 and so on.
func where(m *model.Model, columns []*model.Column) string {
	conditions := make([]string, len(columns))
	for i, c := range columns {
		conditions[i] = qualified(m, c) + " = " + placeholder(i+1)
	}
	return indent + "WHERE " + strings.Join(conditions, " AND ")
}

// alive returns the condition that leaves out soft-deleted rows, among which a unique
// field is not unique.
func alive(m *model.Model) string {
	if c := m.SoftDelete(); c != nil {
		return " AND " + qualified(m, c) + " IS NULL"
	}
	return ""
}

// insert returns the INSERT of all columns but those that the database numbers. Where
// none is left, the database fills the whole row.
func insert(m *model.Model, table string) string {
	var names []string
	for _, c := range m.Stored() {
		if c.Generated != model.Identity {
			names = append(names, deeper+sqlname.Quote(c.Name))
		}
	}
	if len(names) == 0 {
		return "INSERT INTO " + table + " DEFAULT VALUES"
	}
	return "INSERT INTO " + table + " (" + strings.Join(names, ",") +
		indent + ") VALUES (" + placeholders(len(names)) + ")"
}

// placeholders returns $1, $2 to $n: in the line where they fit, else in lines of
// their own.
func placeholders(n int) string {
	var lines []string
	line := ""
	for i := 1; i <= n; i++ {
		next := placeholder(i)
		if i < n {
			next += ", "
		}
		if len(line)+len(next) > width {
			lines = append(lines, strings.TrimSuffix(line, " "))
			line = ""
		}
		line += next
	}
	if len(lines) == 0 {
		return line
	}
	return deeper + strings.Join(append(lines, line), deeper) + indent
}

func placeholder(i int) string { return "$" + strconv.Itoa(i) }
