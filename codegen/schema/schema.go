// Package schema turns models into the descriptions of tables that the runtime has of
// generated code, and those into SQL.
package schema

import (
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A Table is the table of a model: what [crud.Table.Info] of its generated code
// returns and the comments, and what only a migration asks.
type Table struct {
	*crud.TableInfo
	// Was are former names of the table, latest first.
	Was []string
	// Past is what a migration asks of the columns, by SQL name.
	Past map[string]Past
}

// A Past is what a migration asks of a column.
type Past struct {
	// Was are former names, latest first.
	Was []string
	// Zero is what a row has that was there before the column, in SQL: the value that
	// reads as an unset field.
	Zero string
}

// Dialects are the engines, by the names that commands take.
var Dialects = map[string]crud.Dialect{"postgres": crud.Postgres, "sqlite": crud.SQLite}

// Tables returns the tables of the files' models, in declaration order, then those between
// models, and last the runtime's own that their services need.
func Tables(files []*model.File) []*Table {
	var tables []*Table
	requests, events := false, false
	for _, f := range files {
		for _, m := range f.Models {
			tables = append(tables, Of(m))
			events = events || m.Events
		}
		for _, s := range f.Services {
			requests = requests || slices.ContainsFunc(s.Methods, func(m *model.Method) bool { return m.RequestID != nil })
		}
	}
	tables = append(tables, joins(files)...)
	if requests {
		tables = append(tables, &Table{TableInfo: crud.RequestTable.Info()})
	}
	if events {
		for _, t := range crud.EventTables() {
			tables = append(tables, &Table{TableInfo: t.Info()})
		}
	}
	return tables
}

// Infos returns the descriptions of the tables.
func Infos(tables []*Table) []*crud.TableInfo {
	infos := make([]*crud.TableInfo, len(tables))
	for i, t := range tables {
		infos[i] = t.TableInfo
	}
	return infos
}

// SQL returns the text that makes the tables, a statement after the other. It can be
// run again: what exists is left as it is. An error says what the engine cannot do.
func SQL(d crud.Dialect, tables []*Table) (string, error) {
	statements, err := crud.Schema(d, Infos(tables)...)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i, s := range statements {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(s + ";\n")
	}
	return b.String(), nil
}

// Referenced returns the tables of other files that the files' models refer to, by a
// reference or several in a row.
func Referenced(files []*model.File) []*Table {
	seen := map[*model.Model]bool{}
	var own []*model.Model
	for _, f := range files {
		for _, m := range f.Models {
			seen[m], own = true, append(own, m)
		}
	}
	var tables []*Table
	for open := own; len(open) > 0; open = open[1:] {
		for _, other := range referred(open[0]) {
			if !seen[other] {
				seen[other] = true
				open, tables = append(open, other), append(tables, Of(other))
			}
		}
	}
	return tables
}

// referred returns the models whose tables a model's foreign keys are to, those of the
// tables between included.
func referred(m *model.Model) []*model.Model {
	var all []*model.Model
	for _, r := range m.References {
		all = append(all, r.Model)
	}
	for _, r := range m.Relations {
		if r.Join != nil && r.Join.Made {
			all = append(all, r.Model)
		}
	}
	return all
}
