package crud_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// noBooks is a store that no call may reach.
var noBooks crud.Store[*bookpb.Book, bookpb.BookKey] = crud.UnimplementedStore[*bookpb.Book, bookpb.BookKey]{}

type newBook = crud.NewResource[*bookpb.Book]

func namesOf(ids ...string) (names []string) {
	for _, id := range ids {
		names = append(names, "shelves/a/books/"+id)
	}
	return names
}

// TestBatchesByName: the four methods of a resource below a parent.
func TestBatchesByName(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, books := t.Context(), bookpb.NewBookRepository(db)
		epoch := &timestamppb.Timestamp{}
		made, err := crud.BatchCreateNamed(ctx, bookpb.BookTable, books, "shelves/a", []newBook{
			{ID: "y", Resource: &bookpb.Book{Name: "ignored", Title: "Y", Note: "kept", State: "ignored", CreateTime: epoch}},
			{Parent: "shelves/a", ID: "x", Resource: book("", "X")},
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"shelves/a/books/y", "Y", "", ""}, []string{made[0].GetName(), made[0].GetTitle(), made[0].GetNote(), made[0].GetState()})
		assert.True(t, made[0].GetCreateTime().AsTime().After(epoch.AsTime()))
		got, err := crud.BatchGetNamed(ctx, bookpb.BookTable, books, "shelves/a", namesOf("x", "y", "x"), "names")
		require.NoError(t, err)
		sameMessages(t, []*bookpb.Book{made[1], made[0], made[1]}, got)
		stored, err := books.Get(ctx, bookAt("y"))
		require.NoError(t, err)
		assert.Equal(t, "kept", stored.GetNote())

		got, err = crud.BatchUpdate(ctx, bookpb.BookTable, books, mask("title", "state"), []change{
			{Message: &bookpb.Book{Name: made[1].GetName(), Title: "X2", State: "ignored", Pages: 9}},
			{Message: &bookpb.Book{Name: made[0].GetName(), Title: "Y2", Pages: 9}, Mask: mask("state", "title", "state")},
		})
		require.NoError(t, err)
		made[1].Title, made[1].UpdateTime = "X2", got[0].GetUpdateTime()
		made[0].Title, made[0].UpdateTime = "Y2", got[1].GetUpdateTime()
		sameMessages(t, []*bookpb.Book{made[1], made[0]}, got)

		_, err = crud.BatchDeleteNamed(ctx, bookpb.BookTable, books, "shelves/a", namesOf("x", "none"), "names")
		missingNames(t, err, crud.ReasonResourceNotFound, "shelves/a/books/none", "shelves/a/books/none")
		none, err := crud.BatchDeleteNamed(ctx, bookpb.BookTable, books, "", namesOf("x", "y", "x"), "names")
		require.NoError(t, err)
		assert.Nil(t, none)
		assert.Empty(t, shelved(t, books))
	})
}

// TestBatchesOfPlainKeys: the four methods of a resource with a number.
func TestBatchesOfPlainKeys(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, users := t.Context(), bookpb.NewUserRepository(db)
		made, err := crud.BatchCreate(ctx, bookpb.UserTable, users, []*bookpb.User{{Id: 4711, Username: "eve"}, {Username: "max", Email: "m"}})
		require.NoError(t, err)
		assert.Equal(t, []int64{3, 4}, []int64{made[0].GetId(), made[1].GetId()}, "the client's number is ignored")
		got, err := crud.BatchGet(ctx, bookpb.UserTable, users, []int64{4, 3}, "ids")
		require.NoError(t, err)
		sameMessages(t, []*bookpb.User{made[1], made[0]}, got)
		got, err = crud.BatchUpdate(ctx, bookpb.UserTable, users, nil, []crud.Change[*bookpb.User]{{Message: &bookpb.User{Id: 3, Plan: "p"}}})
		require.NoError(t, err)
		assert.Equal(t, "p", got[0].GetPlan())
		none, err := crud.BatchDelete(ctx, bookpb.UserTable, users, []int64{3, 4}, "ids")
		require.NoError(t, err)
		assert.Nil(t, none)
		_, err = crud.BatchGet(ctx, bookpb.UserTable, users, []int64{3, 1, 4}, "ids")
		missingNames(t, err, crud.ReasonResourceNotFound, "3,4", "3")
	})
}

