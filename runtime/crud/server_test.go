package crud_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// createNamed is CreateBook below the shelf a.
func createNamed(ctx context.Context, s bookpb.BookStore, id string, m *bookpb.Book) (*bookpb.Book, error) {
	return crud.CreateNamed(ctx, bookpb.BookTable, s, "shelves/a", id, m)
}

func updateBook(ctx context.Context, s bookpb.BookStore, m *bookpb.Book, paths ...string) (*bookpb.Book, error) {
	return crud.Update(ctx, bookpb.BookTable, s, m, mask(paths...))
}

func TestServerAnswersByName(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		m, err := createNamed(ctx, books, "x", book("", "X"))
		require.NoError(t, err)
		assert.Equal(t, "shelves/a/books/x", m.GetName())
		got, err := crud.GetNamed(ctx, bookpb.BookTable, books, m.GetName())
		require.NoError(t, err)
		sameMessage(t, m, got)
		page, err := crud.List(ctx, bookpb.BookTable, books, crud.Query{Parent: "shelves/a"})
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		sameMessage(t, m, page.Items[0])
		empty, err := crud.DeleteNamed(ctx, bookpb.BookTable, books, m.GetName())
		require.NoError(t, err)
		assert.NotNil(t, empty)
		_, err = crud.GetNamed(ctx, bookpb.BookTable, books, m.GetName())
		notFound(t, err, "test.example.com/Book", m.GetName())
		_, err = crud.DeleteNamed(ctx, bookpb.BookTable, books, m.GetName())
		notFound(t, err, "test.example.com/Book", m.GetName())
		_, err = updateBook(ctx, books, m, "title")
		notFound(t, err, "test.example.com/Book", m.GetName())
	})
}

// TestMalformedNames are refused wherever a request has a name.
func TestMalformedNames(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		for name, reason := range map[string]string{
			"":                            crud.ReasonRequiredFieldMissing,
			"x":                           crud.ReasonInvalidField,
			"shelves/a":                   crud.ReasonInvalidField,
			"shelves/a/books/":            crud.ReasonInvalidField,
			"shelves//books/x":            crud.ReasonInvalidField,
			"shelves/a/books/x/":          crud.ReasonInvalidField,
			"/shelves/a/books/x":          crud.ReasonInvalidField,
			"shelves/a/books/x/pages/1":   crud.ReasonInvalidField,
			"shelves/-/books/x":           crud.ReasonInvalidField,
			"shelves/a/books/-":           crud.ReasonInvalidField,
			"Shelves/a/books/x":           crud.ReasonInvalidField,
			"shelves/a/books/x\x00":       crud.ReasonInvalidField,
			"//example.com/shelves/a/b/x": crud.ReasonInvalidField,
		} {
			_, err := crud.GetNamed(ctx, bookpb.BookTable, books, name)
			violated(t, err, reason, "name")
			_, err = crud.DeleteNamed(ctx, bookpb.BookTable, books, name)
			violated(t, err, reason, "name")
			_, err = updateBook(ctx, books, book(name, "X"), "title")
			violated(t, err, reason, "book.name")
		}
	})
}

