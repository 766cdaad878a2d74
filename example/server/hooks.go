package server

import (
	"context"
	"time"

	sq "github.com/Masterminds/squirrel"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// defaultLoanPeriod is that of books that state none.
const defaultLoanPeriod = 28 * 24 * time.Hour

// bookHooks keep a book that somebody has from being deleted. The row is locked
// while the hook runs, so nobody can borrow it meanwhile.
func bookHooks() libraryv1.BookHooks {
	return libraryv1.BookHooks{
		BeforeDelete: func(_ context.Context, w *crud.Write[*libraryv1.Book]) error {
			if w.Old.BorrowerId != nil {
				return lent(w.Old.GetName())
			}
			return nil
		},
	}
}

// loanHooks keep books and loans in step: a loan takes its book from the shelf in
// the same transaction, and the end of the loan puts it back.
func loanHooks(books libraryv1.BookRepository, announce func(context.Context, string)) libraryv1.LoanHooks {
	return libraryv1.LoanHooks{
		BeforeCreate: func(ctx context.Context, w *crud.Write[*libraryv1.Loan]) error {
			book, err := take(ctx, books.WithTx(w.Tx), w.New)
			if err != nil {
				return err
			}
			period := defaultLoanPeriod
			if p := book.GetLoanPeriod(); p != nil {
				period = p.AsDuration()
			}
			w.New.DueTime = timestamppb.New(time.Now().Add(period))
			return nil
		},
		AfterDelete: func(ctx context.Context, w *crud.Write[*libraryv1.Loan]) error {
			book := w.Old.GetBook()
			if err := putBack(ctx, books.WithTx(w.Tx), book); err != nil {
				return err
			}
			w.AfterCommit(func(ctx context.Context) { announce(ctx, book) })
			return nil
		},
	}
}

// take marks the book of a loan as borrowed. The conditions make it safe: of two
// callers at once only one changes the row.
func take(ctx context.Context, books libraryv1.BookRepository, loan *libraryv1.Loan) (*libraryv1.Book, error) {
	key, err := libraryv1.ParseBookKey(loan.GetBook())
	if err != nil {
		return nil, invalid("loan.book", err.Error(), crud.ReasonInvalidField)
	}
	taken, err := books.UpdateWhere(ctx).
		Set("borrower_id", loan.GetUserId()).
		Where(sq.Eq{"shelf_id": key.ShelfId, "book_id": key.BookId, "borrower_id": nil, "delete_time": nil}).
		Exec(ctx)
	if err != nil {
		return nil, err
	}
	book, err := books.Get(ctx, key)
	switch {
	case err != nil:
		return nil, err
	case book.GetDeleteTime() != nil:
		return nil, deleted(book.GetName())
	case taken == 0:
		return nil, lent(book.GetName())
	}
	return book, nil
}

// putBack marks a book as being on its shelf.
func putBack(ctx context.Context, books libraryv1.BookRepository, name string) error {
	key, err := libraryv1.ParseBookKey(name)
	if err != nil {
		return err
	}
	_, err = books.UpdateWhere(ctx).
		Set("borrower_id", nil).
		Where(sq.Eq{"shelf_id": key.ShelfId, "book_id": key.BookId}).
		Exec(ctx)
	return err
}

// deleted refuses what cannot be done with a book that is deleted, which Get returns.
func deleted(book string) error {
	return &crud.Error{
		Code: codes.FailedPrecondition, Reason: "BOOK_DELETED", Domain: domain,
		Message:      book + " is deleted",
		Metadata:     map[string]string{"book": book},
		Precondition: &crud.Precondition{Type: "BOOK_DELETED", Subject: book, Description: "the book is deleted"},
	}
}

// lent refuses what cannot be done with a book that somebody has.
func lent(book string) error {
	return &crud.Error{
		Code: codes.FailedPrecondition, Reason: "BOOK_LENT", Domain: domain,
		Message:      book + " is lent",
		Metadata:     map[string]string{"book": book},
		Precondition: &crud.Precondition{Type: "BOOK_LENT", Subject: book, Description: "somebody has the book"},
	}
}
