package crud_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

type write = crud.Write[*bookpb.Book]

// TestHooksSeeTheWrite: what each hook is given.
func TestHooksSeeTheWrite(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		var seen *write
		keep := func(_ context.Context, w *write) error {
			assert.Nil(t, seen, "two hooks for one write")
			kept := *w
			seen = &kept
			assert.NotNil(t, w.Tx)
			return nil
		}
		take := func() *write { w := seen; seen = nil; return w }
		with := func(h bookpb.BookHooks) bookpb.BookRepository { return bookpb.NewBookRepository(db, h) }

		m := createBook(t, with(bookpb.BookHooks{BeforeCreate: keep}), "shelves/a/books/x", "X")
		w := take()
		assert.Nil(t, w.Old)
		assert.Nil(t, w.Mask)
		sameMessage(t, book("shelves/a/books/x", "X"), w.New)
		m2 := createBook(t, with(bookpb.BookHooks{AfterCreate: keep}), "shelves/a/books/y", "Y")
		sameMessage(t, m2, take().New)

		input := &bookpb.Book{Name: m.GetName(), Title: "Z", Pages: 3}
		_, err := with(bookpb.BookHooks{BeforeUpdate: keep}).Update(ctx, input, mask("title"))
		require.NoError(t, err)
		w = take()
		sameMessage(t, m, w.Old)
		want := proto.Clone(m).(*bookpb.Book)
		want.Title = "Z"
		sameMessage(t, want, w.New)
		assert.Equal(t, []string{"title"}, w.Mask.GetPaths())
		old, err := with(bookpb.BookHooks{}).Get(ctx, bookKey(t, m))
		require.NoError(t, err)
		stored, err := with(bookpb.BookHooks{AfterUpdate: keep}).Update(ctx, input, nil)
		require.NoError(t, err)
		w = take()
		sameMessage(t, old, w.Old)
		sameMessage(t, stored, w.New)
		assert.Equal(t, []string{"title", "pages"}, w.Mask.GetPaths(), "a nil mask is resolved")

		_, err = with(bookpb.BookHooks{BeforeDelete: keep}).Delete(ctx, bookKey(t, m))
		require.NoError(t, err)
		w = take()
		sameMessage(t, stored, w.Old)
		assert.Nil(t, w.New)
		_, err = with(bookpb.BookHooks{AfterDelete: keep}).Delete(ctx, bookKey(t, m2))
		require.NoError(t, err)
		sameMessage(t, m2, take().Old)
	})
}

// TestHooksRunInOrder: several hooks run in the order they were given, and an error
// ends them.
func TestHooksRunInOrder(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		var order []string
		say := func(word string, err error) func(context.Context, *write) error {
			return func(context.Context, *write) error {
				order = append(order, word)
				return err
			}
		}
		stop := status.Error(codes.FailedPrecondition, "stop")
		books := bookpb.NewBookRepository(db,
			bookpb.BookHooks{BeforeCreate: say("before 1", nil), AfterCreate: say("after 1", nil)},
			bookpb.BookHooks{},
			bookpb.BookHooks{BeforeCreate: say("before 2", nil), AfterCreate: say("after 2", stop)},
			bookpb.BookHooks{AfterCreate: say("after 3", nil)},
		)
		_, err := books.Create(t.Context(), book("shelves/a/books/x", "X"))
		assert.Equal(t, stop, err)
		assert.Equal(t, []string{"before 1", "before 2", "after 1", "after 2"}, order)
	})
}

