package crud_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// someNote is the key of a note that every tenant may have.
const someNote = "00000000-0000-4000-8000-000000000001"

// scoped gives the scope column of notes and tickets a value.
func scoped[T any](value T, err error) crud.Option {
	return crud.ScopeColumn("tenant_id", func(context.Context) (T, error) { return value, err })
}

// noteCalls are all ways of a repository to send a statement.
func noteCalls(notes bookpb.NoteRepository, id string) map[string]func(context.Context) error {
	m := &bookpb.Note{Id: id, Title: "t", Body: "b"}
	return map[string]func(context.Context) error{
		"Get":        func(ctx context.Context) error { _, err := notes.Get(ctx, id); return err },
		"GetByTitle": func(ctx context.Context) error { _, err := notes.GetByTitle(ctx, "t"); return err },
		"List":       func(ctx context.Context) error { _, err := notes.List(ctx, crud.Query{}); return err },
		"All": func(ctx context.Context) error {
			for _, err := range notes.All(ctx, crud.Query{}) {
				return err
			}
			return nil
		},
		"Create":        func(ctx context.Context) error { _, err := notes.Create(ctx, m); return err },
		"Update title":  func(ctx context.Context) error { _, err := notes.Update(ctx, m, mask("title")); return err },
		"Update *":      func(ctx context.Context) error { _, err := notes.Update(ctx, m, mask("*")); return err },
		"Update id":     func(ctx context.Context) error { _, err := notes.Update(ctx, m, mask("id")); return err },
		"Delete":        func(ctx context.Context) error { _, err := notes.Delete(ctx, id); return err },
		"Select One":    func(ctx context.Context) error { _, err := notes.Select(ctx).One(ctx); return err },
		"Select All":    func(ctx context.Context) error { _, err := notes.Select(ctx).All(ctx); return err },
		"UpdateWhere":   func(ctx context.Context) error { _, err := updateNotes(ctx, notes, "true"); return err },
		"DeleteWhere":   func(ctx context.Context) error { _, err := deleteNotes(ctx, notes, "true"); return err },
		"UpdateWhere 0": func(ctx context.Context) error { _, err := updateNotes(ctx, notes, "false"); return err },
	}
}

func updateNotes(ctx context.Context, notes bookpb.NoteRepository, where any, args ...any) (int64, error) {
	return notes.UpdateWhere(ctx).Set("body", "changed").Where(where, args...).Exec(ctx)
}

func deleteNotes(ctx context.Context, notes bookpb.NoteRepository, where any, args ...any) (int64, error) {
	return notes.DeleteWhere(ctx).Where(where, args...).Exec(ctx)
}

// TestScopesAreAskedForWhenMade: what is forgotten is said before the first call, in
// one sentence.
func TestScopesAreAskedForWhenMade(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLiteMemory(t)
	always := crud.Where(func(context.Context) (squirrel.Sqlizer, error) { return squirrel.Expr("true"), nil })
	for want, construct := range map[string]func(){
		`crud: bookpb.Note declares the scope column "tenant_id"; give its repository a crud.ScopeColumn`: func() {
			bookpb.NewNoteRepository(db)
		},
		`crud: bookpb.Ticket declares the scope column "tenant_id"; give its repository a crud.ScopeColumn`: func() {
			bookpb.NewTicketRepository(db, crud.ScopeColumn("tenant", tenantOf))
		},
		"crud: the repository of bookpb.Book has a crud.Where but no crud.ScopeColumn, so Create could insert rows outside of it": func() {
			bookpb.NewBookRepository(db, always)
		},
	} {
		assert.PanicsWithValue(t, want, construct)
	}
	assert.NotPanics(t, func() { bookpb.NewTicketRepository(db, always, byTenant) })
}

type namedTenant string

// bankTenant is a tenant that the database is told by another name.
type bankTenant struct{ name string }

func (b bankTenant) Value() (driver.Value, error) {
	switch b.name {
	case "":
		return nil, nil
	case "broken":
		return nil, errors.New("secret")
	}
	return "bank of " + b.name, nil
}

