package server_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/example/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// The library's own hooks: a loan takes the book, its end puts it back.
func TestLibraryHooks(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		l := newLibrary(t, db)
		book, user := l.book(t, "edda"), l.user(t, "ada")
		loan := l.lend(t, as(t, "north"), book.GetName(), user.GetId())
		assert.True(t, loan.GetDueTime().AsTime().After(loan.GetCreateTime().AsTime()))

		_, err := l.CreateLoan(as(t, "south"), &libraryv1.CreateLoanRequest{Loan: &libraryv1.Loan{Book: book.GetName(), UserId: user.GetId()}})
		requireRefused(t, err, codes.FailedPrecondition, "BOOK_LENT")
		_, err = l.DeleteBook(t.Context(), &libraryv1.DeleteBookRequest{Name: book.GetName()})
		requireRefused(t, err, codes.FailedPrecondition, "BOOK_LENT")
		assert.Empty(t, l.announced())

		_, err = l.DeleteLoan(as(t, "north"), &libraryv1.DeleteLoanRequest{Id: loan.GetId()})
		require.NoError(t, err)
		assert.Equal(t, []string{book.GetName()}, l.announced())
		_, err = l.DeleteBook(t.Context(), &libraryv1.DeleteBookRequest{Name: book.GetName()})
		require.NoError(t, err)
	})
}

// An error of any hook rolls back the write and what the hook did in its
// transaction, and no work waits for a commit that never comes.
func TestHookErrorRollsBack(t *testing.T) {
	t.Parallel()
	type hook = func(context.Context, *crud.Write[*libraryv1.User]) error
	for name, tc := range map[string]struct {
		hooks func(hook) libraryv1.UserHooks
		write func(context.Context, libraryv1.UserRepository, *libraryv1.User) error
	}{
		"BeforeCreate": {func(h hook) libraryv1.UserHooks { return libraryv1.UserHooks{BeforeCreate: h} }, createUser},
		"AfterCreate":  {func(h hook) libraryv1.UserHooks { return libraryv1.UserHooks{AfterCreate: h} }, createUser},
		"BeforeUpdate": {func(h hook) libraryv1.UserHooks { return libraryv1.UserHooks{BeforeUpdate: h} }, updateUser},
		"AfterUpdate":  {func(h hook) libraryv1.UserHooks { return libraryv1.UserHooks{AfterUpdate: h} }, updateUser},
		"BeforeDelete": {func(h hook) libraryv1.UserHooks { return libraryv1.UserHooks{BeforeDelete: h} }, deleteUser},
		"AfterDelete":  {func(h hook) libraryv1.UserHooks { return libraryv1.UserHooks{AfterDelete: h} }, deleteUser},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
				require.NoError(t, server.CreateTables(t.Context(), db))
				plain, shelves := libraryv1.NewUserRepository(db), libraryv1.NewShelfRepository(db)
				ada, err := plain.Create(t.Context(), &libraryv1.User{Username: "ada", Email: "ada@example.com"})
				require.NoError(t, err)

				refusal := status.Error(codes.FailedPrecondition, "not today")
				ran, committed := 0, 0
				hooked := libraryv1.NewUserRepository(db, tc.hooks(func(ctx context.Context, w *crud.Write[*libraryv1.User]) error {
					ran++
					w.AfterCommit(func(context.Context) { committed++ })
					_, err := shelves.WithTx(w.Tx).Create(ctx, &libraryv1.Shelf{Name: "shelves/hook", Theme: "Hook"})
					return errors.Join(err, refusal)
				}))
				err = tc.write(t.Context(), hooked, ada)

				require.ErrorIs(t, err, refusal)
				assert.Equal(t, 1, ran)
				assert.Zero(t, committed)
				users, err := plain.List(t.Context(), crud.Query{})
				require.NoError(t, err)
				require.Len(t, users.Items, 1)
				assert.True(t, proto.Equal(ada, users.Items[0]), "the stored row is as it was")
				_, err = shelves.Get(t.Context(), libraryv1.ShelfKey{ShelfId: "hook"})
				assert.Equal(t, codes.NotFound, status.Code(err))
			})
		})
	}
}

func createUser(ctx context.Context, users libraryv1.UserRepository, _ *libraryv1.User) error {
	_, err := users.Create(ctx, &libraryv1.User{Username: "eve", Email: "eve@example.com"})
	return err
}

func updateUser(ctx context.Context, users libraryv1.UserRepository, ada *libraryv1.User) error {
	_, err := users.Update(ctx, &libraryv1.User{Id: ada.GetId(), Email: "other@example.com"}, mask("email"))
	return err
}

func deleteUser(ctx context.Context, users libraryv1.UserRepository, ada *libraryv1.User) error {
	_, err := users.Delete(ctx, ada.GetId())
	return err
}
