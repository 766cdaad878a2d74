package crud_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestBatchGetKeepsTheOrder: one statement, the order of the keys, and a message of its
// own for each.
func TestBatchGetKeepsTheOrder(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		books := bookpb.NewBookRepository(rec)
		ms := createBooks(t, books, "x", "y", "z")
		rec.Reset()
		got, err := books.BatchGet(ctx, booksAt("z", "x", "z", "y", "x"))
		require.NoError(t, err)
		assert.Equal(t, []string{"SELECT"}, statements(rec))
		sameMessages(t, []*bookpb.Book{ms[2], ms[0], ms[2], ms[1], ms[0]}, got)
		got[0].Title = "changed"
		assert.Equal(t, "z", got[2].GetTitle(), "two messages for one key")

		got, err = books.BatchGet(ctx, booksAt("y", "y"), crud.ReadMask(mask("title")))
		require.NoError(t, err)
		sameMessages(t, []*bookpb.Book{{Title: "y"}, {Title: "y"}}, got, "only the fields of the mask")
		_, err = books.BatchGet(ctx, booksAt("y"), crud.ReadMask(mask("nothing")))
		violated(t, err, crud.ReasonInvalidFieldMask, "read_mask")
	})
}

// TestBatchGetTextIsOne: the text is the same for any number of keys.
func TestBatchGetTextIsOne(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		rec := crudtest.NewRecorder(db)
		books := bookpb.NewBookRepository(rec)
		createBooks(t, books, numbersUpTo(100)...)
		rec.Reset()
		for _, n := range []int{1, 2, 100} {
			_, err := books.BatchGet(t.Context(), booksAt(numbersUpTo(n)...))
			require.NoError(t, err)
		}
		sent := rec.Statements()
		assert.Equal(t, []string{sent[0], sent[0], sent[0]}, sent)
	})
}

// TestBatchGetNamesAllThatAreMissing, in the order in which they were asked for.
func TestBatchGetNamesAllThatAreMissing(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books, notes := bookpb.NewBookRepository(db), bookpb.NewNoteRepository(db, byTenant)
		createBooks(t, books, "x")
		_, err := books.BatchGet(ctx, booksAt("q", "x", "p", "q"))
		missingNames(t, err, crud.ReasonResourceNotFound, "shelves/a/books/q,shelves/a/books/p", "shelves/a/books/q")
		_, err = books.BatchGet(ctx, booksAt("q"))
		missingNames(t, err, crud.ReasonResourceNotFound, "shelves/a/books/q", "shelves/a/books/q")

		// A key that no row can have is among them.
		ctx = withTenant(ctx, "x")
		note, err := notes.Create(ctx, &bookpb.Note{Title: "n"})
		require.NoError(t, err)
		const unused = "00000000-0000-7000-8000-000000000001"
		_, err = notes.BatchGet(ctx, []string{"no, UUID", note.GetId(), unused})
		missingNames(t, err, crud.ReasonResourceNotFound, `"no, UUID",`+unused, "no, UUID")
		_, err = notes.BatchGet(ctx, []string{"none"})
		missingNames(t, err, crud.ReasonResourceNotFound, "none", "none")
		_, err = notes.BatchGet(withTenant(ctx, "y"), []string{note.GetId()})
		missingNames(t, err, crud.ReasonResourceNotFound, note.GetId(), note.GetId())
		_, err = notes.BatchGet(t.Context(), []string{note.GetId()})
		require.ErrorIs(t, err, errNoTenant)
	})
}

// TestBatchGetOfEveryKeyStyle: composite keys whose values mix, numbers at the ends of
// their ranges, UUIDs.
func TestBatchGetOfEveryKeyStyle(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		members, counters := bookpb.NewMemberRepository(db), bookpb.NewCounterRepository(db)
		for _, org := range []string{"a", `b"\,{}`, "ä/%\u2028"} {
			for id := range int64(2) {
				_, err := members.Create(ctx, &bookpb.Member{Org: org, UserId: id + 1, Role: org})
				require.NoError(t, err)
			}
		}
		keys := []bookpb.MemberKey{{Org: "ä/%\u2028", UserId: 1}, {Org: "a", UserId: 2}, {Org: `b"\,{}`, UserId: 1}}
		got, err := members.BatchGet(ctx, keys)
		require.NoError(t, err)
		for i, m := range got {
			assert.Equal(t, keys[i], bookpb.MemberKey{Org: m.GetOrg(), UserId: m.GetUserId()})
			assert.Equal(t, keys[i].Org, m.GetRole())
		}
		_, err = members.BatchGet(ctx, []bookpb.MemberKey{{Org: "a", UserId: 1}, {Org: "a", UserId: 3}})
		missingNames(t, err, crud.ReasonResourceNotFound, "a/3", "a/3")

		numbers := []uint64{math.MaxUint64, 1, math.MaxInt64 + 1, math.MaxInt64}
		for _, n := range numbers {
			_, err := counters.Create(ctx, &bookpb.Counter{Id: n})
			require.NoError(t, err)
		}
		many, err := counters.BatchGet(ctx, numbers)
		require.NoError(t, err)
		for i, m := range many {
			assert.Equal(t, numbers[i], m.GetId())
		}
		shelves, err := bookpb.NewShelfRepository(db).BatchGet(ctx, []bookpb.ShelfKey{{ShelfId: "b"}, {ShelfId: "a"}})
		require.NoError(t, err)
		assert.Equal(t, "shelves/b", shelves[0].GetName())
		users, err := bookpb.NewUserRepository(db).BatchGet(ctx, []int64{2, 1})
		require.NoError(t, err)
		assert.Equal(t, "bob", users[0].GetUsername())
	})
}

// TestBatchSizes: an empty list, and one that is too long.
func TestBatchSizes(t *testing.T) {
	t.Parallel()
	eachPaperStore(t, func(t *testing.T, s paperStore, rec *crudtest.Recorder) {
		ctx := t.Context()
		for n, reason := range map[int]string{0: crud.ReasonRequiredFieldMissing, 6: crud.ReasonInvalidField} {
			_, err := s.BatchGet(ctx, make([]string, n))
			violated(t, err, reason, "keys")
			_, err = s.BatchCreate(ctx, make([]*paper, n))
			violated(t, err, reason, "messages")
			_, err = s.BatchUpdate(ctx, make([]crud.Change[*paper], n))
			violated(t, err, reason, "changes")
			_, err = s.BatchDelete(ctx, make([]string, n))
			violated(t, err, reason, "keys")
		}
		assert.Empty(t, rec.Statements())
		createPapers(t, s, "1", "2", "3", "4", "5")
	})
	var none crud.UnimplementedStore[*bookpb.Book, bookpb.BookKey]
	ctx := t.Context()
	_, err := none.BatchGet(ctx, nil)
	assertUnimplemented(t, err, "BatchGet")
	_, err = none.BatchCreate(ctx, nil)
	assertUnimplemented(t, err, "BatchCreate")
	_, err = none.BatchUpdate(ctx, nil)
	assertUnimplemented(t, err, "BatchUpdate")
	_, err = none.BatchDelete(ctx, nil)
	assertUnimplemented(t, err, "BatchDelete")
}

func assertUnimplemented(t testing.TB, err error, method string) {
	t.Helper()
	var e *crud.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, codes.Unimplemented, e.Code)
	assert.Contains(t, e.Message, method)
}
