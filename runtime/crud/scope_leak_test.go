package crud_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// createNotes makes n notes with the titles t0 to t(n-1), which two tenants may have
// alike.
func createNotes(ctx context.Context, t testing.TB, notes bookpb.NoteRepository, n int) {
	t.Helper()
	for i := range n {
		_, err := notes.Create(ctx, &bookpb.Note{Title: fmt.Sprint("t", i), Body: "b"})
		require.NoError(t, err)
	}
}

// TestNoStatementLeaksNotes: the tenant's column is no field. Nothing that x asks for
// shows or changes what is y's.
func TestNoStatementLeaksNotes(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		notes := bookpb.NewNoteRepository(db, byTenant)
		x, y := withTenant(t.Context(), "x"), withTenant(t.Context(), "y")
		createNotes(x, t, notes, 5)
		createNotes(y, t, notes, 5)
		mine, theirs := streamed(x, t, notes, crud.Query{}), streamed(y, t, notes, crud.Query{})
		require.Len(t, mine, 5)
		require.Len(t, theirs, 5)
		other := theirs[2]

		sameNotes(t, mine, listed(x, t, notes, crud.Query{PageSize: 2}))
		either := squirrel.Or{squirrel.Expr("true"), squirrel.Eq{"notes.id": other.GetId()}}
		sameNotes(t, mine, listed(x, t, notes, crud.Query{PageSize: 3, Where: either}))
		sameNotes(t, mine, streamed(x, t, notes, crud.Query{Where: either}))
		selected, err := notes.Select(x).Where(either).Where("true OR notes.id = ?", other.GetId()).OrderBy("notes.id").All(x)
		require.NoError(t, err)
		sameNotes(t, mine, selected)
		byTitle, err := notes.GetByTitle(x, other.GetTitle())
		require.NoError(t, err)
		assert.NotEqual(t, other.GetId(), byTitle.GetId())

		_, err = notes.Get(x, other.GetId())
		notFound(t, err, "bookpb.Note", other.GetId())
		_, err = notes.Select(x).Where(squirrel.Eq{"notes.id": other.GetId()}).One(x)
		refused(t, err, codes.NotFound, crud.ReasonResourceNotFound)
		for _, paths := range [][]string{{"title"}, {"*"}, {"id"}, nil} {
			_, err = notes.Update(x, &bookpb.Note{Id: other.GetId(), Title: "taken"}, mask(paths...))
			notFound(t, err, "bookpb.Note", other.GetId())
			_, err = notes.Update(x, &bookpb.Note{Id: other.GetId()}, mask(paths...), crud.Unchanged("title"))
			notFound(t, err, "bookpb.Note", other.GetId())
		}
		_, err = notes.Delete(x, other.GetId())
		notFound(t, err, "bookpb.Note", other.GetId())
		n, err := updateNotes(x, notes, either)
		require.NoError(t, err)
		assert.EqualValues(t, 5, n)
		n, err = deleteNotes(x, notes, squirrel.Eq{"notes.id": other.GetId()})
		require.NoError(t, err)
		assert.Zero(t, n)
		n, err = deleteNotes(x, notes, either)
		require.NoError(t, err)
		assert.EqualValues(t, 5, n)
		sameNotes(t, theirs, streamed(y, t, notes, crud.Query{}))
	})
}

func sameNotes(t testing.TB, want, got []*bookpb.Note) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		sameMessage(t, want[i], got[i])
	}
}

