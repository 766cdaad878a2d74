package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMistakesAreLocatedAtTheirElement(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, element string }{
		"no key": {
			"message Book { option (protocrud.v1.model) = {}; string title = 1; }\n", "library.v1.Book",
		},
		"an option of a later version": {
			"message Book { option (protocrud.v1.model) = {projection: true}; int64 id = 1; }\n", "library.v1.Book",
		},
		"a map": {
			"message Book { option (protocrud.v1.model) = {}; int64 id = 1; map<string, Book> labels = 2; }\n", "library.v1.Book.labels",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := diagnoseOne(t, c.body)
			require.Len(t, all, 1)
			assert.Equal(t, c.element, all[0].Name)
			assert.Equal(t, "library/v1/library.proto", all[0].File)
			assert.Greater(t, all[0].Line, 1)
			assert.NotEmpty(t, all[0].Hint)
		})
	}
}