// TestBatchesOfSoftDeleted: what they have become is the answer, and the etags of the
// elements are looked at.
func TestBatchesOfSoftDeleted(t *testing.T) {
	t.Parallel()
	eachPaperStore(t, func(t *testing.T, s paperStore, _ *crudtest.Recorder) {
		ctx := t.Context()
		made, err := crud.BatchCreate(ctx, paperTable, s, []*paper{{id: "x", title: "X", deleteTime: &timestamppb.Timestamp{}}, {id: "y", title: "Y"}})
		require.NoError(t, err)
		assert.Nil(t, made[0].deleteTime, "OUTPUT_ONLY")
		changes := []crud.Change[*paper]{{Message: &paper{id: "x", title: "X2", etag: made[0].etag}}, {Message: &paper{id: "y", title: "Y2", etag: made[0].etag}}}
		_, err = crud.BatchUpdate(ctx, paperTable, s, nil, changes)
		st := refused(t, err, codes.Aborted, crud.ReasonEtagMismatch)
		assert.Equal(t, "y", resourceInfo(t, st).GetResourceName())
		changes[1].Message.etag = made[1].etag
		got, err := crud.BatchUpdate(ctx, paperTable, s, nil, changes)
		require.NoError(t, err)
		assert.Equal(t, []string{"X2", "Y2"}, []string{got[0].title, got[1].title})
		_, err = crud.BatchDelete(ctx, paperTable, s, []string{"y", "x"}, "requests", crud.IfEtags(got[1].etag, got[1].etag))
		refused(t, err, codes.Aborted, crud.ReasonEtagMismatch)
		gone, err := crud.BatchDelete(ctx, paperTable, s, []string{"y", "x", "y"}, "ids")
		require.NoError(t, err)
		require.Len(t, gone, 2)
		assert.Equal(t, "y", gone[0].id)
		assert.NotNil(t, gone[0].deleteTime)
	})
}

// TestBatchesOfTopLevelResources have no parent.
func TestBatchesOfTopLevelResources(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, shelves := t.Context(), bookpb.NewShelfRepository(db)
		made, err := crud.BatchCreateNamed(ctx, bookpb.ShelfTable, shelves, "", []crud.NewResource[*bookpb.Shelf]{
			{ID: "z", Resource: &bookpb.Shelf{Theme: "Z"}}, {ID: "y", Resource: &bookpb.Shelf{Name: "ignored"}},
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"shelves/z", "Z", "shelves/y"}, []string{made[0].GetName(), made[0].GetTheme(), made[1].GetName()})
		got, err := crud.BatchGetNamed(ctx, bookpb.ShelfTable, shelves, "", []string{"shelves/y", "shelves/z"}, "names")
		require.NoError(t, err)
		sameMessages(t, []*bookpb.Shelf{made[1], made[0]}, got)
	})
}

// TestBatchSizesOfRequests: the list is named as the request has it.
func TestBatchSizesOfRequests(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for n, reason := range map[int]string{0: crud.ReasonRequiredFieldMissing, 1001: crud.ReasonInvalidField} {
		_, err := crud.BatchGet(ctx, bookpb.BookTable, noBooks, make([]bookpb.BookKey, n), "ids")
		violated(t, err, reason, "ids")
		_, err = crud.BatchGetNamed(ctx, bookpb.BookTable, noBooks, "", make([]string, n), "names")
		violated(t, err, reason, "names")
		_, err = crud.BatchDelete(ctx, bookpb.BookTable, noBooks, make([]bookpb.BookKey, n), "requests")
		violated(t, err, reason, "requests")
		_, err = crud.BatchDeleteNamed(ctx, bookpb.BookTable, noBooks, "", make([]string, n), "names")
		violated(t, err, reason, "names")
		_, err = crud.BatchCreate(ctx, bookpb.BookTable, noBooks, make([]*bookpb.Book, n))
		violated(t, err, reason, "requests")
		_, err = crud.BatchCreateNamed(ctx, bookpb.BookTable, noBooks, "", make([]newBook, n))
		violated(t, err, reason, "requests")
		_, err = crud.BatchUpdate(ctx, bookpb.BookTable, noBooks, nil, make([]change, n))
		violated(t, err, reason, "requests")
	}
}