// TestNoStatementMovesTickets: the tenant's column is a field, and no write of the
// field moves a row to another tenant or makes one there.
func TestNoStatementMovesTickets(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		tickets := bookpb.NewTicketRepository(db, byTenant)
		x, y := withTenant(t.Context(), "x"), withTenant(t.Context(), "y")
		m, err := tickets.Create(x, &bookpb.Ticket{TenantId: "y", Title: "a", Open: true})
		require.NoError(t, err)
		want := &bookpb.Ticket{Id: m.GetId(), TenantId: "x", Title: "a", Open: true}
		sameMessage(t, want, m)
		theirs, err := tickets.Create(y, &bookpb.Ticket{Title: "a"})
		require.NoError(t, err)

		steps := []struct {
			paths []string
			want  *bookpb.Ticket
		}{
			{[]string{"tenant_id"}, want},
			{[]string{"tenant_id", "title"}, &bookpb.Ticket{Id: m.GetId(), TenantId: "x", Title: "b", Open: true}},
			{[]string{"*"}, &bookpb.Ticket{Id: m.GetId(), TenantId: "x", Title: "b"}},
			{nil, &bookpb.Ticket{Id: m.GetId(), TenantId: "x", Title: "b"}},
		}
		for _, step := range steps {
			input := &bookpb.Ticket{Id: m.GetId(), TenantId: "y", Title: "b"}
			got, err := tickets.Update(x, input, mask(step.paths...))
			require.NoError(t, err, "%v", step.paths)
			sameMessage(t, step.want, got)
			_, err = tickets.Update(x, &bookpb.Ticket{Id: theirs.GetId(), TenantId: "y", Title: "b"}, mask(step.paths...))
			notFound(t, err, "bookpb.Ticket", fmt.Sprint(theirs.GetId()))
		}
		for _, column := range []string{"tenant_id", "TENANT_ID"} {
			_, err = tickets.UpdateWhere(x).Set(column, "y").Where("true").Exec(x)
			refused(t, err, codes.Internal, crud.ReasonInternal)
		}
		_, err = crud.Create(x, bookpb.TicketTable, tickets, &bookpb.Ticket{TenantId: "y"})
		require.NoError(t, err)
		assert.Len(t, streamed(x, t, tickets, crud.Query{}), 2)
		all := streamed(y, t, tickets, crud.Query{})
		require.Len(t, all, 1)
		sameMessage(t, theirs, all[0])
	})
}

// TestTenantsShareKeysAndValues: keys and unique values are the tenant's own, so that
// no refusal tells of another's.
func TestTenantsShareKeysAndValues(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		notes := bookpb.NewNoteRepository(db, byTenant)
		x, y := withTenant(t.Context(), "x"), withTenant(t.Context(), "y")
		theirs, err := notes.Create(y, &bookpb.Note{Id: someNote, Title: "one", Body: "of y"})
		require.NoError(t, err)
		mine, err := notes.Create(x, &bookpb.Note{Id: someNote, Title: "one", Body: "of x"})
		require.NoError(t, err)
		_, err = notes.Create(x, &bookpb.Note{Id: someNote, Title: "two"})
		info := resourceInfo(t, refused(t, err, codes.AlreadyExists, crud.ReasonResourceAlreadyExists))
		assert.Equal(t, someNote, info.GetResourceName())
		_, err = notes.Create(x, &bookpb.Note{Title: "one"})
		st := refused(t, err, codes.AlreadyExists, crud.ReasonUniqueViolation)
		assert.Equal(t, "a resource with the same title exists already", st.Message())
		mine, err = notes.Update(x, &bookpb.Note{Id: mine.GetId(), Body: "again of x"}, mask("body"))
		require.NoError(t, err)
		got, err := notes.Get(y, someNote)
		require.NoError(t, err)
		sameMessage(t, theirs, got)
		got, err = notes.Get(x, someNote)
		require.NoError(t, err)
		sameMessage(t, mine, got)
		_, err = notes.Delete(x, someNote)
		require.NoError(t, err)
		got, err = notes.Get(y, someNote)
		require.NoError(t, err)
		sameMessage(t, theirs, got)
	})
}

// TestUniqueOverAllTenants: a table that was there before may have a value unique for
// all. What the refusal says of the other row is the field alone.
func TestUniqueOverAllTenants(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		_, err := db.Exec(t.Context(), "CREATE UNIQUE INDEX body_of_all ON notes (body)")
		require.NoError(t, err)
		notes := bookpb.NewNoteRepository(db, byTenant)
		x, y := withTenant(t.Context(), "x"), withTenant(t.Context(), "y")
		theirs, err := notes.Create(y, &bookpb.Note{Title: "theirs", Body: "secret"})
		require.NoError(t, err)
		mine, err := notes.Create(x, &bookpb.Note{Title: "mine"})
		require.NoError(t, err)
		_, failed := notes.Create(x, &bookpb.Note{Title: "new", Body: "secret"})
		_, failedToo := notes.Update(x, &bookpb.Note{Id: mine.GetId(), Body: "secret"}, mask("body"))
		for _, err := range []error{failed, failedToo} {
			st := refused(t, err, codes.AlreadyExists, crud.ReasonUniqueViolation)
			assert.Equal(t, "a resource with the same body exists already", st.Message())
			text := st.Proto().String()
			assert.NotContains(t, text, "secret")
			assert.NotContains(t, text, theirs.GetId())
			assert.NotContains(t, text, theirs.GetTitle())
		}
	})
}

