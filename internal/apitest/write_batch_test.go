package apitest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// writeNewBooks are requests for books with those ids below the shelf a.
func writeNewBooks(ids ...string) []*apitest.NewBookRequest {
	requests := make([]*apitest.NewBookRequest, len(ids))
	for i, id := range ids {
		requests[i] = &apitest.NewBookRequest{BookId: id, Book: &apitest.Book{Title: "Title " + id, Note: "hidden"}}
	}
	return requests
}

func writeBatchBooks(t *testing.T, s *writeServer, ids ...string) []*apitest.Book {
	t.Helper()
	res, err := s.BatchCreateBooks(t.Context(), &apitest.BatchCreateBooksRequest{Parent: "shelves/a", Requests: writeNewBooks(ids...)})
	require.NoError(t, err)
	require.Len(t, res.GetBooks(), len(ids))
	return res.GetBooks()
}

func writeBatchFilms(t *testing.T, s *writeServer, titles ...string) []*apitest.Film {
	t.Helper()
	req := &apitest.BatchCreateFilmsRequest{}
	for _, title := range titles {
		req.Requests = append(req.Requests, &apitest.NewFilmRequest{Film: &apitest.Film{Title: title}})
	}
	res, err := s.BatchCreateFilms(t.Context(), req)
	require.NoError(t, err)
	require.Len(t, res.GetFilms(), len(titles))
	return res.GetFilms()
}

// TestWrite_3_9_BatchCreate: all or none, in the requests' order, as single creates
// would answer.
func TestWrite_3_9_BatchCreate(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		books := writeBatchBooks(t, s, "z", "b", "m")
		for i, id := range []string{"z", "b", "m"} {
			assert.Equal(t, "shelves/a/books/"+id, books[i].GetName())
			assert.Empty(t, books[i].GetNote(), "INPUT_ONLY")
			got, err := s.GetBook(ctx, &apitest.GetBookRequest{Name: books[i].GetName()})
			require.NoError(t, err)
			writeSame(t, got, books[i])
		}
		films := writeBatchFilms(t, s, "one", "two")
		assert.Equal(t, []string{"one", "two"}, []string{films[0].GetTitle(), films[1].GetTitle()})
		assert.Less(t, films[0].GetId(), films[1].GetId())

		create := func(parent string, requests ...*apitest.NewBookRequest) error {
			_, err := s.BatchCreateBooks(ctx, &apitest.BatchCreateBooksRequest{Parent: parent, Requests: requests})
			return err
		}
		fresh := writeNewBooks("n1", "n2", "n3")
		fresh[1].Book.Title = ""
		fresh[2].Parent = "shelves/b"
		writeViolated(t, create("shelves/a", fresh...), crud.ReasonRequiredFieldMissing, "requests[1].book.title", "requests[2].parent")
		writeViolated(t, create("shelves/a"), crud.ReasonRequiredFieldMissing, "requests")
		writeRefused(t, create("shelves/a", writeNewBooks("n1", "z")...), codes.AlreadyExists, crud.ReasonResourceAlreadyExists)
		writeRefused(t, create("shelves/a", writeNewBooks("n1", "n1")...), codes.AlreadyExists, crud.ReasonResourceAlreadyExists)
		writeMissing(t, create("shelves/none", writeNewBooks("n1")...), crud.ReasonResourceNotFound, "api.example.com/Shelf", "shelves/none")
		var many []string
		for i := range 101 { // of a model that says 100
			many = append(many, fmt.Sprint("m", i))
		}
		writeViolated(t, create("shelves/a", writeNewBooks(many...)...), crud.ReasonInvalidField, "requests")
		list, err := s.ListBooks(ctx, &apitest.ListBooksRequest{Parent: "shelves/a"})
		require.NoError(t, err)
		assert.Len(t, list.GetBooks(), 3, "no batch that failed left a book")
	})
}

