package crud_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Masterminds/squirrel"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// visitsOf makes the table of a model without a key.
func visitsOf(t testing.TB, db crud.DB, opts ...crud.Option) bookpb.VisitRepository {
	t.Helper()
	require.NoError(t, crud.CreateTables(t.Context(), db, bookpb.VisitTable))
	return bookpb.NewVisitRepository(db, opts...)
}

// someVisits are few, so that many rows are equal in all columns, or in all but one.
var someVisits = []*bookpb.Visit{
	{},
	{Place: "a"},
	{Place: "a", Note: proto.String("")},
	{Place: "a", Guests: proto.Int32(0), Rating: proto.Float64(1.5)},
	{Place: "A", Guests: proto.Int32(-1), Tags: []string{"x", "y"}},
	{Place: "A", Guests: proto.Int32(-1), Tags: []string{"x,y"}},
	{Place: "ä", Photo: []byte{0, 255}, Genre: bookpb.Genre_GENRE_SAGA.Enum()},
	{Place: "ä", Counts: map[string]int64{"one": 1, "two": 2}},
	{Place: "ä", VisitTime: timestamppb.New(time.Unix(1, 1000)), Spot: &bookpb.Spot{}},
	{Place: "ä", VisitTime: timestamppb.New(time.Unix(1, 1000)), Spot: &bookpb.Spot{Name: "bar", Floor: proto.Int32(1)}},
	{Place: "z", Rating: proto.Float64(math.Inf(-1))},
}

// notInSQLite are what it does not store.
var notInSQLite = []*bookpb.Visit{
	{Place: "z", Rating: proto.Float64(math.NaN())},
	{Place: "z", Rating: proto.Float64(math.Copysign(0, -1))},
	{Place: "z", Rating: proto.Float64(0)},
}

var visitOrders = []string{
	"", "place", "place desc", "note", "note desc", "guests desc, place", "rating", "rating desc", "genre, note desc",
	"visit_time desc", "spot.floor", "spot.floor desc, rating",
}

// TestPagesWithoutKey: whatever rows there are, and however many are equal, the pages of
// any sizes have each of them once, in the order in which All has them.
func TestPagesWithoutKey(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		visits := visitsOf(t, db)
		some := someVisits
		if strings.HasSuffix(t.Name(), "postgres") {
			some = slices.Concat(some, notInSQLite)
		}
		rapid.Check(t, func(rt *rapid.T) {
			ctx := t.Context()
			_, err := visits.DeleteWhere(ctx).Where("true").Exec(ctx)
			require.NoError(rt, err)
			created := rapid.SliceOfN(rapid.SampledFrom(some), 1, 25).Draw(rt, "rows")
			_, err = visits.BatchCreate(ctx, created)
			require.NoError(rt, err)

			q := crud.Query{OrderBy: rapid.SampledFrom(visitOrders).Draw(rt, "order"), CountTotal: rapid.Bool().Draw(rt, "count")}
			all := allOf(ctx, rt, visits, q)
			assert.Equal(rt, texts(created), texts(all))
			skips := rapid.Bool().Draw(rt, "skips")
			for at := 0; ; {
				q.PageSize, q.Skip = rapid.Int32Range(1, 7).Draw(rt, "size"), 0
				if skips {
					q.Skip = rapid.Int32Range(0, 3).Draw(rt, "skip")
				}
				page, err := visits.List(ctx, q)
				require.NoError(rt, err)
				at = min(at+int(q.Skip), len(all))
				want := all[at:min(at+int(q.PageSize), len(all))]
				samePage(rt, want, page.Items, "at %d of %d", at, len(all))
				if q.CountTotal {
					require.EqualValues(rt, len(all), page.TotalSize)
				}
				at += len(want)
				require.Equal(rt, at < len(all), page.NextPageToken != "")
				if q.PageToken = page.NextPageToken; q.PageToken == "" {
					break
				}
			}
		})
	})
}

func allOf(ctx context.Context, t require.TestingT, visits bookpb.VisitStore, q crud.Query) []*bookpb.Visit {
	var all []*bookpb.Visit
	for m, err := range visits.All(ctx, crud.Query{OrderBy: q.OrderBy, Filter: q.Filter}) {
		require.NoError(t, err)
		all = append(all, m)
	}
	return all
}

