package main

import (
	"google.golang.org/grpc/codes"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

func (s *story) relations() {
	s.heading("Relations: read when asked for, written with their owner")
	s.remark("What a book belongs to comes with it, when the mask says so: one more statement for the page.")
	page := ok(s.library.ListBooks(s.ctx, &libraryv1.ListBooksRequest{
		Parent: "shelves/sagas", Filter: `author.display_name = "Snorri*"`, ReadMask: mask("title", "author.display_name"),
	}))
	equal("the number of books", len(page.GetBooks()), 1)
	equal("the author", page.GetBooks()[0].GetAuthor().GetDisplayName(), s.author.GetDisplayName())

	s.remark("What an author owns is written in the transaction of the author.")
	alias := func(name string) *libraryv1.Alias { return &libraryv1.Alias{DisplayName: name} }
	got := ok(s.library.UpdateAuthor(s.ctx, &libraryv1.UpdateAuthorRequest{
		Author:     &libraryv1.Author{Id: s.author.GetId(), Aliases: []*libraryv1.Alias{alias("The historian"), alias("The poet")}},
		UpdateMask: mask("aliases"),
	}))
	equal("the place of the second", got.GetAliases()[1].GetPosition(), 2)

	s.remark("The second becomes the first, and one is gone; a key says which is which.")
	ok(s.library.UpdateAuthor(s.ctx, &libraryv1.UpdateAuthorRequest{
		Author:     &libraryv1.Author{Id: s.author.GetId(), Aliases: got.GetAliases()[1:]},
		UpdateMask: mask("aliases"),
	}))
	got = ok(s.library.GetAuthor(s.ctx, &libraryv1.GetAuthorRequest{Id: s.author.GetId(), ReadMask: mask("aliases.display_name")}))
	equal("the number of aliases", len(got.GetAliases()), 1)
	equal("the alias", got.GetAliases()[0].GetDisplayName(), "The poet")

	s.remark("What is wrong is said of the element.")
	_, err := s.library.UpdateAuthor(s.ctx, &libraryv1.UpdateAuthorRequest{
		Author:     &libraryv1.Author{Id: s.author.GetId(), Aliases: []*libraryv1.Alias{alias("The lawspeaker"), alias("")}},
		UpdateMask: mask("aliases"),
	})
	refused(err, codes.InvalidArgument, crud.ReasonRequiredFieldMissing)
}
