package history

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

// replay returns the name of the database, and the error of replaying a directory in it.
func replay(t *testing.T, format, files string, use func(context.Context, *pgx.Conn) error) (string, error) {
	t.Helper()
	h, err := Read(directory(t, files), format)
	require.NoError(t, err)
	config, err := pgx.ParseConfig(crudtest.PostgresURL(t))
	require.NoError(t, err)
	s, err := newScratch(t.Context(), config)
	require.NoError(t, err)
	return s.name, s.replay(t.Context(), h, use)
}

// gone checks that there is no database of a name.
func gone(t *testing.T, name string) {
	t.Helper()
	var n int
	require.NoError(t, crudtest.Postgres(t).QueryRow(t.Context(), "SELECT count(*) FROM pg_database WHERE datname = $1", name).Scan(&n))
	assert.Zero(t, n, name)
}

// What hands write is run as its tool runs it.
func TestReplay(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ format, files string }{
		"nothing": {"goose", ""},
		"goose": {"goose", `== 1_a.sql
-- +goose Up
CREATE TABLE a (b int); -- a; b
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $f$ BEGIN RETURN 1; END $f$;
DO $$ BEGIN INSERT INTO a VALUES (f()); END $$;
SET LOCAL search_path = pg_catalog;
-- +goose Down
DROP TABLE a;
== 2_b.sql
-- +goose NO TRANSACTION
-- +goose Up
CREATE INDEX CONCURRENTLY ON a (b); CREATE INDEX CONCURRENTLY c ON a ((b + 1));
-- +goose StatementBegin
SELECT 1; SELECT 2;
-- +goose StatementEnd
`},
		"golang-migrate": {"golang-migrate", `== 1_a.up.sql
CREATE SCHEMA s;
SET search_path = s;
CREATE TABLE a (b int);
SET SESSION AUTHORIZATION DEFAULT;
== 2_b.up.sql
CREATE INDEX CONCURRENTLY ON s.a (b);
== 3_c.up.sql
CREATE TABLE a (); -- in the schema that is the session's
`},
		"atlas": {"atlas", `== 1.sql
CREATE TABLE a (b int);
LOCK TABLE a;
== 2.sql
-- atlas:txmode none
CREATE INDEX CONCURRENTLY ON a (b);
CREATE INDEX CONCURRENTLY ON a (b);
`},
		"plain": {"plain", `== 1_a.up.sql
BEGIN;
CREATE TYPE e AS ENUM ('x');
COMMIT;
ALTER TYPE e ADD VALUE 'y';
CREATE TABLE a (b e DEFAULT 'y');
COPY a TO STDOUT;
CREATE INDEX CONCURRENTLY ON a (b);
CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;
SELECT f();
`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			used := false
			database, err := replay(t, tc.format, tc.files, func(ctx context.Context, conn *pgx.Conn) error {
				used = true
				var tables int
				err := conn.QueryRow(ctx, "SELECT count(*) FROM pg_class WHERE relname = 'a' AND relnamespace = CAST(current_schema() AS regnamespace)").Scan(&tables)
				assert.Equal(t, min(1, len(tc.files)), tables)
				return err
			})
			require.NoError(t, err)
			assert.True(t, used)
			gone(t, database)
		})
	}
}

