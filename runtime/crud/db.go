package crud

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// DB is what the runtime asks of a database: the four methods that pgx's pool,
// connection and transaction share, with pgx's own signatures. *pgxpool.Pool,
// *pgx.Conn, pgx.Tx and *Tx satisfy it as they are, and so does the embedded
// engine of runtime/sqlite.
//
// A repository is safe for concurrent use when its DB is.
type DB interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Begin(ctx context.Context) (pgx.Tx, error)
}
