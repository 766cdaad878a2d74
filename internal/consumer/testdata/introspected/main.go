// Command introspected writes and reads every table of a fixture through the generated
// servers, and prints the names of those that it wrote. Nothing in it knows a table: it
// goes by the descriptors of the services and by what the tables say of themselves.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// A fixture is the generated code of one database. The test writes registry.go, which
// lists all of them.
type fixture struct {
	tables   []crud.AnyTable
	register func(grpc.ServiceRegistrar, crud.DB)
}

func main() {
	if err := run(context.Background(), os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		log.Fatal(err)
	}
}

// run checks one fixture. guessed are the views that are served by a column that nothing
// says is unique, which CheckTables rightly reports.
func run(ctx context.Context, name, url string, guessed []string) error {
	f := fixtures[name]
	db, closeDB, err := open(ctx, url)
	if err != nil {
		return err
	}
	defer closeDB()
	checked := slices.DeleteFunc(slices.Clone(f.tables), func(t crud.AnyTable) bool {
		return slices.Contains(guessed, t.Info().Name)
	})
	if err := crud.CheckTables(ctx, db, checked...); err != nil {
		return err
	}
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := grpc.NewServer()
	f.register(srv, db)
	go func() { _ = srv.Serve(lis) }()
	defer srv.Stop()
	conn, err := grpc.NewClient(lis.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	models, err := find(conn, srv.GetServiceInfo(), f.tables)
	if err != nil {
		return err
	}
	return walk(ctx, models)
}

func open(ctx context.Context, url string) (db crud.DB, closeDB func(), err error) {
	if strings.HasPrefix(url, "sqlite:") {
		db, err := sqlite.Open(url)
		if err != nil {
			return nil, nil, err
		}
		return db, func() { _ = db.Close() }, nil
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	return pool, pool.Close, nil
}

// walk writes the tables in an order in which the rows that they refer to are there, and
// deletes the rows in the other one, where they can be told apart.
func walk(ctx context.Context, models []*model) error {
	rows := rows{}
	for _, m := range models {
		if err := rows.existing(ctx, m); err != nil {
			return err
		}
	}
	var written, keyless []*model
	for len(models) > 0 {
		i := slices.IndexFunc(models, func(m *model) bool { return m.methods["Create"] == nil || rows.ready(m) })
		if i < 0 {
			return fmt.Errorf("%s and %d more tables refer to each other, and none has a row", models[0].info.Name, len(models)-1)
		}
		m := models[i]
		models = slices.Delete(models, i, i+1)
		if m.keyless() {
			keyless = append(keyless, m)
		}
		if m.methods["Create"] == nil {
			continue // a view, whose List was called
		}
		if err := rows.write(ctx, m); err != nil {
			return fmt.Errorf("%s: %w", m.info.Name, err)
		}
		written = append(written, m)
	}
	for _, m := range keyless { // the views have rows by now
		if err := m.walkPages(ctx); err != nil {
			return err
		}
	}
	for _, m := range slices.Backward(written) {
		if m.keyless() {
			fmt.Println(m.info.Name)
			continue
		}
		if err := m.remove(ctx, rows[m.info.Name].message); err != nil {
			return fmt.Errorf("%s: %w", m.info.Name, err)
		}
		fmt.Println(m.info.Name)
	}
	return nil
}
