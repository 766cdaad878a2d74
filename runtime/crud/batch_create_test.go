package crud_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestBatchCreateReturnsWhatIsStored, in the order in which it was given.
func TestBatchCreateReturnsWhatIsStored(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		books := bookpb.NewBookRepository(db)
		given := newBooks("z", "a", "m")
		given[1].Tags, given[1].Isbn = []string{"t", `"`}, new("1")
		stored, err := books.BatchCreate(t.Context(), given)
		require.NoError(t, err)
		sameMessage(t, &bookpb.Book{
			Name: "shelves/a/books/a", Title: "a", Tags: []string{"t", `"`}, Isbn: new("1"),
			CreateTime: stored[0].GetCreateTime(), UpdateTime: stored[0].GetUpdateTime(),
		}, stored[1])
		got, err := books.BatchGet(t.Context(), booksAt("z", "a", "m"))
		require.NoError(t, err)
		sameMessages(t, got, stored)
		sameMessage(t, newBooks("z")[0], given[0], "the argument")
	})
}

// TestBatchCreateStatements: one up to 32 rows, a transaction beyond.
func TestBatchCreateStatements(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		books, users, notes := bookpb.NewBookRepository(rec), bookpb.NewUserRepository(rec), bookpb.NewNoteRepository(rec, byTenant)
		ids := numbersUpTo(100)
		createBooks(t, books, ids[:1]...)
		createBooks(t, books, ids[1:33]...)
		assert.Equal(t, []string{"INSERT", "INSERT"}, statements(rec))
		createBooks(t, books, ids[33:]...)
		assert.Equal(t, []string{"BEGIN", "INSERT", "INSERT", "INSERT", "COMMIT"}, statements(rec))
		assert.Len(t, shelved(t, books), 100)
		rec.Reset()

		// A key that the database makes finds no row again among several.
		ms, err := users.BatchCreate(ctx, []*bookpb.User{{Username: "a", Email: "a"}, {Username: "b", Email: "b"}, {Id: 90, Username: "c"}})
		require.NoError(t, err)
		assert.Equal(t, []string{"BEGIN", "INSERT", "INSERT", "INSERT", "COMMIT"}, statements(rec))
		for i, m := range ms {
			assert.Equal(t, []string{"a", "b", "c"}[i], m.GetUsername())
			assert.Equal(t, []int64{3, 4, 90}[i], m.GetId())
			assert.Equal(t, "free", m.GetPlan())
		}
		// One that the runtime makes does. A default that is unset is left out.
		made, err := notes.BatchCreate(withTenant(ctx, "x"), []*bookpb.Note{{Title: "a"}, {Title: "b"}})
		require.NoError(t, err)
		assert.Equal(t, []string{"INSERT"}, statements(rec))
		assert.Equal(t, "b", made[1].GetTitle())
		assert.NotEqual(t, made[0].GetId(), made[1].GetId())
		_, err = notes.Get(withTenant(ctx, "x"), made[0].GetId())
		require.NoError(t, err)
		_, err = notes.Get(withTenant(ctx, "y"), made[0].GetId())
		notFound(t, err, "bookpb.Note", made[0].GetId())
		rec.Reset()
		_, err = users.BatchCreate(ctx, []*bookpb.User{{Id: 91, Username: "d", Email: "d"}, {Id: 92, Username: "e", Email: "e", Plan: "p"}, {Id: 93, Username: "f", Email: "f"}})
		require.NoError(t, err)
		assert.Equal(t, []string{"BEGIN", "INSERT", "INSERT", "COMMIT"}, statements(rec))
	})
}

// TestBatchCreateStampsTheScope: a tenant that is a field is the call's, whatever the
// message says.
func TestBatchCreateStampsTheScope(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := withTenant(t.Context(), "x")
		tickets := bookpb.NewTicketRepository(db, byTenant)
		ms, err := tickets.BatchCreate(ctx, []*bookpb.Ticket{{Title: "a", TenantId: "other"}, {Id: 7, Title: "b"}, {Id: 8, Title: "c"}})
		require.NoError(t, err)
		for i, m := range ms {
			assert.Equal(t, "x", m.GetTenantId())
			assert.Equal(t, []string{"a", "b", "c"}[i], m.GetTitle())
		}
		_, err = tickets.BatchCreate(t.Context(), []*bookpb.Ticket{{Title: "d"}, {Title: "e"}})
		require.ErrorIs(t, err, errNoTenant)

		// So it is where it is a part of the key.
		members := bookpb.NewMemberRepository(db, crud.ScopeColumn("org", tenantOf))
		mine, err := members.BatchCreate(ctx, []*bookpb.Member{{Org: "other", UserId: 2, Role: "b"}, {UserId: 1, Role: "a"}})
		require.NoError(t, err)
		for i, m := range mine {
			assert.Equal(t, "x", m.GetOrg())
			assert.Equal(t, []string{"b", "a"}[i], m.GetRole())
		}
	})
}