// TestPlainKeys: keys that are left out or that no key can be.
func TestPlainKeys(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		users, members := bookpb.NewUserRepository(db), bookpb.NewMemberRepository(db)
		notes, counters := bookpb.NewNoteRepository(db, byTenant), bookpb.NewCounterRepository(db)
		_, err := crud.Get(ctx, bookpb.UserTable, users, 0)
		violated(t, err, crud.ReasonRequiredFieldMissing, "id")
		_, err = crud.Get(ctx, bookpb.UserTable, users, 0, crud.KeyPresence(true))
		notFound(t, err, "bookpb.User", "0")
		_, err = crud.Get(ctx, bookpb.UserTable, users, 5, crud.KeyPresence(false))
		violated(t, err, crud.ReasonRequiredFieldMissing, "id")
		_, err = crud.Delete(ctx, bookpb.UserTable, users, 0)
		violated(t, err, crud.ReasonRequiredFieldMissing, "id")
		_, err = crud.Delete(ctx, bookpb.UserTable, users, 0, crud.KeyPresence(true))
		notFound(t, err, "bookpb.User", "0")
		_, err = crud.Update(ctx, bookpb.UserTable, users, &bookpb.User{Username: "x"}, nil)
		violated(t, err, crud.ReasonRequiredFieldMissing, "user.id")
		_, err = crud.Get(ctx, bookpb.UserTable, users, math.MinInt64)
		notFound(t, err, "bookpb.User", "-9223372036854775808")

		_, err = crud.Get(ctx, bookpb.MemberTable, members, bookpb.MemberKey{})
		violated(t, err, crud.ReasonRequiredFieldMissing, "org", "user_id")
		_, err = crud.Get(ctx, bookpb.MemberTable, members, bookpb.MemberKey{Org: "a/b", UserId: 1})
		notFound(t, err, "bookpb.Member", "a%2Fb/1")
		for _, org := range []string{"\x00", "a\xff"} {
			_, err = crud.Get(ctx, bookpb.MemberTable, members, bookpb.MemberKey{Org: org, UserId: 1})
			violated(t, err, crud.ReasonInvalidField, "org")
			_, err = crud.Delete(ctx, bookpb.MemberTable, members, bookpb.MemberKey{Org: org, UserId: 1})
			violated(t, err, crud.ReasonInvalidField, "org")
			_, err = crud.Update(ctx, bookpb.MemberTable, members, &bookpb.Member{Org: org, UserId: 1}, nil)
			violated(t, err, crud.ReasonInvalidField, "member.org")
			_, err = crud.Create(ctx, bookpb.MemberTable, members, &bookpb.Member{Org: org, UserId: 1})
			violated(t, err, crud.ReasonInvalidField, "member.org")
		}

		// Text that is no UUID is a key that no row has.
		ctx = withTenant(ctx, "x")
		for _, id := range []string{"x", "00000000-0000-7000-8000-00000000000", "00000000-0000-7000-8000-00000000000A", "{00000000-0000-7000-8000-000000000000}"} {
			_, err = crud.Get(ctx, bookpb.NoteTable, notes, id)
			notFound(t, err, "bookpb.Note", id)
			_, err = crud.Delete(ctx, bookpb.NoteTable, notes, id)
			notFound(t, err, "bookpb.Note", id)
			_, err = crud.Update(ctx, bookpb.NoteTable, notes, &bookpb.Note{Id: id, Title: "t"}, nil)
			notFound(t, err, "bookpb.Note", id)
			_, err = crud.Create(ctx, bookpb.NoteTable, notes, &bookpb.Note{Id: id, Title: "t"})
			violated(t, err, crud.ReasonInvalidField, "note.id")
		}

		_, err = crud.Create(ctx, bookpb.CounterTable, counters, &bookpb.Counter{})
		violated(t, err, crud.ReasonRequiredFieldMissing, "counter.id")
		_, err = crud.Get(ctx, bookpb.CounterTable, counters, math.MaxUint64)
		notFound(t, err, "bookpb.Counter", "18446744073709551615")
	})
}

