package server

import (
	"context"
	"errors"
	"strings"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5/pgxpool"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// Open opens the database that url names, postgres://… or sqlite:PATH, and makes
// the library's tables where they are missing. Call closeDB when nothing uses the
// database any more.
func Open(ctx context.Context, url string) (db crud.DB, closeDB func(), err error) {
	if db, closeDB, err = connect(ctx, url); err != nil {
		return nil, nil, err
	}
	if err := CreateTables(ctx, db); err != nil {
		closeDB()
		return nil, nil, err
	}
	return db, closeDB, nil
}

func connect(ctx context.Context, url string) (crud.DB, func(), error) {
	switch scheme, _, _ := strings.Cut(url, ":"); scheme {
	case "postgres", "postgresql":
		config, err := pgxpool.ParseConfig(url)
		if err != nil {
			return nil, nil, err
		}
		crud.Configure(config)
		config.ConnConfig.Tracer = otelpgx.NewTracer() // to the tracer that OpenTelemetry has, if any
		pool, err := pgxpool.NewWithConfig(ctx, config)
		if err != nil {
			return nil, nil, err
		}
		return pool, pool.Close, nil
	case "sqlite":
		db, err := sqlite.Open(url)
		if err != nil {
			return nil, nil, err
		}
		return db, func() { _ = db.Close() }, nil // what was committed is kept
	}
	return nil, nil, errors.New("a database URL must begin with postgres:// or with sqlite: and a path")
}

// CreateTables makes the library's tables where they are missing.
func CreateTables(ctx context.Context, db crud.DB) error {
	return crud.CreateTables(ctx, db, libraryv1.LibraryServiceInfo.Tables()...)
}