type ticketWrite = crud.Write[*bookpb.Ticket]

// TestHooksSeeTheirTenantOnly: a hook is never given another tenant's row, nor a
// tenant that the caller only claims to be.
func TestHooksSeeTheirTenantOnly(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		x, y := withTenant(t.Context(), "x"), withTenant(t.Context(), "y")
		var seen []string
		look := func(name string) func(context.Context, *ticketWrite) error {
			return func(ctx context.Context, w *ticketWrite) error {
				tenant, err := tenantOf(ctx)
				require.NoError(t, err)
				for _, m := range []*bookpb.Ticket{w.Old, w.New} {
					if m != nil {
						assert.Equal(t, tenant, m.GetTenantId(), name)
					}
				}
				seen = append(seen, name)
				return nil
			}
		}
		tickets := bookpb.NewTicketRepository(db, byTenant, bookpb.TicketHooks{
			BeforeCreate: look("before create"), AfterCreate: look("after create"),
			BeforeUpdate: look("before update"), AfterUpdate: look("after update"),
			BeforeDelete: look("before delete"), AfterDelete: look("after delete"),
		})
		theirs, err := tickets.Create(y, &bookpb.Ticket{TenantId: "x", Title: "theirs"})
		require.NoError(t, err)
		mine, err := tickets.Create(x, &bookpb.Ticket{TenantId: "y", Title: "mine"})
		require.NoError(t, err)
		seen = nil
		name := fmt.Sprint(theirs.GetId())
		_, err = tickets.Update(x, proto.Clone(theirs).(*bookpb.Ticket), mask("*"))
		notFound(t, err, "bookpb.Ticket", name)
		_, err = tickets.Delete(x, theirs.GetId())
		notFound(t, err, "bookpb.Ticket", name)
		assert.Empty(t, seen)
		_, err = tickets.Update(x, &bookpb.Ticket{Id: mine.GetId(), TenantId: "y", Title: "still"}, mask("*"))
		require.NoError(t, err)
		_, err = tickets.Delete(x, mine.GetId())
		require.NoError(t, err)
		assert.Equal(t, []string{"before update", "after update", "before delete", "after delete"}, seen)
	})
}

// TestHooksCannotMoveARow to another tenant.
func TestHooksCannotMoveARow(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		x := withTenant(t.Context(), "x")
		move := func(_ context.Context, w *ticketWrite) error { w.New.TenantId = "y"; return nil }
		tickets := bookpb.NewTicketRepository(db, byTenant, bookpb.TicketHooks{BeforeCreate: move, BeforeUpdate: move})
		m, err := tickets.Create(x, &bookpb.Ticket{Title: "a"})
		require.NoError(t, err)
		assert.Equal(t, "x", m.GetTenantId())
		_, err = tickets.Update(x, &bookpb.Ticket{Id: m.GetId(), Title: "b"}, mask("title"))
		violated(t, err, crud.ReasonImmutableField, "tenant_id")
		assert.Empty(t, streamed(withTenant(x, "y"), t, tickets, crud.Query{}))
	})
}

// TestTenantsInOneTransaction: the scope is that of each call, in a transaction too.
func TestTenantsInOneTransaction(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		notes := bookpb.NewNoteRepository(db, byTenant)
		x, y := withTenant(t.Context(), "x"), withTenant(t.Context(), "y")
		err := crud.InTx(t.Context(), db, func(tx *crud.Tx) error {
			notes := notes.WithTx(tx)
			createNotes(x, t, notes, 3)
			createNotes(y, t, notes, 2)
			assert.Len(t, listed(x, t, notes, crud.Query{}), 3)
			theirs := streamed(y, t, notes, crud.Query{})
			assert.Len(t, theirs, 2)
			_, err := notes.Update(x, theirs[0], mask("*"))
			notFound(t, err, "bookpb.Note", theirs[0].GetId())
			n, err := deleteNotes(y, notes, "true")
			assert.EqualValues(t, 2, n)
			return err
		})
		require.NoError(t, err)
		assert.Len(t, streamed(x, t, notes, crud.Query{}), 3)
		assert.Empty(t, streamed(y, t, notes, crud.Query{}))
	})
}

