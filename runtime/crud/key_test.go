package crud_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestKeysRoundTrip: the text of a composite key gives the key back, whatever is in
// it.
func TestKeysRoundTrip(t *testing.T) {
	t.Parallel()
	part := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("/%25fF-")), 0, 8, -1))
	rapid.Check(t, func(t *rapid.T) {
		want := bookpb.MemberKey{Org: part.Draw(t, "org"), UserId: rapid.Int64().Draw(t, "user")}
		got, err := bookpb.ParseMemberKey(want.String())
		require.NoError(t, err)
		assert.Equal(t, want, got)

		var numbers struct {
			a string
			b int32
			c uint32
			d uint64
		}
		text := crud.JoinKey(want.Org, rapid.Int32().Draw(t, "b"), rapid.Uint32().Draw(t, "c"), rapid.Uint64().Draw(t, "d"))
		require.NoError(t, crud.SplitKey(text, &numbers.a, &numbers.b, &numbers.c, &numbers.d))
		assert.Equal(t, text, crud.JoinKey(numbers.a, numbers.b, numbers.c, numbers.d))
	})
}

// TestKeyTextsAreUnambiguous: no two keys have one text.
func TestKeyTextsAreUnambiguous(t *testing.T) {
	t.Parallel()
	parts := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("a/%2F")), 0, 4, -1), 2, 2)
	rapid.Check(t, func(t *rapid.T) {
		a, b := parts.Draw(t, "a"), parts.Draw(t, "b")
		same := crud.JoinKey(a[0], a[1]) == crud.JoinKey(b[0], b[1])
		assert.Equal(t, slices.Equal(a, b), same)
	})
}

func FuzzSplitKey(f *testing.F) {
	for _, text := range []string{
		"", "/", "a/1", "a%2Fb/1", "a%252Fb/-1", "a%2fb/1", "%/1", "%2/1", "a//1", "a/01", "a/+1", "a/-0", "a/9223372036854775808",
		"\x00/0", "\xff/0", "ä/0", "a/ 1", "a/1 ", "a/0x1", "a/1_0", "a/١",
	} {
		f.Add(text, int64(len(text)))
	}
	f.Fuzz(func(t *testing.T, text string, number int64) {
		key, err := bookpb.ParseMemberKey(text)
		switch {
		case err == nil:
			assert.Equal(t, text, key.String(), "two texts of one key")
		case strings.Count(text, "/") == 1:
			assert.ErrorIs(t, err, crud.ErrNoSuchKey)
		default:
			assert.EqualError(t, err, "must have 2 values joined with /")
		}
		want := bookpb.MemberKey{Org: text, UserId: number}
		got, err := bookpb.ParseMemberKey(want.String())
		assert.NoError(t, err)
		assert.Equal(t, want, got)
	})
}

// TestSplitKeyOfAWrongType is a mistake of the generator's.
func TestSplitKeyOfAWrongType(t *testing.T) {
	t.Parallel()
	var wrong bool
	err := crud.SplitKey("true", &wrong)
	require.Error(t, err)
	assert.NotErrorIs(t, err, crud.ErrNoSuchKey)
}

// TestResourceInfoOfOddKeys: a name in an error is the key's text, and parses.
func TestResourceInfoOfOddKeys(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		members := bookpb.NewMemberRepository(db)
		for _, org := range []string{"a/b", "a%2Fb", "%", "/", " ", "ä", "-", "'", `"`} {
			key := bookpb.MemberKey{Org: org, UserId: 1}
			_, err := crud.Delete(ctx, bookpb.MemberTable, members, key)
			notFound(t, err, "bookpb.Member", key.String())
			_, err = crud.Create(ctx, bookpb.MemberTable, members, &bookpb.Member{Org: org, UserId: 1})
			require.NoError(t, err, org)
			_, err = crud.Create(ctx, bookpb.MemberTable, members, &bookpb.Member{Org: org, UserId: 1})
			info := resourceInfo(t, refused(t, err, alreadyExists, crud.ReasonResourceAlreadyExists))
			named, err := bookpb.ParseMemberKey(info.GetResourceName())
			require.NoError(t, err)
			assert.Equal(t, key, named)
			got, err := members.Get(ctx, named)
			require.NoError(t, err)
			assert.Equal(t, org, got.GetOrg())
		}
	})
}

