package emit

import (
	"strconv"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// relations writes what joins a table to others. Tables that relate to each other in a
// circle could not be initialized by each other.
func (p *printer) relations(m *model.Model) {
	if len(m.Relations) == 0 {
		return
	}
	p.comment("The relations of " + m.Names.Table + " are added once all tables are there: they can relate to each other in circles.")
	p.P("func init() {")
	p.P(m.Names.Table, ".Relate(")
	for _, r := range m.Relations {
		function := "One"
		if r.Field.Desc.IsList() {
			function = "Many"
		}
		set := p.assigned(r.Field, func() string { return p.relatedType(r) })
		p.P(p.crud(function), "(", p.crud("RelationInfo"), "{", strings.Join(p.relationFields(r), ", "), "}, ",
			p.declaredIn(r.Model, r.Model.Names.Table), ", ", p.getter(r.Field), ", ", set, "),")
	}
	p.P(")")
	p.P("}")
	p.P()
}

func (p *printer) relatedType(r *model.Relation) string {
	name := "*" + p.name(r.Field.Message.GoIdent)
	if r.Field.Desc.IsList() {
		return "[]" + name
	}
	return name
}

// relationFields returns the fields of a crud.RelationInfo literal.
func (p *printer) relationFields(r *model.Relation) []string {
	fields := []string{
		"Field: " + strconv.Quote(string(r.Field.Desc.Name())),
		"Columns: " + stringList(columnNames(r.Columns)),
		"TargetColumns: " + stringList(columnNames(r.Target)),
	}
	if r.Join != nil {
		fields = append(fields, "Join: &"+p.crud("Join")+"{"+strings.Join(joinFields(r.Join), ", ")+"}")
	}
	if r.BelongsTo {
		fields = append(fields, "BelongsTo: true")
	}
	if r.OrderBy != nil {
		fields = append(fields, "OrderBy: "+strconv.Quote(r.OrderBy.Name))
	}
	if r.Owned {
		fields = append(fields, "Owned: true")
	}
	if r.Required {
		fields = append(fields, "Required: true")
	}
	return fields
}

func joinFields(j *model.Join) []string {
	var fields []string
	if j.Schema != "" {
		fields = append(fields, "Schema: "+strconv.Quote(j.Schema))
	}
	fields = append(fields, "Table: "+strconv.Quote(j.Table), "Columns: "+stringList(j.Columns), "TargetColumns: "+stringList(j.Target))
	if j.DeleteTime != "" {
		fields = append(fields, "DeleteTime: "+strconv.Quote(j.DeleteTime))
	}
	if j.Made {
		fields = append(fields, "Made: true")
	}
	return fields
}