// A statement that fails is named by its file and line, and nothing stays.
func TestReplayFails(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ format, files, want string }{
		"syntax":                 {"golang-migrate", "== 1_a.up.sql\nSELECT 1;\n\nSELECT 'é',\n+;\n", "1_a.up.sql:4: ERROR: syntax error at or near"},
		"a name":                 {"goose", "== 1_a.sql\n-- +goose Up\nCREATE TABLE a ();\n\n-- +goose StatementBegin\nSELECT\n b FROM a;\n-- +goose StatementEnd", `1_a.sql:6: ERROR: column "b" does not exist`},
		"a value":                {"goose", "== 1_a.sql\n-- +goose Up\nCREATE TABLE a (b int UNIQUE);\n\n-- note\nINSERT INTO a\nVALUES (1), (1);\nSELECT 1;", "1_a.sql:5: ERROR: duplicate key value violates unique constraint \"a_b_key\" (SQLSTATE 23505): Key (b)=(1) already exists."},
		"rows":                   {"golang-migrate", "== 1_a.up.sql\nSELECT 1;\nSELECT 1 / (2 - x) FROM generate_series(1, 3) AS x;\n", "1_a.up.sql:2: ERROR: division by zero"},
		"without a transaction":  {"goose", "== 1_a.sql\n-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1;\n-- why\nDO $$ BEGIN\nRAISE 'no'; END $$;", "1_a.sql:5: ERROR: no"},
		"in a transaction":       {"goose", "== 1_a.sql\n-- +goose Up\nCREATE TABLE a (b int);\nCREATE INDEX CONCURRENTLY ON a (b);", "1_a.sql:3: ERROR: CREATE INDEX CONCURRENTLY cannot run inside a transaction block"},
		"at the end":             {"atlas", "== 1.sql\nCREATE TABLE a (b int PRIMARY KEY, c int REFERENCES a DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO a VALUES (1, 2);", "1.sql:2: ERROR: insert or update on table"},
		"a transaction open":     {"plain", "== 1_a.sql\nBEGIN;\nSELECT 1;", "1_a.sql:2: at its end a transaction is open"},
		"the second file":        {"plain", "== 1_a.sql\nCREATE TABLE a ();\n== 2_a.sql\n\nCREATE TABLE a ();", `2_a.sql:2: ERROR: relation "a" already exists`},
		"what stays in the file": {"plain", "== 1_a.sql\nCREATE TEMP TABLE a ();\n== 2_a.sql\nTABLE a;", `2_a.sql:1: ERROR: relation "a" does not exist`},
		"psql's own":             {"plain", "== 1_a.sql\n\\i b.sql\n", `1_a.sql:1: ERROR: syntax error at or near "\"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			database, err := replay(t, tc.format, tc.files, func(context.Context, *pgx.Conn) error {
				assert.Fail(t, "used")
				return nil
			})
			require.ErrorContains(t, err, tc.want)
			gone(t, database)
		})
	}
}

// What uses the database can fail, and its caller can go away.
func TestReplayDropsTheDatabase(t *testing.T) {
	t.Parallel()
	mine := errors.New("mine")
	name, err := replay(t, "plain", "", func(context.Context, *pgx.Conn) error { return mine })
	require.ErrorIs(t, err, mine)
	gone(t, name)

	ctx, cancel := context.WithCancel(t.Context())
	err = (&History{}).Replay(ctx, crudtest.PostgresURL(t), func(ctx context.Context, conn *pgx.Conn) error {
		name = conn.Config().Database
		cancel()
		_, err := conn.Exec(ctx, "SELECT pg_sleep(600)")
		return err
	})
	require.ErrorIs(t, err, context.Canceled)
	gone(t, name)
}

// The scratch database is not where the URL leads, and nothing there changes.
func TestReplayIsApart(t *testing.T) {
	t.Parallel()
	url := crudtest.PostgresURL(t)
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close(context.Background())) })
	_, err = conn.Exec(t.Context(), "CREATE TABLE mine (id int)")
	require.NoError(t, err)
	var here, there string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT current_schema()::text").Scan(&here))

	h, err := Read(directory(t, "== 1_a.sql\nDROP TABLE IF EXISTS mine; CREATE TABLE yours ();\nDROP SCHEMA "+here+" CASCADE; CREATE SCHEMA "+here), "plain")
	require.NoError(t, err)
	require.NoError(t, h.Replay(t.Context(), url, func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, "SELECT current_schema()::text").Scan(&there)
	}))
	assert.Equal(t, here, there)
	var tables []string
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT array_agg(relname::text) FROM pg_class WHERE relnamespace = $1::text::regnamespace", here).Scan(&tables))
	assert.Equal(t, []string{"mine"}, tables)
}

func TestReplayWithoutAServer(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"postgres://user@127.0.0.1:1/library": "failed to connect",
		"postgres://user@host:port/library":   "cannot parse",
	} {
		require.ErrorContains(t, (&History{}).Replay(t.Context(), url, nil), want)
	}
}
