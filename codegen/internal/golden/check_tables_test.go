package golden_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/indexes"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/oneofs"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/options"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/references"
	"github.com/protocrud/protoc-gen-go-crud/codegen/internal/golden/scopes"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// Tables with each kind of limit, and what is said when it is gone. The changes are
// PostgreSQL's; on SQLite the tables as they are made give no such warning. It changes
// the process's logger, so that it runs by itself.
func TestCheckTablesMissesLimits(t *testing.T) { //nolint:paralleltest // see above
	for name, test := range map[string]struct {
		tables []crud.AnyTable
		change string
		want   string
	}{
		"a foreign key": {
			[]crud.AnyTable{references.AuthorTable, references.BookTable},
			"ALTER TABLE books DROP CONSTRAINT books_author_id_fkey",
			"no foreign key leads from (author_id) of books to (id) of authors",
		},
		"a foreign key of several columns": {
			foreignKeyTables,
			"ALTER TABLE tasks DROP CONSTRAINT tasks_assignee",
			"no foreign key leads from (assignee, org_id) of tasks to (handle, org_id) of members",
		},
		"an action of several columns": {
			foreignKeyTables,
			"ALTER TABLE tasks DROP CONSTRAINT tasks_org_id_project_id_fkey, ADD FOREIGN KEY (project_id, org_id) REFERENCES projects (id, org_id)",
			"the foreign key from (org_id, project_id) of tasks to projects is ON DELETE NO ACTION, and the model says CASCADE",
		},
		"a length": {
			[]crud.AnyTable{options.CouponTable}, dropChecks("coupons"), "no CHECK of coupons limits the length of ",
		},
		"a oneof": {
			[]crud.AnyTable{oneofs.NoticeTable}, dropChecks("notices"), "no CHECK of notices says that at most one of ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
				require.NoError(t, crud.CreateTables(t.Context(), db, test.tables...))
				assert.NotContains(t, warnings(t, db, test.tables), test.want)
				if d, ok := db.(interface{ Dialect() crud.Dialect }); ok && d.Dialect() == crud.SQLite {
					return
				}
				_, err := db.Exec(t.Context(), test.change)
				require.NoError(t, err)
				assert.Contains(t, warnings(t, db, test.tables), test.want)
			})
		})
	}
}

// dropChecks drops the CHECKs of a table, whatever their names.
func dropChecks(table string) string {
	return `DO $$ DECLARE name text; BEGIN
	FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = CAST('` + table + `' AS regclass) AND contype = 'c' LOOP
		EXECUTE format('ALTER TABLE ` + table + ` DROP CONSTRAINT %I', name);
	END LOOP;
END $$`
}

// logging is held by who has the process's logger: both engines are asked in parallel.
var logging sync.Mutex

// warnings returns what CheckTables logs.
func warnings(t *testing.T, db crud.DB, tables []crud.AnyTable) string {
	t.Helper()
	logging.Lock()
	defer logging.Unlock()
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	require.NoError(t, crud.CheckTables(t.Context(), db, tables...))
	assert.LessOrEqual(t, strings.Count(log.String(), "\n"), len(tables), "one line for a table")
	return log.String()
}

// A unique index that is not within the scope refuses rows for the sake of others'.
func TestCheckTablesWantsScopedKeys(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		tables := []crud.AnyTable{scopes.FolderTable, scopes.PaperTable, scopes.PlanTable}
		require.NoError(t, crud.CreateTables(t.Context(), db, tables...))
		require.NoError(t, crud.CheckTables(t.Context(), db, tables...))
		info := scopes.FolderTable.Info()
		column := info.Columns[len(info.Columns)-1].Names[0]
		_, err := db.Exec(t.Context(), "CREATE UNIQUE INDEX loose ON "+info.Name+" ("+column+")")
		require.NoError(t, err)
		require.ErrorContains(t, crud.CheckTables(t.Context(), db, tables...),
			"the unique index loose of "+info.Name+" lacks the scope column "+info.Scope[0]+", so that its refusals tell of rows outside of the scope; add the column to it")
	})
}

// A unique index over expressions is known by its name.
func TestCheckTablesWantsUniqueExpressions(t *testing.T) {
	t.Parallel()
	db := crudtest.Postgres(t)
	require.NoError(t, crud.CreateTables(t.Context(), db, indexes.DocTable))
	_, err := db.Exec(t.Context(), "DROP INDEX docs_lower_email_key")
	require.NoError(t, err)
	require.EqualError(t, crud.CheckTables(t.Context(), db, indexes.DocTable),
		"crud: golden.indexes.Doc: docs has no unique index docs_lower_email_key")
}
