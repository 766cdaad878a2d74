package crud_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

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