// TestHookErrorsRollBack: the error of any hook undoes its write, and the hooks' own
// statements with it.
func TestHookErrorsRollBack(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		plain := bookpb.NewBookRepository(db)
		shelves := bookpb.NewShelfRepository(db)
		m := createBook(t, plain, "shelves/a/books/x", "X")
		wrong := errors.New("the hook is against it")
		fail := func(ctx context.Context, w *write) error {
			_, err := shelves.WithTx(w.Tx).Create(ctx, &bookpb.Shelf{Name: "shelves/side"})
			require.NoError(t, err)
			w.AfterCommit(func(context.Context) { t.Error("AfterCommit ran after a rollback") })
			return wrong
		}
		for name, h := range map[string]bookpb.BookHooks{
			"BeforeCreate": {BeforeCreate: fail}, "AfterCreate": {AfterCreate: fail},
			"BeforeUpdate": {BeforeUpdate: fail}, "AfterUpdate": {AfterUpdate: fail},
			"BeforeDelete": {BeforeDelete: fail}, "AfterDelete": {AfterDelete: fail},
		} {
			books := bookpb.NewBookRepository(db, h)
			failed := 0
			for _, call := range []func() error{
				func() error { _, err := books.Create(ctx, book("shelves/a/books/y", "Y")); return err },
				func() error {
					_, err := books.Update(ctx, book(m.GetName(), "Z"), mask("title"))
					return err
				},
				func() error { _, err := books.Delete(ctx, bookKey(t, m)); return err },
			} {
				if err := call(); err != nil {
					assert.Equal(t, wrong, err, name)
					failed++
					continue
				}
				// Undo what the other two kinds of writes did.
				_, err := plain.Update(ctx, m, mask("*"))
				if err != nil {
					_, err = plain.Create(ctx, m)
				}
				require.NoError(t, err)
				_, _ = plain.Delete(ctx, bookpb.BookKey{ShelfId: "a", BookId: "y"})
			}
			assert.Equal(t, 1, failed, name)
			page, err := plain.List(ctx, crud.Query{Parent: "shelves/a"})
			require.NoError(t, err)
			require.Len(t, page.Items, 1, name)
			assert.Equal(t, "X", page.Items[0].GetTitle(), name)
			_, err = shelves.Get(ctx, bookpb.ShelfKey{ShelfId: "side"})
			notFound(t, err, "test.example.com/Shelf", "shelves/side")
		}
	})
}

// TestHookChangesAreWritten: what a hook changes is stored, outside the mask too, and
// no other message is.
func TestHookChangesAreWritten(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db, bookpb.BookHooks{
			BeforeCreate: func(_ context.Context, w *write) error {
				w.New.State = "created"
				w.New.Tags = append(w.New.Tags, "hook")
				return nil
			},
			AfterCreate: func(_ context.Context, w *write) error {
				w.New.Title = "changes after the statement are lost"
				w.New.Tags[0] = "lost"
				return nil
			},
			BeforeUpdate: func(_ context.Context, w *write) error {
				w.New.State = "updated from " + w.Old.GetTitle()
				w.Old.Pages = 99 // the hook's own copy of what was
				w.New.Isbn = new("hook")
				return nil
			},
		})
		given := book("shelves/a/books/x", "X")
		given.Tags = make([]string, 1, 8) // a hook that appends must not write into it
		m, err := books.Create(ctx, given)
		require.NoError(t, err)
		assert.Equal(t, "created", m.GetState())
		assert.Equal(t, []string{"", "hook"}, m.GetTags())
		assert.Equal(t, "X", m.GetTitle())
		assert.Equal(t, []string{"", ""}, given.GetTags()[:2])
		assert.Empty(t, given.GetState())

		input := &bookpb.Book{Name: m.GetName(), Title: "Y", Price: 7}
		got, err := books.Update(ctx, input, mask("title"))
		require.NoError(t, err)
		want := proto.Clone(m).(*bookpb.Book)
		want.Title, want.State, want.Isbn, want.UpdateTime = "Y", "updated from X", new("hook"), got.GetUpdateTime()
		sameMessage(t, want, got)
		sameMessage(t, &bookpb.Book{Name: m.GetName(), Title: "Y", Price: 7}, input)
		again, err := books.Get(ctx, bookKey(t, m))
		require.NoError(t, err)
		sameMessage(t, want, again)
	})
}

// TestHooksCannotChangeTheKey nor write what the column does not hold.
func TestHooksCannotChangeTheKey(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		m := createBook(t, bookpb.NewBookRepository(db), "shelves/a/books/x", "X")
		set := func(f func(*bookpb.Book)) bookpb.BookRepository {
			return bookpb.NewBookRepository(db, bookpb.BookHooks{
				BeforeCreate: func(_ context.Context, w *write) error { f(w.New); return nil },
				BeforeUpdate: func(_ context.Context, w *write) error { f(w.New); return nil },
			})
		}
		_, err := set(func(m *bookpb.Book) { m.Name = "shelves/a/books/z" }).Update(ctx, m, mask("title"))
		violated(t, err, crud.ReasonImmutableField, "name")
		long := set(func(m *bookpb.Book) { m.Title = string(make([]byte, 1)) })
		_, err = long.Update(ctx, m, mask("pages"))
		violated(t, err, crud.ReasonInvalidField, "title")
		_, err = long.Create(ctx, book("shelves/a/books/y", "Y"))
		violated(t, err, crud.ReasonInvalidField, "title")
		got, err := bookpb.NewBookRepository(db).Get(ctx, bookKey(t, m))
		require.NoError(t, err)
		sameMessage(t, m, got)
	})
}

