package crud_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

const lineColumns = `
	lines.count, lines.name, CAST(lines.amount AS text) AS "text of amount", lines.open`

// lineTable is over a table that was there before: names that differ are equal in its
// order, and so are amounts; a count can be missing, and the field cannot.
var lineTable = crud.NewTable(crud.TableSpec[*bookpb.Ticket, crud.NoKey]{
	Message: "bookpb.Line", Singular: "line", Name: "lines", Resource: "bookpb.Line",
	Columns: []crud.Column[*bookpb.Ticket]{
		crud.Int64("id", (*bookpb.Ticket).GetId, func(m *bookpb.Ticket, v int64) { m.Id = v }, crud.ColumnName("count")),
		crud.String("tenant_id", (*bookpb.Ticket).GetTenantId, func(m *bookpb.Ticket, v string) { m.TenantId = v }, crud.ColumnName("name")),
		crud.String("title", (*bookpb.Ticket).GetTitle, func(m *bookpb.Ticket, v string) { m.Title = v }, crud.ColumnName("amount"), crud.SQLType("numeric")),
		crud.Bool("open", (*bookpb.Ticket).GetOpen, func(m *bookpb.Ticket, v bool) { m.Open = v }),
	},
	SQL: crud.SQL{
		Columns: lineColumns,
		Select:  "SELECT" + lineColumns + " FROM lines",
		Create:  "INSERT INTO lines (count, name, amount, open) VALUES ($1, $2, $3, $4) RETURNING" + lineColumns,
	},
})

// TestPagesOfLiveTables: columns that take different values for one do not make a page
// lose a row, in whatever way pgx sends a statement.
func TestPagesOfLiveTables(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			db := crudtest.Postgres(t, crudtest.WithConfig(func(c *pgxpool.Config) { c.ConnConfig.DefaultQueryExecMode = mode }))
			for _, sql := range []string{
				"CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
				"CREATE TABLE lines (count bigint, name text COLLATE folding, amount numeric, open boolean)",
				`INSERT INTO lines SELECT c, n, a, o FROM unnest(CAST('{0,NULL,7}' AS bigint[])) AS c, unnest(CAST('{a,A,NULL}' AS text[])) AS n,
					unnest(CAST('{1.0,1.00,NULL}' AS numeric[])) AS a, unnest(CAST('{true,NULL}' AS boolean[])) AS o`,
			} {
				_, err := db.Exec(ctx, sql)
				require.NoError(t, err)
			}
			lines := crud.NewRepository(db, lineTable)
			for _, order := range []string{"", "tenant_id", "tenant_id desc", "title desc, open", "id", "id desc", "open desc"} {
				var all []*bookpb.Ticket
				for m, err := range lines.All(ctx, crud.Query{OrderBy: order}) {
					require.NoError(t, err)
					all = append(all, m)
				}
				require.Len(t, all, 54)
				for size := int32(1); size < 8; size += 2 {
					var paged []*bookpb.Ticket
					q := crud.Query{OrderBy: order, PageSize: size}
					for len(paged) <= len(all) {
						page, err := lines.List(ctx, q)
						require.NoError(t, err)
						paged = append(paged, page.Items...)
						if q.PageToken = page.NextPageToken; q.PageToken == "" {
							break
						}
					}
					require.Empty(t, cmp.Diff(all, paged, protocmp.Transform()), "%q, pages of %d", order, size)
				}
			}
		})
	}
}

// TestCheckKeylessTables: a view fits a model without a key, and a table that has one is
// said to.
func TestCheckKeylessTables(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		keyed, view := *bookpb.VisitTable.Info(), *bookpb.VisitTable.Info()
		keyed.Key, keyed.Name, view.Name = []string{"place"}, "keyed_visits", "visit_views"
		require.NoError(t, crud.CreateTables(ctx, db, bookpb.VisitTable, crud.Described(withoutUniques(&keyed))))
		_, err := db.Exec(ctx, "CREATE VIEW visit_views AS SELECT * FROM visits")
		require.NoError(t, err)
		require.NoError(t, crud.CheckTables(ctx, db, crud.Described(withoutUniques(&view))))
		keyed.Key = nil
		assert.NoError(t, crud.CheckTables(ctx, db, crud.Described(withoutUniques(&keyed))))
	})
}

// withoutUniques describes a table without its unique fields.
func withoutUniques(info *crud.TableInfo) *crud.TableInfo {
	out := *info
	out.Columns = append([]crud.ColumnInfo(nil), info.Columns...)
	for i := range out.Columns {
		out.Columns[i].Unique = ""
	}
	return &out
}