// TestBatchNames: names that are malformed, have wildcards or are not below the parent.
func TestBatchNames(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	notOnce := crud.RequestID("/m", "x", nil)
	for _, test := range []struct {
		parent, list string
		names, wrong []string
	}{
		{"shelves/a", "names", []string{"shelves/a/books/x", "", "shelves/b/books/x", "x"}, []string{"names[1]", "names[2]", "names[3]"}},
		{"shelves/a", "requests", []string{"shelves/-/books/x", "shelves/a/books/-", "shelves/aa/books/x"}, []string{"requests[0].name", "requests[1].name", "requests[2].name"}},
		{"shelves/-", "names", []string{"shelves/a/books/x"}, []string{"parent"}},
		{"shelves", "names", []string{"shelves/a/books/x", "shelves"}, []string{"parent", "names[1]"}},
		{"", "names", []string{"shelves/-/books/x", "shelves/a/books/x"}, []string{"names[0]"}},
	} {
		_, err := crud.BatchGetNamed(ctx, bookpb.BookTable, noBooks, test.parent, test.names, test.list)
		var e *crud.Error
		require.ErrorAs(t, err, &e)
		violated(t, err, e.Reason, test.wrong...)
		_, err = crud.BatchDeleteNamed(ctx, bookpb.BookTable, noBooks, test.parent, test.names, test.list, notOnce)
		violated(t, err, e.Reason, append(test.wrong, "request_id")...)
	}
}

// TestBatchKeysThatAreLeftOut, in each form of the list.
func TestBatchKeysThatAreLeftOut(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var users crud.Store[*bookpb.User, int64] = crud.UnimplementedStore[*bookpb.User, int64]{}
	var members crud.Store[*bookpb.Member, bookpb.MemberKey] = crud.UnimplementedStore[*bookpb.Member, bookpb.MemberKey]{}
	_, err := crud.BatchGet(ctx, bookpb.UserTable, users, []int64{1, 0, 0}, "ids")
	violated(t, err, crud.ReasonRequiredFieldMissing, "ids[1]", "ids[2]")
	_, err = crud.BatchDelete(ctx, bookpb.UserTable, users, []int64{1, 0}, "requests")
	violated(t, err, crud.ReasonRequiredFieldMissing, "requests[1].id")
	_, err = crud.BatchGet(ctx, bookpb.MemberTable, members, []bookpb.MemberKey{{Org: "\x00", UserId: 1}, {}}, "requests")
	violated(t, err, crud.ReasonInvalidField, "requests[0].org", "requests[1].org", "requests[1].user_id")
}

// TestBatchCreateRequests: all that is wrong with all elements is told at once.
func TestBatchCreateRequests(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	long := strings.Repeat("x", 41)
	create := func(parent string, requests ...newBook) error {
		_, err := crud.BatchCreateNamed(ctx, bookpb.BookTable, noBooks, parent, requests)
		return err
	}
	violated(t, create("shelves/a",
		newBook{ID: "x", Resource: book("", long)}, newBook{ID: "y"}, newBook{Parent: "shelves/b", ID: "z", Resource: book("", "")},
		newBook{ID: "Z", Resource: &bookpb.Book{Title: "ok", Note: "\x00"}},
	), crud.ReasonInvalidField, "requests[0].book.title", "requests[1].book", "requests[2].parent", "requests[2].book.title",
		"requests[3].book_id", "requests[3].book.note")
	violated(t, create("shelves/-", newBook{ID: "x", Resource: book("", "X")}), crud.ReasonInvalidField, "parent")
	violated(t, create("", newBook{Parent: "shelves/a", ID: "x", Resource: book("", "X")}, newBook{ID: "y", Resource: book("", "Y")},
		newBook{Parent: "x", ID: "z", Resource: book("", "Z")}), crud.ReasonRequiredFieldMissing, "requests[1].parent", "requests[2].parent")

	var users crud.Store[*bookpb.User, int64] = crud.UnimplementedStore[*bookpb.User, int64]{}
	_, err := crud.BatchCreate(ctx, bookpb.UserTable, users, []*bookpb.User{{Username: "a", Email: "\x00"}, nil, {Email: "c"}}, crud.RequestID("/m", "x", nil))
	violated(t, err, crud.ReasonInvalidField, "requests[0].user.email", "requests[1].user", "requests[2].user.username", "request_id")
}

