//go:build !race

// The race detector changes what is allocated, so that there is nothing to count
// under it.

package bench

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

var updateBudgets = flag.Bool("update", false, "write the measured allocations to "+budgetsFile)

const (
	budgetsFile = "budgets.json"
	remeasure   = "go test -run TestAllocations -update ."

	// Each count is the least of some averages over many runs: what happens now and
	// then, such as a pool's housekeeping, is not the call's.
	averages = 3
	runs     = 100
)

// bars are the most that the repository may allocate, relative to the code written by
// hand. The others have budgets alone.
var bars = map[int]float64{get: 1, list: 0.8, listAfter: 0.8}

// A budget is what a layer was measured to allocate, by the name of the method.
type budget map[string]int

// slack is what a count may be above its budget: minor releases of Go and pgx move
// it a little.
func slack(n int) int { return max(2, n/20) }

// TestAllocations counts the allocations of each call over real databases. It cannot
// run beside other tests, whose allocations would be counted.
func TestAllocations(t *testing.T) {
	pool := crudtest.Postgres(t)
	createCatalogue(t, pool)
	embedded := crudtest.SQLite(t)
	createCatalogue(t, embedded)

	byHand := count(t, handwrittenLayer(pool))
	measured := map[string]budget{
		"repository":        count(t, repositoryLayer(t, pool)),
		"server":            count(t, serverLayer(t, pool)),
		"repository-sqlite": count(t, repositoryLayer(t, embedded)),
	}
	t.Log(table(byHand, measured))

	for m, bar := range bars {
		name := methodNames[m]
		assert.LessOrEqual(t, float64(measured["repository"][name]), bar*float64(byHand[name]),
			"%s: the repository allocates %d times, code written by hand %d times; the bar is %.1f times that",
			name, measured["repository"][name], byHand[name], bar)
	}
	if *updateBudgets {
		writeBudgets(t, measured)
	}
	compare(t, measured, readBudgets(t))
}

// count returns the allocations of one call of each method.
func count(t *testing.T, l layer) budget {
	t.Helper()
	// As in a server, the context of a call can be cancelled.
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	counts := budget{}
	for i, m := range l {
		least := -1
		for range averages {
			if m.ready != nil {
				require.NoError(t, m.ready(ctx, runs+1)) // one to warm up
			}
			var err error
			n := int(testing.AllocsPerRun(runs, func() {
				if e := m.call(ctx); e != nil {
					err = e
				}
			}))
			require.NoError(t, err, methodNames[i])
			if least < 0 || n < least {
				least = n
			}
		}
		counts[methodNames[i]] = least
	}
	return counts
}

func compare(t *testing.T, measured, budgets map[string]budget) {
	t.Helper()
	for layer, counts := range measured {
		for method, n := range counts {
			want, ok := budgets[layer][method]
			if !assert.True(t, ok, "%s has no budget for %s of %s; measure it with: %s", budgetsFile, method, layer, remeasure) {
				continue
			}
			assert.LessOrEqual(t, n, want+slack(want),
				"%s of %s allocates %d times, its budget is %d. Find what allocates (go test -run '^$' -bench . -memprofile mem.out -memprofilerate 1 .), or if it is worth it: %s",
				method, layer, n, want, remeasure)
		}
	}
}

func table(byHand budget, measured map[string]budget) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "\nallocations per call\thandwritten\trepository\tratio\tserver\trepository-sqlite\t\n")
	for _, name := range methodNames {
		n, m := byHand[name], measured["repository"][name]
		fmt.Fprintf(w, "%s\t%d\t%d\t%.2f\t%d\t%d\t\n", name, n, m, float64(m)/float64(n),
			measured["server"][name], measured["repository-sqlite"][name])
	}
	w.Flush()
	return b.String()
}

func readBudgets(t *testing.T) map[string]budget {
	t.Helper()
	text, err := os.ReadFile(budgetsFile)
	require.NoError(t, err)
	var budgets map[string]budget
	require.NoError(t, json.Unmarshal(text, &budgets))
	return budgets
}

func writeBudgets(t *testing.T, budgets map[string]budget) {
	t.Helper()
	text, err := json.MarshalIndent(budgets, "", "\t")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(budgetsFile, append(text, '\n'), 0o644))
}