// TestBatchCreateRefusals: each says which element it is about, in a statement of
// several rows, in one of many and in a caller's transaction, and nothing is stored.
func TestBatchCreateRefusals(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		taken := newBooks("taken")
		taken[0].Isbn = new("taken")
		_, err := books.BatchCreate(ctx, taken)
		require.NoError(t, err)
		for name, test := range map[string]struct {
			change func(*bookpb.Book)
			code   codes.Code
			reason string
			name   string // in ResourceInfo
		}{
			"a taken key":         {func(m *bookpb.Book) { m.Name = "shelves/a/books/taken" }, codes.AlreadyExists, crud.ReasonResourceAlreadyExists, "shelves/a/books/taken"},
			"a key of the batch":  {func(m *bookpb.Book) { m.Name = "shelves/a/books/b0000" }, codes.AlreadyExists, crud.ReasonResourceAlreadyExists, "shelves/a/books/b0000"},
			"a taken value":       {func(m *bookpb.Book) { m.Isbn = new("taken") }, codes.AlreadyExists, crud.ReasonUniqueViolation, "shelves/a/books/b0001"},
			"no parent":           {func(m *bookpb.Book) { m.Name = "shelves/none/books/b" }, codes.NotFound, crud.ReasonResourceNotFound, "shelves/none"},
			"a missing reference": {func(m *bookpb.Book) { m.OwnerId = new(int64(99)) }, codes.FailedPrecondition, crud.ReasonReferenceNotFound, ""},
		} {
			for _, n := range []int{3, 40} {
				ms := newBooks(numbersUpTo(n)...)
				test.change(ms[1])
				check := func(err error) {
					t.Helper()
					st := refused(t, err, test.code, test.reason)
					assert.Equal(t, "1", metadataOf(t, err)["index"], "%s of %d", name, n)
					if test.name != "" {
						assert.Equal(t, test.name, resourceInfo(t, st).GetResourceName(), "%s of %d", name, n)
					}
				}
				_, err := books.BatchCreate(ctx, ms)
				check(err)
				err = crud.InTx(ctx, db, func(tx *crud.Tx) error {
					_, err := books.WithTx(tx).BatchCreate(ctx, ms)
					return err
				})
				if name == "no parent" { // which of two references it is, a transaction that failed cannot ask
					require.Error(t, err)
				} else {
					check(err)
				}
				assert.Equal(t, map[string]string{"taken": "taken"}, shelved(t, books), "%s of %d", name, n)
			}
		}
	})
}

// TestBatchCreateTellsAllThatIsWrong with the values at once, and sends nothing.
func TestBatchCreateTellsAllThatIsWrong(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		rec := crudtest.NewRecorder(db)
		ms := newBooks("x", "y", "x")
		ms[0].Title, ms[0].Note = "\x00", "\xff"
		ms[2].Name = "shelves/a"
		_, err := bookpb.NewBookRepository(rec).BatchCreate(t.Context(), ms)
		violated(t, err, crud.ReasonInvalidField, "[0].title", "[0].note", "[2].name")
		assert.Empty(t, rec.Statements())
	})
}

