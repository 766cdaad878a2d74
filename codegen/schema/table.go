package schema

import (
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// The sizes that the runtime gives a model that states none.
const (
	defaultPage  = 50
	defaultMax   = 1000
	defaultBatch = 1000
)

// Of returns the table of a model.
func Of(m *model.Model) *Table {
	info := &crud.TableInfo{
		Message:  string(m.Message.Desc.FullName()),
		Singular: m.Singular, Schema: m.Schema, Name: m.Table, Resource: m.ResourceType,
		Comment:         m.Comment,
		Columns:         columns(m),
		Parent:          parent(m),
		References:      references(m),
		Children:        children(m),
		Indexes:         indexes(m),
		Relations:       relations(m),
		Related:         len(m.Relations) > 0,
		Singleton:       m.Singleton(),
		Scope:           m.Scope,
		Events:          m.Events,
		DefaultPageSize: orElse(m.DefaultPageSize, defaultPage),
		MaxBatchSize:    orElse(m.MaxBatchSize, defaultBatch),
		TotalSize:       totalSizes[m.TotalSize],
	}
	info.MaxPageSize = orElse(m.MaxPageSize, max(defaultMax, info.DefaultPageSize))
	if m.Key.Pattern != nil {
		info.Pattern = crud.MustPattern(m.Key.Pattern.Text)
	}
	info.Key = names(m.Key.Columns)
	return &Table{TableInfo: info, Was: m.Was, Past: pasts(m)}
}

func orElse(stated, otherwise int32) int32 {
	if stated != 0 {
		return stated
	}
	return otherwise
}

var totalSizes = map[model.TotalSize]crud.TotalSize{
	model.Exact:     crud.CountAll,
	model.Capped:    crud.CountCapped,
	model.Estimated: crud.CountEstimated,
}

func parent(m *model.Model) *crud.Parent {
	if m.Parent == nil {
		return nil
	}
	return &crud.Parent{
		Pattern: crud.MustPattern(m.Parent.Pattern.Text),
		Check:   m.Parent.Check && m.Parent.Model != nil,
		Across:  m.Parent.Across,
	}
}

func references(m *model.Model) []crud.Reference {
	var all []crud.Reference
	for _, r := range m.References {
		all = append(all, crud.Reference{
			Constraint: r.Constraint,
			Columns:    names(r.Columns),
			Schema:     r.Model.Schema,
			Table:      r.Model.Table,
			Target:     names(r.Target),
			Resource:   r.Model.ResourceType,
			Scope:      r.Model.Scope,
			Parent:     r.IsParent,
			OnDelete:   r.OnDelete,
			OnUpdate:   r.OnUpdate,
		})
	}
	return all
}

func children(m *model.Model) []crud.Child {
	var all []crud.Child
	for _, c := range m.Children {
		all = append(all, crud.Child{
			Schema: c.Model.Schema, Table: c.Model.Table,
			Columns: names(c.Reference.Columns), Target: names(c.Reference.Target), Scope: m.Scope,
		})
	}
	return all
}

func indexes(m *model.Model) []crud.Index {
	var all []crud.Index
	for _, i := range m.Indexes {
		all = append(all, crud.Index{
			Name: i.Name, Columns: names(i.Columns), Expressions: i.Expressions,
			Unique: i.Unique, Where: i.Where, Method: i.Method,
		})
	}
	return all
}

func names(columns []*model.Column) []string {
	var all []string
	for _, c := range columns {
		all = append(all, c.Name)
	}
	return all
}
