package schema

import (
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

func relations(m *model.Model) []crud.RelationInfo {
	var all []crud.RelationInfo
	for _, r := range m.Relations {
		all = append(all, relation(r))
	}
	return all
}

func relation(r *model.Relation) crud.RelationInfo {
	info := crud.RelationInfo{
		Field: string(r.Field.Desc.Name()), Columns: names(r.Columns), TargetColumns: names(r.Target),
		BelongsTo: r.BelongsTo, Owned: r.Owned, Required: r.Required, Many: r.Field.Desc.IsList(),
	}
	if r.OrderBy != nil {
		info.OrderBy = r.OrderBy.Name
	}
	if j := r.Join; j != nil {
		info.Join = &crud.Join{
			Schema: j.Schema, Table: j.Table, Columns: j.Columns, TargetColumns: j.Target,
			DeleteTime: j.DeleteTime, Made: j.Made,
		}
	}
	return info
}

// joins returns the tables between models that no model describes, each once.
func joins(files []*model.File) []*Table {
	seen := map[string]bool{}
	var tables []*Table
	for _, f := range files {
		for _, m := range f.Models {
			for _, r := range m.Relations {
				if r.Join == nil || !r.Join.Made || seen[joinName(r.Join)] {
					continue
				}
				seen[joinName(r.Join)] = true
				info := relation(r)
				tables = append(tables, &Table{TableInfo: crud.JoinTable(Of(m).TableInfo, &info, Of(r.Model).TableInfo)})
			}
		}
	}
	return tables
}

func joinName(j *model.Join) string { return strings.ToLower(j.Schema + "." + j.Table) }
