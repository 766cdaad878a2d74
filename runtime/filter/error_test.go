package filter_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

func TestCaret(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`titel = "x"`:              "titel = \"x\"\n^",
		`title = "ä😀" AND pages=x`: "title = \"ä😀\" AND pages=x\n                       ^",
		"a AND":                    "a AND\n     ^",
		"a\tAND\n\x1bb=":           "a AND  b=\n         ^",
		strings.Repeat("é ", 60) + "pages=x" + strings.Repeat(" y", 60): "…" + strings.Repeat("é ", 22) + "pages=x" + strings.Repeat(" y", 12) + "…\n" + strings.Repeat(" ", 51) + "^",
	} {
		_, err := books.Compile(text, filter.Postgres)
		var e *filter.Error
		require.ErrorAs(t, err, &e, "%q", text)
		assert.Equal(t, want, e.Caret(), "%q", text)
	}
}

func TestErrorIsOneLine(t *testing.T) {
	t.Parallel()
	_, err := books.Compile("x\u2028y\x1b = 1", filter.Postgres)
	require.EqualError(t, err, `offset 1: unknown field "x\u2028y\x1b"`)
}

// Generated code never states these.
func TestNewSchemaPanics(t *testing.T) {
	t.Parallel()
	for want, fields := range map[string][]filter.Field{
		"filter: a has no kind":                        {{Path: "a", Columns: []string{"a"}}},
		"filter: a has 2 columns":                      {{Path: "a", Columns: []string{"a", "b"}, Kind: filter.Bool}},
		"filter: the name a needs Key and key columns": {{Path: "a", Columns: []string{"a"}, Kind: filter.Name}},
		"filter: a cannot be searched":                 {field("a", filter.Int32, searched)},
		"filter: two fields are named a":               {field("a", filter.Int32), field("a", filter.Bool)},
	} {
		assert.PanicsWithValue(t, want, func() { filter.NewSchema("t", fields...) })
	}
}
