package apitest_test

import (
	"context"
	"fmt"
	"sync"
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
			write, end := writeMembers(t, s.plain, rows)
			defer end()
			seen := make(map[int64]int, rows)
			req := &apitest.ListMembersRequest{Org: "a", PageSize: 1000}
			for member, err := range client.Pages(t.Context(), s.plain.ListMembers, req, (*apitest.ListMembersResponse).GetMembers) {
				require.NoError(t, err)
				if seen[member.GetNumber()]++; len(seen)%100 == 0 {
					write()
				}
			}
			end()
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
		})
	}
}

// writeMembers returns a func that has one more member with an odd number come, and go in
// a third of all cases, and one with an even number change, while its caller goes on. end
// waits for them.
func writeMembers(t *testing.T, c apitest.PlainServiceClient, rows int64) (write, end func()) {
	t.Helper()
	places := make(chan int64)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for at := range places {
				assert.NoError(t, writeMember(t.Context(), c, at))
			}
		})
	}
	next := int64(0)
	write = func() {
		next++
		places <- next * 7919 % rows // in large steps, so that writes are everywhere
	}
	return write, sync.OnceFunc(func() {
		close(places)
		wg.Wait()
	})
}

func writeMember(ctx context.Context, c apitest.PlainServiceClient, at int64) error {
	odd := &apitest.Member{Org: "a", Number: 2*at + 1, Role: "writer"}
	if _, err := c.CreateMember(ctx, &apitest.CreateMemberRequest{Member: odd}); err != nil {
		return err
	}
	change := &apitest.UpdateMemberRequest{
		Member: &apitest.Member{Org: "a", Number: 2*at + 2, Role: "changed"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"role"}},
	}
	if _, err := c.UpdateMember(ctx, change); err != nil || at%3 != 0 {
		return err
	}
	_, err := c.DeleteMember(ctx, &apitest.DeleteMemberRequest{Org: "a", Number: odd.GetNumber()})
	return err
}
