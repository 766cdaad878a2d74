package plan

import (
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// A Model is a model with its statements.
type Model struct {
	*model.Model
	SQL SQL
}

// SQL are the statements of a model that are whole before anything runs. What
// depends on a request (a mask, a page, a scope) is assembled by the runtime, which
// appends conditions to Get, Delete and Lookups: these end with their WHERE.
type SQL struct {
	// Columns is the list after SELECT and RETURNING, of all columns in order. It
	// begins with a line break.
	Columns string
	// Select reads all rows. Get and Lookups begin with it.
	Select string
	// Get finds a row by its key. It is empty where there is none, as Delete is.
	Get string
	// Create inserts a row and returns it, so it ends with Columns. Its arguments are
	// the columns that are not numbered by the database, in order.
	Create string
	// Delete removes a row by its key.
	Delete string
	// Lookups find a row by unique fields, in the order of [model.Model.Lookups].
	Lookups []string
}

// Of returns the model with its SQL.
func Of(m *model.Model) Model {
	table := sqlname.Qualify(m.Schema, m.Table)
	columns := columns(m)
	rows := "SELECT" + columns + indent + "FROM " + table
	sql := SQL{
		Columns: columns,
		Select:  rows,
		Create:  insert(m, table) + indent + "RETURNING" + columns,
	}
	if !m.Keyless {
		sql.Get = rows + where(m, m.Key.Columns)
		sql.Delete = "DELETE FROM " + table + where(m, m.Key.Columns)
	}
	for _, columns := range m.Lookups() {
		sql.Lookups = append(sql.Lookups, rows+where(m, columns)+alive(m))
	}
	return Model{Model: m, SQL: sql}
}
