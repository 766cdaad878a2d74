package history

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// prefix begins the names of the databases that exist while migrations are replayed.
const prefix = "crud_migrate_"

// dropTimeout bounds what is done after the end of a call's context.
const dropTimeout = 30 * time.Second

// Replay applies the migrations to an empty database on the server of a URL, and gives a
// connection to it to use. The database is made for this, by a role that must be allowed to,
// and dropped at the end, after an error and when ctx ends too; nothing else is written, but
// for what the migrations do to the server as a whole, such as making roles. It is a database
// and not a schema, so that names with schemas, extensions and CREATE INDEX CONCURRENTLY mean
// in it what they say. It has the encoding, the locale and the search_path of the URL's; the
// schema that tables are made in there is made if there is none of search_path.
func (h *History) Replay(ctx context.Context, url string, use func(context.Context, *pgx.Conn) error) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return err
	}
	s, err := newScratch(ctx, config)
	if err != nil {
		return err
	}
	return s.replay(ctx, h, use)
}

// A scratch is a database that lives as long as a call.
type scratch struct {
	server *pgx.ConnConfig
	name   string
	// path is the search_path of the server's connection, and schema the first of it that
	// exists there.
	path, schema string
}

// replay drops the database when it returns.
func (s *scratch) replay(ctx context.Context, h *History, use func(context.Context, *pgx.Conn) error) (err error) {
	defer func() { err = errors.Join(err, s.drop(ctx)) }()
	conn, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // the server ends it with the database
	if err := apply(ctx, conn.PgConn(), h.Migrations); err != nil {
		return err
	}
	return use(ctx, conn)
}

func newScratch(ctx context.Context, server *pgx.ConnConfig) (*scratch, error) {
	var b [8]byte
	rand.Read(b[:]) // never fails
	s := &scratch{server: server, name: prefix + hex.EncodeToString(b[:])}
	conn, err := pgx.ConnectConfig(ctx, server)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	var encoding, collate, ctype string
	err = conn.QueryRow(ctx, `SELECT current_setting('search_path'), coalesce(CAST(current_schema() AS text), ''),
	pg_encoding_to_char(encoding), CAST(datcollate AS text), CAST(datctype AS text)
FROM pg_catalog.pg_database WHERE datname = current_database()`).Scan(&s.path, &s.schema, &encoding, &collate, &ctype)
	if err != nil {
		return nil, err
	}
	// Once it is begun its end is waited for: else nobody knew whether there is something
	// to drop.
	_, err = conn.Exec(context.WithoutCancel(ctx), fmt.Sprintf("CREATE DATABASE %s TEMPLATE template0 ENCODING %s LC_COLLATE %s LC_CTYPE %s",
		s.name, literal(encoding), literal(collate), literal(ctype)))
	if err != nil {
		return nil, fmt.Errorf("make a database for the migrations, which is dropped again: %w", err)
	}
	return s, nil
}

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// connect connects to the database. The search_path is the session's default, which no RESET
// takes away.
func (s *scratch) connect(ctx context.Context) (*pgx.Conn, error) {
	config := s.server.Copy()
	config.Database = s.name
	config.RuntimeParams["search_path"] = s.path
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	var current string
	err = conn.QueryRow(ctx, "SELECT coalesce(CAST(current_schema() AS text), '')", pgx.QueryExecModeSimpleProtocol).Scan(&current)
	if err == nil && current == "" && s.schema != "" {
		_, err = conn.Exec(ctx, "CREATE SCHEMA "+pgx.Identifier{s.schema}.Sanitize())
	}
	if err != nil {
		_ = conn.Close(ctx)
		return nil, err
	}
	return conn, nil
}

// drop drops the database, also at the end of ctx, over a connection of its own: one that
// was kept could have been lost meanwhile.
func (s *scratch) drop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, s.server)
	if err == nil {
		defer func() { _ = conn.Close(ctx) }()
		_, err = conn.Exec(ctx, "DROP DATABASE "+s.name+" WITH (FORCE)")
	}
	if err != nil {
		return fmt.Errorf("the database %s stays, drop it: %w", s.name, err)
	}
	return nil
}
