package server_test

import (
	"context"
	"testing"

	sq "github.com/Masterminds/squirrel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/example/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// Every method answers a branch as if the loans of the other did not exist, and a
// caller without a branch not at all.
func TestTenantsThroughMethods(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		l := newLibrary(t, db)
		user := l.user(t, "ada").GetId()
		north, south := as(t, "north"), as(t, "south")
		theirs := l.lend(t, north, l.book(t, "edda").GetName(), user)
		l.lend(t, north, l.book(t, "egil").GetName(), user)

		attempts := func(ctx context.Context) map[string]error {
			_, get := l.GetLoan(ctx, &libraryv1.GetLoanRequest{Id: theirs.GetId()})
			_, update := l.UpdateLoan(ctx, &libraryv1.UpdateLoanRequest{Loan: &libraryv1.Loan{Id: theirs.GetId(), Remark: "mine"}, UpdateMask: mask("remark")})
			_, fixed := l.UpdateLoan(ctx, &libraryv1.UpdateLoanRequest{Loan: &libraryv1.Loan{Id: theirs.GetId(), Book: "x"}, UpdateMask: mask("book")})
			_, del := l.DeleteLoan(ctx, &libraryv1.DeleteLoanRequest{Id: theirs.GetId()})
			_, custom := l.ReturnBook(ctx, &libraryv1.ReturnBookRequest{Name: theirs.GetBook()})
			return map[string]error{"get": get, "update": update, "update of an immutable field": fixed, "delete": del, "custom": custom}
		}
		for name, err := range attempts(south) {
			assert.Equal(t, codes.NotFound, status.Code(err), "%s: %v", name, err)
		}
		for name, err := range attempts(t.Context()) {
			assert.Equal(t, codes.Unauthenticated, status.Code(err), "%s: %v", name, err)
		}
		list, err := l.ListLoans(south, &libraryv1.ListLoansRequest{})
		require.NoError(t, err)
		assert.Empty(t, list.GetLoans())
		_, err = l.CreateLoan(t.Context(), &libraryv1.CreateLoanRequest{Loan: &libraryv1.Loan{Book: l.book(t, "njal").GetName(), UserId: user}})
		requireRefused(t, err, codes.Unauthenticated, "TENANT_MISSING")

		stored, err := l.GetLoan(north, &libraryv1.GetLoanRequest{Id: theirs.GetId()})
		require.NoError(t, err)
		assert.True(t, proto.Equal(theirs, stored), "the loan is as it was")
	})
}

// A page token of one branch opens nothing to the other.
func TestTenantsAndPageTokens(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		l := newLibrary(t, db)
		user := l.user(t, "ada").GetId()
		for _, id := range []string{"edda", "egil"} {
			l.lend(t, as(t, "north"), l.book(t, id).GetName(), user)
		}
		page, err := l.ListLoans(as(t, "north"), &libraryv1.ListLoansRequest{PageSize: 1})
		require.NoError(t, err)
		require.NotEmpty(t, page.GetNextPageToken())

		_, err = l.ListLoans(as(t, "south"), &libraryv1.ListLoansRequest{PageToken: page.GetNextPageToken()})
		requireRefused(t, err, codes.InvalidArgument, crud.ReasonInvalidPageToken)
		_, err = l.ListLoans(as(t, "north"), &libraryv1.ListLoansRequest{PageToken: page.GetNextPageToken()})
		require.NoError(t, err)
	})
}

// A unique value is unique within a branch, so a refusal never tells of the other.
func TestTenantsAndUniqueValues(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		l := newLibrary(t, db)
		user := l.user(t, "ada").GetId()
		lend := func(branch, book string) error {
			_, err := l.CreateLoan(as(t, branch), &libraryv1.CreateLoanRequest{
				Loan: &libraryv1.Loan{Book: l.book(t, book).GetName(), UserId: user, Ticket: proto.String("A-1")},
			})
			return err
		}
		require.NoError(t, lend("north", "edda"))
		require.NoError(t, lend("south", "egil"))
		requireRefused(t, lend("north", "njal"), codes.AlreadyExists, crud.ReasonUniqueViolation)
	})
}

// A request id is a branch's own: the other one's request with the same id is not
// answered with its loan.
func TestTenantsAndRequestIDs(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		l := newLibrary(t, db)
		request := &libraryv1.CreateLoanRequest{
			Loan:      &libraryv1.Loan{Book: l.book(t, "edda").GetName(), UserId: l.user(t, "ada").GetId()},
			RequestId: "7d444840-9dc0-41d1-b245-5ffdce74fad2",
		}
		loan, err := l.CreateLoan(as(t, "north"), request)
		require.NoError(t, err)
		again, err := l.CreateLoan(as(t, "north"), request)
		require.NoError(t, err)
		assert.True(t, proto.Equal(loan, again), "the answer is the first one's")

		_, err = l.CreateLoan(as(t, "south"), request)
		requireRefused(t, err, codes.FailedPrecondition, "BOOK_LENT")
	})
}

// Queries of one's own are bound like the generated ones, an OR in them included.
func TestTenantsThroughCustomQueries(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		l := newLibrary(t, db)
		user := l.user(t, "ada").GetId()
		theirs := l.lend(t, as(t, "north"), l.book(t, "edda").GetName(), user)
		loans := libraryv1.NewLoanRepository(db, crud.ScopeColumn("tenant_id", server.Tenant))
		north, south := server.WithTenant(t.Context(), "north"), server.WithTenant(t.Context(), "south")
		anyLoan := sq.Or{sq.Eq{"loans.id": theirs.GetId()}, sq.Expr("true")}

		found, err := loans.Select(south).Where(anyLoan).All(south)
		require.NoError(t, err)
		assert.Empty(t, found)
		n, err := loans.UpdateWhere(south).Set("remark", "mine").Where(anyLoan).Exec(south)
		require.NoError(t, err)
		assert.Zero(t, n)
		n, err = loans.DeleteWhere(south).Where(anyLoan).Exec(south)
		require.NoError(t, err)
		assert.Zero(t, n)
		_, err = loans.GetByBook(south, theirs.GetBook())
		assert.Equal(t, codes.NotFound, status.Code(err))
		_, err = loans.UpdateWhere(north).Set("tenant_id", "south").Where("true").Exec(north)
		require.Error(t, err, "a row cannot be moved to another branch")
		_, err = loans.Select(t.Context()).All(t.Context())
		requireRefused(t, err, codes.Unauthenticated, "TENANT_MISSING")

		found, err = loans.Select(north).Where(anyLoan).All(north)
		require.NoError(t, err)
		require.Len(t, found, 1)
		assert.True(t, proto.Equal(theirs, found[0]))
	})
}

// The scope cannot be forgotten, and one header names one branch.
func TestScopeIsRequired(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLiteMemory(t)
	assert.Panics(t, func() { libraryv1.NewLoanRepository(db) })
	assert.Panics(t, func() { libraryv1.NewCRUDLibraryServiceServer(db) })

	l := newLibrary(t, db)
	both := metadata.AppendToOutgoingContext(as(t, "north"), server.TenantHeader, "south")
	_, err := l.ListLoans(both, &libraryv1.ListLoansRequest{})
	requireRefused(t, err, codes.Unauthenticated, "TENANT_MISSING")
}