// TestUnstorableKeys: a key that only Go can make is one that no row has, and an error
// that names it is still one a client can read.
func TestUnstorableKeys(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		rec := crudtest.NewRecorder(db)
		members, books := bookpb.NewMemberRepository(rec), bookpb.NewBookRepository(rec)
		for bad, shown := range map[string]string{"a\x00": "a\x00", "a\xff": "a\uFFFD"} {
			_, err := members.Get(ctx, bookpb.MemberKey{Org: bad, UserId: 1})
			notFound(t, err, "bookpb.Member", shown+"/1")
			_, err = members.Delete(ctx, bookpb.MemberKey{Org: bad, UserId: 1})
			notFound(t, err, "bookpb.Member", shown+"/1")
			_, err = books.Get(ctx, bookpb.BookKey{ShelfId: "a", BookId: bad})
			notFound(t, err, "test.example.com/Book", "shelves/a/books/"+shown)
			_, err = books.Delete(ctx, bookpb.BookKey{ShelfId: bad, BookId: "x"})
			notFound(t, err, "test.example.com/Book", "shelves/"+shown+"/books/x")
			_, err = books.GetByIsbn(ctx, bad)
			notFound(t, err, "test.example.com/Book", "isbn="+shown)
		}
		assert.Empty(t, rec.Statements())
	})
}

// TestExtremeKeys: every number is a key, and their order is that of numbers.
func TestExtremeKeys(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, plainTable))
		extremes(t, bookpb.TicketTable, crud.NewRepository(db, bookpb.TicketTable, byTenant),
			func(id int64) *bookpb.Ticket { return &bookpb.Ticket{Id: id, TenantId: "x"} },
			math.MinInt64, math.MinInt64+1, math.MinInt32-1, -1, 1, math.MaxUint32, math.MaxInt64-1, math.MaxInt64)
		extremes(t, bookpb.CounterTable, crud.NewRepository(db, bookpb.CounterTable),
			func(id uint64) *bookpb.Counter { return &bookpb.Counter{Id: id} },
			1, 2, math.MaxUint32, math.MaxInt64, math.MaxInt64+1, math.MaxUint64-1, math.MaxUint64)
		extremes(t, plainTable, crud.NewRepository(db, plainTable),
			func(id uint32) *bookpb.Counter { return &bookpb.Counter{Plain: id} },
			1, 2, math.MaxInt32, math.MaxInt32+1, math.MaxUint32-1, math.MaxUint32)
	})
}

// extremes stores, lists, reads and deletes rows with the keys, which are in order.
func extremes[M proto.Message, K comparable](t *testing.T, table *crud.Table[M, K], s crud.Store[M, K], row func(K) M, keys ...K) {
	t.Helper()
	ctx := withTenant(t.Context(), "x")
	for _, k := range slices.Backward(keys) {
		_, err := s.Create(ctx, row(k))
		require.NoError(t, err, k)
	}
	var listed []K
	for _, m := range walk(ctx, t, s, crud.Query{PageSize: 1}) {
		k, err := table.KeyOf(m)
		require.NoError(t, err)
		listed = append(listed, k)
	}
	assert.Equal(t, keys, listed)
	for _, k := range keys {
		m, err := crud.Get(ctx, table, s, k)
		require.NoError(t, err, k)
		got, err := table.KeyOf(m)
		require.NoError(t, err)
		assert.Equal(t, k, got)
		_, err = s.Create(ctx, row(k))
		info := resourceInfo(t, refused(t, err, alreadyExists, crud.ReasonResourceAlreadyExists))
		assert.Equal(t, crud.JoinKey(k), info.GetResourceName())
		_, err = crud.Delete(ctx, table, s, k)
		require.NoError(t, err, k)
		_, err = crud.Get(ctx, table, s, k)
		notFound(t, err, table.Info().Resource, crud.JoinKey(k))
	}
}

