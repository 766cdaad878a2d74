package crudtest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPostgresIsolates(t *testing.T) {
	t.Parallel()
	for i := range 12 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			db := Postgres(t)
			_, err := db.Exec(t.Context(), "CREATE TABLE books (id int PRIMARY KEY)")
			require.NoError(t, err)
			_, err = db.Exec(t.Context(), "INSERT INTO books VALUES ($1)", i)
			require.NoError(t, err)
			var ids []int
			require.NoError(t, db.QueryRow(t.Context(), "SELECT array_agg(id) FROM books").Scan(&ids))
			assert.Equal(t, []int{i}, ids)
		})
	}
}

func TestPostgresKeepsSearchPathOverReconnects(t *testing.T) {
	t.Parallel()
	db := Postgres(t, WithMaxConns(1))
	before := currentSchema(t, db)
	db.Reset() // the next statement connects anew
	assert.Equal(t, before, currentSchema(t, db))
	assert.Regexp(t, `^crudtest_[0-9a-f]{16}$`, before)
}

func TestPostgresOptions(t *testing.T) {
	t.Parallel()
	assert.EqualValues(t, 4, Postgres(t).Config().MaxConns)
	db := Postgres(t, WithMaxConns(2), WithConfig(func(c *pgxpool.Config) {
		assert.EqualValues(t, 2, c.MaxConns)
		c.ConnConfig.RuntimeParams["application_name"] = "by option"
	}))
	assert.EqualValues(t, 2, db.Config().MaxConns)
	assert.Equal(t, "by option", scanText(t, db, "SHOW application_name"))
}

func TestPostgresDropsItsSchema(t *testing.T) {
	t.Parallel()
	var schemas []string
	t.Run("uses", func(t *testing.T) {
		db := Postgres(t)
		_, err := db.Exec(t.Context(), "CREATE TABLE books (id int)")
		require.NoError(t, err)
		conn := connect(t, PostgresURL(t))
		schemas = []string{currentSchema(t, db), currentSchema(t, conn)}
		require.NoError(t, conn.Close(t.Context()))
	})
	require.NotEqual(t, schemas[0], schemas[1])
	var left int64
	require.NoError(t, Postgres(t).QueryRow(t.Context(), "SELECT count(*) FROM pg_namespace WHERE nspname = ANY($1)", schemas).Scan(&left))
	assert.Zero(t, left)
}

func TestPostgresURL(t *testing.T) {
	t.Parallel()
	url := PostgresURL(t)
	first, second := connect(t, url), connect(t, url)
	_, err := first.Exec(t.Context(), "CREATE TABLE books (id int)")
	require.NoError(t, err)
	assert.Equal(t, currentSchema(t, first), scanText(t, second, "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'books'::regclass"))
}

// TestURLVariable names this process's own server, with a parameter to tell it by.
func TestURLVariable(t *testing.T) {
	t.Setenv(urlVariable, "")
	url, err := shared.url()
	require.NoError(t, err)
	config, err := pgx.ParseConfig(url)
	require.NoError(t, err)
	t.Run("url", func(t *testing.T) {
		t.Setenv(urlVariable, fmt.Sprintf("postgresql://%s:%s@%s:%d/%s?application_name=by%%20variable&options=-c%%20work_mem%%3D3MB",
			config.User, config.Password, config.Host, config.Port, config.Database))
		checkVariable(t)
	})
	t.Run("keywords", func(t *testing.T) {
		t.Setenv(urlVariable, fmt.Sprintf("host=%s port=%d user=%s password='%s' dbname=%s application_name='by variable' options='-c work_mem=3MB' ",
			config.Host, config.Port, config.User, config.Password, config.Database))
		checkVariable(t)
	})
}

func checkVariable(t *testing.T) {
	t.Helper()
	for _, db := range []queryer{Postgres(t), connect(t, PostgresURL(t))} {
		assert.Equal(t, "by variable", scanText(t, db, "SHOW application_name"))
		assert.Equal(t, "3MB", scanText(t, db, "SHOW work_mem"))
		assert.Regexp(t, `^crudtest_[0-9a-f]{16}$`, currentSchema(t, db))
	}
}

func TestURLVariableInvalid(t *testing.T) {
	for url, want := range map[string]string{
		"sqlite:library.db":                          "crudtest: CRUDTEST_DATABASE_URL: cannot parse",
		"postgres://user:hush@host:port/library":     "crudtest: CRUDTEST_DATABASE_URL: cannot parse",
		"postgres://user:hush@127.0.0.1:1/library":   "crudtest: PostgreSQL at 127.0.0.1:1 (named by CRUDTEST_DATABASE_URL): failed to connect",
		"host=127.0.0.1 port=1 user=u password=hush": "crudtest: PostgreSQL at 127.0.0.1:1 (named by CRUDTEST_DATABASE_URL): failed to connect",
	} {
		t.Setenv(urlVariable, url)
		_, err := createSchema(t.Context())
		require.ErrorContains(t, err, want)
		assert.NotContains(t, err.Error(), "hush")
	}
}

func TestConnString(t *testing.T) {
	t.Parallel()
	for server, want := range map[string]string{
		"postgres://u@h:1/d":                   "postgres://u@h:1/d?options=-csearch_path%3Dcrudtest_1",
		"postgres://a:1,b:2/d?sslmode=disable": "postgres://a:1,b:2/d?sslmode=disable&options=-csearch_path%3Dcrudtest_1",
		"postgresql:///d?options=-c%20a%3D1+2": "postgresql:///d?options=-c%20a%3D1+2&options=-c%20a%3D1%2B2%20-csearch_path%3Dcrudtest_1",
		"host=h user=u ":                       "host=h user=u options='-csearch_path=crudtest_1'",
		`host=h options='-c a=\'x\\\\ y\''`:    `host=h options='-c a=\'x\\\\ y\'' options='-c a=\'x\\\\ y\' -csearch_path=crudtest_1'`,
	} {
		config, err := pgx.ParseConfig(server)
		require.NoError(t, err)
		s := schema{server: config, url: server, name: "crudtest_1"}
		assert.Equal(t, want, s.connString())

		parsed, err := pgx.ParseConfig(s.connString())
		require.NoError(t, err)
		options := strings.TrimSpace(config.RuntimeParams["options"] + " -csearch_path=crudtest_1")
		assert.Equal(t, options, parsed.RuntimeParams["options"])
		assert.Equal(t, config.Host, parsed.Host)
		assert.Equal(t, config.Database, parsed.Database)
	}
}

func TestPoolInUseFailsTheTest(t *testing.T) {
	t.Parallel()
	db := Postgres(t)
	conn, err := db.Acquire(t.Context())
	require.NoError(t, err)
	f := &failingTest{TB: t}
	closePool(f, db, time.Millisecond)
	assert.Equal(t, []string{"crudtest: at its end the test still holds 1 connections of its pool: close rows, end transactions, release connections"}, f.errors)
	conn.Release()
	f.errors = nil
	closePool(f, db, closeTimeout)
	assert.Empty(t, f.errors)
}

type queryer interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close(context.Background())) })
	return conn
}

func currentSchema(t *testing.T, db queryer) string {
	t.Helper()
	return scanText(t, db, "SELECT current_schema()::text")
}

func scanText(t *testing.T, db queryer, sql string) string {
	t.Helper()
	var text string
	require.NoError(t, db.QueryRow(t.Context(), sql).Scan(&text))
	return text
}
