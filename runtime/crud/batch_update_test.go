package crud_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// retitle changes the titles of books on the shelf a.
func retitle(title string, ids ...string) (changes []change) {
	for _, m := range newBooks(ids...) {
		m.Title = title
		changes = append(changes, change{Message: m, Mask: mask("title")})
	}
	return changes
}

// TestBatchUpdateWritesEachMask, in one transaction that locks first.
func TestBatchUpdateWritesEachMask(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		books := bookpb.NewBookRepository(rec)
		old := createBooks(t, books, "x", "y", "z")
		rec.Reset()
		got, err := books.BatchUpdate(ctx, []change{
			{Message: &bookpb.Book{Name: old[2].GetName(), Title: "Z", Pages: 3}, Mask: mask("pages")},
			{Message: &bookpb.Book{Name: old[0].GetName(), Title: "X"}},
			{Message: &bookpb.Book{Name: old[1].GetName(), Pages: 1}, Mask: mask("name")},
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"BEGIN", "SELECT", "UPDATE", "UPDATE", "UPDATE", "COMMIT"}, statements(rec))
		for i, m := range []*bookpb.Book{old[2], old[0], old[1]} {
			assert.True(t, got[i].GetUpdateTime().AsTime().After(m.GetUpdateTime().AsTime()))
			m.UpdateTime = got[i].GetUpdateTime()
		}
		old[2].Pages, old[0].Title = 3, "X"
		sameMessages(t, []*bookpb.Book{old[2], old[0], old[1]}, got)
		stored, err := books.BatchGet(ctx, booksAt("z", "x", "y"))
		require.NoError(t, err)
		sameMessages(t, got, stored)

		// What has nothing to write is read alone.
		users := bookpb.NewUserRepository(rec)
		rec.Reset()
		us, err := users.BatchUpdate(ctx, []crud.Change[*bookpb.User]{
			{Message: &bookpb.User{Id: 2, Plan: "p"}, Mask: mask("id")},
			{Message: &bookpb.User{Id: 1, Plan: "p"}, Mask: mask("plan")},
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"BEGIN", "SELECT", "UPDATE", "COMMIT"}, statements(rec))
		assert.Equal(t, []string{"bob", "free", "ann", "p"}, []string{us[0].GetUsername(), us[0].GetPlan(), us[1].GetUsername(), us[1].GetPlan()})
	})
}

// TestBatchUpdateRefusals leave every row as it is.
func TestBatchUpdateRefusals(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		books := bookpb.NewBookRepository(rec)
		given := newBooks("x", "y", "z")
		given[2].Isbn = new("taken")
		_, err := books.BatchCreate(ctx, given)
		require.NoError(t, err)
		rec.Reset()
		update := func(changes ...change) error {
			_, err := books.BatchUpdate(ctx, append(retitle("T", "x"), changes...))
			return err
		}
		violated(t, update(retitle("\x00", "y")[0], change{Message: given[2], Mask: mask("nothing")}, change{Message: book("shelves/a", "")}),
			crud.ReasonInvalidField, "[1].title", "[2].update_mask", "[3].name")
		violated(t, update(retitle("T", "y", "x", "y")...), crud.ReasonInvalidField, "[2].name", "[3].name")
		assert.Empty(t, rec.Statements())

		missingNames(t, update(retitle("T", "q", "y", "p")...), crud.ReasonResourceNotFound, "shelves/a/books/q,shelves/a/books/p", "shelves/a/books/q")
		err = update(change{Message: &bookpb.Book{Name: given[1].GetName(), Isbn: new("taken")}, Mask: mask("isbn")})
		refused(t, err, codes.AlreadyExists, crud.ReasonUniqueViolation)
		assert.Equal(t, "1", metadataOf(t, err)["index"])
		err = update(change{Message: &bookpb.Book{Name: given[1].GetName(), OwnerId: new(int64(99))}, Mask: mask("owner_id")})
		refused(t, err, codes.FailedPrecondition, crud.ReasonReferenceNotFound)
		violated(t, update(
			change{Message: &bookpb.Book{Name: given[1].GetName(), Language: "en"}, Mask: mask("name"), Options: []crud.WriteOption{crud.Unchanged("language")}},
			change{Message: &bookpb.Book{Name: given[2].GetName(), State: "s", Note: "n"}, Mask: mask("name"), Options: []crud.WriteOption{crud.Unchanged("state", "note")}},
		), crud.ReasonImmutableField, "[1].language", "[2].state", "[2].note")
		assert.Equal(t, map[string]string{"x": "x", "y": "y", "z": "z"}, shelved(t, books))

		_, err = books.BatchUpdate(ctx, []change{{Message: given[0], Options: []crud.WriteOption{crud.ValidateOnly(true)}}})
		refused(t, err, codes.Internal, crud.ReasonInternal)
		_, err = books.BatchUpdate(ctx, []change{{Message: given[0], Options: []crud.WriteOption{crud.IfEtag("e")}}})
		refused(t, err, codes.Internal, crud.ReasonInternal)
	})
}

