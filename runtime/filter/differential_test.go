package filter_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

var randomFilters = flag.Int("filters", 10_000, "how many random filters TestMeaning compares on each engine")

// The meaning of a filter is that of the evaluator, on both engines: a filter and its
// negation select the rows for which it is true and false, and neither selects a row
// for which it is unknown. The rows are written by package crud, so that both packages
// keep values in one way.
func TestMeaning(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		random := rand.New(rand.NewPCG(1, 2))
		kinds := recordKinds(crud.DialectOf(db))
		rows := storeRecords(t, db, kinds, 200, random)
		schema := recordSchema(kinds)
		seen := map[filter.Truth]int{}
		for range *randomFilters {
			text := randomFilter(random, kinds, 3)
			p := check(t, schema, text)
			for id, got := range selected(t, db, p, check(t, schema, "NOT ("+text+")")) {
				want := p.Eval(rows[id])
				seen[want]++
				if got != want {
					require.Equal(t, want, got, "%s of %v\n%s", text, rows[id], p.SQL(filter.Dialect(crud.DialectOf(db))).SQL)
				}
			}
		}
		for _, truth := range []filter.Truth{filter.True, filter.Unknown, filter.False} {
			assert.Greater(t, seen[truth], *randomFilters, "rows for which a filter is %d", truth)
		}
	})
}

func check(t testing.TB, s *filter.Schema, text string) *filter.Predicate {
	t.Helper()
	f, err := filter.Parse(text)
	require.NoError(t, err, "%s", text)
	p, err := s.Check(f)
	require.NoError(t, err, "%s", text)
	return p
}

// modes are pgx's ways to send a statement.
var modes = []pgx.QueryExecMode{
	pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec,
	pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
}

// selected returns for every record whether p selects it or its negation does.
func selected(t *testing.T, db crud.DB, p, not *filter.Predicate) map[int64]filter.Truth {
	t.Helper()
	is, isNot := p.SQL(filter.Dialect(crud.DialectOf(db))), not.SQL(filter.Dialect(crud.DialectOf(db)))
	sql, err := squirrel.Dollar.ReplacePlaceholders("SELECT id, CASE WHEN " + is.SQL + " THEN 1 ELSE 0 END, CASE WHEN " + isNot.SQL + " THEN 1 ELSE 0 END FROM records")
	require.NoError(t, err)
	args := append(is.Args, isNot.Args...)
	if crud.DialectOf(db) == crud.Postgres {
		args = append([]any{modes[len(sql)%len(modes)]}, args...)
	}
	rows, err := db.Query(t.Context(), sql, args...)
	require.NoError(t, err, "%s", sql)
	defer rows.Close()
	truths := map[int64]filter.Truth{}
	for rows.Next() {
		var id, is, isNot int64
		if err := rows.Scan(&id, &is, &isNot); err != nil {
			require.NoError(t, err)
		}
		if is+isNot > 1 {
			require.Fail(t, "a filter and its negation select one record", "%d: %s", id, sql)
		}
		truths[id] = filter.Truth(is - isNot)
	}
	require.NoError(t, rows.Err(), "%s", sql)
	return truths
}

// randomFilter returns a filter that has a meaning for records.
func randomFilter(random *rand.Rand, kinds []recordKind, depth int) string {
	if depth == 0 || random.IntN(3) == 0 {
		return randomTerm(random, kinds)
	}
	operator := [...]string{" ", " AND ", " OR "}[random.IntN(3)]
	members := make([]string, 1+random.IntN(3))
	for i := range members {
		members[i] = randomFilter(random, kinds, depth-1)
		if strings.ContainsAny(members[i], " \n") {
			members[i] = "(" + members[i] + ")"
		}
		if random.IntN(4) == 0 {
			members[i] = [...]string{"NOT ", "-"}[random.IntN(2)] + "(" + members[i] + ")"
		}
	}
	return strings.Join(members, operator)
}

func randomTerm(random *rand.Rand, kinds []recordKind) string {
	switch random.IntN(20) {
	case 0:
		return [...]string{"a", `"50%"`, "É", "a*b", `"A"`}[random.IntN(5)]
	case 1:
		return "name" + [...]string{"=", " != "}[random.IntN(2)] + [...]string{"shelves/1/books/2", `"shelves/0/books/0"`, "shelves/1"}[random.IntN(3)]
	}
	k := kinds[random.IntN(len(kinds))]
	f := k.fields[random.IntN(len(k.fields))]
	literal := k.literals[random.IntN(len(k.literals))]
	operators := []string{"=", "!=", ":"}
	switch {
	case random.IntN(8) == 0:
		return f.Path + ":*"
	case f.Repeated:
		operators = []string{":"}
	case f.Null == filter.NullIsUnset && random.IntN(6) == 0:
		return f.Path + [...]string{"=", "!="}[random.IntN(2)] + "null"
	case f.Kind == filter.UUID && f.Null == filter.NullIsZero && random.IntN(4) == 0:
		return f.Path + [...]string{"=", "!="}[random.IntN(2)] + `""`
	case k.ordered && random.IntN(2) == 0:
		operators = []string{"<", "<=", ">", ">="}
	}
	return fmt.Sprintf("%s%s%s", f.Path, operators[random.IntN(len(operators))], literal)
}