// TestCreateIDs: who chooses an id, and which.
func TestCreateIDs(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		for _, id := range []string{"a", "a-b-9", strings.Repeat("a", 63), "7d444840-9dc0-11d1-b245-5ffdce74fad2"} {
			m, err := createNamed(ctx, books, id, book("ignored", "X"))
			require.NoError(t, err)
			assert.Equal(t, "shelves/a/books/"+id, m.GetName())
		}
		for _, id := range []string{"A", "9a", "a-", "-", "ä", "a/b", "a\x00", "a b", strings.Repeat("a", 64), "7D444840-9dc0-11d1-b245-5ffdce74fad2"} {
			_, err := createNamed(ctx, books, id, book("", "X"))
			violated(t, err, crud.ReasonInvalidField, "book_id")
		}
		_, err := createNamed(ctx, books, "", book("shelves/a/books/x", "X"))
		violated(t, err, crud.ReasonRequiredFieldMissing, "book_id")

		// A key that the database or the server makes.
		users, notes := bookpb.NewUserRepository(db), bookpb.NewNoteRepository(db, byTenant)
		u, err := crud.Create(ctx, bookpb.UserTable, users, &bookpb.User{Id: 4711, Username: "eve"})
		require.NoError(t, err)
		assert.EqualValues(t, 3, u.GetId(), "the client's number is ignored")
		ctx = withTenant(ctx, "x")
		n, err := crud.Create(ctx, bookpb.NoteTable, notes, &bookpb.Note{})
		require.NoError(t, err)
		assert.Len(t, n.GetId(), 36)
		const chosen = "00000000-0000-7000-8000-000000000001"
		n, err = crud.Create(ctx, bookpb.NoteTable, notes, &bookpb.Note{Id: chosen, Title: "t"})
		require.NoError(t, err)
		assert.Equal(t, chosen, n.GetId())
	})
}

// TestCreateParents: the parent is named, and must exist.
func TestCreateParents(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		create := func(parent string) error {
			_, err := crud.CreateNamed(ctx, bookpb.BookTable, books, parent, "x", book("", "X"))
			return err
		}
		violated(t, create(""), crud.ReasonRequiredFieldMissing, "parent")
		for _, parent := range []string{"a", "shelves/", "shelves/a/books", "shelves/-", "shelves/a\x00"} {
			violated(t, create(parent), crud.ReasonInvalidField, "parent")
		}
		notFound(t, create("shelves/missing"), "test.example.com/Shelf", "shelves/missing")

		// A reference in a plain key counts as the parent; any other is a precondition.
		_, err := crud.Create(ctx, bookpb.MemberTable, bookpb.NewMemberRepository(db), &bookpb.Member{Org: "o", UserId: 99})
		notFound(t, err, "bookpb.User", "99")
		m := book("", "X")
		m.OwnerId = new(int64(99))
		_, err = createNamed(ctx, books, "x", m)
		st := refused(t, err, codes.FailedPrecondition, crud.ReasonReferenceNotFound)
		assert.Equal(t, "book.owner_id", preconditionOf(t, st).GetSubject())
	})
}

// TestTwoBrokenReferences: where both the parent and another reference could be
// meant, the right one is named, in a hook's transaction too.
func TestTwoBrokenReferences(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		nothing := func(context.Context, *write) error { return nil }
		for name, books := range map[string]bookpb.BookRepository{
			"a statement":   bookpb.NewBookRepository(db),
			"a transaction": bookpb.NewBookRepository(db, bookpb.BookHooks{BeforeCreate: nothing, BeforeUpdate: nothing}),
		} {
			ctx := t.Context()
			m := book("shelves/missing/books/x", "X")
			m.OwnerId = new(int64(1))
			_, err := books.Create(ctx, m)
			notFound(t, err, "test.example.com/Shelf", "shelves/missing")
			m = book("shelves/a/books/"+strings.Fields(name)[1], "X")
			stored, err := books.Create(ctx, m)
			require.NoError(t, err)
			m.OwnerId = new(int64(99))
			_, err = books.Update(ctx, m, mask("owner_id"))
			st := refused(t, err, codes.FailedPrecondition, crud.ReasonReferenceNotFound)
			assert.Equal(t, "book.owner_id", preconditionOf(t, st).GetSubject(), name)
			got, err := books.Get(ctx, bookKey(t, stored))
			require.NoError(t, err)
			sameMessage(t, stored, got)
		}
	})
}