// TestBatchCreateBelowParents of the elements' own, where the batch has none.
func TestBatchCreateBelowParents(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, books := t.Context(), bookpb.NewBookRepository(db)
		made, err := crud.BatchCreateNamed(ctx, bookpb.BookTable, books, "", []newBook{
			{Parent: "shelves/b", ID: "x", Resource: book("", "X")}, {Parent: "shelves/a", ID: "x", Resource: book("", "X")},
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"shelves/b/books/x", "shelves/a/books/x"}, []string{made[0].GetName(), made[1].GetName()})
		_, err = crud.BatchCreateNamed(ctx, bookpb.BookTable, books, "shelves/none", []newBook{{ID: "x", Resource: book("", "X")}})
		notFound(t, err, "test.example.com/Shelf", "shelves/none")
		_, err = crud.BatchCreateNamed(ctx, bookpb.BookTable, books, "shelves/a", []newBook{{ID: "y", Resource: book("", "X")}, {ID: "y", Resource: book("", "X")}})
		st := refused(t, err, codes.AlreadyExists, crud.ReasonResourceAlreadyExists)
		assert.Equal(t, "shelves/a/books/y", resourceInfo(t, st).GetResourceName())
	})
}

// TestBatchUpdateRequests: masks, behaviors and keys, all violations at once.
func TestBatchUpdateRequests(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	update := func(hoisted []string, changes ...change) error {
		_, err := crud.BatchUpdate(ctx, bookpb.BookTable, noBooks, mask(hoisted...), changes)
		return err
	}
	x, y := book("shelves/a/books/x", "X"), book("shelves/a/books/y", "\x00")
	violated(t, update([]string{"title"}, change{Message: x, Mask: mask("pages")}, change{Message: y}, change{}, change{Message: x, Mask: mask("title")}),
		crud.ReasonInvalidFieldMask, "requests[0].update_mask", "requests[1].book.title", "requests[2].book")
	violated(t, update([]string{"nothing", "title"}, change{Message: x}, change{Message: book("", "Z")}),
		crud.ReasonInvalidFieldMask, "update_mask", "requests[1].book.name")
	violated(t, update(nil, change{Message: x, Mask: mask("nothing")}, change{Message: book("shelves/a/books/x", ""), Mask: mask("title")}),
		crud.ReasonInvalidFieldMask, "requests[0].update_mask", "requests[1].book.title")
}

// TestBatchUpdateOfStoredFields: what only the stored row tells is under the element's
// path too.
func TestBatchUpdateOfStoredFields(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, books := t.Context(), bookpb.NewBookRepository(db)
		made := createBooks(t, books, "x", "y")
		update := func(changes ...change) error {
			_, err := crud.BatchUpdate(ctx, bookpb.BookTable, books, nil, changes)
			return err
		}
		violated(t, update(change{Message: made[0]}, change{Message: &bookpb.Book{Name: made[1].GetName(), Language: "en"}}),
			crud.ReasonImmutableField, "requests[1].book.language")
		violated(t, update(change{Message: made[0]}, change{Message: made[0]}), crud.ReasonInvalidField, "requests[1].book.name")

		// What an Update creates is what a client may create.
		m := &bookpb.Book{Name: "shelves/a/books/q", Title: "Q", State: "ignored"}
		got, err := crud.BatchUpdate(ctx, bookpb.BookTable, books, nil, []change{{Message: m}}, crud.AllowMissing(true))
		require.NoError(t, err)
		assert.Empty(t, got[0].GetState())
		err = update(change{Message: made[0]}, change{Message: &bookpb.Book{Name: "shelves/a/books/P"}, Options: []crud.WriteOption{crud.AllowMissing(true)}})
		violated(t, err, crud.ReasonInvalidField, "requests[1].book.name", "requests[1].book.title")
	})
}

