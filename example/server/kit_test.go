package server_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/example/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	crudserver "github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

// A test of one RPC is a database, the server as it is, and the call.
func TestOneMethod(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLiteMemory(t)
	require.NoError(t, server.CreateTables(t.Context(), db))
	cfg, err := server.Configure(crudserver.Config{}, db, secret, nil)
	require.NoError(t, err)
	library := libraryv1.NewLibraryServiceClient(crudtest.ServeConfig(t, cfg).Dial())

	_, err = library.GetUserByUsername(t.Context(), &libraryv1.GetUserByUsernameRequest{Username: "ada"})

	assert.True(t, client.IsNotFound(err))
}

// Tests that share a database, because its tables and rows take long to make, have a
// transaction each.
func TestSharedDatabase(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		newLibrary(t, db).book(t, "edda")
		for i := range 2 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				library := libraryv1.NewLibraryServiceClient(serve(t, crudserver.Config{}, crudtest.Tx(t, db), func(context.Context, string) {})("librarian"))
				_, err := library.DeleteBook(t.Context(), &libraryv1.DeleteBookRequest{Name: "shelves/sagas/books/edda"})
				require.NoError(t, err, "the other test has deleted it for itself alone")
			})
		}
	})
}

// What a limit does to a client is tested without making a thousand calls.
func TestOverTheLimit(t *testing.T) {
	t.Parallel()
	limits := &crudtest.Limits{}
	db := crudtest.SQLiteMemory(t)
	require.NoError(t, server.CreateTables(t.Context(), db))
	cfg, err := server.Configure(crudserver.Config{}, db, secret, nil)
	require.NoError(t, err)
	cfg.LimitStore = limits
	library := libraryv1.NewLibraryServiceClient(crudtest.ServeConfig(t, cfg).Dial())

	limits.Refuse(libraryv1.LibraryServiceInfo.Name, time.Minute)
	_, err = library.ListUsers(t.Context(), &libraryv1.ListUsersRequest{})
	requireRefused(t, err, codes.ResourceExhausted, ratelimit.ReasonExceeded)
	wait, ok := client.RetryAfter(err)
	assert.True(t, ok)
	assert.Equal(t, time.Minute, wait)

	limits.Admit(libraryv1.LibraryServiceInfo.Name)
	_, err = library.ListUsers(t.Context(), &libraryv1.ListUsersRequest{})
	require.NoError(t, err)
}

// A client walks all books of a shelf, page by page.
func TestAllBooks(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		l := newLibrary(t, db)
		var want, got []string
		for _, id := range []string{"edda", "egil", "njal"} {
			want = append(want, l.book(t, id).GetTitle())
		}
		req := &libraryv1.ListBooksRequest{Parent: "shelves/sagas", PageSize: 2}
		for book, err := range client.Pages(t.Context(), l.ListBooks, req, (*libraryv1.ListBooksResponse).GetBooks) {
			require.NoError(t, err)
			got = append(got, book.GetTitle())
		}
		assert.Equal(t, want, got)
	})
}
