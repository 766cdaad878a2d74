package crud

import (
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
)

// bounds are the settings of a session that have none in PostgreSQL, and what Configure
// makes of them.
var bounds = []struct{ name, value string }{
	{"statement_timeout", "60s"},
	{"lock_timeout", "10s"},
	{"idle_in_transaction_session_timeout", "60s"},
}

// Configure bounds the sessions of a pool, which PostgreSQL by itself does not: a statement,
// a streaming List among them, to 60 s, the wait for a lock to 10 s, and a transaction in
// which nothing happens to 60 s. What the configuration says of these itself, in its URL
// for example, stays. Calls that reach a bound are DEADLINE_EXCEEDED or ABORTED.
//
//	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
//	crud.Configure(config)
//	pool, err := pgxpool.NewWithConfig(ctx, config)
//
// The settings travel when a connection starts. PgBouncer refuses those that its
// ignore_startup_parameters do not list: set them on the role there, by ALTER ROLE.
func Configure(config *pgxpool.Config) {
	params := config.ConnConfig.RuntimeParams
	for _, b := range bounds {
		if _, said := params[b.name]; !said && !strings.Contains(params["options"], b.name) {
			params[b.name] = b.value
		}
	}
}
