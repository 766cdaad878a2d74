package server

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// unbounded are the settings of PostgreSQL's sessions without which a call can hold a
// connection for good, those that are unset.
const unbounded = `SELECT name FROM pg_settings WHERE setting = '0'
AND name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') ORDER BY name`

// warn says once which bounds the sessions of the database lack. A database that does not
// tell, such as one that asks who calls, is left alone.
func (f *follower) warn(ctx context.Context) {
	d, ok := f.DB.(interface{ Dialect() crud.Dialect })
	if f.warned || ok && d.Dialect() != crud.Postgres {
		return
	}
	f.warned = true
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	rows, err := f.DB.Query(ctx, unbounded)
	if err != nil {
		return
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err == nil && len(names) > 0 {
		f.logger.WarnContext(ctx, "server: sessions of the database have no bound; crud.Configure sets them", "settings", strings.Join(names, ", "))
	}
}