// TestTokensAreTheTenants: another tenant cannot go on with a page token, whether or
// not it has the same keys.
func TestTokensAreTheTenants(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		notes, tickets := bookpb.NewNoteRepository(db, byTenant), bookpb.NewTicketRepository(db, byTenant)
		x, y := withTenant(t.Context(), "x"), withTenant(t.Context(), "y")
		for _, ctx := range []context.Context{x, y} {
			createNotes(ctx, t, notes, 3)
			for range 3 {
				_, err := tickets.Create(ctx, &bookpb.Ticket{})
				require.NoError(t, err)
			}
		}
		tokenRefused(t, x, y, notes)
		tokenRefused(t, x, y, tickets)
	})
}

func tokenRefused[M proto.Message, K any](t *testing.T, mine, theirs context.Context, s crud.Store[M, K]) {
	t.Helper()
	page, err := s.List(mine, crud.Query{PageSize: 2})
	require.NoError(t, err)
	require.NotEmpty(t, page.NextPageToken)
	q := crud.Query{PageSize: 2, PageToken: page.NextPageToken}
	_, err = s.List(theirs, q)
	violated(t, err, crud.ReasonInvalidPageToken, "page_token")
	page, err = s.List(mine, q)
	require.NoError(t, err)
	assert.Len(t, page.Items, 1)
}

// cachedNotes remembers what Get found, by what key says of a call.
type cachedNotes struct {
	crud.Store[*bookpb.Note, string]
	key   func(context.Context) (string, error)
	found sync.Map
}

func (c *cachedNotes) Get(ctx context.Context, id string, opts ...crud.GetOption) (*bookpb.Note, error) {
	scope, err := c.key(ctx)
	if err != nil {
		return nil, err
	}
	at := [2]string{scope, id}
	if m, ok := c.found.Load(at); ok {
		return proto.Clone(m.(*bookpb.Note)).(*bookpb.Note), nil
	}
	m, err := c.Store.Get(ctx, id, opts...)
	if err == nil {
		c.found.Store(at, proto.Clone(m))
	}
	return m, err
}

// TestCachesNeedTheScopeKey: a cache by id alone gives x's note to y; one that is told
// the scope does not, and fails as closed as the repository.
func TestCachesNeedTheScopeKey(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		notes := bookpb.NewNoteRepository(db, crud.ScopeColumn("tenant_id", func(ctx context.Context) (*string, error) {
			tenant, err := tenantOf(ctx)
			return &tenant, err
		}))
		x, y := withTenant(t.Context(), "x"), withTenant(t.Context(), "y")
		m, err := notes.Create(x, &bookpb.Note{Title: "mine"})
		require.NoError(t, err)

		leaky := &cachedNotes{Store: notes, key: func(context.Context) (string, error) { return "", nil }}
		tight := &cachedNotes{Store: notes, key: notes.ScopeKey}
		for _, cache := range []*cachedNotes{leaky, tight} {
			for range 2 {
				got, err := cache.Get(x, m.GetId())
				require.NoError(t, err)
				sameMessage(t, m, got)
			}
		}
		got, err := leaky.Get(y, m.GetId())
		require.NoError(t, err)
		sameMessage(t, m, got)
		_, err = tight.Get(y, m.GetId())
		notFound(t, err, "bookpb.Note", m.GetId())
		_, err = tight.Get(t.Context(), m.GetId())
		assert.ErrorIs(t, err, errNoTenant)

		_, err = notes.Delete(x, m.GetId())
		require.NoError(t, err)
		_, err = tight.Get(x, m.GetId())
		require.NoError(t, err, "the second Get of a tenant comes from the cache")
	})
}