// TestBatchUpdateOfMissingKeys: those that no row can have are named too, in order.
func TestBatchUpdateOfMissingKeys(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := withTenant(t.Context(), "x")
		notes := bookpb.NewNoteRepository(db, byTenant)
		m, err := notes.Create(ctx, &bookpb.Note{Title: "n"})
		require.NoError(t, err)
		const unused = "00000000-0000-7000-8000-000000000001"
		changes := []crud.Change[*bookpb.Note]{{Message: &bookpb.Note{Id: "none"}}, {Message: m}, {Message: &bookpb.Note{Id: unused}}}
		_, err = notes.BatchUpdate(ctx, changes)
		missingNames(t, err, crud.ReasonResourceNotFound, "none,"+unused, "none")
		_, err = notes.BatchUpdate(withTenant(ctx, "y"), changes[1:2])
		missingNames(t, err, crud.ReasonResourceNotFound, m.GetId(), m.GetId())
	})
}

// TestBatchUpdateHooks run for each element in its turn, and an error of one undoes
// all.
func TestBatchUpdateHooks(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		wrong := errors.New("the hook is against it")
		var seen []string
		books := bookpb.NewBookRepository(rec, bookpb.BookHooks{
			BeforeUpdate: func(_ context.Context, w *write) error {
				seen = append(seen, "before "+w.Old.GetTitle()+w.New.GetTitle())
				w.New.State = "hook"
				return nil
			},
			AfterUpdate: func(_ context.Context, w *write) error {
				seen = append(seen, "after "+w.Old.GetTitle()+w.New.GetTitle())
				if w.New.GetName() == "shelves/a/books/z" {
					return wrong
				}
				return nil
			},
		})
		createBooks(t, books, "x", "y", "z")
		rec.Reset()
		got, err := books.BatchUpdate(ctx, retitle("T", "y", "x"))
		require.NoError(t, err)
		assert.Equal(t, []string{"before yT", "after yT", "before xT", "after xT"}, seen)
		assert.Equal(t, []string{"BEGIN", "SELECT", "UPDATE", "UPDATE", "COMMIT"}, statements(rec))
		assert.Equal(t, "hook", got[1].GetState())
		_, err = books.BatchUpdate(ctx, retitle("U", "x", "z"))
		assert.Equal(t, wrong, err)
		assert.Equal(t, map[string]string{"x": "T", "y": "T", "z": "z"}, shelved(t, books))
	})
}

// TestBatchUpdateAllowMissing creates what is not there, and leaves what is equal.
func TestBatchUpdateAllowMissing(t *testing.T) {
	t.Parallel()
	nothing := func(context.Context, *write) error { return nil }
	eachEngine(t, func(t *testing.T, db crud.DB) {
		for i, books := range []bookpb.BookRepository{
			bookpb.NewBookRepository(db), bookpb.NewBookRepository(db, bookpb.BookHooks{BeforeUpdate: nothing}),
		} {
			ctx, suffix := t.Context(), strconv.Itoa(i)
			old := createBooks(t, books, "x"+suffix, "y"+suffix)
			changes := retitle("T", "q"+suffix, "y"+suffix)
			changes[0].Message.Pages = 7
			changes = append(changes, change{Message: old[0], Mask: mask("title")})
			got, err := books.BatchUpdate(ctx, changes, crud.AllowMissing(true))
			require.NoError(t, err)
			assert.EqualValues(t, 7, got[0].GetPages(), "all fields, whatever the mask")
			assert.Equal(t, "T", got[1].GetTitle())
			sameMessage(t, old[0], got[2], "an equal one is not written")

			changes = retitle("U", "x"+suffix, "p"+suffix)
			changes[1].Options = []crud.WriteOption{crud.AllowMissing(true)}
			_, err = books.BatchUpdate(ctx, changes)
			require.NoError(t, err)
			changes = append(changes, retitle("U", "none")...)
			_, err = books.BatchUpdate(ctx, changes)
			missingNames(t, err, crud.ReasonResourceNotFound, "shelves/a/books/none", "shelves/a/books/none")
		}
	})
}

// TestOverlappingBatchUpdates wait for each other and do not deadlock, whatever their
// orders.
func TestOverlappingBatchUpdates(t *testing.T) {
	t.Parallel()
	const callers, rounds, rows = 8, 10, 12
	eachEngine(t, func(t *testing.T, db crud.DB) {
		rec := crudtest.NewRecorder(db)
		books := bookpb.NewBookRepository(rec)
		ids := numbersUpTo(rows)
		createBooks(t, books, ids...)
		rec.Reset()
		var wg sync.WaitGroup
		for c := range callers {
			wg.Go(func() {
				for round := range rounds {
					order := make([]string, rows)
					for i := range order { // 5, 7 and 11 have no factor in common with rows
						order[i] = ids[(i*[]int{1, 5, 7, 11}[c%4]+c+round)%rows]
					}
					_, err := books.BatchUpdate(t.Context(), retitle(fmt.Sprint(c, round), order[:rows-2]...))
					assert.NoError(t, err)
				}
			})
		}
		wg.Wait()
		begun := 0
		for _, word := range statements(rec) {
			if word == "BEGIN" {
				begun++
			}
		}
		assert.Equal(t, callers*rounds, begun, "a batch was tried again, which a deadlock would be the reason for")
	})
}