// TestHooksGetTheMadeKey: BeforeCreate has the key unless the database makes it.
func TestHooksGetTheMadeKey(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := withTenant(t.Context(), "x")
		var id string
		notes := bookpb.NewNoteRepository(db, byTenant, bookpb.NoteHooks{
			BeforeCreate: func(_ context.Context, w *crud.Write[*bookpb.Note]) error { id = w.New.GetId(); return nil },
		})
		m, err := notes.Create(ctx, &bookpb.Note{Title: "t"})
		require.NoError(t, err)
		assert.Equal(t, m.GetId(), id)
		var number int64
		users := bookpb.NewUserRepository(db, bookpb.UserHooks{
			BeforeCreate: func(_ context.Context, w *crud.Write[*bookpb.User]) error { number = w.New.GetId(); return nil },
			AfterCreate: func(_ context.Context, w *crud.Write[*bookpb.User]) error {
				assert.NotZero(t, w.New.GetId())
				assert.Equal(t, "free", w.New.GetPlan(), "the database's default")
				return nil
			},
		})
		_, err = users.Create(ctx, &bookpb.User{Username: "eve"})
		require.NoError(t, err)
		assert.Zero(t, number)
	})
}

// TestHookPanics: a panic of a hook rolls back, gives the connection back and goes on
// to the caller, who has recovered it by then or not.
func TestHookPanics(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db, bookpb.BookHooks{
			AfterCreate: func(context.Context, *write) error { panic("the hook panics") },
		})
		for range 10 { // more than there are connections
			assert.PanicsWithValue(t, "the hook panics", func() { _, _ = books.Create(ctx, book("shelves/a/books/x", "X")) })
		}
		_, err := books.Get(ctx, bookpb.BookKey{ShelfId: "a", BookId: "x"})
		notFound(t, err, "test.example.com/Book", "shelves/a/books/x")
	})
}

// TestHookStatusReachesTheClient: a status of a hook is the call's; other errors are
// INTERNAL without their text.
func TestHookStatusReachesTheClient(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		var fault error
		books := bookpb.NewBookRepository(db, bookpb.BookHooks{
			BeforeCreate: func(context.Context, *write) error { return fault },
		})
		create := func(err error) error {
			fault = err
			_, got := crud.CreateNamed(ctx, bookpb.BookTable, books, "shelves/a", "x", book("", "X"))
			return got
		}
		plain := status.Error(codes.PermissionDenied, "not today")
		assert.Equal(t, plain, create(plain))

		err := create(errors.New("secret"))
		st := refused(t, err, codes.Internal, crud.ReasonInternal)
		assert.Equal(t, "internal error", st.Message())
		assert.NotContains(t, st.Proto().String(), "secret")

		err = create(&crud.Error{
			Code: codes.FailedPrecondition, Reason: "SHELF_FULL", Message: "the shelf is full",
			Precondition: &crud.Precondition{Type: "SHELF_FULL", Subject: "shelves/a", Description: "it has 100 books"},
		})
		st = refused(t, err, codes.FailedPrecondition, "SHELF_FULL")
		assert.Equal(t, "the shelf is full", st.Message())

		err = create(&crud.Error{
			Code: codes.InvalidArgument, Reason: "BAD_TITLE", Message: "titles are in capitals",
			Violations: []crud.Violation{{Field: "title", Description: "must be in capitals", Reason: "BAD_TITLE"}},
		})
		violated(t, err, "BAD_TITLE", "book.title")
		assert.Equal(t, "titles are in capitals", status.Convert(err).Message())

		err = create(&crud.Error{
			Code: codes.FailedPrecondition, Reason: "BAD_TITLE", Message: "not now",
			Violations: []crud.Violation{{Field: "title", Description: "must be in capitals", Reason: "BAD_TITLE"}},
		})
		refused(t, err, codes.FailedPrecondition, "BAD_TITLE")
	})
}
