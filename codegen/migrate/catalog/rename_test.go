package catalog

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Names of columns change; functions, types, strings and longer names do not.
func TestRenameIn(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ sql, was, name, want string }{
		"a column":          {"(char_length(title) <= 80)", "title", "heading", "(char_length(heading) <= 80)"},
		"several":           {"(title = title)", "title", "heading", "(heading = heading)"},
		"a function":        {"lower(lower)", "lower", "name", "lower(name)"},
		"a type":            {"(text)::text", "text", "body", "(body)::text"},
		"a string":          {"(title = 'title''s title')", "title", "heading", "(heading = 'title''s title')"},
		"a part of a name":  {"(subtitle = title2)", "title", "heading", "(subtitle = title2)"},
		"quoted before":     {`("Title" = 'a')`, "Title", "heading", "(heading = 'a')"},
		"quoted after":      {"(title = 'a')", "title", "My title", `("My title" = 'a')`},
		"a name with quote": {`("a""b" = 1)`, `a"b`, "c", "(c = 1)"},
		"unfinished":        {"'title", "title", "heading", "'title"},
		"beyond ASCII":      {`("größe" > 1)`, "größe", "size", "(size > 1)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tc.want, renameIn(tc.sql, tc.was, tc.name))
		})
	}
}
