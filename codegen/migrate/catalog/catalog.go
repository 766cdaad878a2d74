// Package catalog reads what a PostgreSQL database has of some tables, so that two
// states can be compared. It asks a fixed number of statements for all tables, and
// takes no lock on any.
package catalog

import (
	"slices"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// A Catalog is the state of some tables.
type Catalog struct {
	Tables []*Table
	// Enums are all enum types of the tables' schemas.
	Enums []*Enum
	// Schemas are those of the tables that exist.
	Schemas []string
}

// A Name is a table or a type. Schema is empty for the connection's own.
type Name struct{ Schema, Name string }

// String returns the name, quoted where it must be.
func (n Name) String() string { return sqlname.Qualify(n.Schema, n.Name) }

// A Table is a table with all that belongs to it.
type Table struct {
	Name
	// Kind is relkind: r is a table, p a partitioned one, f a foreign one, v a view and m
	// a materialized one.
	Kind        string
	Comment     string
	Columns     []*Column
	Constraints []*Constraint
	// Indexes are those that no constraint has.
	Indexes []*Index
}

// A Column is a column of a table.
type Column struct {
	Name string
	// Type is SQL, without the collation.
	Type string
	// Enum is the enum type of the values; its Name is empty for other types.
	Enum Name
	// Collation is SQL, empty where it is that of the type.
	Collation string
	NotNull   bool
	// Default is SQL as the database says it, empty where there is none.
	Default string
	// Identity is a for ALWAYS and d for BY DEFAULT.
	Identity string
	// Sequence is the name of an identity's sequence, which is in the table's schema.
	Sequence string
	// Generated says that the database computes the value.
	Generated bool
	Comment   string
}

// Kinds of constraints, as pg_constraint has them.
const (
	PrimaryKey = "p"
	Unique     = "u"
	Check      = "c"
	ForeignKey = "f"
)

// A Constraint is a key, a foreign key or a CHECK.
type Constraint struct {
	Name, Kind string
	// Definition is what follows CONSTRAINT name.
	Definition string
	Columns    []string
	// References is the table of a foreign key, and Target its columns there.
	References Name
	Target     []string
	// OnDelete and OnUpdate are the actions of a foreign key, empty for NO ACTION.
	OnDelete, OnUpdate string
	Valid              bool
	actions            string
}

// An Index is an index that no constraint has.
type Index struct {
	Name string
	// Definition is what follows ON table.
	Definition string
	// Columns are all columns that the index reads, its condition's too; Key says that
	// it is over just these, in their order, for all rows.
	Columns       []string
	Key           bool
	Unique, Valid bool
}

// An Enum is an enum type.
type Enum struct {
	Name
	Labels []string
}

// Table returns a table, nil if there is none.
func (c *Catalog) Table(n Name) *Table {
	i := slices.IndexFunc(c.Tables, func(t *Table) bool { return t.Name == n })
	if i < 0 {
		return nil
	}
	return c.Tables[i]
}

// Enum returns an enum type, nil if there is none.
func (c *Catalog) Enum(n Name) *Enum {
	i := slices.IndexFunc(c.Enums, func(e *Enum) bool { return e.Name == n })
	if i < 0 {
		return nil
	}
	return c.Enums[i]
}

// Column returns a column, nil if there is none.
func (t *Table) Column(name string) *Column {
	i := slices.IndexFunc(t.Columns, func(c *Column) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return t.Columns[i]
}

// Constraint returns a constraint, nil if there is none.
func (t *Table) Constraint(name string) *Constraint {
	i := slices.IndexFunc(t.Constraints, func(c *Constraint) bool { return c.Name == name })
	if i < 0 {
		return nil
	}
	return t.Constraints[i]
}

// Index returns an index that no constraint has, nil if there is none.
func (t *Table) Index(name string) *Index {
	i := slices.IndexFunc(t.Indexes, func(x *Index) bool { return x.Name == name })
	if i < 0 {
		return nil
	}
	return t.Indexes[i]
}

// Serial reports whether the database numbers the rows.
func (c *Column) Serial() bool {
	return c.Identity != "" || len(c.Default) > 8 && c.Default[:8] == "nextval("
}
