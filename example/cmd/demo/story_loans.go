package main

import (
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

const (
	edda = "shelves/sagas/books/edda"
	njal = "shelves/sagas/books/njal"
)

// lend asks for a loan of a book to the reader.
func (s *story) lend(branch, book, ticket string) (*libraryv1.Loan, error) {
	return s.library.CreateLoan(s.branch(branch), &libraryv1.CreateLoanRequest{
		Loan: &libraryv1.Loan{Book: book, UserId: s.reader.GetId(), Ticket: proto.String(ticket)},
	})
}

func (s *story) loans() {
	s.heading("Loans: hooks keep them and the books in step")
	s.remark("A call that names no branch is shown nothing.")
	_, err := s.library.ListLoans(s.ctx, &libraryv1.ListLoansRequest{})
	refused(err, codes.Unauthenticated, "TENANT_MISSING")

	s.remark("A hook takes the book from its shelf and sets due_time, in the same transaction.")
	request := &libraryv1.CreateLoanRequest{
		Loan:      &libraryv1.Loan{Book: edda, UserId: s.reader.GetId(), Ticket: proto.String("A-1")},
		RequestId: "7d444840-9dc0-41d1-b245-5ffdce74fad2",
	}
	loan := ok(s.library.CreateLoan(s.branch("north"), request))
	equal("the loan period", loan.GetDueTime().AsTime().Sub(loan.GetCreateTime().AsTime()).Round(time.Hour), 14*24*time.Hour)
	book := ok(s.library.GetBook(s.ctx, &libraryv1.GetBookRequest{Name: edda}))
	equal("the borrower", book.GetBorrowerId(), s.reader.GetId())

	s.remark("The client did not get the answer and asks again: nothing is lent twice.")
	again := ok(s.library.CreateLoan(s.branch("north"), request))
	equal("the answer", proto.Equal(again, loan), true)

	s.remark("The hook refuses, so nothing is written.")
	_, err = s.lend("north", edda, "A-2")
	refused(err, codes.FailedPrecondition, "BOOK_LENT")
	_, err = s.library.DeleteBook(s.ctx, &libraryv1.DeleteBookRequest{Name: edda})
	refused(err, codes.FailedPrecondition, "BOOK_LENT")
	_, err = s.library.DeleteUser(s.ctx, &libraryv1.DeleteUserRequest{Id: s.reader.GetId()})
	refused(err, codes.FailedPrecondition, crud.ReasonChildrenExist)

	s.remark("A loan is for one book: the field is immutable. The remark is not.")
	_, err = s.library.UpdateLoan(s.branch("north"), &libraryv1.UpdateLoanRequest{
		Loan: &libraryv1.Loan{Id: loan.GetId(), Book: njal}, UpdateMask: mask("book"),
	})
	refused(err, codes.InvalidArgument, crud.ReasonImmutableField)
	loan = ok(s.library.UpdateLoan(s.branch("north"), &libraryv1.UpdateLoanRequest{
		Loan: &libraryv1.Loan{Id: loan.GetId(), Remark: "a stain on page 7"}, UpdateMask: mask("remark"),
	}))
	got := ok(s.library.GetLoan(s.branch("north"), &libraryv1.GetLoanRequest{Id: loan.GetId()}))
	equal("what Get returns", proto.Equal(got, loan), true)
}

func (s *story) branches() {
	s.heading("Branches: one sees nothing of the other")
	north := ok(s.library.ListLoans(s.branch("north"), &libraryv1.ListLoansRequest{})).GetLoans()
	equal("the number of north's loans", len(north), 1)
	south := ok(s.library.ListLoans(s.branch("south"), &libraryv1.ListLoansRequest{})).GetLoans()
	equal("the number of south's loans", len(south), 0)

	s.remark("Fields of the request that are named like the loan's are filters.")
	hers := ok(s.library.ListLoans(s.branch("north"), &libraryv1.ListLoansRequest{UserId: []int64{s.reader.GetId()}})).GetLoans()
	equal("the number of the reader's loans", len(hers), 1)
	none := ok(s.library.ListLoans(s.branch("north"), &libraryv1.ListLoansRequest{Book: njal})).GetLoans()
	equal("the number of loans of a book on its shelf", len(none), 0)

	s.remark("To the other branch the loan does not exist, whatever it tries.")
	id := north[0].GetId()
	_, err := s.library.GetLoan(s.branch("south"), &libraryv1.GetLoanRequest{Id: id})
	refused(err, codes.NotFound, crud.ReasonResourceNotFound)
	_, err = s.library.UpdateLoan(s.branch("south"), &libraryv1.UpdateLoanRequest{Loan: &libraryv1.Loan{Id: id, Remark: "ours now"}, UpdateMask: mask("remark")})
	refused(err, codes.NotFound, crud.ReasonResourceNotFound)
	_, err = s.library.DeleteLoan(s.branch("south"), &libraryv1.DeleteLoanRequest{Id: id})
	refused(err, codes.NotFound, crud.ReasonResourceNotFound)
	_, err = s.library.ReturnBook(s.branch("south"), &libraryv1.ReturnBookRequest{Name: edda})
	refused(err, codes.NotFound, crud.ReasonResourceNotFound)

	s.remark("Each branch numbers its tickets for itself.")
	ok(s.lend("south", njal, "A-1"))
	_, err = s.lend("south", "shelves/sagas/books/egil", "A-1")
	refused(err, codes.AlreadyExists, crud.ReasonUniqueViolation)
	egil := ok(s.library.GetBook(s.ctx, &libraryv1.GetBookRequest{Name: "shelves/sagas/books/egil"}))
	equal("whether the book of the refused loan is lent", egil.BorrowerId != nil, false)
}

func (s *story) returns() {
	s.heading("Returns: work that waits for the commit")
	s.remark("ReturnBook is written by hand: one transaction over two repositories.")
	book := ok(s.library.ReturnBook(s.branch("north"), &libraryv1.ReturnBookRequest{Name: edda}))
	equal("whether the book is lent", book.BorrowerId != nil, false)
	_, err := s.library.ReturnBook(s.branch("north"), &libraryv1.ReturnBookRequest{Name: edda})
	refused(err, codes.NotFound, crud.ReasonResourceNotFound)

	s.remark("The same hook runs when a loan is deleted.")
	loans := ok(s.library.ListLoans(s.branch("south"), &libraryv1.ListLoansRequest{})).GetLoans()
	equal("the number of south's loans", len(loans), 1)
	ok(s.library.DeleteLoan(s.branch("south"), &libraryv1.DeleteLoanRequest{Id: loans[0].GetId()}))
	book = ok(s.library.GetBook(s.ctx, &libraryv1.GetBookRequest{Name: njal}))
	equal("whether the book is lent", book.BorrowerId != nil, false)
	ok(s.library.DeleteBook(s.ctx, &libraryv1.DeleteBookRequest{Name: njal}))
	_, err = s.lend("north", njal, "A-3")
	refused(err, codes.FailedPrecondition, "BOOK_DELETED")
}
