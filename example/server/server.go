// Package server is the library: the generated server, and what is written by hand
// around it. One method is redefined, one is added, hooks keep books and loans in
// step, a validator checks books, and loans are bound to the branch that calls.
package server

import (
	"context"

	"google.golang.org/grpc/codes"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/ratelimit"
	crudserver "github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

// A Server implements LibraryService. What it does not redefine is generated.
type Server struct {
	libraryv1.CRUDLibraryServiceServer

	db    crud.DB
	books libraryv1.BookRepository
	loans libraryv1.LoanRepository
}

var _ libraryv1.LibraryServiceServer = (*Server)(nil)

// New returns the service over db. Announce is told of every book that is back,
// once its return is committed; it may be called from several goroutines at once.
func New(db crud.DB, announce func(ctx context.Context, book string)) *Server {
	books := libraryv1.NewBookRepository(db, bookHooks(), crud.WithValidator(isbnValidator{}))
	loans := libraryv1.NewLoanRepository(db, crud.ScopeColumn("tenant_id", Tenant), loanHooks(books, announce))
	return &Server{
		CRUDLibraryServiceServer: libraryv1.CRUDLibraryServiceServer{
			Users:   libraryv1.NewUserRepository(db),
			Authors: libraryv1.NewAuthorRepository(db),
			Shelves: libraryv1.NewShelfRepository(db),
			Books:   books,
			Loans:   loans,
		},
		db:    db,
		books: books,
		loans: loans,
	}
}

// Configure adds the library to a config of the server that runs it: the service with
// what its proto declares, who may call it, and the health of its database. secret
// signs the tokens of callers.
func Configure(cfg crudserver.Config, db crud.DB, secret []byte, announce func(ctx context.Context, book string)) (crudserver.Config, error) {
	authenticator, err := authenticator(secret)
	if err != nil {
		return cfg, err
	}
	cfg.Services = append(cfg.Services,
		crudserver.Of(libraryv1.RegisterLibraryServiceServer, libraryv1.LibraryServiceInfo).By(New(db, announce)))
	cfg.Authenticator = authenticator
	cfg.Authorizer = auth.AuthorizerFunc(authorize)
	cfg.LimitStore = ratelimit.NewMemory()
	cfg.Interceptors = append(cfg.Interceptors, crudserver.Interceptor{Unary: tenantOfCall})
	cfg.Health.DB = db
	return cfg, nil
}

// UpdateBook demands an update_mask, so that nobody overwrites a field that another
// librarian changed. The rest is the generated method's work.
func (s *Server) UpdateBook(ctx context.Context, req *libraryv1.UpdateBookRequest) (*libraryv1.Book, error) {
	if len(req.GetUpdateMask().GetPaths()) == 0 {
		return nil, invalid("update_mask", "is required", crud.ReasonRequiredFieldMissing)
	}
	return s.CRUDLibraryServiceServer.UpdateBook(ctx, req)
}

// ReturnBook ends the branch's loan of a book and returns the book, in one
// transaction over two repositories.
func (s *Server) ReturnBook(ctx context.Context, req *libraryv1.ReturnBookRequest) (*libraryv1.Book, error) {
	key, err := libraryv1.ParseBookKey(req.GetName())
	if err != nil {
		return nil, invalid("name", err.Error(), crud.ReasonInvalidField)
	}
	var book *libraryv1.Book
	err = crud.InTx(ctx, s.db, func(tx *crud.Tx) error {
		loan, err := s.loans.WithTx(tx).GetByBook(ctx, key.String())
		if err != nil {
			return err
		}
		if _, err := s.loans.WithTx(tx).Delete(ctx, loan.GetId()); err != nil { // its hook frees the book
			return err
		}
		book, err = s.books.WithTx(tx).Get(ctx, key)
		return err
	})
	return book, err
}

// invalid is INVALID_ARGUMENT with the details that generated methods give.
func invalid(field, problem, reason string) error {
	return &crud.Error{
		Code: codes.InvalidArgument, Reason: reason, Domain: domain,
		Message: field + ": " + problem, Metadata: map[string]string{"field": field},
		Violations: []crud.Violation{{Field: field, Description: problem, Reason: reason}},
	}
}

// domain is that of the service's errors.
const domain = "library.v1"
