package crud_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// TestFieldBehaviors: what a client may write on Create (AIP-203).
func TestCreateHonoursFieldBehaviors(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		epoch := &timestamppb.Timestamp{}
		given := &bookpb.Book{
			Name: "shelves/b/books/other", Title: "X", Language: "is", Note: "kept", State: "ignored",
			CreateTime: epoch, UpdateTime: epoch,
		}
		before := proto.Clone(given)
		m, err := createNamed(ctx, books, "x", given)
		require.NoError(t, err)
		sameMessage(t, before, given, "the request is not changed")
		assert.Equal(t, "shelves/a/books/x", m.GetName(), "IDENTIFIER")
		assert.Empty(t, m.GetState(), "OUTPUT_ONLY")
		assert.NotEqual(t, epoch.AsTime(), m.GetCreateTime().AsTime())
		assert.Equal(t, "is", m.GetLanguage(), "IMMUTABLE")
		assert.Empty(t, m.GetNote(), "INPUT_ONLY is not returned")
		stored, err := books.Get(ctx, bookKey(t, m))
		require.NoError(t, err)
		assert.Equal(t, "kept", stored.GetNote(), "INPUT_ONLY is stored")
		for what, answer := range map[string]func() (*bookpb.Book, error){
			"Get": func() (*bookpb.Book, error) { return crud.GetNamed(ctx, bookpb.BookTable, books, m.GetName()) },
			"List": func() (*bookpb.Book, error) {
				page, err := crud.List(ctx, bookpb.BookTable, books, crud.Query{Parent: "shelves/a"})
				return page.Items[0], err
			},
			"Update": func() (*bookpb.Book, error) { return updateBook(ctx, books, m, "pages") },
		} {
			got, err := answer()
			require.NoError(t, err, what)
			assert.Empty(t, got.GetNote(), what)
			assert.Equal(t, "X", got.GetTitle(), what)
		}

		// All that is wrong is said at once.
		_, err = createNamed(ctx, books, "Y", &bookpb.Book{Isbn: new("\x00"), Tags: []string{"a", "\x00"}})
		violated(t, err, crud.ReasonInvalidField, "book_id", "book.title", "book.isbn", "book.tags")
		_, err = createNamed(ctx, books, "y", &bookpb.Book{
			Title: strings.Repeat("ä", 41), PublishTime: &timestamppb.Timestamp{Seconds: math.MaxInt64},
		})
		violated(t, err, crud.ReasonInvalidField, "book.title", "book.publish_time")
		_, err = createNamed(ctx, books, "y", nil)
		violated(t, err, crud.ReasonRequiredFieldMissing, "book")
		_, err = crud.Create(ctx, bookpb.UserTable, bookpb.NewUserRepository(db), nil)
		violated(t, err, crud.ReasonRequiredFieldMissing, "user")
		_, err = crud.Create(ctx, bookpb.UserTable, bookpb.NewUserRepository(db), &bookpb.User{Plan: "x"})
		violated(t, err, crud.ReasonRequiredFieldMissing, "user.username")
	})
}

// TestUpdateHonoursFieldBehaviors: masks as a client gives them (AIP-134, AIP-161,
// AIP-203).
func TestUpdateHonoursFieldBehaviors(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		full := book("shelves/a/books/x", "X")
		full.Language, full.State, full.Note, full.Pages = "is", "kept", "n", 5
		m, err := books.Create(ctx, full)
		require.NoError(t, err)
		update := func(in *bookpb.Book, paths ...string) (*bookpb.Book, error) {
			in.Name = m.GetName()
			return updateBook(ctx, books, in, paths...)
		}
		stored := func() *bookpb.Book {
			got, err := books.Get(ctx, bookKey(t, m))
			require.NoError(t, err)
			return got
		}

		// OUTPUT_ONLY is ignored, named or not; the time moves all the same.
		for _, paths := range [][]string{nil, {"state"}, {"state", "create_time", "update_time", "name"}} {
			last := stored()
			got, err := update(&bookpb.Book{State: "forged", CreateTime: &timestamppb.Timestamp{}, UpdateTime: &timestamppb.Timestamp{}}, paths...)
			require.NoError(t, err)
			assert.Equal(t, "kept", got.GetState())
			sameMessage(t, last.GetCreateTime(), got.GetCreateTime())
			assert.True(t, got.GetUpdateTime().AsTime().After(last.GetUpdateTime().AsTime()))
		}
		assert.Equal(t, "n", stored().GetNote(), "INPUT_ONLY that is not named stays")

		// IMMUTABLE: the same is ignored, another is refused, and nothing is written.
		_, err = update(&bookpb.Book{Language: "is", Pages: 6}, "language", "pages")
		require.NoError(t, err)
		assert.EqualValues(t, 6, stored().GetPages())
		for _, paths := range [][]string{{"language", "pages"}, {"*"}, nil} {
			_, err = update(&bookpb.Book{Title: "T", Language: "en", Pages: 7}, paths...)
			violated(t, err, crud.ReasonImmutableField, "book.language")
		}
		assert.EqualValues(t, 6, stored().GetPages())

		// REQUIRED: must be truthy where it is written.
		for _, paths := range [][]string{{"title"}, {"*"}, {"pages", "title"}} {
			_, err = update(&bookpb.Book{Pages: 8, Language: "is"}, paths...)
			violated(t, err, crud.ReasonRequiredFieldMissing, "book.title")
		}
		_, err = update(&bookpb.Book{Pages: 8})
		require.NoError(t, err, "an unset field is not in the implied mask")
		assert.EqualValues(t, 8, stored().GetPages())

		// * replaces what can be replaced.
		got, err := update(&bookpb.Book{Title: "New", Language: "is", Tags: []string{"t"}}, "*")
		require.NoError(t, err)
		sameMessage(t, &bookpb.Book{
			Name: m.GetName(), Title: "New", Language: "is", Tags: []string{"t"}, State: "kept",
			CreateTime: m.GetCreateTime(), UpdateTime: got.GetUpdateTime(),
		}, got)
		assert.Empty(t, stored().GetNote(), "INPUT_ONLY is cleared by *")

		_, err = crud.Update(ctx, bookpb.BookTable, books, nil, nil)
		violated(t, err, crud.ReasonRequiredFieldMissing, "book")
		_, err = update(&bookpb.Book{Title: strings.Repeat("x", 41)}, "title")
		violated(t, err, crud.ReasonInvalidField, "book.title")
		m.Isbn = new("\x00")
		_, err = update(&bookpb.Book{Isbn: m.Isbn}, "title", "isbn")
		violated(t, err, crud.ReasonRequiredFieldMissing, "book.title", "book.isbn")
	})
}