func samePage(t require.TestingT, want, got []*bookpb.Visit, msgAndArgs ...any) {
	require.Len(t, got, len(want), msgAndArgs...)
	for i := range want {
		if !proto.Equal(want[i], got[i]) { // which takes NaN for NaN
			require.Empty(t, cmp.Diff(want[i], got[i], protocmp.Transform()), msgAndArgs...)
		}
	}
}

// texts are messages that can be compared as a set.
func texts(ms []*bookpb.Visit) []string {
	var all []string
	for _, m := range ms {
		all = append(all, prototext.MarshalOptions{}.Format(m))
	}
	slices.Sort(all)
	return all
}

// TestLargePlaces: a row that no token can hold does not end a walk.
func TestLargePlaces(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		visits := visitsOf(t, db)
		for _, place := range []string{"a", "b", "b", strings.Repeat("b", 10_000), strings.Repeat("b", 10_000), "c", "c", "c"} {
			_, err := visits.Create(ctx, &bookpb.Visit{Place: place})
			require.NoError(t, err)
		}
		all := allOf(ctx, t, visits, crud.Query{})
		require.Len(t, all, 8)
		for size := int32(1); size < 8; size++ {
			for skip := range int32(3) {
				q := crud.Query{PageSize: size}
				for at := 0; at < len(all); {
					page, err := visits.List(ctx, q)
					require.NoError(t, err)
					at = min(at+int(q.Skip), len(all))
					want := all[at:min(at+int(size), len(all))]
					samePage(t, want, page.Items, "at %d, pages of %d, skip %d", at, size, skip)
					require.Less(t, len(page.NextPageToken), 6000)
					at += len(want)
					if q.PageToken, q.Skip = page.NextPageToken, skip; q.PageToken == "" {
						require.Equal(t, len(all), at)
						break
					}
				}
			}
		}
	})
}

// TestListWithoutKey: filters, masks and totals are as of other models.
func TestListWithoutKey(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		visits := visitsOf(t, db)
		for i := range 6 {
			_, err := visits.Create(ctx, &bookpb.Visit{Place: "a", Guests: proto.Int32(int32(i % 2)), Tags: []string{"x"}})
			require.NoError(t, err)
		}
		q := crud.Query{Filter: "guests = 1", ReadMask: mask("guests"), PageSize: 2, CountTotal: true}
		page, err := visits.List(ctx, q)
		require.NoError(t, err)
		assert.EqualValues(t, 3, page.TotalSize)
		require.Len(t, page.Items, 2)
		sameMessage(t, &bookpb.Visit{Guests: proto.Int32(1)}, page.Items[1])
		q.PageToken = page.NextPageToken
		page, err = visits.List(ctx, q)
		require.NoError(t, err)
		assert.Len(t, page.Items, 1)
		assert.Empty(t, page.NextPageToken)

		q.OrderBy = "guests"
		_, err = visits.List(ctx, q)
		violated(t, err, crud.ReasonInvalidPageToken, "page_token")
	})
}

// TestNoKey: whatever asks for one row is refused, and touches none.
func TestNoKey(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		statements := crudtest.NewRecorder(db)
		visits := visitsOf(t, statements)
		want := []*bookpb.Visit{{Place: "a"}, {Place: "b"}}
		_, err := visits.BatchCreate(ctx, want)
		require.NoError(t, err)
		statements.Reset()

		only, key, m := []crud.NoKey{{}}, crud.NoKey{}, &bookpb.Visit{Place: "c"}
		table, store := bookpb.VisitTable, bookpb.VisitStore(visits)
		for name, call := range map[string]func() error{
			"Get":              func() error { _, err := visits.Get(ctx, key); return err },
			"Get with fields":  func() error { _, err := visits.Get(ctx, key, crud.ReadMask(mask("place"))); return err },
			"Update":           func() error { _, err := visits.Update(ctx, m, nil); return err },
			"Update of all":    func() error { _, err := visits.Update(ctx, m, mask("*")); return err },
			"Update or create": func() error { _, err := visits.Update(ctx, m, nil, crud.AllowMissing(true)); return err },
			"Delete":           func() error { _, err := visits.Delete(ctx, key); return err },
			"Delete if there":  func() error { _, err := visits.Delete(ctx, key, crud.AllowMissing(true)); return err },
			"Undelete":         func() error { _, err := visits.Undelete(ctx, key); return err },
			"BatchGet":         func() error { _, err := visits.BatchGet(ctx, only); return err },
			"BatchUpdate": func() error {
				_, err := visits.BatchUpdate(ctx, []crud.Change[*bookpb.Visit]{{Message: m}})
				return err
			},
			"BatchDelete":       func() error { _, err := visits.BatchDelete(ctx, only); return err },
			"server Get":        func() error { _, err := crud.Get(ctx, table, store, key); return err },
			"server Update":     func() error { _, err := crud.Update(ctx, table, store, m, nil); return err },
			"server Delete":     func() error { _, err := crud.Delete(ctx, table, store, key); return err },
			"server BatchGet":   func() error { _, err := crud.BatchGet(ctx, table, store, only, "keys"); return err },
			"empty server mask": func() error { _, err := crud.Update(ctx, table, store, &bookpb.Visit{}, nil); return err },
		} {
			refused(t, call(), codes.Unimplemented, crud.ReasonUnimplemented)
			assert.Empty(t, statements.Statements(), name)
		}
		_, err = visits.Purge(ctx, 1)
		refused(t, err, codes.Internal, crud.ReasonInternal)

		all := allOf(ctx, t, visits, crud.Query{})
		assert.Empty(t, cmp.Diff(want, all, protocmp.Transform()))
		n, err := visits.UpdateWhere(ctx).Set("place", "d").Where(squirrel.Eq{"place": "a"}).Exec(ctx)
		require.NoError(t, err)
		assert.EqualValues(t, 1, n)
	})
}

