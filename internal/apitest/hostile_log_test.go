package apitest_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// logged is a statement in PostgreSQL's log. Its lines but the first begin with a tab;
// its parameters are a record of their own, DETAIL.
var logged = regexp.MustCompile(`(?m)LOG:  (?:statement|execute [^:]*): (.*(?:\n\t.*)*)`)

// TestHostileStringsInTheServersLog (6.6): a PostgreSQL that logs all it is sent sees
// the hostile strings of both halves as parameters only, and no statement that harmless
// strings do not make.
func TestHostileStringsInTheServersLog(t *testing.T) {
	t.Parallel()
	postgres, err := crudtest.Start(t.Context(), crudtest.WithSetting("log_statement", "all"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, postgres.Stop()) })
	config, err := pgxpool.ParseConfig(postgres.URL())
	require.NoError(t, err)
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false } // of its own
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	s := writeServe(t, pool, writeConfig{})
	_, err = s.CreateFilm(t.Context(), &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "T"}})
	require.NoError(t, err)
	reads := (&readServer{named: s.NamedServiceClient, plain: s.PlainServiceClient}).readInputs()

	texts := func(strings []string, mark string) map[string]bool {
		before, err := postgres.Log()
		require.NoError(t, err)
		for _, text := range strings {
			for _, call := range reads { // refusals are as good as answers here
				_ = call(t.Context(), text+mark)
			}
			for _, input := range writeInputs {
				_ = input.call(t, s, text+mark)
			}
		}
		return statementsSince(t, postgres, before)
	}
	harmless := texts(append(readBenign, "benign"), "")
	hostile := texts(readHostile, "h0stile")
	require.Greater(t, len(hostile), 20)
	for sql := range hostile {
		assert.NotContains(t, sql, "h0stile")
		assert.True(t, harmless[sql], "only hostile strings make: %s", sql)
	}
	log, err := postgres.Log()
	require.NoError(t, err)
	assert.Contains(t, log, "h0stile", "the strings are logged as parameters")
}

// statementsSince returns the texts of the statements that were logged after a log.
func statementsSince(t *testing.T, postgres *crudtest.Server, before string) map[string]bool {
	t.Helper()
	after, err := postgres.Log()
	require.NoError(t, err)
	texts := map[string]bool{}
	for _, m := range logged.FindAllStringSubmatch(strings.TrimPrefix(after, before), -1) {
		texts[m[1]] = true
	}
	return texts
}