// TestDeleteOfAParent: children stand in the way, unless the reference cascades.
func TestDeleteOfAParent(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		shelves := bookpb.NewShelfRepository(db)
		createBook(t, bookpb.NewBookRepository(db), "shelves/a/books/x", "X")
		_, err := crud.DeleteNamed(ctx, bookpb.ShelfTable, shelves, "shelves/a")
		st := refused(t, err, codes.FailedPrecondition, crud.ReasonChildrenExist)
		p := preconditionOf(t, st)
		assert.Equal(t, []string{"CHILDREN_EXIST", "shelves/a"}, []string{p.GetType(), p.GetSubject()})
		_, err = crud.DeleteNamed(ctx, bookpb.ShelfTable, shelves, "shelves/b")
		require.NoError(t, err)
		members := bookpb.NewMemberRepository(db)
		key := bookpb.MemberKey{Org: "o", UserId: 2}
		_, err = members.Create(ctx, &bookpb.Member{Org: key.Org, UserId: key.UserId})
		require.NoError(t, err)
		_, err = crud.Delete(ctx, bookpb.UserTable, bookpb.NewUserRepository(db), 2)
		require.NoError(t, err)
		_, err = members.Get(ctx, key)
		notFound(t, err, "bookpb.Member", "o/2")
	})
}

// TestFieldBehaviors: what a client may write on Create (AIP-203).
func TestCreateHonoursFieldBehaviors(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		epoch := &timestamppb.Timestamp{}
		given := &bookpb.Book{
			Name: "shelves/b/books/other", Title: "X", Language: "is", Note: "kept", State: "ignored",
			CreateTime: epoch, UpdateTime: epoch,
		}
		before := proto.Clone(given)
		m, err := createNamed(ctx, books, "x", given)
		require.NoError(t, err)
		sameMessage(t, before, given, "the request is not changed")
		assert.Equal(t, "shelves/a/books/x", m.GetName(), "IDENTIFIER")
		assert.Empty(t, m.GetState(), "OUTPUT_ONLY")
		assert.NotEqual(t, epoch.AsTime(), m.GetCreateTime().AsTime())
		assert.Equal(t, "is", m.GetLanguage(), "IMMUTABLE")
		assert.Empty(t, m.GetNote(), "INPUT_ONLY is not returned")
		stored, err := books.Get(ctx, bookKey(t, m))
		require.NoError(t, err)
		assert.Equal(t, "kept", stored.GetNote(), "INPUT_ONLY is stored")
		for what, answer := range map[string]func() (*bookpb.Book, error){
			"Get": func() (*bookpb.Book, error) { return crud.GetNamed(ctx, bookpb.BookTable, books, m.GetName()) },
			"List": func() (*bookpb.Book, error) {
				page, err := crud.List(ctx, bookpb.BookTable, books, crud.Query{Parent: "shelves/a"})
				return page.Items[0], err
			},
			"Update": func() (*bookpb.Book, error) { return updateBook(ctx, books, m, "pages") },
		} {
			got, err := answer()
			require.NoError(t, err, what)
			assert.Empty(t, got.GetNote(), what)
			assert.Equal(t, "X", got.GetTitle(), what)
		}

		// All that is wrong is said at once.
		_, err = createNamed(ctx, books, "Y", &bookpb.Book{Isbn: new("\x00"), Tags: []string{"a", "\x00"}})
		violated(t, err, crud.ReasonInvalidField, "book_id", "book.title", "book.isbn", "book.tags")
		_, err = createNamed(ctx, books, "y", &bookpb.Book{
			Title: strings.Repeat("ä", 41), PublishTime: &timestamppb.Timestamp{Seconds: math.MaxInt64},
		})
		violated(t, err, crud.ReasonInvalidField, "book.title", "book.publish_time")
		_, err = createNamed(ctx, books, "y", nil)
		violated(t, err, crud.ReasonRequiredFieldMissing, "book")
		_, err = crud.Create(ctx, bookpb.UserTable, bookpb.NewUserRepository(db), nil)
		violated(t, err, crud.ReasonRequiredFieldMissing, "user")
		_, err = crud.Create(ctx, bookpb.UserTable, bookpb.NewUserRepository(db), &bookpb.User{Plan: "x"})
		violated(t, err, crud.ReasonRequiredFieldMissing, "user.username")
	})
}

