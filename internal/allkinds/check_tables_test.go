package allkinds_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// A difference that would break a call is told, and nothing else is.
func TestCheckTables(t *testing.T) {
	t.Parallel()
	const (
		postgres = 1
		sqlite   = 2
		both     = postgres | sqlite
	)
	tests := map[string]struct {
		engines int
		change  []string
		want    []string
	}{
		"nothing":           {both, nil, nil},
		"another column":    {both, []string{"ALTER TABLE sessions ADD COLUMN note text"}, nil},
		"with a default":    {both, []string{"ALTER TABLE sessions ADD COLUMN note text NOT NULL DEFAULT ''"}, nil},
		"no table":          {both, []string{"DROP TABLE sessions"}, []string{"allkinds.Session: there is no table sessions"}},
		"no column":         {both, []string{"ALTER TABLE sessions DROP COLUMN title"}, []string{"allkinds.Session.title: sessions has no column title"}},
		"no revision":       {both, []string{"ALTER TABLE sessions DROP COLUMN revision"}, []string{"allkinds.Session.etag: sessions has no column revision; add it as bigint NOT NULL DEFAULT 1, or give crud.WithoutRevision to the repository"}},
		"a wider type":      {postgres, []string{"ALTER TABLE sessions ALTER title TYPE varchar(10)", "ALTER TABLE sessions ALTER revision TYPE integer"}, nil},
		"a domain":          {postgres, []string{"CREATE DOMAIN title_text AS text", "ALTER TABLE sessions ALTER title TYPE title_text"}, nil},
		"another type":      {postgres, []string{"ALTER TABLE sessions ALTER title TYPE bytea USING NULL"}, []string{"allkinds.Session.title: column sessions.title is bytea, and the field is kept in text, varchar, bpchar, citext, name"}},
		"a forced value":    {postgres, []string{"ALTER TABLE sessions ALTER expire_time SET NOT NULL"}, []string{"allkinds.Session.expire_time: column sessions.expire_time is NOT NULL, and the field can be unset; make the column nullable, or the field REQUIRED"}},
		"no numbers":        {postgres, []string{"ALTER TABLE sessions ALTER id DROP IDENTITY"}, []string{"allkinds.Session.id: column sessions.id does not number its rows; make it an identity, or say generated: NONE"}},
		"a stranger":        {postgres, []string{"ALTER TABLE sessions ADD COLUMN note text NOT NULL"}, []string{"allkinds.Session: column sessions.note is NOT NULL without a default, and no field fills it; give it a default, or add the field"}},
		"no key":            {postgres, []string{"ALTER TABLE sessions DROP CONSTRAINT sessions_pkey"}, []string{"allkinds.Session: the key (id) of sessions has no unique index"}},
		"a key of some":     {postgres, []string{"ALTER TABLE sessions DROP CONSTRAINT sessions_pkey", "CREATE UNIQUE INDEX ON sessions (id) WHERE title <> ''"}, []string{"allkinds.Session: the key (id) of sessions has no unique index"}},
		"a key by an index": {postgres, []string{"ALTER TABLE sessions DROP CONSTRAINT sessions_pkey", "CREATE UNIQUE INDEX ON sessions (id)"}, nil},
		"several": {both, []string{"ALTER TABLE sessions DROP COLUMN title", "ALTER TABLE sessions DROP COLUMN uid"}, []string{
			"allkinds.Session.uid: sessions has no column uid", "allkinds.Session.title: sessions has no column title",
		}},
		"no array": {postgres, []string{"ALTER TABLE documents ALTER ls TYPE text USING NULL"}, []string{"allkinds.Document.ls: column documents.ls is text, not an array"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
				engine := postgres
				if d, ok := db.(interface{ Dialect() crud.Dialect }); ok && d.Dialect() == crud.SQLite {
					engine = sqlite
				}
				if test.engines&engine == 0 {
					return
				}
				tables := []crud.AnyTable{allkinds.SessionTable, allkinds.DocumentTable}
				require.NoError(t, crud.CreateTables(t.Context(), db, tables...))
				for _, sql := range test.change {
					_, err := db.Exec(t.Context(), sql)
					require.NoError(t, err)
				}
				var got []string
				if err := crud.CheckTables(t.Context(), db, tables...); err != nil {
					got = strings.Split(strings.ReplaceAll(err.Error(), "crud: ", ""), "\n")
				}
				assert.Equal(t, test.want, got)
			})
		})
	}
}

// What is only inefficient or surprising is a warning, one for a table. It changes the
// process's logger, so that it runs by itself.
func TestCheckTablesWarns(t *testing.T) { //nolint:paralleltest // see above
	for name, test := range map[string]struct {
		table  crud.AnyTable
		change []string
		want   []string
		not    []string
	}{
		"a rounding column": {
			table: allkinds.DocumentTable, change: []string{"ALTER TABLE documents ALTER d TYPE real"},
			want: []string{"crud: allkinds.Document: ", "column documents.d is real, which rounds the field's values"},
		},
		"as made": {
			table: allkinds.SessionTable,
			want:  []string{"callers may filter or order sessions by "},
			not:   []string{"CHECK", "foreign key", "collation"},
		},
		"an index": {
			table: allkinds.SessionTable, change: []string{"CREATE INDEX ON sessions (title, uid)"},
			want: []string{"callers may filter or order sessions by uid"},
			not:  []string{"title"},
		},
		"a key of a keyless model": {
			table: bookpb.VisitTable, change: []string{"ALTER TABLE visits ALTER ticket SET NOT NULL", "ALTER TABLE visits ALTER ticket SET DEFAULT ''"},
			want: []string{"the model is keyless, and (ticket) tells the rows of visits apart: make the fields of its columns the key"},
		},
		"no key of a keyless model": {
			table: bookpb.VisitTable,
			not:   []string{"is keyless"},
		},
		"another collation": {
			table: allkinds.SessionTable, change: []string{`ALTER TABLE sessions ALTER title TYPE text COLLATE "en-x-icu"`},
			want: []string{`lists of sessions are ordered by the collation of title, which is not \"C\"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			before := slog.Default()
			slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
			t.Cleanup(func() { slog.SetDefault(before) })
			db := crudtest.Postgres(t)
			require.NoError(t, crud.CreateTables(t.Context(), db, test.table))
			for _, sql := range test.change {
				_, err := db.Exec(t.Context(), sql)
				require.NoError(t, err)
			}
			require.NoError(t, crud.CheckTables(t.Context(), db, test.table))
			assert.Equal(t, 1, strings.Count(log.String(), "\n"), log.String())
			for _, want := range test.want {
				assert.Contains(t, log.String(), want)
			}
			for _, not := range test.not {
				assert.NotContains(t, log.String(), not)
			}
		})
	}
}
