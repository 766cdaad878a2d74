package crud_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// TestTimesOfTheClock: create_time and update_time are the clock's, cut to
// microseconds, and each update is later than the one before, also when the clock
// stands still, goes back, or nothing changes.
func TestTimesOfTheClock(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		c := &clock{now: time.Date(2026, 2, 3, 4, 5, 6, 7_008_999, time.FixedZone("", 3600))}
		books := bookpb.NewBookRepository(db, crud.WithClock(c.Now))
		b := createBook(t, books, "shelves/a/books/clock", "Clock")
		created := time.Date(2026, 2, 3, 3, 5, 6, 7_008_000, time.UTC)
		assert.Equal(t, created, b.GetCreateTime().AsTime())
		assert.Equal(t, created, b.GetUpdateTime().AsTime())

		steps := []struct {
			name  string
			clock time.Time
			mask  []string
			want  time.Time
		}{
			{"the clock stands still", c.now, []string{"title"}, created.Add(time.Microsecond)},
			{"nothing changes", c.now, []string{"title"}, created.Add(2 * time.Microsecond)},
			{"the clock goes back", c.now.Add(-time.Hour), []string{"title"}, created.Add(3 * time.Microsecond)},
			{"the clock goes on", c.now.Add(time.Second), []string{"title"}, created.Add(time.Second)},
		}
		for _, step := range steps {
			c.now = step.clock
			got, err := books.Update(t.Context(), b, mask(step.mask...))
			require.NoError(t, err, step.name)
			assert.Equal(t, step.want, got.GetUpdateTime().AsTime(), step.name)
			assert.Equal(t, created, got.GetCreateTime().AsTime(), step.name)
		}
	})
}