// TestBatchCreateHooks run for each element in its turn, and an error of one undoes
// all.
func TestBatchCreateHooks(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		var seen []string
		wrong := errors.New("the hook is against it")
		books := bookpb.NewBookRepository(rec, bookpb.BookHooks{
			BeforeCreate: func(ctx context.Context, w *write) error {
				seen = append(seen, "before "+w.New.GetTitle())
				var n int
				require.NoError(t, w.Tx.QueryRow(ctx, "SELECT count(*) FROM books").Scan(&n))
				w.New.State = strconv.Itoa(n) + " before"
				return nil
			},
			AfterCreate: func(_ context.Context, w *write) error {
				seen = append(seen, "after "+w.New.GetTitle())
				w.AfterCommit(func(context.Context) { seen = append(seen, "committed") })
				switch w.New.GetTitle() {
				case "wrong":
					return wrong
				case "violation":
					return &crud.Error{Code: codes.InvalidArgument, Reason: "BAD", Violations: []crud.Violation{{Field: "title", Description: "is bad", Reason: "BAD"}}}
				}
				return nil
			},
		})
		ms := createBooks(t, books, "x", "y")
		assert.Equal(t, []string{"before x", "after x", "before y", "after y", "committed", "committed"}, seen)
		assert.Equal(t, []string{"0 before", "1 before"}, []string{ms[0].GetState(), ms[1].GetState()})
		assert.Equal(t, []string{"BEGIN", "SELECT", "INSERT", "SELECT", "INSERT", "COMMIT"}, statements(rec))

		bad := newBooks("p", "q")
		bad[1].Title = "wrong"
		_, err := books.BatchCreate(ctx, bad)
		assert.Equal(t, wrong, err)
		bad[1].Title = "violation"
		_, err = books.BatchCreate(ctx, bad)
		var e *crud.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "[1].title", e.Violations[0].Field)
		assert.Len(t, shelved(t, books), 2)
		assert.Equal(t, 2, slices.IndexFunc(seen, func(s string) bool { return s == "before y" }))
	})
}

// TestBatchCreateValidateOnly: nothing is stored and no id that was made is shown.
func TestBatchCreateValidateOnly(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := withTenant(t.Context(), "x")
		rec := crudtest.NewRecorder(db)
		notes := bookpb.NewNoteRepository(rec, byTenant)
		const chosen = "00000000-0000-7000-8000-000000000001"
		ms, err := notes.BatchCreate(ctx, []*bookpb.Note{{Title: "a"}, {Id: chosen, Title: "b"}}, crud.ValidateOnly(true))
		require.NoError(t, err)
		assert.Equal(t, []string{"BEGIN", "INSERT", "ROLLBACK"}, statements(rec))
		assert.Equal(t, []string{"", chosen}, []string{ms[0].GetId(), ms[1].GetId()})
		assert.Equal(t, "a", ms[0].GetTitle())
		page, err := notes.List(ctx, crud.Query{})
		require.NoError(t, err)
		assert.Empty(t, page.Items)
		_, err = notes.BatchCreate(ctx, []*bookpb.Note{{Title: "a"}, {Title: "a"}}, crud.ValidateOnly(true))
		refused(t, err, codes.AlreadyExists, crud.ReasonUniqueViolation)
	})
}

// TestBatchRequestID: a batch is done once, and answered as it was.
func TestBatchRequestID(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		require.NoError(t, crud.CreateTables(ctx, db, crud.RequestTable))
		books := bookpb.NewBookRepository(db)
		once := func(id string, request *bookpb.Book) crud.WriteOption { return crud.RequestID("/m", id, request) }
		ids := []string{"00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002", "00000000-0000-4000-8000-000000000003"}
		create := func() []*bookpb.Book {
			ms, err := books.BatchCreate(ctx, newBooks("x", "y"), once(ids[0], book("n", "1")))
			require.NoError(t, err)
			return ms
		}
		first := create()
		require.Len(t, first, 2)
		sameMessages(t, first, create())
		_, err := books.BatchCreate(ctx, newBooks("p", "q"), once(ids[0], book("n", "2")))
		violated(t, err, crud.ReasonRequestIDReused, "request_id")

		update := func() []*bookpb.Book {
			ms, err := books.BatchUpdate(ctx, []change{{Message: first[1], Mask: mask("title")}}, once(ids[1], nil))
			require.NoError(t, err)
			return ms
		}
		sameMessages(t, update(), update())
		remove := func() []*bookpb.Book {
			ms, err := books.BatchDelete(ctx, booksAt("x", "y"), once(ids[2], nil))
			require.NoError(t, err)
			return ms
		}
		assert.Nil(t, remove())
		assert.Nil(t, remove(), "a replay")
		assert.Empty(t, shelved(t, books))

		// A batch that failed is not remembered.
		id := crud.RequestID("/m", "00000000-0000-4000-8000-000000000004", nil)
		_, err = books.BatchDelete(ctx, booksAt("x"), id)
		missingNames(t, err, crud.ReasonResourceNotFound, "shelves/a/books/x", "shelves/a/books/x")
		createBooks(t, books, "x")
		_, err = books.BatchDelete(ctx, booksAt("x"), id)
		require.NoError(t, err)
	})
}
