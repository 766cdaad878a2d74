package crud

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// CreateTables creates the tables that do not exist yet, with their schemas, unique
// constraints, foreign keys and indexes. It is for development, tests and embedded
// use; production applies reviewed migrations.
//
// The tables come in any order; those of the outbox are added where a model has events. One that is referenced and not among them must
// exist. A table that exists stays as it is, whatever its columns; indexes that it
// lacks are added. So running it twice changes nothing.
//
// All happens in one transaction; if db is a transaction, in that one. Processes
// that start at the same time may all call it: the one that comes second finds the
// tables there. Inside a caller's transaction it cannot try again, and reports the
// lost race.
//
// What the engine cannot do is an error before anything is sent, and names the
// message. An error of the database is wrapped with the name of the message whose
// table it is about; it is meant for developers and holds SQL names.
func CreateTables(ctx context.Context, db DB, tables ...AnyTable) error {
	d := DialectOf(db)
	tables = withEventTables(tables)
	statements, err := createStatements(infosOf(tables), d)
	if err != nil {
		return err
	}
	if d == SQLite {
		statements = append(statements, outsideReferences(infosOf(tables))...)
	}
	switch db.(type) {
	case pgx.Tx, *Tx:
		return runStatements(ctx, db, statements)
	}
	for attempt := 1; ; attempt++ {
		err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error { return runStatements(ctx, tx, statements) })
		if err == nil || attempt == createAttempts || !lostCreateRace(err) {
			return err
		}
	}
}

// createAttempts is how often CreateTables tries. The loser of a race has waited for
// the winner's commit, so that the second attempt finds the tables.
const createAttempts = 3

func runStatements(ctx context.Context, db DB, statements []ddlStatement) error {
	for _, s := range statements {
		if _, err := db.Exec(ctx, s.sql); err != nil {
			return fmt.Errorf("crud: create the table of %s: %w", s.message, err)
		}
	}
	return nil
}

// lostCreateRace reports whether another session created the same thing meanwhile.
// IF NOT EXISTS does not look at what is not committed yet.
func lostCreateRace(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	switch pg.Code {
	case stateUnique, stateSerialization, stateDeadlock,
		"42P06", "42P07", "42710": // duplicate schema, table, object
		return true
	}
	return false
}

// outsideReferences asks for the tables that others refer to and nobody creates.
// SQLite would notice only when a row is written.
func outsideReferences(tables []*TableInfo) []ddlStatement {
	var statements []ddlStatement
	for _, t := range tables {
		for _, r := range t.References {
			if referenced(tables, r, SQLite) == nil {
				statements = append(statements, ddlStatement{t.Message, "SELECT 1 FROM " + sqlname.Quote(r.Table) + " LIMIT 0"})
			}
		}
	}
	return statements
}