// TestUpdateHonoursFieldBehaviors: masks as a client gives them (AIP-134, AIP-161,
// AIP-203).
func TestUpdateHonoursFieldBehaviors(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		full := book("shelves/a/books/x", "X")
		full.Language, full.State, full.Note, full.Pages = "is", "kept", "n", 5
		m, err := books.Create(ctx, full)
		require.NoError(t, err)
		update := func(in *bookpb.Book, paths ...string) (*bookpb.Book, error) {
			in.Name = m.GetName()
			return updateBook(ctx, books, in, paths...)
		}
		stored := func() *bookpb.Book {
			got, err := books.Get(ctx, bookKey(t, m))
			require.NoError(t, err)
			return got
		}

		// OUTPUT_ONLY is ignored, named or not; the time moves all the same.
		for _, paths := range [][]string{nil, {"state"}, {"state", "create_time", "update_time", "name"}} {
			last := stored()
			got, err := update(&bookpb.Book{State: "forged", CreateTime: &timestamppb.Timestamp{}, UpdateTime: &timestamppb.Timestamp{}}, paths...)
			require.NoError(t, err)
			assert.Equal(t, "kept", got.GetState())
			sameMessage(t, last.GetCreateTime(), got.GetCreateTime())
			assert.True(t, got.GetUpdateTime().AsTime().After(last.GetUpdateTime().AsTime()))
		}
		assert.Equal(t, "n", stored().GetNote(), "INPUT_ONLY that is not named stays")

		// IMMUTABLE: the same is ignored, another is refused, and nothing is written.
		_, err = update(&bookpb.Book{Language: "is", Pages: 6}, "language", "pages")
		require.NoError(t, err)
		assert.EqualValues(t, 6, stored().GetPages())
		for _, paths := range [][]string{{"language", "pages"}, {"*"}, nil} {
			_, err = update(&bookpb.Book{Title: "T", Language: "en", Pages: 7}, paths...)
			violated(t, err, crud.ReasonImmutableField, "book.language")
		}
		assert.EqualValues(t, 6, stored().GetPages())

		// REQUIRED: must be truthy where it is written.
		for _, paths := range [][]string{{"title"}, {"*"}, {"pages", "title"}} {
			_, err = update(&bookpb.Book{Pages: 8, Language: "is"}, paths...)
			violated(t, err, crud.ReasonRequiredFieldMissing, "book.title")
		}
		_, err = update(&bookpb.Book{Pages: 8})
		require.NoError(t, err, "an unset field is not in the implied mask")
		assert.EqualValues(t, 8, stored().GetPages())

		// * replaces what can be replaced.
		got, err := update(&bookpb.Book{Title: "New", Language: "is", Tags: []string{"t"}}, "*")
		require.NoError(t, err)
		sameMessage(t, &bookpb.Book{
			Name: m.GetName(), Title: "New", Language: "is", Tags: []string{"t"}, State: "kept",
			CreateTime: m.GetCreateTime(), UpdateTime: got.GetUpdateTime(),
		}, got)
		assert.Empty(t, stored().GetNote(), "INPUT_ONLY is cleared by *")

		_, err = crud.Update(ctx, bookpb.BookTable, books, nil, nil)
		violated(t, err, crud.ReasonRequiredFieldMissing, "book")
		_, err = update(&bookpb.Book{Title: strings.Repeat("x", 41)}, "title")
		violated(t, err, crud.ReasonInvalidField, "book.title")
		m.Isbn = new("\x00")
		_, err = update(&bookpb.Book{Isbn: m.Isbn}, "title", "isbn")
		violated(t, err, crud.ReasonRequiredFieldMissing, "book.title", "book.isbn")
	})
}

