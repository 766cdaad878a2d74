// Package pglimit keeps the budgets of rate limits in PostgreSQL, so that the replicas
// of a server share them without another program to run. A call is one statement and
// one round trip: a function that charges all of its budgets or none, by the
// database's own clock.
//
//	err := pglimit.CreateTables(ctx, pool)
//	limiter, err := ratelimit.New(pglimit.New(pool), ratelimit.Services(libraryv1.LibraryServiceInfo))
//
// Rows go away when their budgets are full, two for each new one. A budget is locked
// while a call is charged to it, so that limits without keys serialize calls for as
// long as that takes. What happens to calls while the database is away is the limiter's
// choice.
package pglimit

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit/internal/counting"
)

// Schema is the SQL that makes what a Store needs, the table crud_limits and the
// function crud_limits_take, for migrations. It changes nothing where they are there
// already.
//
//go:embed schema.sql
var Schema string

// schemaLock keeps processes that start at the same time from making the same things.
const schemaLock = `SELECT pg_advisory_xact_lock(hashtext('crud_limits'))`

// CreateTables makes what a Store needs, in one transaction. It is for development and
// tests; production applies Schema as a migration. Running it twice changes nothing. The
// server's own role needs no more than to read and write the table.
func CreateTables(ctx context.Context, db crud.DB) error {
	err := pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, schemaLock); err != nil {
			return err
		}
		// Several statements go in one message only without parameters.
		_, err := tx.Exec(ctx, Schema, pgx.QueryExecModeSimpleProtocol)
		return err
	})
	if err != nil {
		return fmt.Errorf("pglimit: create crud_limits: %w", err)
	}
	return nil
}

// A Store keeps budgets in PostgreSQL. It is safe for concurrent use if its DB is.
type Store struct{ db crud.DB }

var _ ratelimit.Store = (*Store)(nil)

// New returns a store over a pool. Not over a transaction: a budget would be locked
// until its end.
func New(db crud.DB) *Store { return &Store{db} }

const takeStatement = `SELECT t.refused, t.remaining, t.reset FROM crud_limits_take($1, $2, $3, $4, $5) AS t`

// attempts is how often a charge is tried that a database with another isolation than
// READ COMMITTED refuses because of one at the same time.
const attempts = 5

// Take charges a call, in one statement.
func (s *Store) Take(ctx context.Context, charges []ratelimit.Charge, quotas []ratelimit.Quota) error {
	args := arguments(charges)
	for attempt := 1; ; attempt++ {
		err := s.take(ctx, args, quotas)
		var pg *pgconn.PgError
		switch {
		case err == nil:
			return nil
		case attempt < attempts && errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01"):
		default:
			return fmt.Errorf("pglimit: %w", err)
		}
	}
}

func arguments(charges []ratelimit.Charge) []any {
	budgets := make([][]byte, len(charges))
	algorithms := make([]string, len(charges))
	calls, periods, bursts := make([]int64, len(charges)), make([]int64, len(charges)), make([]int64, len(charges))
	for i := range charges {
		p := charges[i].Policy
		budgets[i], algorithms[i] = charges[i].Budget[:], counting.Of(p)
		calls[i], periods[i], bursts[i] = p.MaxCalls, int64(p.Period), p.Burst
	}
	return []any{budgets, algorithms, calls, periods, bursts}
}

func (s *Store) take(ctx context.Context, args []any, quotas []ratelimit.Quota) error {
	rows, err := s.db.Query(ctx, takeStatement, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	n := 0
	for ; rows.Next() && n < len(quotas); n++ {
		var reset int64
		if err := rows.Scan(&quotas[n].Refused, &quotas[n].Remaining, &reset); err != nil {
			return err
		}
		quotas[n].Reset = time.Duration(reset)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != len(quotas) {
		return fmt.Errorf("%d rows for %d budgets", n, len(quotas))
	}
	return nil
}