// TestCreateWithoutKey: rows are created with their hooks, and unique values are unique.
func TestCreateWithoutKey(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		var seen []string
		visits := visitsOf(t, db, bookpb.VisitHooks{
			BeforeCreate: func(_ context.Context, w *crud.Write[*bookpb.Visit]) error {
				w.New.Note = proto.String("noted")
				return nil
			},
			AfterCreate: func(_ context.Context, w *crud.Write[*bookpb.Visit]) error {
				seen = append(seen, w.New.GetPlace()+" "+w.New.GetNote())
				return nil
			},
		})
		stored, err := visits.Create(ctx, &bookpb.Visit{Place: "a"})
		require.NoError(t, err)
		sameMessage(t, &bookpb.Visit{Place: "a", Note: proto.String("noted")}, stored)
		batch, err := visits.BatchCreate(ctx, []*bookpb.Visit{{Place: "b"}, {Place: "b"}, {Place: "a"}})
		require.NoError(t, err)
		require.Len(t, batch, 3)
		assert.Equal(t, "a", batch[2].GetPlace())
		assert.Equal(t, []string{"a noted", "b noted", "b noted", "a noted"}, seen)

		_, err = visits.Create(ctx, &bookpb.Visit{Ticket: proto.String("1")})
		require.NoError(t, err)
		_, err = crud.Create(ctx, bookpb.VisitTable, bookpb.VisitStore(visits), &bookpb.Visit{Ticket: proto.String("1")})
		refused(t, err, codes.AlreadyExists, crud.ReasonUniqueViolation)
		found, err := visits.GetByTicket(ctx, "1")
		require.NoError(t, err)
		assert.Equal(t, "1", found.GetTicket())
		tried, err := visits.Create(ctx, &bookpb.Visit{Place: "tried"}, crud.ValidateOnly(true))
		require.NoError(t, err)
		assert.Equal(t, "tried", tried.GetPlace())
		assert.Len(t, allOf(ctx, t, visits, crud.Query{}), 5)
	})
}

// TestRequestIDWithoutKey: a call that is repeated adds no second row. There is no other
// way to tell that it was.
func TestRequestIDWithoutKey(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		require.NoError(t, crud.CreateTables(ctx, db, crud.RequestTable))
		visits := visitsOf(t, db)
		id := uuid.NewString()
		for range 2 {
			stored, err := visits.Create(ctx, &bookpb.Visit{Place: "a"}, crud.RequestID("/test/CreateVisit", id, nil))
			require.NoError(t, err)
			assert.Equal(t, "a", stored.GetPlace())
		}
		assert.Len(t, allOf(ctx, t, visits, crud.Query{}), 1)
	})
}

// TestTableWithoutKey: it is made without one, and one that is there may have one.
func TestTableWithoutKey(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		visitsOf(t, db)
		require.NoError(t, crud.CheckTables(ctx, db, bookpb.VisitTable))
		for _, d := range []crud.Dialect{crud.Postgres, crud.SQLite} {
			statements, err := crud.Schema(d, bookpb.VisitTable.Info())
			require.NoError(t, err)
			assert.NotContains(t, fmt.Sprint(statements), "PRIMARY KEY")
		}
	})
}
