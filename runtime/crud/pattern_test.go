package crud_test

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

const (
	alreadyExists   = codes.AlreadyExists
	invalidArgument = codes.InvalidArgument
)

// segment reports whether a name can hold s between two slashes.
func segment(s string) bool {
	return s != "" && s != "-" && utf8.ValidString(s) && !strings.ContainsAny(s, "/\x00")
}

func TestNamesRoundTrip(t *testing.T) {
	t.Parallel()
	variable := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z%{}. -]{1,9}`)).Filter(segment)
	rapid.Check(t, func(t *rapid.T) {
		want := bookpb.BookKey{ShelfId: variable.Draw(t, "shelf"), BookId: variable.Draw(t, "book")}
		got, err := bookpb.ParseBookKey(want.String())
		require.NoError(t, err)
		assert.Equal(t, want, got)

		sheet := sheetKey{rapid.Int32().Draw(t, "volume"), variable.Draw(t, "sheet")}
		parsed, err := parseSheetKey(sheet.String())
		require.NoError(t, err)
		assert.Equal(t, sheet, parsed)
	})
}

func FuzzParseName(f *testing.F) {
	for _, name := range []string{
		"", "/", "shelves/a/books/x", "shelves/a/books/x/", "/shelves/a/books/x", "shelves//books/x", "shelves/-/books/x",
		"shelves/a/books/-", "shelves/--/books/x", "shelves/a/books/x\x00", "shelves/a/books/\xff", "Shelves/a/books/x",
		"shelves/a/books", "shelves/a/books/x/y", "shelves/{shelf}/books/{book}", "shelves/ä/books/😀", "shelves/a/books/a%2Fb",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		key, err := bookpb.ParseBookKey(name)
		parts := strings.Split(name, "/")
		valid := len(parts) == 4 && parts[0] == "shelves" && parts[2] == "books" && segment(parts[1]) && segment(parts[3])
		if !valid {
			require.Error(t, err)
			assert.NotErrorIs(t, err, crud.ErrNoSuchKey)
			return
		}
		require.NoError(t, err)
		assert.Equal(t, name, key.String())
		assert.Equal(t, bookpb.BookKey{ShelfId: parts[1], BookId: parts[3]}, key)
	})
}

// TestNamesOfNumbers: a number has one spelling, and one that is none is a name that no
// row has.
func TestNamesOfNumbers(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1", "0", "-1", "2147483647", "-2147483648"} {
		key, err := parseSheetKey("volumes/" + text + "/sheets/s")
		require.NoError(t, err)
		assert.Equal(t, "volumes/"+text+"/sheets/s", key.String())
	}
	for _, text := range []string{"01", "+1", "-0", "1 ", "1.0", "1e3", "0x1", "1_0", "١", "one", "2147483648", "--1"} {
		_, err := parseSheetKey("volumes/" + text + "/sheets/s")
		assert.ErrorIs(t, err, crud.ErrNoSuchKey, text)
	}
	_, err := parseSheetKey("volumes/one/sheets/")
	assert.NotErrorIs(t, err, crud.ErrNoSuchKey, "the form is wrong too")
}

func TestMustPattern(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "/", "a//b", "a/", "/a", "a/{}", "a/{b", "a/b}", "a/{b}c", "a/x{b}"} {
		assert.Panics(t, func() { crud.MustPattern(text) }, text)
	}
	const text = "shelves/{shelf}/books/{book}"
	assert.Equal(t, text, crud.MustPattern(text).String())
	assert.Equal(t, "a/1/-2/3", crud.MustPattern("a/{b}/{c}/{d}").Format(uint32(1), int32(-2), uint64(3)))
}

// TestNamesOfTypedKeys: where a name's variables are numbers and UUIDs, text that is
// none belongs to no row; only a new id may be refused for its form.
func TestNamesOfTypedKeys(t *testing.T) {
	t.Parallel()
	const id = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
	const resource = "test.example.com/Sheet"
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		require.NoError(t, crud.CreateTables(ctx, db, sheetTable))
		sheets := crud.NewRepository(db, sheetTable)
		m, err := crud.CreateNamed(ctx, sheetTable, sheets, "volumes/7", id, book("", "X"))
		require.NoError(t, err)
		sameMessage(t, &bookpb.Book{Name: "volumes/7/sheets/" + id, Pages: 7, Language: id, Title: "X"}, m)
		made, err := crud.CreateNamed(ctx, sheetTable, sheets, "volumes/-8", "", book("", "Y"))
		require.NoError(t, err)
		assert.Len(t, made.GetLanguage(), len(id))

		for _, name := range []string{
			"volumes/x/sheets/" + id, "volumes/07/sheets/" + id, "volumes/9/sheets/" + id, "volumes/3000000000/sheets/" + id,
			"volumes/7/sheets/x", "volumes/7/sheets/" + strings.ToUpper(id), "volumes/7/sheets/{" + id + "}",
		} {
			_, err := crud.GetNamed(ctx, sheetTable, sheets, name)
			notFound(t, err, resource, name)
			_, err = crud.DeleteNamed(ctx, sheetTable, sheets, name)
			notFound(t, err, resource, name)
			_, err = crud.Update(ctx, sheetTable, sheets, book(name, "Z"), mask("title"))
			notFound(t, err, resource, name)
		}
		for _, bad := range []string{"x", strings.ToUpper(id), "urn:uuid:" + id, "a/b"} {
			_, err := crud.CreateNamed(ctx, sheetTable, sheets, "volumes/7", bad, book("", "X"))
			violated(t, err, crud.ReasonInvalidField, "book_id")
		}
		for _, parent := range []string{"volumes/x", "volumes/3000000000", "volumes/07"} {
			_, err := crud.CreateNamed(ctx, sheetTable, sheets, parent, id, book("", "X"))
			refused(t, err, codes.NotFound, crud.ReasonResourceNotFound)
			page, err := crud.List(ctx, sheetTable, sheets, crud.Query{Parent: parent})
			require.NoError(t, err, "this parent is not checked")
			assert.Empty(t, page.Items)
		}
		got, err := crud.GetNamed(ctx, sheetTable, sheets, m.GetName())
		require.NoError(t, err)
		sameMessage(t, m, got)
	})
}

// TestMalformedParents are refused by List, and a parent that does not exist is not
// found.
func TestMalformedParents(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		list := func(parent string) error {
			_, err := crud.List(ctx, bookpb.BookTable, bookpb.NewBookRepository(db), crud.Query{Parent: parent})
			return err
		}
		violated(t, list(""), crud.ReasonRequiredFieldMissing, "parent")
		for _, parent := range []string{
			"a", "shelves", "shelves/", "/shelves/a", "shelves/a/", "shelves/a/books/x", "shelves/-", "Shelves/a", "shelves/a\x00", "shelves/\xff",
		} {
			violated(t, list(parent), crud.ReasonInvalidField, "parent")
		}
		notFound(t, list("shelves/"+strings.Repeat("x", math.MaxUint16)), "test.example.com/Shelf", "shelves/"+strings.Repeat("x", math.MaxUint16))
		notFound(t, list("shelves/a'b\\c\"%_"), "test.example.com/Shelf", "shelves/a'b\\c\"%_")
		_, err := crud.List(ctx, bookpb.UserTable, bookpb.NewUserRepository(db), crud.Query{Parent: "shelves/a"})
		violated(t, err, crud.ReasonInvalidField, "parent")
	})
}