// TestScopesFailClosed: without a value for its scope a call fails and sends nothing.
func TestScopesFailClosed(t *testing.T) {
	t.Parallel()
	denied := status.Error(codes.PermissionDenied, "not yours")
	plain := errors.New("secret")
	var nobody *string
	of := func(opts ...crud.Option) []crud.Option { return opts }
	noTitle := crud.ScopeColumn("title", func(context.Context) (string, error) { return "", nil })
	tests := []struct {
		name   string
		scope  []crud.Option
		want   error      // what the repository returns; nil is an INTERNAL of its own
		client codes.Code // what a client is told
	}{
		{"an error", of(scoped("x", plain)), plain, codes.Internal},
		{"a status", of(scoped("x", denied)), denied, codes.PermissionDenied},
		{"an error and no value", of(scoped[any](nil, plain)), plain, codes.Internal},
		{"nil", of(scoped[any](nil, nil)), nil, codes.Internal},
		{"an empty string", of(scoped("", nil)), nil, codes.Internal},
		{"an empty string of a named type", of(scoped(namedTenant(""), nil)), nil, codes.Internal},
		{"a nil pointer", of(scoped(nobody, nil)), nil, codes.Internal},
		{"a pointer to nothing", of(scoped(new(""), nil)), nil, codes.Internal},
		{"a pointer to a nil pointer", of(scoped(&nobody, nil)), nil, codes.Internal},
		{"nil bytes", of(scoped([]byte(nil), nil)), nil, codes.Internal},
		{"a value that is NULL", of(scoped(bankTenant{}, nil)), nil, codes.Internal},
		{"a nil value", of(scoped((*bankTenant)(nil), nil)), nil, codes.Internal},
		{"a value that cannot be had", of(scoped(bankTenant{"broken"}, nil)), nil, codes.Internal},
		{"the second of two scopes", of(byTenant, noTitle), nil, codes.Internal},
	}
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := withTenant(t.Context(), "x")
		for _, test := range tests {
			rec := crudtest.NewRecorder(db)
			notes := bookpb.NewNoteRepository(rec, test.scope...)
			for call, run := range noteCalls(notes, someNote) {
				err := run(ctx)
				if test.want != nil {
					assert.Equal(t, test.want, err, "%s: %s", test.name, call)
					continue
				}
				refused(t, err, codes.Internal, crud.ReasonInternal)
			}
			_, err := notes.ScopeKey(ctx)
			require.Error(t, err, test.name)
			_, err = crud.Get(ctx, bookpb.NoteTable, notes, someNote)
			assert.Equal(t, test.client, status.Code(err), test.name)
			assert.NotContains(t, status.Convert(err).Proto().String(), "secret")
			assert.Empty(t, rec.Statements(), test.name)
		}
	})
}

// TestScopeValues: a value of any type that a column takes, and the field of the same
// column shows it.
func TestScopeValues(t *testing.T) {
	t.Parallel()
	tenant := uuid.MustParse("6ba7b810-9dad-41d1-80b4-00c04fd430c8")
	tests := []struct {
		name  string
		scope crud.Option
		want  string
	}{
		{"string", scoped("x", nil), "x"},
		{"named string", scoped(namedTenant("y"), nil), "y"},
		{"pointer", scoped(new("z"), nil), "z"},
		{"value", scoped(bankTenant{"a"}, nil), "bank of a"},
		{"pointer to value", scoped(&bankTenant{"b"}, nil), "bank of b"},
		{"uuid", scoped(tenant, nil), tenant.String()},
		{"odd text", scoped(`'"; DROP TABLE notes; --`, nil), `'"; DROP TABLE notes; --`},
	}
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		for _, test := range tests {
			notes, tickets := bookpb.NewNoteRepository(db, test.scope), bookpb.NewTicketRepository(db, test.scope)
			n, err := notes.Create(ctx, &bookpb.Note{Id: someNote, Title: test.name})
			require.NoError(t, err, test.name)
			got, err := notes.Get(ctx, someNote)
			require.NoError(t, err, test.name)
			sameMessage(t, n, got)
			m, err := tickets.Create(ctx, &bookpb.Ticket{TenantId: "of the caller", Title: test.name})
			require.NoError(t, err, test.name)
			assert.Equal(t, test.want, m.GetTenantId())
			m, err = tickets.Update(ctx, &bookpb.Ticket{Id: m.GetId(), TenantId: "of the caller", Open: true}, mask("*"))
			require.NoError(t, err, test.name)
			sameMessage(t, &bookpb.Ticket{Id: m.GetId(), TenantId: test.want, Open: true}, m)
			all, err := tickets.Select(ctx).All(ctx)
			require.NoError(t, err, test.name)
			require.Len(t, all, 1, test.name)
			key, err := notes.ScopeKey(ctx)
			require.NoError(t, err)
			again, err := notes.ScopeKey(ctx)
			require.NoError(t, err)
			assert.Equal(t, []string{crud.JoinKey(test.want), key}, []string{key, again}, test.name)
		}
	})
}

