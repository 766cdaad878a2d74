package cache_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/example/cache"
	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/example/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

// newLoans returns a cache over an empty database with the users 1 and 2.
func newLoans(t testing.TB, db crud.DB) *cache.Loans {
	t.Helper()
	require.NoError(t, server.CreateTables(t.Context(), db))
	users := libraryv1.NewUserRepository(db)
	for _, name := range []string{"ada", "eve"} {
		_, err := users.Create(t.Context(), &libraryv1.User{Username: name, Email: name + "@example.com"})
		require.NoError(t, err)
	}
	return cache.NewLoans(libraryv1.NewLoanRepository(db, crud.ScopeColumn("tenant_id", server.Tenant)))
}

// The cache is a store like any other, tenants included.
func TestCacheIsAStore(t *testing.T) {
	t.Parallel()
	for engine, open := range map[string]func(testing.TB) crud.DB{
		"postgres": func(t testing.TB) crud.DB { return crudtest.Postgres(t) },
		"sqlite":   func(t testing.TB) crud.DB { return crudtest.SQLite(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			crudtest.TestStore(t, crudtest.StoreSuite[*libraryv1.Loan, string]{
				Table: libraryv1.LoanTable,
				Open: func(t testing.TB) crud.Store[*libraryv1.Loan, string] {
					return newLoans(t, open(t))
				},
				New: func(i int) *libraryv1.Loan {
					return &libraryv1.Loan{
						Book: fmt.Sprintf("shelves/a/books/b%d", i), UserId: int64(1 + i%2),
						Ticket: proto.String(fmt.Sprint("T-", i)), Remark: fmt.Sprint("remark ", i),
					}
				},
				Tenant: func(ctx context.Context, i int) context.Context {
					return server.WithTenant(ctx, fmt.Sprint("branch", i))
				},
			})
		})
	}
}

// A loan is read once, by its own branch alone, until it is written.
func TestCacheReadsOnce(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		recorder := crudtest.NewRecorder(db)
		loans := newLoans(t, recorder)
		north, south := server.WithTenant(t.Context(), "north"), server.WithTenant(t.Context(), "south")
		loan, err := loans.Create(north, &libraryv1.Loan{Book: "shelves/a/books/b", UserId: 1})
		require.NoError(t, err)
		reads := func(ctx context.Context) (remark string, statements int) {
			recorder.Reset()
			got, err := loans.Get(ctx, loan.GetId())
			if err != nil {
				return err.Error(), len(recorder.Statements())
			}
			return got.GetRemark(), len(recorder.Statements())
		}
		expect := func(ctx context.Context, remark string, statements int) {
			t.Helper()
			r, n := reads(ctx)
			assert.Equal(t, statements, n)
			assert.Contains(t, r, remark)
		}

		part, err := loans.Get(north, loan.GetId(), crud.ReadMask(&fieldmaskpb.FieldMask{Paths: []string{"book"}}))
		require.NoError(t, err)
		assert.Zero(t, part.GetUserId(), "a part is all that was asked for")
		expect(north, "", 1)
		expect(north, "", 0)
		expect(south, "NotFound", 1)
		_, err = loans.Update(north, &libraryv1.Loan{Id: loan.GetId(), Remark: "a stain"}, &fieldmaskpb.FieldMask{Paths: []string{"remark"}})
		require.NoError(t, err)
		expect(north, "a stain", 1)
		expect(north, "a stain", 0)
		expect(t.Context(), "Unauthenticated", 0)
		_, err = loans.Delete(north, loan.GetId())
		require.NoError(t, err)
		expect(north, "NotFound", 1)
	})
}
