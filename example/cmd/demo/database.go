package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/protocrud/protoc-gen-go-crud/example/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// dropTimeout bounds the removal of the schema, also after an interrupt.
const dropTimeout = 30 * time.Second

// openDatabase makes a database with the library's tables that is the demo's own.
// Name says where it is, and remove removes it.
func openDatabase(ctx context.Context, url string) (db crud.DB, name string, remove func() error, err error) {
	switch {
	case url == "":
		db, name, remove, err = openFile()
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		db, name, remove, err = openSchema(ctx, url)
	default:
		return nil, "", nil, errors.New("DATABASE_URL must begin with postgres://, or be unset for SQLite")
	}
	if err != nil {
		return nil, "", nil, err
	}
	if err := server.CreateTables(ctx, db); err != nil {
		return nil, "", nil, errors.Join(err, remove())
	}
	return db, name, remove, nil
}

func openFile() (crud.DB, string, func() error, error) {
	dir, err := os.MkdirTemp("", "library-demo-")
	if err != nil {
		return nil, "", nil, err
	}
	file := filepath.Join(dir, "library.db")
	db, err := sqlite.Open(file)
	if err != nil {
		return nil, "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return db, "SQLite, " + file, func() error { return errors.Join(db.Close(), os.RemoveAll(dir)) }, nil
}

// openSchema makes a schema and a pool whose connections work in it.
func openSchema(ctx context.Context, url string) (crud.DB, string, func() error, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, "", nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	schema := pgx.Identifier{"library_demo_" + strings.ToLower(rand.Text())}.Sanitize()
	config.ConnConfig.RuntimeParams["search_path"] = schema
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, "", nil, err
	}
	if _, err := pool.Exec(ctx, "CREATE SCHEMA "+schema); err != nil {
		pool.Close()
		return nil, "", nil, err
	}
	remove := func() error {
		defer pool.Close()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropTimeout)
		defer cancel()
		_, err := pool.Exec(ctx, "DROP SCHEMA "+schema+" CASCADE")
		return err
	}
	return pool, "PostgreSQL, schema " + schema, remove, nil
}
