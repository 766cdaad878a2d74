package apitest_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// fillMembers puts members with the numbers 2, 4 … 2n into the org "a".
const fillMembers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
INSERT INTO members (org, number, role, update_time, revision) SELECT 'a', 2 * i, 'reader', $1, 1 FROM n`

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
			_, err := s.db.Exec(t.Context(), fmt.Sprintf(fillMembers, rows), time.Now())
			require.NoError(t, err)
			stop, writes := writeMembers(t, s.plain, rows)
			defer stop()
			seen := make(map[int64]int, rows)
			req := &apitest.ListMembersRequest{Org: "a", PageSize: 1000}
			for member, err := range client.Pages(t.Context(), s.plain.ListMembers, req, (*apitest.ListMembersResponse).GetMembers) {
				require.NoError(t, err)
				seen[member.GetNumber()]++
			}
			stop()
			throughout := 0
			for number, times := range seen {
				if number%2 == 0 {
					throughout++
				}
				if times != 1 {
					assert.Fail(t, "a row was seen more than once", "%d: %d", number, times)
				}
			}
			assert.Equal(t, rows, throughout)
			assert.Positive(t, writes.Load())
		})
	}
}

// writeMembers has members with odd numbers come and go, and the others change, until
// stop.
func writeMembers(t *testing.T, c apitest.PlainServiceClient, rows int64) (stop func(), writes *atomic.Int64) {
	t.Helper()
	done, writes := make(chan struct{}), new(atomic.Int64)
	write := func(at int64) error {
		odd := &apitest.Member{Org: "a", Number: 2*at + 1, Role: "writer"}
		if _, err := c.CreateMember(t.Context(), &apitest.CreateMemberRequest{Member: odd}); err != nil {
			return err
		}
		change := &apitest.UpdateMemberRequest{
			Member: &apitest.Member{Org: "a", Number: 2*at + 2, Role: "changed"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"role"}},
		}
		if _, err := c.UpdateMember(t.Context(), change); err != nil {
			return err
		}
		if at%3 != 0 {
			return nil
		}
		_, err := c.DeleteMember(t.Context(), &apitest.DeleteMemberRequest{Org: "a", Number: odd.GetNumber()})
		return err
	}
	var wg sync.WaitGroup
	for writer := range int64(4) {
		wg.Go(func() {
			for i := int64(0); ; i++ {
				select {
				case <-done:
					return
				default:
				}
				// In large steps, so that writes are everywhere.
				if err := write((i*7919*4 + writer) % rows); !assert.NoError(t, err) {
					return
				}
				writes.Add(1)
			}
		})
	}
	return sync.OnceFunc(func() {
		close(done)
		wg.Wait()
	}), writes
}
