package server_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/example/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// A deleted book is kept for 30 days, and cannot be lent meanwhile.
func TestDeletedBooks(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		l := newLibrary(t, db)
		edda, egil, user := l.book(t, "edda"), l.book(t, "egil"), l.user(t, "ada")
		clock := crudtest.NewClock(time.Now())
		ago := libraryv1.NewBookRepository(db, crud.WithClock(clock.Now))
		for book, days := range map[*libraryv1.Book]int{edda: 29, egil: 31} {
			clock.Set(time.Now().AddDate(0, 0, -days))
			key, err := libraryv1.ParseBookKey(book.GetName())
			require.NoError(t, err)
			_, err = ago.Delete(t.Context(), key)
			require.NoError(t, err)
		}
		_, err := l.CreateLoan(as(t, "north"), &libraryv1.CreateLoanRequest{Loan: &libraryv1.Loan{Book: edda.GetName(), UserId: user.GetId()}})
		requireRefused(t, err, codes.FailedPrecondition, "BOOK_DELETED")

		purged, err := server.Purge(t.Context(), db)
		require.NoError(t, err)
		assert.EqualValues(t, 1, purged)
		_, err = l.UndeleteBook(t.Context(), &libraryv1.UndeleteBookRequest{Name: egil.GetName()})
		requireRefused(t, err, codes.NotFound, crud.ReasonResourceNotFound)
		_, err = l.UndeleteBook(t.Context(), &libraryv1.UndeleteBookRequest{Name: edda.GetName()})
		require.NoError(t, err)
		l.lend(t, as(t, "north"), edda.GetName(), user.GetId())
	})
}