// TestWrite_3_9_BatchGet: in the request's order, duplicates twice, all that are
// missing named.
func TestWrite_3_9_BatchGet(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		books := writeBatchBooks(t, s, "x", "y")
		names := []string{books[1].GetName(), books[0].GetName(), books[1].GetName()}
		s.db.Reset()
		res, err := s.BatchGetBooks(ctx, &apitest.BatchGetBooksRequest{Parent: "shelves/a", Names: names})
		require.NoError(t, err)
		assert.Equal(t, []string{"SELECT"}, s.sent())
		for i, name := range names {
			assert.Equal(t, name, res.GetBooks()[i].GetName())
		}
		res, err = s.BatchGetBooks(ctx, &apitest.BatchGetBooksRequest{Names: names[:1], ReadMask: writeMask("title")})
		require.NoError(t, err)
		writeSame(t, &apitest.Book{Title: "Title y"}, res.GetBooks()[0])

		get := func(parent string, names ...string) error {
			_, err := s.BatchGetBooks(ctx, &apitest.BatchGetBooksRequest{Parent: parent, Names: names})
			return err
		}
		st := writeRefused(t, get("", "shelves/a/books/n1", names[0], "shelves/b/books/n2"), codes.NotFound, crud.ReasonResourceNotFound)
		writeResourceIs(t, st, "api.example.com/Book", "shelves/a/books/n1")
		assert.Equal(t, "shelves/a/books/n1,shelves/b/books/n2", writeInfo(st).GetMetadata()["resource_names"])
		writeViolated(t, get("shelves/b", names[0]), crud.ReasonInvalidField, "names[0]")
		writeViolated(t, get("", names[0], "shelves/-/books/x", ""), crud.ReasonInvalidField, "names[1]", "names[2]")

		films := writeBatchFilms(t, s, "one", "two")
		got, err := s.BatchGetFilms(ctx, &apitest.BatchGetFilmsRequest{Ids: []int64{films[1].GetId(), films[0].GetId()}})
		require.NoError(t, err)
		assert.Equal(t, []string{"two", "one"}, []string{got.GetFilms()[0].GetTitle(), got.GetFilms()[1].GetTitle()})
		_, err = s.BatchGetFilms(ctx, &apitest.BatchGetFilmsRequest{Ids: []int64{films[0].GetId(), 0}})
		writeViolated(t, err, crud.ReasonRequiredFieldMissing, "ids[1]")

		for n := range int64(2) {
			_, err := s.CreateMember(ctx, &apitest.CreateMemberRequest{Member: &apitest.Member{Org: "acme", Number: n + 1, Role: "r"}})
			require.NoError(t, err)
		}
		both := []*apitest.MemberRequest{{Org: "acme", Number: 2}, {Org: "acme", Number: 1}}
		members, err := s.BatchGetMembers(ctx, &apitest.BatchGetMembersRequest{Requests: both})
		require.NoError(t, err)
		assert.EqualValues(t, 2, members.GetMembers()[0].GetNumber())
		_, err = s.BatchDeleteMembers(ctx, &apitest.BatchDeleteMembersRequest{Requests: both})
		require.NoError(t, err)
		_, err = s.BatchGetMembers(ctx, &apitest.BatchGetMembersRequest{Requests: both})
		writeRefused(t, err, codes.NotFound, crud.ReasonResourceNotFound)
	})
}

