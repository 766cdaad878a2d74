package migrate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate"
	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/history"
	"github.com/protocrud/protoc-gen-go-crud/codegen/schema"
)

// How many models evolve from directories, and how often each does: as many in each format.
const (
	histories    = 32
	historySteps = 3
)

// A model's random changes are written as the files of a directory. After each, what is
// planned from the directory is what is planned from a database that has run all files.
func TestHistories(t *testing.T) {
	t.Parallel()
	for seed := range uint64(histories) {
		format := migrate.Formats[seed%uint64(len(migrate.Formats))]
		t.Run(fmt.Sprintf("%s %d", format, seed), func(t *testing.T) {
			t.Parallel()
			evolveHistory(t, format, rand.New(rand.NewPCG(seed, 8)))
		})
	}
}

func evolveHistory(t *testing.T, format string, r *rand.Rand) {
	db, shape, dir := newDatabase(t), newShape(), t.TempDir()
	// Beside ours there are tables of others, of which a plan knows nothing.
	strangers := []migrate.File{{Name: "1_strangers.sql", Content: "-- +goose Up\nCREATE TABLE strangers (id int); -- not ours\n"}}
	if format != "goose" {
		strangers[0].Content = "CREATE TABLE strangers (id int); -- not ours\n"
	}
	if format == "golang-migrate" {
		strangers[0].Name = "1_strangers.up.sql"
	}
	require.NoError(t, migrate.Write(dir, strangers))
	db.exec("CREATE TABLE strangers (id int)")
	for step := range historySteps {
		did := []string{"make it"}
		for range min(step, 1) * (1 + r.IntN(3)) {
			did = append(did, shape.change(r))
		}
		text := strings.Join(did, ", ") + "\n" + shape.proto()
		tables := tablesOf(t, shape.proto())
		plan, err := db.plan(tables, true)
		require.NoError(t, err, text)
		require.Equal(t, plan, db.planFrom(dir, format, tables), text)

		require.NoError(t, migrate.Write(dir, plan.Files(format, "test", noon.Add(time.Duration(step)*time.Hour))))
		up, _ := halves(plan)
		db.apply(up)
		db.check(tables)
		shape.forget()
	}
	tables := tablesOf(t, shape.proto())
	require.Equal(t, &migrate.Plan{}, db.planFrom(dir, format, tables), shape.proto())
}

// planFrom plans from the files of a directory, beside the test's database.
func (d database) planFrom(dir, format string, tables []*schema.Table) (plan *migrate.Plan) {
	d.Helper()
	h, err := history.Read(dir, format)
	require.NoError(d, err)
	config := d.pool.Config().ConnConfig
	require.NoError(d, h.Replay(d.Context(), config.ConnString(), func(ctx context.Context, conn *pgx.Conn) (err error) {
		plan, err = migrate.Make(ctx, conn, migrate.Config{Tables: tables, Destructive: true})
		return err
	}))
	return plan
}

// Models in schemas and enum types are read from a directory as well, and another schema is
// not the live one of that name.
func TestHistoryOfSchemas(t *testing.T) {
	t.Parallel()
	const head = `enum Genre { GENRE_UNSPECIFIED = 0; GENRE_POETRY = 1; }
message Author { option (protocrud.v1.model) = {}; int64 id = 1; }
message Book { option (protocrud.v1.model) = {schema: "history_of_this_test" indexes: [{fields: ["genre"]}]}; int64 id = 1;
  Genre genre = 2 [(protocrud.v1.field) = {enum_as: POSTGRES}]; `
	for _, format := range migrate.Formats {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			db, dir := newDatabase(t), t.TempDir()
			first := tablesOf(t, head+"}")
			files := db.planFrom(dir, format, first).Files(format, "first", noon)
			require.NoError(t, migrate.Write(dir, files))
			require.Empty(t, db.planFrom(dir, format, first).Steps)

			second := tablesOf(t, head+`optional int64 author_id = 3 [(protocrud.v1.field) = {references: {model: "shop.v1.Author"}}]; }`)
			plan := db.planFrom(dir, format, second)
			require.Contains(t, shown(plan.Files("plain", "second", noon)), "ALTER TABLE history_of_this_test.books ADD COLUMN author_id bigint;")
			require.NoError(t, migrate.Write(dir, plan.Files(format, "second", noon.Add(time.Hour))))
			require.Empty(t, db.planFrom(dir, format, second).Steps)
			require.Empty(t, dump(db))
		})
	}
}
