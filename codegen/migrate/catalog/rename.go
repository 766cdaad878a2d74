package catalog

import (
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// RenameTable gives a table another name, in what refers to it too.
func (c *Catalog) RenameTable(t *Table, name string) {
	was := t.Name
	t.Name.Name = name
	for _, other := range c.Tables {
		for _, k := range other.Constraints {
			if k.Kind == ForeignKey && k.References == was {
				k.References = t.Name
				k.describe()
			}
		}
	}
}

// RenameColumn gives a column another name, in what refers to it too.
func (c *Catalog) RenameColumn(t *Table, column *Column, name string) {
	was := column.Name
	column.Name = name
	for _, k := range t.Constraints {
		replace(k.Columns, was, name)
		k.Definition = renameIn(k.Definition, was, name)
		k.describe()
	}
	for _, x := range t.Indexes {
		replace(x.Columns, was, name)
		x.Definition = renameIn(x.Definition, was, name)
	}
	for _, other := range c.Tables {
		for _, k := range other.Constraints {
			if k.Kind == ForeignKey && k.References == t.Name {
				replace(k.Target, was, name)
				k.describe()
			}
		}
	}
}

func replace(names []string, was, name string) {
	for i := range names {
		if names[i] == was {
			names[i] = name
		}
	}
}

// describe writes the definition of a foreign key.
func (k *Constraint) describe() {
	if k.Kind == ForeignKey {
		k.Definition = "FOREIGN KEY " + list(k.Columns) + " REFERENCES " + k.References.String() + " " + list(k.Target) + k.actions
	}
}

func list(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = sqlname.Quote(n)
	}
	return "(" + strings.Join(quoted, ", ") + ")"
}

// renameIn renames a column in an expression, as the database wrote it: names of
// columns stand alone, names of functions before a parenthesis and names of types after
// a cast. Where it is wrong, the expression is not the one that is wanted, and what has
// it is made anew.
func renameIn(sql, was, name string) string {
	var b strings.Builder
	for i := 0; i < len(sql); {
		n := token(sql[i:])
		word := sql[i : i+n]
		function := strings.HasPrefix(sql[i+n:], "(")
		cast := strings.HasSuffix(sql[:i], "::")
		if word == sqlname.Quote(was) && !function && !cast {
			word = sqlname.Quote(name)
		}
		b.WriteString(word)
		i += n
	}
	return b.String()
}

// token returns the length of a name, a string or a single other byte.
func token(sql string) int {
	switch c := sql[0]; {
	case c == '\'' || c == '"':
		for i := 1; i < len(sql); i++ {
			if sql[i] == c {
				if i+1 < len(sql) && sql[i+1] == c {
					i++
					continue
				}
				return i + 1
			}
		}
		return len(sql)
	case inName(c):
		n := 1
		for n < len(sql) && inName(sql[n]) {
			n++
		}
		return n
	}
	return 1
}

func inName(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