// TestBatchNamesThatNoRowHas are named with the others that are missing.
func TestBatchNamesThatNoRowHas(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		require.NoError(t, crud.CreateTables(ctx, db, seatTable))
		seats := crud.NewRepository(db, seatTable)
		_, err := seats.BatchCreate(ctx, []*seat{{row: "a", number: 1}, {row: "a", number: 2}})
		require.NoError(t, err)
		names := []string{"rows/a/seats/x", "rows/a/seats/1", "rows/a/seats/7", "rows/a/seats/01"}
		_, err = crud.BatchGetNamed(ctx, seatTable, seats, "rows/a", names, "names")
		missingNames(t, err, crud.ReasonResourceNotFound, "rows/a/seats/x,rows/a/seats/7,rows/a/seats/01", "rows/a/seats/x")
		_, err = crud.BatchDeleteNamed(ctx, seatTable, seats, "rows/a", names[:2], "names")
		missingNames(t, err, crud.ReasonResourceNotFound, "rows/a/seats/x", "rows/a/seats/x")
		_, err = crud.BatchDeleteNamed(ctx, seatTable, seats, "rows/a", names[:1], "names")
		missingNames(t, err, crud.ReasonResourceNotFound, "rows/a/seats/x", "rows/a/seats/x")
		_, err = crud.BatchGetNamed(ctx, seatTable, seats, "rows/b", names[:1], "names")
		violated(t, err, crud.ReasonInvalidField, "names[0]")
		changes := []crud.Change[*seat]{{Message: &seat{name: names[2]}}, {Message: &seat{name: names[0]}}, {Message: &seat{name: names[1]}}}
		_, err = crud.BatchUpdate(ctx, seatTable, seats, nil, changes)
		missingNames(t, err, crud.ReasonResourceNotFound, "rows/a/seats/7,rows/a/seats/x", "rows/a/seats/7")
		// A parent with a wildcard is any.
		got, err := crud.BatchGetNamed(ctx, seatTable, seats, "rows/-", []string{"rows/a/seats/2", "rows/a/seats/1"}, "names")
		require.NoError(t, err)
		assert.EqualValues(t, 2, got[0].number)
		_, err = crud.BatchDeleteNamed(ctx, seatTable, seats, "", []string{"rows/a/seats/2", "rows/a/seats/1"}, "names")
		require.NoError(t, err)
	})
}

// TestBatchServersOfNothing: a store that was left nil, and errors without a status.
func TestBatchServersOfNothing(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var books bookpb.BookStore
	_, err := crud.BatchGet(ctx, bookpb.BookTable, books, nil, "ids")
	unimplementedMethod(t, err, "bookpb.Book")
	_, err = crud.BatchGetNamed(ctx, bookpb.BookTable, books, "", nil, "names")
	unimplementedMethod(t, err, "bookpb.Book")
	_, err = crud.BatchCreate(ctx, bookpb.BookTable, books, nil)
	unimplementedMethod(t, err, "bookpb.Book")
	_, err = crud.BatchCreateNamed(ctx, bookpb.BookTable, books, "", nil)
	unimplementedMethod(t, err, "bookpb.Book")
	_, err = crud.BatchUpdate(ctx, bookpb.BookTable, books, nil, nil)
	unimplementedMethod(t, err, "bookpb.Book")
	_, err = crud.BatchDelete(ctx, bookpb.BookTable, books, nil, "ids")
	unimplementedMethod(t, err, "bookpb.Book")
	_, err = crud.BatchDeleteNamed(ctx, bookpb.BookTable, books, "", nil, "names")
	unimplementedMethod(t, err, "bookpb.Book")

	secret := bookpb.NewBookRepository(crudtest.SQLiteMemory(t), bookpb.BookHooks{
		BeforeCreate: func(context.Context, *write) error { return errors.New("secret") },
	})
	_, err = crud.BatchCreateNamed(ctx, bookpb.BookTable, secret, "shelves/a", []newBook{{ID: "x", Resource: book("", "X")}})
	st := refused(t, err, codes.Internal, crud.ReasonInternal)
	assert.NotContains(t, st.Proto().String(), "secret")
}
