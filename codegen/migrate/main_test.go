package migrate_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/schema"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

const head = `syntax = "proto3";
package shop.v1;
import "google/api/field_behavior.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "protocrud/v1/options.proto";
option go_package = "example.com/shop/v1;shopv1";
`

// tablesOf returns the tables of a proto's messages.
func tablesOf(t testing.TB, messages string) []*schema.Table {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "shop.proto"), []byte(head+messages), 0o644))
	gen, err := source.Read(t.Context(), source.Config{Files: []string{"shop.proto"}, Paths: []string{dir}})
	require.NoError(t, err, messages)
	files, problems := model.Load(gen)
	require.Empty(t, problems, "%s\n%s", problems.Error(), messages)
	return schema.Tables(files)
}

// A database is a test's own, over one connection.
type database struct {
	testing.TB
	pool *pgxpool.Pool
}

func newDatabase(t testing.TB) database { return database{t, crudtest.Postgres(t)} }

func (d database) exec(sql string, args ...any) {
	d.Helper()
	_, err := d.pool.Exec(d.Context(), sql, args...)
	require.NoError(d, err, sql)
}

// create makes the tables of a proto as CreateTables does.
func (d database) create(tables []*schema.Table) {
	d.Helper()
	require.NoError(d, crud.CreateTables(d.Context(), d.pool, described(tables)...))
}

func described(tables []*schema.Table) []crud.AnyTable {
	var all []crud.AnyTable
	for _, t := range tables {
		all = append(all, crud.Described(t.TableInfo))
	}
	return all
}

func (d database) check(tables []*schema.Table) {
	d.Helper()
	require.NoError(d, crud.CheckTables(d.Context(), d.pool, described(tables)...))
}

// plan plans with all steps allowed, or without those that lose something.
func (d database) plan(tables []*schema.Table, destructive bool) (plan *migrate.Plan, err error) {
	d.Helper()
	require.NoError(d, d.pool.AcquireFunc(d.Context(), func(c *pgxpool.Conn) error {
		plan, err = migrate.Make(d.Context(), c.Conn(), migrate.Config{Tables: tables, Destructive: destructive})
		return nil
	}))
	return plan, err
}

// apply runs files as golang-migrate does: a file is one message, and so one
// transaction unless it is one statement.
func (d database) apply(files []migrate.File) {
	d.Helper()
	for _, f := range files {
		_, err := d.pool.Exec(d.Context(), f.Content, pgx.QueryExecModeSimpleProtocol)
		require.NoError(d, err, "%s\n%s", f.Name, f.Content)
	}
	d.pool.Reset() // whose connections know the old tables
}

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// halves are the files that go up, and those that go down in the order to run them.
func halves(plan *migrate.Plan) (up, down []migrate.File) {
	for i, f := range plan.Files("golang-migrate", "test", noon) {
		if i%2 == 0 {
			up = append(up, f)
		} else {
			down = append([]migrate.File{f}, down...)
		}
	}
	return up, down
}
