package crud_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestOneStatementEach: without hooks a call is one statement and no transaction.
func TestOneStatementEach(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		books := bookpb.NewBookRepository(rec)
		users := bookpb.NewUserRepository(rec)
		sent := func(want string, err error) {
			t.Helper()
			require.NoError(t, err)
			assert.Equal(t, []string{want}, statements(rec))
		}
		m, err := books.Create(ctx, &bookpb.Book{Name: "shelves/a/books/x", Title: "X", Isbn: new("1")})
		sent("INSERT", err)
		_, err = books.Get(ctx, bookKey(t, m))
		sent("SELECT", err)
		_, err = books.GetByIsbn(ctx, "1")
		sent("SELECT", err)
		for _, paths := range [][]string{nil, {"*"}, {"title", "pages"}, {"name"}} {
			_, err = books.Update(ctx, m, mask(paths...))
			sent("UPDATE", err)
		}
		_, err = books.List(ctx, crud.Query{Parent: "shelves/a", PageSize: 1})
		sent("SELECT", err)
		for _, err := range books.All(ctx, crud.Query{Parent: "shelves/a"}) {
			sent("SELECT", err)
		}
		_, err = books.Delete(ctx, bookKey(t, m))
		sent("DELETE", err)
		// An identity that is given, a default that is not, and a table without a time of
		// update.
		u, err := users.Create(ctx, &bookpb.User{Id: 77, Username: "eve", Email: "e"})
		sent("INSERT", err)
		_, err = users.Update(ctx, u, mask("id"))
		sent("SELECT", err)
	})
}

// TestScopedCallsAreOneStatement: the scope is part of the statement.
func TestScopedCallsAreOneStatement(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := withTenant(t.Context(), "x"), crudtest.NewRecorder(db)
		notes := bookpb.NewNoteRepository(rec, byTenant)
		m, err := notes.Create(ctx, &bookpb.Note{Title: "t"})
		require.NoError(t, err)
		_, err = notes.Get(ctx, m.GetId())
		require.NoError(t, err)
		_, err = notes.List(ctx, crud.Query{})
		require.NoError(t, err)
		_, err = notes.Update(ctx, m, nil)
		require.NoError(t, err)
		_, err = notes.Delete(ctx, m.GetId())
		require.NoError(t, err)
		assert.Equal(t, []string{"INSERT", "SELECT", "SELECT", "UPDATE", "DELETE"}, statements(rec))
	})
}

// TestHooksMakeATransaction: with a hook the write and its hooks are one transaction,
// and calls without a hook of their own stay single statements.
func TestHooksMakeATransaction(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		nothing := func(context.Context, *crud.Write[*bookpb.Book]) error { return nil }
		for name, test := range map[string]struct {
			hooks                  bookpb.BookHooks
			create, update, delete []string
		}{
			"create": {
				bookpb.BookHooks{BeforeCreate: nothing},
				[]string{"BEGIN", "INSERT", "COMMIT"},
				[]string{"UPDATE"},
				[]string{"DELETE"},
			},
			"update": {
				bookpb.BookHooks{AfterUpdate: nothing},
				[]string{"INSERT"},
				[]string{"BEGIN", "SELECT", "UPDATE", "COMMIT"},
				[]string{"DELETE"},
			},
			"delete": {
				bookpb.BookHooks{AfterDelete: nothing},
				[]string{"INSERT"},
				[]string{"UPDATE"},
				[]string{"BEGIN", "SELECT", "DELETE", "COMMIT"},
			},
		} {
			books := bookpb.NewBookRepository(rec, test.hooks)
			m := createBook(t, books, "shelves/a/books/x", "X")
			assert.Equal(t, test.create, statements(rec), name)
			_, err := books.Update(ctx, m, mask("title"))
			require.NoError(t, err)
			assert.Equal(t, test.update, statements(rec), name)
			_, err = books.Delete(ctx, bookKey(t, m))
			require.NoError(t, err)
			assert.Equal(t, test.delete, statements(rec), name)
		}
	})
}

// TestRefusedBeforeTheDatabase: what is wrong by itself sends nothing.
func TestRefusedBeforeTheDatabase(t *testing.T) {
	t.Parallel()
	rec := crudtest.NewRecorder(crudtest.SQLiteMemory(t))
	ctx := t.Context()
	books := bookpb.NewBookRepository(rec)
	notes := bookpb.NewNoteRepository(rec, byTenant)
	calls := map[string]func() error{
		"a name of another form": func() error {
			_, err := crud.GetNamed(ctx, bookpb.BookTable, books, "shelves/a")
			return err
		},
		"an unknown path": func() error {
			_, err := books.Update(ctx, book("shelves/a/books/x", ""), mask("nothing"))
			return err
		},
		"a value that is too long": func() error {
			_, err := books.Create(ctx, book("shelves/a/books/x", string(make([]rune, 41))))
			return err
		},
		"a token that is none": func() error {
			_, err := books.List(ctx, crud.Query{Parent: "shelves/a", PageToken: "x"})
			return err
		},
		"a key that is no UUID": func() error {
			_, err := notes.Get(ctx, "x")
			return err
		},
		"no tenant": func() error {
			_, err := notes.Get(ctx, "00000000-0000-7000-8000-000000000000")
			return err
		},
	}
	for name, call := range calls {
		require.Error(t, call(), name)
		assert.Empty(t, rec.Statements(), name)
	}
}