// TestScopeOfOneRepository: a column that no model declares, given to one repository,
// binds it as well.
func TestScopeOfOneRepository(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		sagas := bookpb.NewShelfRepository(db, crud.ScopeColumn("theme", func(context.Context) (string, error) { return "saga", nil }))
		m, err := sagas.Create(ctx, &bookpb.Shelf{Name: "shelves/c", Theme: "poetry"})
		require.NoError(t, err)
		sameMessage(t, &bookpb.Shelf{Name: "shelves/c", Theme: "saga"}, m)
		m, err = sagas.Update(ctx, &bookpb.Shelf{Name: "shelves/c", Theme: "poetry"}, mask("theme"))
		require.NoError(t, err)
		assert.Equal(t, "saga", m.GetTheme())
		page, err := sagas.List(ctx, crud.Query{})
		require.NoError(t, err)
		require.Len(t, page.Items, 1, "the shelves a and b have no theme")
		_, err = sagas.Delete(ctx, bookpb.ShelfKey{ShelfId: "a"})
		notFound(t, err, "test.example.com/Shelf", "shelves/a")
	})
}

// TestScopeKeys: two scopes never have one key.
func TestScopeKeys(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLiteMemory(t)
	ctx := t.Context()
	keys := make(map[string]string)
	for _, tenant := range [][2]string{{"a", "b"}, {"a/b", "c"}, {"a", "b/c"}, {"a%2Fb", "c"}, {"A", "b"}, {"a ", "b"}, {"b", "a"}} {
		notes := bookpb.NewNoteRepository(db, scoped(tenant[0], nil),
			crud.ScopeColumn("region", func(context.Context) (string, error) { return tenant[1], nil }))
		key, err := notes.ScopeKey(ctx)
		require.NoError(t, err)
		assert.NotContains(t, keys, key, "of %q", tenant)
		keys[key] = tenant[0]
	}
	key, err := bookpb.NewShelfRepository(db).ScopeKey(ctx)
	require.NoError(t, err)
	assert.Empty(t, key, "there is no scope")
	visible := crud.Where(func(context.Context) (squirrel.Sqlizer, error) { return squirrel.Expr("true"), nil })
	_, err = bookpb.NewNoteRepository(db, byTenant, visible).ScopeKey(withTenant(ctx, "x"))
	refused(t, err, codes.Internal, crud.ReasonInternal)
}

// listed returns the resources of all pages.
func listed[M proto.Message, K any](ctx context.Context, t testing.TB, s crud.Store[M, K], q crud.Query) (all []M) {
	t.Helper()
	for {
		page, err := s.List(ctx, q)
		require.NoError(t, err)
		all = append(all, page.Items...)
		if page.NextPageToken == "" {
			return all
		}
		q.PageToken = page.NextPageToken
	}
}

func streamed[M proto.Message, K any](ctx context.Context, t testing.TB, s crud.Store[M, K], q crud.Query) (all []M) {
	t.Helper()
	for m, err := range s.All(ctx, q) {
		require.NoError(t, err)
		all = append(all, m)
	}
	return all
}

func ticketIDs(tickets []*bookpb.Ticket) (ids []int64) {
	for _, m := range tickets {
		ids = append(ids, m.GetId())
	}
	return ids
}
