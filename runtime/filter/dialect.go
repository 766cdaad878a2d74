package filter

// Dialect is the SQL that a condition is written in. Its values are those of
// runtime/crud.
type Dialect uint8

const (
	// Postgres is PostgreSQL and what speaks like it.
	Postgres Dialect = iota
	// SQLite is the embedded engine of runtime/sqlite.
	SQLite
)