// TestUUIDForms: a UUID has one spelling; any other is a key that no row has.
func TestUUIDForms(t *testing.T) {
	t.Parallel()
	const id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := withTenant(t.Context(), "x")
		notes := bookpb.NewNoteRepository(db, byTenant)
		_, err := crud.Create(ctx, bookpb.NoteTable, notes, &bookpb.Note{Id: id, Title: "t"})
		require.NoError(t, err)
		for _, form := range []string{
			strings.ToUpper(id), "{" + id + "}", "urn:uuid:" + id, strings.ReplaceAll(id, "-", ""), id + " ", " " + id, id + "\n",
			"6ba7b8109-dad-11d1-80b4-00c04fd430c8", id[:35], id + "0", "x", "Ü" + id[2:],
		} {
			_, err = crud.Get(ctx, bookpb.NoteTable, notes, form)
			notFound(t, err, "bookpb.Note", form)
			_, err = crud.Delete(ctx, bookpb.NoteTable, notes, form)
			notFound(t, err, "bookpb.Note", form)
			_, err = crud.Update(ctx, bookpb.NoteTable, notes, &bookpb.Note{Id: form}, mask("title"))
			notFound(t, err, "bookpb.Note", form)
			_, err = crud.Create(ctx, bookpb.NoteTable, notes, &bookpb.Note{Id: form})
			violated(t, err, crud.ReasonInvalidField, "note.id")
		}
		got, err := crud.Get(ctx, bookpb.NoteTable, notes, id)
		require.NoError(t, err)
		assert.Equal(t, "t", got.GetTitle())
	})
}

// TestKeysThatNoColumnHolds: over a table that was there before, the database may be
// the first to see that no row can have a key.
func TestKeysThatNoColumnHolds(t *testing.T) {
	t.Parallel()
	db := crudtest.Postgres(t)
	ctx := t.Context()
	createTables(t, db)
	for _, sql := range []string{
		"ALTER TABLE counters ALTER COLUMN id TYPE bigint",
		"ALTER TABLE members ALTER COLUMN org TYPE uuid USING NULL",
	} {
		_, err := db.Exec(ctx, sql)
		require.NoError(t, err)
	}
	counters, members := bookpb.NewCounterRepository(db), bookpb.NewMemberRepository(db)
	_, err := crud.Get(ctx, bookpb.CounterTable, counters, math.MaxUint64)
	notFound(t, err, "bookpb.Counter", "18446744073709551615")
	_, err = crud.Delete(ctx, bookpb.CounterTable, counters, math.MaxUint64)
	notFound(t, err, "bookpb.Counter", "18446744073709551615")
	_, err = crud.Create(ctx, bookpb.CounterTable, counters, &bookpb.Counter{Id: math.MaxUint64})
	refused(t, err, invalidArgument, crud.ReasonConstraintViolation)
	_, err = crud.Get(ctx, bookpb.MemberTable, members, bookpb.MemberKey{Org: "o", UserId: 1})
	notFound(t, err, "bookpb.Member", "o/1")
	_, err = crud.Delete(ctx, bookpb.MemberTable, members, bookpb.MemberKey{Org: "o", UserId: 1})
	notFound(t, err, "bookpb.Member", "o/1")
}

// TestReferencesInKeysAreNamed: the missing row is named by its key as a client writes
// it, not as a column holds it.
func TestReferencesInKeysAreNamed(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		require.NoError(t, crud.CreateTables(ctx, db, bookpb.CounterTable, lapTable))
		_, err := crud.Create(ctx, lapTable, crud.NewRepository(db, lapTable), &bookpb.Counter{Id: 5, Small: 1})
		notFound(t, err, "bookpb.Counter", "5")
	})
}

// TestDuplicateInAScopedKey: the tenant's part of a key is not the caller's to know.
func TestDuplicateInAScopedKey(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, seatingTable))
		seats := crud.NewRepository(db, seatingTable, byTenant)
		for _, tenant := range []string{"x", "y"} {
			ctx := withTenant(t.Context(), tenant)
			_, err := crud.Create(ctx, seatingTable, seats, &bookpb.Ticket{Id: 1})
			require.NoError(t, err)
			_, err = crud.Create(ctx, seatingTable, seats, &bookpb.Ticket{Id: 1})
			refused(t, err, alreadyExists, crud.ReasonResourceAlreadyExists)
		}
	})
}
