package emit

import (
	"strconv"

	"github.com/protocrud/protoc-gen-go-crud/codegen/plan"
)

// statements writes the SQL as constants that are built from each other.
func (p *printer) statements(m plan.Model) {
	n, sql := m.Names, m.SQL
	added := "List and Update add their WHERE, ORDER BY and SET at run time."
	if m.Keyless {
		added = "List adds its WHERE and ORDER BY at run time."
	}
	p.comment("SQL of " + n.Repository + ". " + added)
	p.P("const (")
	p.P(n.Columns, " = ", literal(sql.Columns))
	p.P(n.Select, " = ", compose(sql.Select, n.Columns, sql.Columns))
	if !m.Keyless {
		p.P(n.Get, " = ", compose(sql.Get, n.Select, sql.Select))
	}
	for i, name := range n.Lookups {
		p.P(name, " = ", compose(sql.Lookups[i], n.Select, sql.Select))
	}
	p.P(n.Create, " = ", compose(sql.Create, n.Columns, sql.Columns))
	if !m.Keyless {
		p.P(n.Delete, " = ", literal(sql.Delete))
	}
	p.P(")")
	p.P()
}

// statementNames writes the SQL field of a table, which names the constants.
func (p *printer) statementNames(m plan.Model) {
	n := m.Names
	p.P("SQL: ", p.crud("SQL"), "{")
	p.P("Columns: ", n.Columns, ",")
	p.P("Select: ", n.Select, ",")
	if !m.Keyless {
		p.P("Get: ", n.Get, ",")
	}
	p.P("Create: ", n.Create, ",")
	if !m.Keyless {
		p.P("Delete: ", n.Delete, ",")
	}
	if lookups := m.Model.Lookups(); len(lookups) > 0 {
		p.P("Lookups: map[string]string{")
		for i, columns := range lookups {
			p.P(strconv.Quote(lookupName(columns)), ": ", n.Lookups[i], ",")
		}
		p.P("},")
	}
	p.P("},")
}