// TestWrite_3_9_BatchUpdate: the mask of the batch or the elements' own, etags held, a
// resource once.
func TestWrite_3_9_BatchUpdate(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		books := writeBatchBooks(t, s, "x", "y")
		x, y := books[0].GetName(), books[1].GetName()
		update := func(hoisted []string, requests ...*apitest.ChangedBookRequest) (*apitest.BooksResponse, error) {
			req := &apitest.BatchUpdateBooksRequest{Parent: "shelves/a", Requests: requests}
			if hoisted != nil {
				req.UpdateMask = writeMask(hoisted...)
			}
			return s.BatchUpdateBooks(ctx, req)
		}
		change := func(name, title string, mask ...string) *apitest.ChangedBookRequest {
			r := &apitest.ChangedBookRequest{Book: &apitest.Book{Name: name, Title: title, Summary: "S"}}
			if mask != nil {
				r.UpdateMask = writeMask(mask...)
			}
			return r
		}
		res, err := update([]string{"title"}, change(y, "Y2"), change(x, "X2", "title"))
		require.NoError(t, err)
		assert.Equal(t, []string{"Y2", "X2"}, []string{res.GetBooks()[0].GetTitle(), res.GetBooks()[1].GetTitle()})
		assert.Empty(t, res.GetBooks()[0].GetSummary(), "the mask names the title alone")
		assert.NotEqual(t, books[0].GetEtag(), res.GetBooks()[1].GetEtag())

		_, err = update([]string{"title"}, change(x, "X3"), change(y, "Y3", "summary"))
		writeViolated(t, err, crud.ReasonInvalidFieldMask, "requests[1].update_mask")
		_, err = update(nil, change(x, "X3"), change(x, "X4"))
		writeRefused(t, err, codes.InvalidArgument, crud.ReasonInvalidField)
		_, err = update(nil, change("shelves/b/books/x", "X3"))
		writeViolated(t, err, crud.ReasonInvalidField, "requests[0].book.name")
		_, err = update(nil, change(x, "X3"), change("shelves/a/books/none", "N"))
		writeMissing(t, err, crud.ReasonResourceNotFound, "api.example.com/Book", "shelves/a/books/none")
		stale := change(x, "X3")
		stale.Book.Etag = books[0].GetEtag()
		_, err = update(nil, change(y, "Y3"), stale)
		writeRefused(t, err, codes.Aborted, crud.ReasonEtagMismatch)
		made := change("shelves/a/books/new", "N")
		made.AllowMissing = true
		res, err = update(nil, made, change(y, "Y3"))
		require.NoError(t, err)
		assert.Equal(t, "shelves/a/books/new", res.GetBooks()[0].GetName())
		got, err := s.GetBook(ctx, &apitest.GetBookRequest{Name: x})
		require.NoError(t, err)
		assert.Equal(t, "X2", got.GetTitle(), "no batch that failed changed a book")

		films := writeBatchFilms(t, s, "one", "two")
		both, err := s.BatchUpdateFilms(ctx, &apitest.BatchUpdateFilmsRequest{Requests: []*apitest.ChangedFilmRequest{
			{Film: &apitest.Film{Id: films[1].GetId(), Minutes: 2}, UpdateMask: writeMask("minutes")},
			{Film: &apitest.Film{Id: films[0].GetId(), Minutes: 1}, UpdateMask: writeMask("minutes")},
		}})
		require.NoError(t, err)
		assert.Equal(t, []string{"two", "one"}, []string{both.GetFilms()[0].GetTitle(), both.GetFilms()[1].GetTitle()})
	})
}

// TestWrite_3_9_BatchDelete: all or none; the soft one returns what they have become.
func TestWrite_3_9_BatchDelete(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		books := writeBatchBooks(t, s, "x", "y")
		x, y := books[0].GetName(), books[1].GetName()
		_, err := s.BatchDeleteBooks(ctx, &apitest.BatchDeleteBooksRequest{Names: []string{x, "shelves/a/books/none"}})
		writeMissing(t, err, crud.ReasonResourceNotFound, "api.example.com/Book", "shelves/a/books/none")
		list, err := s.ListBooks(ctx, &apitest.ListBooksRequest{Parent: "shelves/a"})
		require.NoError(t, err)
		assert.Len(t, list.GetBooks(), 2)
		res, err := s.BatchDeleteBooks(ctx, &apitest.BatchDeleteBooksRequest{Parent: "shelves/a", Names: []string{y, x}})
		require.NoError(t, err)
		require.Len(t, res.GetBooks(), 2)
		for i, name := range []string{y, x} {
			assert.Equal(t, name, res.GetBooks()[i].GetName())
			assert.NotNil(t, res.GetBooks()[i].GetDeleteTime())
		}
		films := writeBatchFilms(t, s, "one", "two")
		gone, err := s.BatchDeleteFilms(ctx, &apitest.BatchDeleteFilmsRequest{Ids: []int64{films[0].GetId(), films[1].GetId()}})
		require.NoError(t, err)
		assert.Len(t, gone.GetFilms(), 2)
	})
}

// TestWrite_3_9_BatchOnce: a batch with a request_id is done once; one that is only
// validated leaves nothing.
func TestWrite_3_9_BatchOnce(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		req := &apitest.BatchCreateBooksRequest{Parent: "shelves/a", Requests: writeNewBooks("x", "y"), ValidateOnly: true}
		_, err := s.BatchCreateBooks(ctx, req)
		require.NoError(t, err)
		assert.Zero(t, s.count(t, "books"))
		req.ValidateOnly, req.RequestId = false, writeID(1)
		first, err := s.BatchCreateBooks(ctx, req)
		require.NoError(t, err)
		again, err := s.BatchCreateBooks(ctx, req)
		require.NoError(t, err)
		writeSame(t, first, again)
		assert.Equal(t, 2, s.count(t, "books"))
	})
}
