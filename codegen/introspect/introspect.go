// Package introspect writes the protos of tables that exist: what a person would have
// written who knew the database and the options by heart. What a file holds already
// stays as it is; only what the tables have beyond it is added, and what they no longer
// have becomes reserved.
package introspect

import (
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// A Config says what is written.
type Config struct {
	// Package is that of a new file.
	Package string
	// GoPackage is the option go_package of a new file.
	GoPackage string
	// Methods returns the standard methods of a new message's service; of a view only
	// those are taken that read, and without a key those that name no row. Nil means no
	// services.
	Methods func(*model.Model) []model.MethodKind
	// Columns are the only ones that are taken, besides those of keys; none is all.
	// Exclude are those that are not, as column or table.column.
	Columns, Exclude []string
	// Some says that the database has other tables than those that were read.
	Some bool
	// Named gives resource names to messages whose key is one column.
	Named bool
	// Domain begins the types of resources: shop.example.com.
	Domain string
}

// A Database is what is known of the tables.
type Database struct {
	*catalog.Catalog
	// Types are the database's own types, by their names in SQL.
	Types map[string]*catalog.Type
	// SQLite says that types are those of SQLite, which columns need not keep to.
	SQLite bool
}

// A Result is a file as it is to be.
type Result struct {
	Text string
	// Warnings say what no proto holds, a line each, with the table and the column.
	Warnings []string
	// created are the full names of the new models, and views those of them that are only
	// read.
	created []string
	views   map[string]bool
}

// wants reports whether a column is to be a field.
func (c Config) wants(t *catalog.Table, column string) bool {
	for _, x := range c.Exclude {
		if x == column || x == t.Name.Name+"."+column {
			return false
		}
	}
	return len(c.Columns) == 0 || slices.Contains(c.Columns, column) || slices.Contains(c.Columns, t.Name.Name+"."+column)
}

// unnamed says what is wrong with a name in SQL that no option can state, "" if nothing
// is.
func unnamed(name string) string {
	switch {
	case strings.ContainsAny(name, "\"?$`"):
		return "its name holds one of \" ? $ `"
	case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "its name holds a control character"
	}
	return ""
}
