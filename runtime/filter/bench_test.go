package filter_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

const twoTerms = `title = "Moby-Dick" AND pages > 300`

// maxAllocations is what a filter of two terms may cost, from its text to SQL.
const maxAllocations = 30

func TestCompileAllocations(t *testing.T) {
	allocations := testing.AllocsPerRun(100, func() {
		_, err := books.Compile(twoTerms, filter.Postgres)
		require.NoError(t, err)
	})
	t.Logf("%v allocations", allocations)
	assert.LessOrEqual(t, allocations, float64(maxAllocations))
}

func BenchmarkCompile(b *testing.B) {
	for name, text := range map[string]string{
		"two terms": twoTerms,
		"ten terms": `(title = "a*" OR title:b OR pages < 10) AND NOT (genre = FICTION signed = true) tags:x stock != 4 published > 2012-04-21T11:30:00Z price <= 9.99`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := books.Compile(text, filter.Postgres); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
