package main

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

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

	s.remark("validate_only checks and stores nothing: is the name free?")
	_, err = s.library.CreateUser(s.ctx, &libraryv1.CreateUserRequest{User: &libraryv1.User{Username: "ada", Email: "eve@example.com"}, ValidateOnly: true})
	refused(err, codes.AlreadyExists, crud.ReasonUniqueViolation)
	free := ok(s.library.CreateUser(s.ctx, &libraryv1.CreateUserRequest{User: &libraryv1.User{Username: "eve", Email: "eve@example.com"}, ValidateOnly: true}))
	equal("the number of a user who is not stored", free.GetId(), 0)

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
	s.remark("A caller whom it does not matter says so.")
	ok(s.library.DeleteUser(s.ctx, &libraryv1.DeleteUserRequest{Id: guest.GetId(), AllowMissing: true}))

	s.remark("A unique field finds its resource.")
	got = ok(s.library.GetUserByUsername(s.ctx, &libraryv1.GetUserByUsernameRequest{Username: "ada"}))
	equal("what is found", proto.Equal(got, ada), true)
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

	s.remark("Several at once: all of them, or none.")
	batch := []*libraryv1.CreateAuthorRequest{{Author: &libraryv1.Author{DisplayName: "Sappho"}}, {Author: &libraryv1.Author{}}}
	_, err = s.library.BatchCreateAuthors(s.ctx, &libraryv1.BatchCreateAuthorsRequest{Requests: batch})
	refused(err, codes.InvalidArgument, crud.ReasonRequiredFieldMissing)
	batch[1].Author.DisplayName = "Homer"
	poets := ok(s.library.BatchCreateAuthors(s.ctx, &libraryv1.BatchCreateAuthorsRequest{Requests: batch})).GetAuthors()
	ids := []string{poets[1].GetId(), poets[0].GetId()}
	found := ok(s.library.BatchGetAuthors(s.ctx, &libraryv1.BatchGetAuthorsRequest{Ids: ids})).GetAuthors()
	equal("the first one, as asked", found[0].GetDisplayName(), "Homer")
	_, err = s.library.BatchGetAuthors(s.ctx, &libraryv1.BatchGetAuthorsRequest{Ids: append(ids, unknown.GetId())})
	refused(err, codes.NotFound, crud.ReasonResourceNotFound)
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

	s.remark("An Update may create what is missing.")
	poetry := &libraryv1.UpdateShelfRequest{Shelf: &libraryv1.Shelf{Name: "shelves/poetry", Theme: "Poetry"}}
	_, err = s.library.UpdateShelf(s.ctx, poetry)
	refused(err, codes.NotFound, crud.ReasonResourceNotFound)
	poetry.AllowMissing = true
	ok(s.library.UpdateShelf(s.ctx, poetry))
	shelves := ok(s.library.ListShelves(s.ctx, &libraryv1.ListShelvesRequest{}))
	equal("the number of shelves", len(shelves.GetShelves()), 2)
}
