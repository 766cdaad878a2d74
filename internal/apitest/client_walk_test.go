package apitest_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// fillShelves makes the shelves s000002, s000004 … of as many as there are to be.
const fillShelves = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
INSERT INTO shelves (shelf_id, theme) SELECT 's' || substr(CAST(1000000 + 2 * i AS text), 2), 'old' FROM n`

// A walk over many pages sees each row that is there throughout once, whatever is
// written meanwhile: before, behind and at the place where it is.
func TestWalkUnderWrites(t *testing.T) {
	t.Parallel()
	const rows = 100_000
	for engine, open := range map[string]func(testing.TB) crud.DB{
		"postgres": func(t testing.TB) crud.DB { return crudtest.Postgres(t) },
		"sqlite":   func(t testing.TB) crud.DB { return crudtest.SQLiteMemory(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			s := readServe(t, open(t))
			_, err := s.db.Exec(t.Context(), fmt.Sprintf(fillShelves, rows))
			require.NoError(t, err)
			write, end := writeShelves(t, s.named, rows)
			defer end()
			seen := make(map[string]int, rows)
			req := &apitest.ListShelvesRequest{PageSize: 1000}
			for shelf, err := range client.Pages(t.Context(), s.named.ListShelves, req, (*apitest.ListShelvesResponse).GetShelves) {
				require.NoError(t, err)
				if seen[shelf.GetName()]++; len(seen)%200 == 0 {
					write()
				}
			}
			end()
			missed := 0
			for i := range rows {
				if seen[shelfNumber(2*(i+1))] == 0 {
					missed++
				}
			}
			assert.Zero(t, missed, "rows that were there throughout")
			for name, times := range seen {
				if times != 1 {
					assert.Fail(t, "a row was seen more than once", name)
				}
			}
		})
	}
}

func shelfNumber(n int) string { return fmt.Sprintf("shelves/s%06d", n) }

// writeShelves returns a func that has one more shelf with an odd number come, and go in
// a third of all cases, and one with an even number change, while its caller goes on. end
// waits for them.
func writeShelves(t *testing.T, c apitest.NamedServiceClient, rows int) (write, end func()) {
	t.Helper()
	places := make(chan int)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for at := range places {
				assert.NoError(t, writeShelf(t.Context(), c, at))
			}
		})
	}
	next := 0
	write = func() {
		next++
		places <- next * 7919 % rows // in large steps, so that writes are everywhere
	}
	return write, sync.OnceFunc(func() {
		close(places)
		wg.Wait()
	})
}

func writeShelf(ctx context.Context, c apitest.NamedServiceClient, at int) error {
	odd := shelfNumber(2*at + 1)
	_, err := c.CreateShelf(ctx, &apitest.CreateShelfRequest{ShelfId: strings.TrimPrefix(odd, "shelves/"), Shelf: &apitest.Shelf{Theme: "new"}})
	if err != nil {
		return err
	}
	change := &apitest.UpdateShelfRequest{Shelf: &apitest.Shelf{Name: shelfNumber(2*at + 2), Theme: "changed"}}
	if _, err := c.UpdateShelf(ctx, change); err != nil || at%3 != 0 {
		return err
	}
	_, err = c.DeleteShelf(ctx, &apitest.DeleteShelfRequest{Name: odd})
	return err
}
