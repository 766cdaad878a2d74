package filter_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// joined repeats a term with an operator between.
func joined(term, operator string, n int) string {
	return strings.TrimSuffix(strings.Repeat(term+operator, n), operator)
}

func nested(n int) string { return strings.Repeat("(", n) + "a" + strings.Repeat(")", n) }

func TestLimits(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"length":       `"` + strings.Repeat("x", 8<<10-2) + `"`,
		"depth":        nested(50),
		"nodes":        joined("a", " ", 199),
		"alternatives": joined("a", " OR ", 100),
		"side by side": joined(nested(50), " ", 3),
	} {
		_, err := filter.Parse(text)
		assert.NoError(t, err, name)
	}
	refusals{
		{`"` + strings.Repeat("x", 8<<10-1) + `"`, 8<<10 + 1, "longer than 8192 bytes"},
		{nested(51), 51, "parentheses deeper than 50"},
		{joined("a", " ", 200), 1, "more than 200 terms and operators"},
		{joined("a", " ", 201), 401, "more than 200 terms and operators"},
		{joined("-a", " ", 101), 301, "more than 200 terms and operators"},
		{joined("a", " OR ", 101), 501, "more than 100 alternatives of one OR"},
	}.test(t, compileBooks)
}

// What is far beyond the limits is not read at all, as its few allocations show. They
// cannot be counted beside other tests.
func TestHugeFilters(t *testing.T) {
	for name, text := range map[string]string{
		"10,000 parentheses": nested(10_000),
		"10,000 NOTs":        strings.Repeat("NOT ", 10_000) + "a",
		"10,000 minuses":     strings.Repeat("-", 10_000) + "a",
		"20,000 ORs":         joined("pages=1", " OR ", 20_000),
		"1 MiB":              strings.Repeat("x", 1<<20),
		"1 MiB of NUL":       strings.Repeat("\x00", 1<<20),
	} {
		assert.ErrorContains(t, compileBooks(text), "longer than 8192 bytes", name)
		_, err := books.Order(text)
		assert.ErrorContains(t, err, "longer than 8192 bytes", name)
		allocations := testing.AllocsPerRun(1, func() { _ = compileBooks(text) })
		assert.Less(t, allocations, 20.0, name)
	}
}

// No byte of the caller's is in the text of a condition.
func TestNoCallerBytes(t *testing.T) {
	t.Parallel()
	const marks = `'; DROP TABLE books; -- $1 ? %s \\ \" \* * 😀`
	for _, text := range []string{
		`title = "` + marks + `"`, `title > "` + marks + `"`, `tags:"` + marks + `"`, `NOT "` + marks + `"`,
		`subtitle != "` + marks + `"`, `notes:"` + marks + `"`, `name = "shelves/?/books/';"`,
	} {
		postgres, sqlite := compiled(t, text)
		for _, sql := range []string{postgres.SQL, sqlite.SQL} {
			require.NotContains(t, sql, "DROP", "%q", text)
			require.NotContains(t, sql, "'", "%q", text)
			require.NotContains(t, sql, "$", "%q", text)
		}
		assert.Len(t, postgres.Args, strings.Count(postgres.SQL, "?"), "%q", text)
		assert.Len(t, sqlite.Args, strings.Count(sqlite.SQL, "?"), "%q", text)
	}
}
