package rls

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A Setting is a parameter of the session, as SET LOCAL would set it: role, or one of the
// application's own, whose name has a dot.
type Setting struct {
	Name string
	// Value is never empty: that is what PostgreSQL answers for a setting that is not set.
	Value string
}

// A DB is what New asks of a database. *pgxpool.Pool and *pgx.Conn have it.
type DB interface {
	crud.DB
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// New returns a database whose every statement and transaction has the settings of its
// call. A statement is sent together with its settings, in one round trip and one
// implicit transaction; a transaction sets them in one more.
//
// An error of settings becomes the call's, and no setting or an empty value is an error
// too: nothing is sent. The database is safe for concurrent use when db and settings are.
//
// What joins a transaction (WithTx) has that transaction's settings, which are those of
// the call that began it here, and none if it was begun on db itself. New panics where
// the engine is not PostgreSQL.
func New(db DB, settings func(ctx context.Context) ([]Setting, error)) crud.DB {
	if d, ok := db.(interface{ Dialect() crud.Dialect }); ok && d.Dialect() != crud.Postgres {
		panic("rls: the engine has no row-level security, which only PostgreSQL has")
	}
	return &secured{db: db, settings: settings}
}

type secured struct {
	db       DB
	settings func(ctx context.Context) ([]Setting, error)
}

// Dialect is PostgreSQL's.
func (s *secured) Dialect() crud.Dialect { return crud.Postgres }

// Admits returns the error that a call without settings has. Repositories ask it before
// they tell what is wrong with a request.
func (s *secured) Admits(ctx context.Context) error {
	_, _, err := s.statement(ctx)
	return err
}

// Begin begins a transaction that has the settings.
func (s *secured) Begin(ctx context.Context) (pgx.Tx, error) {
	sql, args, err := s.statement(ctx)
	if err != nil {
		return nil, err
	}
	tx, err := s.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, sql, args...); err != nil {
		_ = tx.Rollback(context.WithoutCancel(ctx)) // a connection that cannot is dropped
		return nil, refused(err)
	}
	return tx, nil
}

// Exec runs a statement with the settings.
func (s *secured) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	sent, err := s.send(ctx, sql, args)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := sent.Exec()
	if closed := sent.Close(); err == nil {
		err = closed
	}
	return tag, err
}

// Query runs a query with the settings. Close its rows.
func (s *secured) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	sent, err := s.send(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	r, err := sent.Query()
	if err != nil {
		return nil, errors.Join(err, sent.Close())
	}
	return &rows{Rows: r, sent: sent}, nil
}

// QueryRow runs a query of one row with the settings.
func (s *secured) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	r, err := s.Query(ctx, sql, args...)
	return row{r, err}
}

// send sends the settings and a statement as one batch, which is one transaction, and
// reads the result of the settings.
func (s *secured) send(ctx context.Context, sql string, args []any) (pgx.BatchResults, error) {
	set, values, err := s.statement(ctx)
	if err != nil {
		return nil, err
	}
	b := &pgx.Batch{}
	b.Queue(set, values...)
	b.Queue(sql, args...)
	sent := s.db.SendBatch(ctx, b)
	if _, err := sent.Exec(); err != nil {
		_ = sent.Close() // it has the same error
		return nil, refused(err)
	}
	return sent, nil
}

// refused is the error of settings that PostgreSQL does not take: a role that is not
// there is the server's fault, and no fault of a value that the caller gave.
func refused(err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && (strings.HasPrefix(pg.Code, "22") || strings.HasPrefix(pg.Code, "42")) {
		return fmt.Errorf("rls: the settings of the call are refused: %v", err) //nolint:errorlint // it is not the caller's
	}
	return err
}

// statement sets what holds for the transaction that it runs in.
func (s *secured) statement(ctx context.Context) (sql string, args []any, err error) {
	settings, err := s.settings(ctx)
	if err != nil {
		return "", nil, err
	}
	if len(settings) == 0 {
		return "", nil, errors.New("rls: there is no setting for the call")
	}
	calls := make([]string, len(settings))
	for i, setting := range settings {
		if setting.Value == "" {
			return "", nil, fmt.Errorf("rls: the setting %s has no value for the call", setting.Name)
		}
		calls[i] = fmt.Sprintf("set_config($%d, $%d, true)", 2*i+1, 2*i+2)
		args = append(args, setting.Name, setting.Value)
	}
	return "SELECT " + strings.Join(calls, ", "), args, nil
}
