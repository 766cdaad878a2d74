package schema_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
	"github.com/protocrud/protoc-gen-go-crud/codegen/schema"
	"github.com/protocrud/protoc-gen-go-crud/codegen/source"
	"github.com/protocrud/protoc-gen-go-crud/internal/citext"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) { crudtest.Main(m) }

const goldens = "../internal/golden"

// schemaName is the schema that a case states. Tests beside this one use it too.
const schemaName = "billing"

// What is printed for every type and every form of an index, key and reference. Both
// engines take it, twice over.
func TestSQL(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"allkinds":   "../../internal/allkinds/allkinds.proto",
		"composite":  goldens + "/composite/in.proto",
		"indexes":    goldens + "/indexes/in.proto",
		"oneofs":     goldens + "/oneofs/in.proto",
		"parents":    goldens + "/parents/in.proto",
		"references": goldens + "/references/in.proto",
		"requests":   goldens + "/listing/in.proto",
		"schemas":    goldens + "/schemas/in.proto",
		"scopes":     goldens + "/scopes/in.proto",
		"softdelete": goldens + "/softdelete/in.proto",
	} {
		for dialect, engine := range schema.Dialects {
			t.Run(name+"/"+dialect, func(t *testing.T) {
				t.Parallel()
				text, err := schema.SQL(engine, tables(t, file))
				if err != nil {
					require.Equal(t, crud.SQLite, engine)
					text = err.Error() + "\n"
				}
				golden := filepath.Join("testdata", name+"."+dialect+".sql")
				if *update {
					require.NoError(t, os.MkdirAll("testdata", 0o755))
					require.NoError(t, os.WriteFile(golden, []byte(text), 0o644))
				}
				want, readErr := os.ReadFile(golden)
				require.NoError(t, readErr)
				assert.Equal(t, string(want), text, "go test -update rewrites it")
				if err == nil {
					apply(t, engine, text)
				}
			})
		}
	}
}

func apply(t *testing.T, engine crud.Dialect, text string) {
	t.Helper()
	if engine == crud.SQLite {
		db := crudtest.SQLite(t)
		for range 2 {
			for statement := range strings.SplitSeq(text, ";\n") {
				_, err := db.Exec(t.Context(), statement)
				require.NoError(t, err, statement)
			}
		}
		return
	}
	db := crudtest.Postgres(t, crudtest.WithConfig(func(c *pgxpool.Config) {
		c.ConnConfig.RuntimeParams["search_path"] += ", public" // where the extension is
	}))
	if strings.Contains(text, "citext") {
		require.NoError(t, citext.Create(t.Context(), db))
	}
	tx, err := db.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(t.Context())
	for range 2 {
		_, err := tx.Exec(t.Context(), strings.ReplaceAll(text, schemaName, "schema_of_this_test"))
		require.NoError(t, err)
	}
}

func tables(t *testing.T, file string) []*schema.Table {
	t.Helper()
	gen, err := source.Read(t.Context(), source.Config{Files: []string{file}, Paths: []string{goldens, "../../internal/allkinds"}})
	require.NoError(t, err)
	files, problems := model.Load(gen)
	require.Empty(t, problems)
	return schema.Tables(files)
}
