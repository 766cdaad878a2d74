package emit

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/plan"
)

// table writes the variable that describes the table. Fields that say nothing are
// left out.
func (p *printer) table(m plan.Model) {
	message := p.name(m.Message.GoIdent)
	p.comment(m.Names.Table + " describes the table " + dotted(m.Schema, m.Table) + " behind " +
		string(m.Message.Desc.FullName()) + ". Columns are in SELECT order.")
	p.mark(m.Names.Table, m.Message.Location)
	p.P("var ", m.Names.Table, " = ", m.Names.NewTable, "()")
	p.P()
	// It is a function, since the compiler's memory grows with the square of what
	// initializes a package's variables in place.
	p.P("func ", m.Names.NewTable, "() *", p.crud("Table"), "[*", message, ", ", p.keyType(m.Model), "] {")
	p.P("return ", p.crud("NewTable"), "(", p.crud("TableSpec"), "[*", message, ", ", p.keyType(m.Model), "]{")
	p.text("Message", string(m.Message.Desc.FullName()))
	p.text("Singular", m.Singular)
	p.text("Schema", m.Schema)
	p.text("Name", m.Table)
	p.text("Resource", m.ResourceType)
	p.P("Columns: []", p.crud("Column"), "[*", message, "]{")
	p.columns(m.Model)
	p.P("},")
	p.keyFuncs(m.Model)
	p.parent(m.Model)
	p.references(m.Model)
	p.children(m.Model)
	p.indexes(m.Model)
	if m.Singleton() {
		p.P("Singleton: true,")
	}
	if len(m.Relations) > 0 {
		p.P("Related: true,")
	}
	if len(m.Scope) > 0 {
		p.P("Scope: ", stringList(m.Scope), ",")
	}
	if m.Events {
		p.P("Events: true,")
	}
	p.limit("DefaultPageSize", m.DefaultPageSize)
	p.limit("MaxPageSize", m.MaxPageSize)
	p.limit("MaxBatchSize", m.MaxBatchSize)
	if m.PurgeTTL > 0 {
		p.P("PurgeAfter: ", duration(p, m.PurgeTTL), ",")
	}
	switch m.TotalSize {
	case model.Capped:
		p.P("TotalSize: ", p.crud("CountCapped"), ",")
	case model.Estimated:
		p.P("TotalSize: ", p.crud("CountEstimated"), ",")
	}
	p.text("IDPattern", m.IDPattern)
	p.statementNames(m)
	p.P("})")
	p.P("}")
	p.P()
	p.relations(m.Model)
}

// dotted returns a SQL name for prose.
func dotted(schema, table string) string {
	if schema == "" {
		return printable(table)
	}
	return printable(schema + "." + table)
}

// text writes a string field of a struct literal, unless it is empty.
func (p *printer) text(field, value string) {
	if value != "" {
		p.P(field, ": ", strconv.Quote(value), ",")
	}
}

// duration returns a duration in the largest unit that it is a multiple of.
func duration(p *printer, d time.Duration) string {
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"Hour", time.Hour}, {"Minute", time.Minute}, {"Second", time.Second}, {"Millisecond", time.Millisecond}} {
		if d%unit.size == 0 {
			return fmt.Sprintf("%d * ", d/unit.size) + p.name(timePackage.Ident(unit.name))
		}
	}
	return strconv.FormatInt(int64(d), 10)
}

// limit writes a number field of a struct literal, unless it is zero.
func (p *printer) limit(field string, value int32) {
	if value != 0 {
		p.P(field, ": ", value, ",")
	}
}

func (p *printer) parent(m *model.Model) {
	if m.Parent == nil {
		return
	}
	check := ""
	if m.Parent.Check && m.Parent.Model != nil {
		check = ", Check: true"
	}
	if m.Parent.Across {
		check += ", Across: true"
	}
	p.P("Parent: &", p.crud("Parent"), "{Pattern: ",
		p.crud("MustPattern"), "(", strconv.Quote(m.Parent.Pattern.Text), ")", check, "},")
}

func (p *printer) references(m *model.Model) {
	if len(m.References) == 0 {
		return
	}
	p.P("References: []", p.crud("Reference"), "{")
	for _, r := range m.References {
		p.P("{", strings.Join(referenceFields(r), ", "), "},")
	}
	p.P("},")
}

// referenceFields returns the fields of a crud.Reference literal.
func referenceFields(r *model.Reference) []string {
	fields := []string{
		"Constraint: " + strconv.Quote(r.Constraint),
		"Columns: " + stringList(columnNames(r.Columns)),
	}
	text := func(field, value string) {
		if value != "" {
			fields = append(fields, field+": "+strconv.Quote(value))
		}
	}
	text("Schema", r.Model.Schema)
	text("Table", r.Model.Table)
	fields = append(fields, "Target: "+stringList(columnNames(r.Target)))
	text("Resource", r.Model.ResourceType)
	if len(r.Model.Scope) > 0 {
		fields = append(fields, "Scope: "+stringList(r.Model.Scope))
	}
	if r.IsParent {
		fields = append(fields, "Parent: true")
	}
	text("OnDelete", r.OnDelete)
	text("OnUpdate", r.OnUpdate)
	return fields
}

func (p *printer) children(m *model.Model) {
	if len(m.Children) == 0 {
		return
	}
	p.P("Children: []", p.crud("Child"), "{")
	for _, c := range m.Children {
		var fields []string
		if c.Model.Schema != "" {
			fields = append(fields, "Schema: "+strconv.Quote(c.Model.Schema))
		}
		fields = append(fields, "Table: "+strconv.Quote(c.Model.Table),
			"Columns: "+stringList(columnNames(c.Reference.Columns)), "Target: "+stringList(columnNames(c.Reference.Target)))
		if scope := m.Scope; len(scope) > 0 {
			fields = append(fields, "Scope: "+stringList(scope))
		}
		p.P("{", strings.Join(fields, ", "), "},")
	}
	p.P("},")
}

func (p *printer) indexes(m *model.Model) {
	if len(m.Indexes) == 0 {
		return
	}
	p.P("Indexes: []", p.crud("Index"), "{")
	for _, index := range m.Indexes {
		p.P("{", strings.Join(indexFields(index), ", "), "},")
	}
	p.P("},")
}

// indexFields returns the fields of a crud.Index literal.
func indexFields(index *model.Index) []string {
	fields := []string{"Name: " + strconv.Quote(index.Name)}
	add := func(stated bool, field, value string) {
		if stated {
			fields = append(fields, field+": "+value)
		}
	}
	add(len(index.Columns) > 0, "Columns", stringList(columnNames(index.Columns)))
	add(len(index.Expressions) > 0, "Expressions", stringList(index.Expressions))
	add(index.Unique, "Unique", "true")
	add(index.Where != "", "Where", strconv.Quote(index.Where))
	add(index.Method != "", "Method", strconv.Quote(index.Method))
	return fields
}
