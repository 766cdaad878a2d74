package bench

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// batch is how many calls are prepared at once, outside of the measurement.
const batch = 500

// BenchmarkData measures the same calls of each layer one after the other, so that
// their ratios are worth comparing. Besides the time of a call it reports the time of
// the processor that this process, without the database, takes for it.
func BenchmarkData(b *testing.B) {
	pool := crudtest.Postgres(b)
	createCatalogue(b, pool)
	embedded := crudtest.SQLite(b)
	createCatalogue(b, embedded)
	layers := []struct {
		name  string
		layer layer
	}{
		{"handwritten", handwrittenLayer(pool)},
		{"repository", repositoryLayer(b, pool)},
		{"server", serverLayer(b, pool)},
		{"repository-sqlite", repositoryLayer(b, embedded)},
	}
	for i, name := range methodNames {
		b.Run(name, func(b *testing.B) {
			for _, l := range layers {
				b.Run(l.name, func(b *testing.B) { measure(b, l.layer[i]) })
			}
		})
	}
}

func measure(b *testing.B, m method) {
	// As in a server, the context of a call can be cancelled.
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	b.ReportAllocs()
	left := 0
	var spent time.Duration
	start := processorTime(b)
	for b.Loop() {
		if m.ready != nil && left == 0 {
			b.StopTimer()
			spent += processorTime(b) - start
			require.NoError(b, m.ready(ctx, batch))
			left = batch
			start = processorTime(b)
			b.StartTimer()
		}
		left--
		if err := m.call(ctx); err != nil {
			b.Fatal(err)
		}
	}
	spent += processorTime(b) - start
	b.ReportMetric(float64(spent.Nanoseconds())/float64(b.N)/1e3, "cpu-µs/op")
}

// processorTime is what this process has used so far.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
