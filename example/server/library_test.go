package server_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/example/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	crudserver "github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

// A library is a running server, a client of it, and the database behind it.
type library struct {
	libraryv1.LibraryServiceClient // of a librarian
	db                             crud.DB
	conn                           func(role string) *grpc.ClientConn

	mu   sync.Mutex
	back []string // books announced
}

// newLibrary serves the library from an empty database.
func newLibrary(t *testing.T, db crud.DB) *library {
	t.Helper()
	require.NoError(t, server.CreateTables(t.Context(), db))
	l := &library{db: db}
	l.conn = serve(t, crudserver.Config{}, db, l.announce)
	l.LibraryServiceClient = libraryv1.NewLibraryServiceClient(l.conn("librarian"))
	return l
}

func (l *library) announce(_ context.Context, book string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.back = append(l.back, book)
}

func (l *library) announced() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.back
}

var secret = []byte("a secret that only tests have, of 40 bytes")

// serve runs the library's server. dial returns a connection of somebody with a role;
// without one nobody says who calls.
func serve(t *testing.T, cfg crudserver.Config, db crud.DB, announce func(context.Context, string)) (dial func(role string) *grpc.ClientConn) {
	t.Helper()
	cfg, err := server.Configure(cfg, db, secret, announce)
	require.NoError(t, err)
	endpoint := crudtest.ServeConfig(t, cfg)
	return func(role string) *grpc.ClientConn {
		t.Helper()
		if role == "" {
			return endpoint.Dial()
		}
		token, err := server.NewToken(secret, "ann", role, time.Hour)
		require.NoError(t, err)
		return endpoint.Dial(grpc.WithPerRPCCredentials(token))
	}
}

// plain serves an implementation to which no limits and permissions apply, and returns
// a client.
func plain(t *testing.T, impl libraryv1.LibraryServiceServer) libraryv1.LibraryServiceClient {
	t.Helper()
	return libraryv1.NewLibraryServiceClient(crudtest.Serve(t, crudserver.Plain(libraryv1.RegisterLibraryServiceServer).By(impl)))
}

// book puts a book on the shelf "sagas", which is made when it is missing.
func (l *library) book(t *testing.T, id string) *libraryv1.Book {
	t.Helper()
	_, err := l.CreateShelf(t.Context(), &libraryv1.CreateShelfRequest{ShelfId: "sagas", Shelf: &libraryv1.Shelf{Theme: "Sagas"}})
	if !client.IsAlreadyExists(err) {
		require.NoError(t, err)
	}
	book, err := l.CreateBook(t.Context(), &libraryv1.CreateBookRequest{Parent: "shelves/sagas", BookId: id, Book: &libraryv1.Book{Title: id}})
	require.NoError(t, err)
	return book
}

func (l *library) user(t *testing.T, name string) *libraryv1.User {
	t.Helper()
	user, err := l.CreateUser(t.Context(), &libraryv1.CreateUserRequest{User: &libraryv1.User{Username: name, Email: name + "@example.com"}})
	require.NoError(t, err)
	return user
}

func (l *library) lend(t *testing.T, ctx context.Context, book string, user int64) *libraryv1.Loan {
	t.Helper()
	loan, err := l.CreateLoan(ctx, &libraryv1.CreateLoanRequest{Loan: &libraryv1.Loan{Book: book, UserId: user}})
	require.NoError(t, err)
	return loan
}

// as returns the context of a client that calls for a branch.
func as(t *testing.T, branch string) context.Context {
	return metadata.AppendToOutgoingContext(t.Context(), server.TenantHeader, branch)
}

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

// requireRefused checks the code and the reason of a call that must fail.
func requireRefused(t *testing.T, err error, code codes.Code, reason string) {
	t.Helper()
	require.Equal(t, code, status.Code(err), "%v", err)
	require.Equal(t, reason, client.Reason(err))
}