// TestNilStores answer UNIMPLEMENTED and say why.
func TestNilStores(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var books bookpb.BookStore
	var users bookpb.UserStore
	unimplemented := func(err error) {
		t.Helper()
		st := refused(t, err, codes.Unimplemented, crud.ReasonUnimplemented)
		assert.Contains(t, st.Message(), "bookpb.")
	}
	_, err := crud.GetNamed(ctx, bookpb.BookTable, books, "shelves/a/books/x")
	unimplemented(err)
	_, err = crud.List(ctx, bookpb.BookTable, books, crud.Query{})
	unimplemented(err)
	_, err = crud.CreateNamed(ctx, bookpb.BookTable, books, "shelves/a", "x", book("", "X"))
	unimplemented(err)
	_, err = crud.Update(ctx, bookpb.BookTable, books, book("shelves/a/books/x", "X"), nil)
	unimplemented(err)
	_, err = crud.DeleteNamed(ctx, bookpb.BookTable, books, "shelves/a/books/x")
	unimplemented(err)
	_, err = crud.Get(ctx, bookpb.UserTable, users, 1)
	unimplemented(err)
	_, err = crud.Create(ctx, bookpb.UserTable, users, &bookpb.User{})
	unimplemented(err)
	_, err = crud.Delete(ctx, bookpb.UserTable, users, 1)
	unimplemented(err)

	// So do the methods of a store that does not have them.
	partial := struct {
		crud.UnimplementedStore[*bookpb.User, int64]
	}{}
	_, err = crud.Get(ctx, bookpb.UserTable, partial, 1)
	unimplementedMethod(t, err, "Get")
	_, err = crud.List(ctx, bookpb.UserTable, partial, crud.Query{})
	unimplementedMethod(t, err, "List")
	_, err = crud.Create(ctx, bookpb.UserTable, partial, &bookpb.User{Username: "x"})
	unimplementedMethod(t, err, "Create")
	_, err = crud.Update(ctx, bookpb.UserTable, partial, &bookpb.User{Id: 1}, nil)
	unimplementedMethod(t, err, "Update")
	_, err = crud.Delete(ctx, bookpb.UserTable, partial, 1)
	unimplementedMethod(t, err, "Delete")
	for _, err := range partial.All(ctx, crud.Query{}) {
		assert.ErrorContains(t, err, "All")
	}
}

func unimplementedMethod(t testing.TB, err error, method string) {
	t.Helper()
	st := refused(t, err, codes.Unimplemented, crud.ReasonUnimplemented)
	assert.Contains(t, st.Message(), method)
}

// TestValuesComeBack: what is stored is what is returned, at the ends of the ranges.
func TestValuesComeBack(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		counters := bookpb.NewCounterRepository(db)
		for _, m := range []*bookpb.Counter{
			{Id: 1},
			{
				Id: math.MaxUint64, Small: math.MinInt32, Plain: math.MaxUint32, Large: math.MaxUint64,
				Ratio: math.SmallestNonzeroFloat32, Digest: []byte{0, 255}, Frozen: new(false),
				Age: &durationpb.Duration{Seconds: 315_576_000_000}, Steps: []int64{math.MinInt64, 0, math.MaxInt64},
			},
			{
				Id: math.MaxInt64 + 1, Small: math.MaxInt32, Large: 1 << 63, Ratio: float32(math.Inf(-1)), Frozen: new(true),
				Age: &durationpb.Duration{Seconds: -315_576_000_000}, Steps: []int64{},
			},
		} {
			got, err := crud.Create(t.Context(), bookpb.CounterTable, counters, m)
			require.NoError(t, err)
			sameMessage(t, m, got)
			got, err = crud.Get(t.Context(), bookpb.CounterTable, counters, m.GetId())
			require.NoError(t, err)
			sameMessage(t, m, got)
		}
	})
}
