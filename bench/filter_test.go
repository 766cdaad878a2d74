package bench

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	benchv1 "github.com/protocrud/protoc-gen-go-crud/bench/gen/bench/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestFiltersOfOneShapeAreOneStatement: callers' filters differ in their values. What
// the database prepares is a text for each shape, so that nearly all calls find theirs
// prepared.
func TestFiltersOfOneShapeAreOneStatement(t *testing.T) {
	t.Parallel()
	const calls = 1000
	shapes := []func(r *rand.Rand) string{
		func(r *rand.Rand) string { return fmt.Sprintf("pages > %d AND in_print = true", r.IntN(1000)) },
		func(r *rand.Rand) string {
			return fmt.Sprintf(`author = "Author %d" price <= %d`, r.IntN(100), r.IntN(250))
		},
		func(r *rand.Rand) string { return fmt.Sprintf(`title:"number %d"`, r.IntN(1000)) },
		func(r *rand.Rand) string {
			return fmt.Sprintf(`tags:shelf-%d OR isbn = 978%010d`, r.IntN(10), r.IntN(1000))
		},
		func(r *rand.Rand) string {
			return fmt.Sprintf(`NOT (pages < %d isbn != "%d")`, r.IntN(1000), r.IntN(1000))
		},
	}
	pool := crudtest.Postgres(t)
	createCatalogue(t, pool)
	recorder := crudtest.NewRecorder(pool)
	books := benchv1.NewBookRepository(recorder)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range calls {
		_, err := books.List(t.Context(), crud.Query{Filter: shapes[i%len(shapes)](r)})
		require.NoError(t, err)
	}
	texts := map[string]bool{}
	for _, sql := range recorder.Statements() {
		texts[sql] = true
	}
	t.Logf("%d calls, %d texts", calls, len(texts))
	assert.Len(t, texts, len(shapes))
}
