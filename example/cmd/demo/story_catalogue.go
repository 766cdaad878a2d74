package main

import (
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

func (s *story) users() {
	s.heading("Users: the database counts their keys up")
	ada := ok(s.library.CreateUser(s.ctx, &libraryv1.CreateUserRequest{User: &libraryv1.User{Username: "ada", Email: "ada@example.com"}}))
	s.reader = ada
	guest := ok(s.library.CreateUser(s.ctx, &libraryv1.CreateUserRequest{User: &libraryv1.User{Username: "guest", Email: "guest@example.com"}}))
	got := ok(s.library.GetUser(s.ctx, &libraryv1.GetUserRequest{Id: ada.GetId()}))
	equal("what Get returns", proto.Equal(got, ada), true)

	s.remark("The e-mail address is taken, and the answer names the field.")
	_, err := s.library.CreateUser(s.ctx, &libraryv1.CreateUserRequest{User: &libraryv1.User{Username: "eve", Email: "ada@example.com"}})
	refused(err, codes.AlreadyExists, crud.ReasonUniqueViolation)

	s.remark("Everything that is wrong with a request is answered at once.")
	_, err = s.library.CreateUser(s.ctx, &libraryv1.CreateUserRequest{User: &libraryv1.User{}})
	refused(err, codes.InvalidArgument, crud.ReasonRequiredFieldMissing)

	s.remark("Update writes the fields that the mask names, and no other.")
	ada = ok(s.library.UpdateUser(s.ctx, &libraryv1.UpdateUserRequest{
		User: &libraryv1.User{Id: ada.GetId(), Username: "ignored", Email: "lovelace@example.com"}, UpdateMask: mask("email"),
	}))
	equal("the username", ada.GetUsername(), "ada")
	equal("the e-mail address", ada.GetEmail(), "lovelace@example.com")
	_, err = s.library.UpdateUser(s.ctx, &libraryv1.UpdateUserRequest{User: ada, UpdateMask: mask("e_mail")})
	refused(err, codes.InvalidArgument, crud.ReasonInvalidFieldMask)

	ok(s.library.DeleteUser(s.ctx, &libraryv1.DeleteUserRequest{Id: guest.GetId()}))
	_, err = s.library.GetUser(s.ctx, &libraryv1.GetUserRequest{Id: guest.GetId()})
	refused(err, codes.NotFound, crud.ReasonResourceNotFound)
	users := ok(s.library.ListUsers(s.ctx, &libraryv1.ListUsersRequest{}))
	equal("the number of users", len(users.GetUsers()), 1)
}

func (s *story) authors() {
	s.heading("Authors: the server makes their UUIDs")
	s.author = ok(s.library.CreateAuthor(s.ctx, &libraryv1.CreateAuthorRequest{Author: &libraryv1.Author{DisplayName: "Snorri Sturluson", BirthYear: proto.Int32(1179)}}))
	unknown := ok(s.library.CreateAuthor(s.ctx, &libraryv1.CreateAuthorRequest{Author: &libraryv1.Author{DisplayName: "Anonymous", BirthYear: proto.Int32(0)}}))

	s.remark("The mask names a field that is unset: it is cleared, which is not the same as 0.")
	unknown = ok(s.library.UpdateAuthor(s.ctx, &libraryv1.UpdateAuthorRequest{Author: &libraryv1.Author{Id: unknown.GetId()}, UpdateMask: mask("birth_year")}))
	equal("whether birth_year is set", unknown.BirthYear != nil, false)
	equal("the name", unknown.GetDisplayName(), "Anonymous")

	s.remark("No author can have this key.")
	_, err := s.library.GetAuthor(s.ctx, &libraryv1.GetAuthorRequest{Id: "snorri"})
	refused(err, codes.NotFound, crud.ReasonResourceNotFound)
	ok(s.library.DeleteAuthor(s.ctx, &libraryv1.DeleteAuthorRequest{Id: unknown.GetId()}))
	ok(s.library.GetAuthor(s.ctx, &libraryv1.GetAuthorRequest{Id: s.author.GetId()}))
	authors := ok(s.library.ListAuthors(s.ctx, &libraryv1.ListAuthorsRequest{}))
	equal("the number of authors", len(authors.GetAuthors()), 1)
}

func (s *story) shelves() {
	s.heading("Shelves: resource names")
	ok(s.library.CreateShelf(s.ctx, &libraryv1.CreateShelfRequest{ShelfId: "sagas", Shelf: &libraryv1.Shelf{Theme: "Sagas"}}))
	ok(s.library.CreateShelf(s.ctx, &libraryv1.CreateShelfRequest{ShelfId: "empty", Shelf: &libraryv1.Shelf{Theme: "Nothing yet"}}))
	_, err := s.library.CreateShelf(s.ctx, &libraryv1.CreateShelfRequest{ShelfId: "sagas", Shelf: &libraryv1.Shelf{Theme: "Once more"}})
	refused(err, codes.AlreadyExists, crud.ReasonResourceAlreadyExists)
	_, err = s.library.CreateShelf(s.ctx, &libraryv1.CreateShelfRequest{ShelfId: "Sagas & Co.", Shelf: &libraryv1.Shelf{Theme: "Sagas"}})
	refused(err, codes.InvalidArgument, crud.ReasonInvalidField)
	_, err = s.library.GetShelf(s.ctx, &libraryv1.GetShelfRequest{Name: "sagas"})
	refused(err, codes.InvalidArgument, crud.ReasonInvalidField)

	s.remark("Without a mask, Update writes the fields that are set.")
	ok(s.library.UpdateShelf(s.ctx, &libraryv1.UpdateShelfRequest{Shelf: &libraryv1.Shelf{Name: "shelves/sagas", Theme: "Sagas of Icelanders"}}))
	shelf := ok(s.library.GetShelf(s.ctx, &libraryv1.GetShelfRequest{Name: "shelves/sagas"}))
	equal("the theme", shelf.GetTheme(), "Sagas of Icelanders")
	ok(s.library.DeleteShelf(s.ctx, &libraryv1.DeleteShelfRequest{Name: "shelves/empty"}))
	shelves := ok(s.library.ListShelves(s.ctx, &libraryv1.ListShelvesRequest{}))
	equal("the number of shelves", len(shelves.GetShelves()), 1)
}

func (s *story) books() {
	s.heading("Books: below a shelf, by an author")
	edda := ok(s.library.CreateBook(s.ctx, &libraryv1.CreateBookRequest{
		Parent: "shelves/sagas", BookId: "edda",
		Book: &libraryv1.Book{
			Title: "Edda", AuthorId: proto.String(s.author.GetId()), Genre: libraryv1.Genre_GENRE_POETRY,
			Isbn: proto.String("9780460876162"), Pages: 260, Price: 19.9, Tags: []string{"norse", "myth"},
			PublishTime: timestamppb.New(time.Date(1220, 1, 1, 0, 0, 0, 0, time.UTC)),
			LoanPeriod:  durationpb.New(14 * 24 * time.Hour),
		},
	}))
	got := ok(s.library.GetBook(s.ctx, &libraryv1.GetBookRequest{Name: edda.GetName()}))
	equal("what Get returns", proto.Equal(got, edda), true)

	s.remark("The server makes the id when the caller gives none.")
	nameless := ok(s.library.CreateBook(s.ctx, &libraryv1.CreateBookRequest{Parent: "shelves/sagas", Book: &libraryv1.Book{Title: "A loose leaf"}}))
	ok(s.library.DeleteBook(s.ctx, &libraryv1.DeleteBookRequest{Name: nameless.GetName()}))

	s.remark("What a book refers to must exist.")
	_, err := s.library.CreateBook(s.ctx, &libraryv1.CreateBookRequest{Parent: "shelves/nowhere", BookId: "edda", Book: &libraryv1.Book{Title: "Edda"}})
	refused(err, codes.NotFound, crud.ReasonResourceNotFound)
	_, err = s.library.CreateBook(s.ctx, &libraryv1.CreateBookRequest{
		Parent: "shelves/sagas", BookId: "njal", Book: &libraryv1.Book{Title: "Njáls saga", AuthorId: proto.String("01890000-0000-7000-8000-000000000000")},
	})
	refused(err, codes.FailedPrecondition, crud.ReasonReferenceNotFound)
	_, err = s.library.DeleteShelf(s.ctx, &libraryv1.DeleteShelfRequest{Name: "shelves/sagas"})
	refused(err, codes.FailedPrecondition, crud.ReasonChildrenExist)
	_, err = s.library.DeleteAuthor(s.ctx, &libraryv1.DeleteAuthorRequest{Id: s.author.GetId()})
	refused(err, codes.FailedPrecondition, crud.ReasonChildrenExist)

	s.remark("UpdateBook is redefined by hand: it demands a mask.")
	change := &libraryv1.Book{Name: edda.GetName(), Title: "Prose Edda", Tags: []string{"norse", "myth", "poetics"}}
	_, err = s.library.UpdateBook(s.ctx, &libraryv1.UpdateBookRequest{Book: change})
	refused(err, codes.InvalidArgument, crud.ReasonRequiredFieldMissing)
	changed := ok(s.library.UpdateBook(s.ctx, &libraryv1.UpdateBookRequest{Book: change, UpdateMask: mask("title", "tags")}))
	equal("the title", changed.GetTitle(), "Prose Edda")
	equal("the ISBN", changed.GetIsbn(), "9780460876162")
	equal("whether update_time is later", changed.GetUpdateTime().AsTime().After(edda.GetUpdateTime().AsTime()), true)
}

func (s *story) pages() {
	s.heading("Pages")
	for _, id := range []string{"egil", "grettir", "laxdaela", "njal"} {
		ok(s.library.CreateBook(s.ctx, &libraryv1.CreateBookRequest{
			Parent: "shelves/sagas", BookId: id, Book: &libraryv1.Book{Title: "Saga of " + id, Genre: libraryv1.Genre_GENRE_HISTORY},
		}))
	}
	s.remark("Two by two, until there is no token.")
	var names []string
	req := &libraryv1.ListBooksRequest{Parent: "shelves/sagas", PageSize: 2}
	for more := true; more; more = req.GetPageToken() != "" {
		page := ok(s.library.ListBooks(s.ctx, req))
		for _, b := range page.GetBooks() {
			names = append(names, b.GetName())
		}
		req.PageToken = page.GetNextPageToken()
	}
	equal("the number of books", len(names), 5)
	equal("the last one", names[4], "shelves/sagas/books/njal")

	s.remark("A token serves the list it came from, and no other.")
	page := ok(s.library.ListBooks(s.ctx, &libraryv1.ListBooksRequest{Parent: "shelves/sagas", PageSize: 1}))
	_, err := s.library.ListShelves(s.ctx, &libraryv1.ListShelvesRequest{PageToken: page.GetNextPageToken()})
	refused(err, codes.InvalidArgument, crud.ReasonInvalidPageToken)
	_, err = s.library.ListBooks(s.ctx, &libraryv1.ListBooksRequest{Parent: "shelves/nowhere"})
	refused(err, codes.NotFound, crud.ReasonResourceNotFound)
}
