// Package citext makes the extension of that name for tests that share a database.
package citext

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// attempts is how often Create tries: IF NOT EXISTS fails where two sessions make it at
// the same time.
const attempts = 10

// Create makes the extension in the schema public, unless it is there.
func Create(ctx context.Context, db *pgxpool.Pool) (err error) {
	for range attempts {
		_, err = db.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS citext SCHEMA public")
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "23505" && pg.Code != "42710" {
			return err
		}
	}
	return err
}