// TestNilStores answer UNIMPLEMENTED and say why.
func TestNilStores(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var books bookpb.BookStore
	var users bookpb.UserStore
	unimplemented := func(err error) {
		t.Helper()
		st := refused(t, err, codes.Unimplemented, crud.ReasonUnimplemented)
		assert.Contains(t, st.Message(), "bookpb.")
	}
	_, err := crud.GetNamed(ctx, bookpb.BookTable, books, "shelves/a/books/x")
	unimplemented(err)
	_, err = crud.List(ctx, bookpb.BookTable, books, crud.Query{})
	unimplemented(err)
	_, err = crud.CreateNamed(ctx, bookpb.BookTable, books, "shelves/a", "x", book("", "X"))
	unimplemented(err)
	_, err = crud.Update(ctx, bookpb.BookTable, books, book("shelves/a/books/x", "X"), nil)
	unimplemented(err)
	_, err = crud.DeleteNamed(ctx, bookpb.BookTable, books, "shelves/a/books/x")
	unimplemented(err)
	_, err = crud.Get(ctx, bookpb.UserTable, users, 1)
	unimplemented(err)
	_, err = crud.Create(ctx, bookpb.UserTable, users, &bookpb.User{})
	unimplemented(err)
	_, err = crud.Delete(ctx, bookpb.UserTable, users, 1)
	unimplemented(err)

	// So do the methods of a store that does not have them.
	partial := struct {
		crud.UnimplementedStore[*bookpb.User, int64]
	}{}
	_, err = crud.Get(ctx, bookpb.UserTable, partial, 1)
	unimplementedMethod(t, err, "Get")
	_, err = crud.List(ctx, bookpb.UserTable, partial, crud.Query{})
	unimplementedMethod(t, err, "List")
	_, err = crud.Create(ctx, bookpb.UserTable, partial, &bookpb.User{Username: "x"})
	unimplementedMethod(t, err, "Create")
	_, err = crud.Update(ctx, bookpb.UserTable, partial, &bookpb.User{Id: 1}, nil)
	unimplementedMethod(t, err, "Update")
	_, err = crud.Delete(ctx, bookpb.UserTable, partial, 1)
	unimplementedMethod(t, err, "Delete")
	for _, err := range partial.All(ctx, crud.Query{}) {
		assert.ErrorContains(t, err, "All")
	}
}

func unimplementedMethod(t testing.TB, err error, method string) {
	t.Helper()
	st := refused(t, err, codes.Unimplemented, crud.ReasonUnimplemented)
	assert.Contains(t, st.Message(), method)
}

// TestValuesComeBack: what is stored is what is returned, at the ends of the ranges.
func TestValuesComeBack(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		counters := bookpb.NewCounterRepository(db)
		for _, m := range []*bookpb.Counter{
			{Id: 1},
			{
				Id: math.MaxUint64, Small: math.MinInt32, Plain: math.MaxUint32, Large: math.MaxUint64,
				Ratio: math.SmallestNonzeroFloat32, Digest: []byte{0, 255}, Frozen: new(false),
				Age: &durationpb.Duration{Seconds: 315_576_000_000}, Steps: []int64{math.MinInt64, 0, math.MaxInt64},
			},
			{
				Id: math.MaxInt64 + 1, Small: math.MaxInt32, Large: 1 << 63, Ratio: float32(math.Inf(-1)), Frozen: new(true),
				Age: &durationpb.Duration{Seconds: -315_576_000_000}, Steps: []int64{},
			},
		} {
			got, err := crud.Create(t.Context(), bookpb.CounterTable, counters, m)
			require.NoError(t, err)
			sameMessage(t, m, got)
			got, err = crud.Get(t.Context(), bookpb.CounterTable, counters, m.GetId())
			require.NoError(t, err)
			sameMessage(t, m, got)
		}
	})
}
