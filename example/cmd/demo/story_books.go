package main

import (
	"errors"
	"io"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

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

	s.remark("A validator written by hand: two digits of the number are the wrong way round.")
	_, err := s.library.CreateBook(s.ctx, &libraryv1.CreateBookRequest{
		Parent: "shelves/sagas", Book: &libraryv1.Book{Title: "Egils saga", Isbn: proto.String("9780140447969")},
	})
	refused(err, codes.InvalidArgument, crud.ReasonInvalidField)

	s.remark("What a book refers to must exist.")
	_, err = s.library.CreateBook(s.ctx, &libraryv1.CreateBookRequest{Parent: "shelves/nowhere", BookId: "edda", Book: &libraryv1.Book{Title: "Edda"}})
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
	s.heading("Pages, and how many books there are in all")
	for _, id := range []string{"egil", "grettir", "laxdaela", "njal"} {
		ok(s.library.CreateBook(s.ctx, &libraryv1.CreateBookRequest{
			Parent: "shelves/sagas", BookId: id,
			Book: &libraryv1.Book{Title: "Saga of " + id, Genre: libraryv1.Genre_GENRE_HISTORY, Pages: int32(40 * len(id))},
		}))
	}
	s.remark("Two by two, until there is no token.")
	var names []string
	req := &libraryv1.ListBooksRequest{Parent: "shelves/sagas", PageSize: 2}
	for more := true; more; more = req.GetPageToken() != "" {
		page := ok(s.library.ListBooks(s.ctx, req))
		equal("the total size", page.GetTotalSize(), 5)
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

func (s *story) searches() {
	s.heading("Filters and orders")
	s.remark("Which books, in which order, and what of them.")
	page := ok(s.library.ListBooks(s.ctx, &libraryv1.ListBooksRequest{
		Parent: "shelves/sagas", Filter: `genre = GENRE_HISTORY AND pages > 160`, OrderBy: "pages desc, title", ReadMask: mask("title", "pages"),
	}))
	equal("the number of long sagas", page.GetTotalSize(), 2)
	equal("the longest one", page.GetBooks()[0].GetTitle(), "Saga of laxdaela")
	equal("a name that was not asked for", page.GetBooks()[0].GetName(), "")

	s.remark("A word alone is looked for in the title; a list holds an element.")
	page = ok(s.library.ListBooks(s.ctx, &libraryv1.ListBooksRequest{Parent: "shelves/sagas", Filter: "Edda tags:poetics", ReadMask: mask("title")}))
	equal("the number of books", len(page.GetBooks()), 1)

	s.remark("A mistake is shown where it is.")
	_, err := s.library.ListBooks(s.ctx, &libraryv1.ListBooksRequest{Parent: "shelves/sagas", Filter: "genre = POETRY OR pges > 160"})
	refused(err, codes.InvalidArgument, crud.ReasonInvalidFilter)
	_, err = s.library.ListBooks(s.ctx, &libraryv1.ListBooksRequest{Parent: "shelves/sagas", OrderBy: "tags"})
	refused(err, codes.InvalidArgument, crud.ReasonInvalidOrderBy)

	s.remark("All shelves, one book after another.")
	ok(s.library.CreateBook(s.ctx, &libraryv1.CreateBookRequest{
		Parent: "shelves/poetry", BookId: "iliad", Book: &libraryv1.Book{Title: "The Iliad", Genre: libraryv1.Genre_GENRE_POETRY, Pages: 683},
	}))
	titles := s.stream(&libraryv1.StreamBooksRequest{Parent: "shelves/-", Filter: "genre = GENRE_POETRY", OrderBy: "title"})
	equal("the number of books", len(titles), 2)
	equal("the first one", titles[0], "Prose Edda")

	s.remark("A unique field finds its book.")
	book := ok(s.library.GetBookByIsbn(s.ctx, &libraryv1.GetBookByIsbnRequest{Isbn: "9780460876162"}))
	equal("the name", book.GetName(), edda)
}

// stream reads a stream to its end and returns the titles of its books.
func (s *story) stream(req *libraryv1.StreamBooksRequest) (titles []string) {
	books := ok(s.library.StreamBooks(s.ctx, req))
	for {
		book, err := books.Recv()
		if errors.Is(err, io.EOF) {
			return titles
		}
		titles = append(titles, ok(book, err).GetTitle())
	}
}

func (s *story) edits() {
	s.heading("Etags: two librarians, one book")
	read := ok(s.library.GetBook(s.ctx, &libraryv1.GetBookRequest{Name: njal, ReadMask: mask("name", "etag", "price")}))
	ok(s.library.UpdateBook(s.ctx, &libraryv1.UpdateBookRequest{Book: &libraryv1.Book{Name: njal, Price: 25}, UpdateMask: mask("price")}))

	s.remark("The book has changed since the other one read it.")
	read.Price = 24
	_, err := s.library.UpdateBook(s.ctx, &libraryv1.UpdateBookRequest{Book: read, UpdateMask: mask("price")})
	refused(err, codes.Aborted, crud.ReasonEtagMismatch)
	_, err = s.library.DeleteBook(s.ctx, &libraryv1.DeleteBookRequest{Name: njal, Etag: read.GetEtag()})
	refused(err, codes.Aborted, crud.ReasonEtagMismatch)
}

func (s *story) messages() {
	s.heading("Messages and maps: masks and filters go into them")
	book := ok(s.library.UpdateBook(s.ctx, &libraryv1.UpdateBookRequest{
		Book: &libraryv1.Book{
			Name: njal, Imprint: &libraryv1.Imprint{Publisher: "Dent", City: "London"},
			Reviews: map[string]*libraryv1.Review{"ada": {Stars: 5}, "grace": {Stars: 4}},
		},
		UpdateMask: mask("imprint", "reviews"),
	}))
	s.remark("A mask writes a part, and leaves the rest.")
	book = ok(s.library.UpdateBook(s.ctx, &libraryv1.UpdateBookRequest{
		Book:       &libraryv1.Book{Name: book.GetName(), Imprint: &libraryv1.Imprint{City: "Oslo"}, Reviews: map[string]*libraryv1.Review{"ada": {Stars: 3}}},
		UpdateMask: mask("imprint.city", "reviews.ada.stars"),
	}))
	equal("the publisher", book.GetImprint().GetPublisher(), "Dent")
	equal("the number of reviews", len(book.GetReviews()), 2)
	found := ok(s.library.ListBooks(s.ctx, &libraryv1.ListBooksRequest{
		Parent: "shelves/sagas", Filter: `imprint.city = "Oslo" AND reviews.ada.stars < 4 AND reviews:grace`, ReadMask: mask("name", "imprint.city"),
	}))
	equal("the number of books", len(found.GetBooks()), 1)
	equal("the publisher, which the read mask does not name", found.GetBooks()[0].GetImprint().GetPublisher(), "")
	_, err := s.library.UpdateBook(s.ctx, &libraryv1.UpdateBookRequest{Book: book, UpdateMask: mask("imprint.town")})
	refused(err, codes.InvalidArgument, crud.ReasonInvalidFieldMask)
}

func (s *story) deletions() {
	s.heading("Deleted books can come back for 30 days")
	gone := ok(s.library.DeleteBook(s.ctx, &libraryv1.DeleteBookRequest{Name: njal}))
	equal("the time until it is purged", gone.GetPurgeTime().AsTime().Sub(gone.GetDeleteTime().AsTime()), 30*24*time.Hour)
	list := &libraryv1.ListBooksRequest{Parent: "shelves/sagas", Filter: "title = \"*njal\"", ReadMask: mask("name", "delete_time")}
	equal("whether List shows it", len(ok(s.library.ListBooks(s.ctx, list)).GetBooks()), 0)
	list.ShowDeleted = true
	equal("whether List shows it when asked to", len(ok(s.library.ListBooks(s.ctx, list)).GetBooks()), 1)
	_, err := s.library.UpdateBook(s.ctx, &libraryv1.UpdateBookRequest{Book: &libraryv1.Book{Name: njal, Pages: 300}, UpdateMask: mask("pages")})
	refused(err, codes.NotFound, crud.ReasonResourceDeleted)

	back := ok(s.library.UndeleteBook(s.ctx, &libraryv1.UndeleteBookRequest{Name: njal, Etag: gone.GetEtag()}))
	equal("whether it is deleted", back.DeleteTime != nil, false)
	_, err = s.library.UndeleteBook(s.ctx, &libraryv1.UndeleteBookRequest{Name: njal})
	refused(err, codes.AlreadyExists, crud.ReasonResourceAlreadyExists)
}
