package sqlite

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// DB is one SQLite database: a file, or memory. It is safe for concurrent use.
//
// Arguments may be preceded by a pgx.QueryRewriter such as pgx.NamedArgs.
type DB struct {
	source  *source
	readers pool
	writer  pool
	closing chan struct{}
	once    sync.Once
	err     error // of closing
}

var _ crud.DB = (*DB)(nil)

// Open opens the database name and creates it if it does not exist. The name is
// a path, or "sqlite:" and a path, or ":memory:" or "sqlite::memory:" for a
// database in memory, which the DB has for itself and which ends with it.
//
// A file is put into write-ahead-log mode, so there are files beside it,
// name-wal and name-shm, while it is open. It must lie on a local file system,
// in a directory that exists and can be written to.
//
// Errors name the database.
func Open(name string, opts ...Option) (*DB, error) {
	loc, err := parseName(name)
	if err != nil {
		return nil, err
	}
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open %q: %w", name, err)
	}
	db, err := open(loc, cfg)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open %q: %w", loc.String(), err)
	}
	return db, nil
}

func open(loc location, cfg config) (*DB, error) {
	src := &source{location: loc, busyTimeout: cfg.busyTimeout}
	if loc.inMemory() {
		store, err := newMemoryStore()
		if err != nil {
			return nil, err
		}
		src.store = store
	}
	w, err := src.openWriter()
	if err != nil {
		src.release()
		return nil, err
	}
	closing := make(chan struct{})
	return &DB{
		source:  src,
		closing: closing,
		writer: pool{
			what: "writer", state: stateLockNotAvailable,
			open: src.openWriter, wait: cfg.busyTimeout, closing: closing,
			permits: make(chan struct{}, 1), idle: []*conn{w},
		},
		readers: pool{
			what: "reader", state: stateTooManyConnections,
			open: src.openReader, wait: cfg.busyTimeout, closing: closing,
			permits: make(chan struct{}, cfg.readers),
		},
	}, nil
}

// Dialect returns crud.SQLite.
func (db *DB) Dialect() crud.Dialect { return crud.SQLite }

// Close closes the database. It waits for nothing: connections in use are closed
// when their rows or their transaction end, which may go on until then; all other
// calls fail from now on. What was committed is kept. Later calls return what the
// first one did.
func (db *DB) Close() error {
	db.once.Do(func() {
		close(db.closing)
		db.err = errors.Join(db.readers.close(), db.writer.close())
		db.source.release()
	})
	return db.err
}

// Exec runs a statement and returns its tag: "INSERT 0 n", "UPDATE n", "DELETE
// n", "SELECT n" or the words of a definition. Rows are dropped.
//
// Without arguments sql may hold several statements. They are one transaction
// then, and the tag is that of the last.
func (db *DB) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	sql, args, err := rewrite(ctx, sql, args)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	if err := refuse(sql, false); err != nil {
		return pgconn.CommandTag{}, err
	}
	if mayRead(sql) {
		tag, err := db.execReader(ctx, sql, args)
		if !errors.Is(err, errWrites) {
			return tag, err
		}
	}
	c, err := db.writer.acquire(ctx)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	defer db.writer.release(c)
	return c.execWriter(ctx, sql, args)
}

func (db *DB) execReader(ctx context.Context, sql string, args []any) (pgconn.CommandTag, error) {
	c, err := db.readers.acquire(ctx)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	defer db.readers.release(c)
	return c.execReader(ctx, sql, args)
}

// Query runs a statement and returns its rows, which must be closed: those of a
// read hold a connection until then. Reading them to the end closes them. A write
// has been done and needs no connection any more when Query returns.
//
// The rows are never nil, and they hold the error too.
func (db *DB) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	r, err := db.query(ctx, sql, args)
	if err != nil {
		return failedRows(err), err
	}
	return r, nil
}

// QueryRow is [DB.Query] for the first row. The error is Scan's, pgx.ErrNoRows
// if there is no row. Scan must be called: it gives the connection back.
func (db *DB) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	r, err := db.query(ctx, sql, args)
	if err != nil {
		r = failedRows(err)
	}
	return (*row)(r)
}

func (db *DB) query(ctx context.Context, sql string, args []any) (*rows, error) {
	sql, args, err := rewrite(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	if err := refuse(sql, false); err != nil {
		return nil, err
	}
	if mayRead(sql) {
		r, err := db.queryReader(ctx, sql, args)
		if !errors.Is(err, errWrites) {
			return r, err
		}
	}
	c, err := db.writer.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer db.writer.release(c)
	return c.queryAll(ctx, sql, args)
}

func (db *DB) queryReader(ctx context.Context, sql string, args []any) (r *rows, err error) {
	c, err := db.readers.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if r == nil {
			db.readers.release(c)
		}
	}()
	if r, err = c.query(ctx, sql, args, true); err != nil {
		return nil, err
	}
	r.from = &db.readers
	return r, nil
}

// Begin begins a transaction, which holds the writer until it ends: always call
// Commit or Rollback. ctx bounds the wait for the writer and is not used after
// Begin has returned.
//
// The transaction is not safe for concurrent use. While rows of it are open, it
// answers other statements with an error, as pgx does. Its CopyFrom and SendBatch
// are loops, Prepare is an error, Conn is nil, and what LargeObjects returns must
// not be used: there are none.
func (db *DB) Begin(ctx context.Context) (pgx.Tx, error) {
	c, err := db.writer.acquire(ctx)
	if err != nil {
		return nil, err
	}
	c.watch.start(ctx)
	err = c.control(sqlBegin)
	c.watch.stop()
	if err != nil {
		db.writer.release(c)
		return nil, err
	}
	return &tx{s: &session{c: c, pool: &db.writer}}, nil
}
