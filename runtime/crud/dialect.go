package crud

import "fmt"

// Dialect is the SQL spoken by a DB. Nearly all statements are the same text in
// every dialect; what differs is how some values are bound, the DDL, and row
// locks.
type Dialect uint8

const (
	// Postgres is PostgreSQL and what speaks like it. It is what a DB speaks that
	// does not say otherwise.
	Postgres Dialect = iota
	// SQLite is the embedded engine of runtime/sqlite.
	SQLite
)

// String returns the name that messages use: "PostgreSQL" or "SQLite".
func (d Dialect) String() string {
	switch d {
	case Postgres:
		return "PostgreSQL"
	case SQLite:
		return "SQLite"
	}
	return fmt.Sprintf("Dialect(%d)", uint8(d))
}

// DialectOf asks db for its dialect. A DB that has no Dialect method is taken for
// PostgreSQL, because pgx's own types have none.
func DialectOf(db DB) Dialect {
	if d, ok := db.(interface{ Dialect() Dialect }); ok {
		return d.Dialect()
	}
	return Postgres
}

// unfit says why an engine cannot hold a column, in words that follow the field's name,
// or "".
func (c *ColumnInfo) unfit(d Dialect) string {
	if d == SQLite && c.Kind == KindEnumType {
		return "is of an enum type of PostgreSQL, and SQLite has none; store the enum as its NAME or NUMBER"
	}
	if d == SQLite && c.Kind == KindText {
		return fmt.Sprintf("is kept in %s, a type of PostgreSQL that SQLite does not have; keep a string in text, and a google.type.Decimal as JSON", c.Type)
	}
	return ""
}
