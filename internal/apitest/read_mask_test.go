package apitest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// readFullBook has a value in every field that a store takes.
func readFullBook(name string) *apitest.Book {
	return &apitest.Book{
		Name: name, Title: "Title", Summary: "Summary", Isbn: proto.String("isbn " + name), Genre: apitest.Genre_GENRE_SAGA,
		Pages: 7, Copies: 1 << 63, Price: 1.5, Signed: true, Cover: []byte{0, 1}, Tags: []string{"x", "y"}, Language: "en",
		Note: "note", State: "state", PublishTime: timestamppb.New(timestamppb.Now().AsTime().Truncate(1000)),
		ReadingTime: durationpb.New(90e9), Secret: "secret",
	}
}

// readOnly is a copy with just the fields.
func readOnly[M proto.Message](m M, paths ...string) M {
	out := m.ProtoReflect().New()
	fields := m.ProtoReflect().Descriptor().Fields()
	for _, p := range paths {
		f := fields.ByTextName(p)
		if m.ProtoReflect().Has(f) {
			out.Set(f, m.ProtoReflect().Get(f))
		}
	}
	return out.Interface().(M)
}

// readFields are the names of a message's fields.
func readFields(m proto.Message) (names []string) {
	fields := m.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		names = append(names, string(fields.Get(i).Name()))
	}
	return names
}

// TestRead_4_7_MaskOfBooks: the response holds exactly the mask, in every method that
// has one: each field alone, each with the next, and the forms that mean all.
func TestRead_4_7_MaskOfBooks(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		s.shelf(t, "a")
		s.book(t, readFullBook("shelves/a/books/b"))
		full, err := s.named.GetBook(ctx, &apitest.GetBookRequest{Name: "shelves/a/books/b"})
		require.NoError(t, err)
		fields := readFields(full)
		masks := [][]string{nil, {}, {"*"}, {"title", "title"}, fields}
		for i, f := range fields {
			masks = append(masks, []string{f}, []string{f, fields[(i+1)%len(fields)]})
		}
		for _, paths := range masks {
			want := full
			if len(paths) > 0 && paths[0] != "*" {
				want = readOnly(full, paths...)
			}
			got, err := s.named.GetBook(ctx, &apitest.GetBookRequest{Name: "shelves/a/books/b", ReadMask: readMask(paths...)})
			require.NoError(t, err, paths)
			readSame(t, want, got, paths)
			for _, order := range []string{"", "title", "publish_time desc, pages"} {
				page, err := s.named.ListBooks(ctx, &apitest.ListBooksRequest{Parent: "shelves/a", ReadMask: readMask(paths...), OrderBy: order})
				require.NoError(t, err, paths)
				require.Len(t, page.GetBooks(), 1)
				readSame(t, want, page.GetBooks()[0], "%s by %q", paths, order)
			}
			streamed, err := readStreamBooks(ctx, s.named, &apitest.StreamBooksRequest{Parent: "shelves/a", ReadMask: readMask(paths...)})
			require.NoError(t, err, paths)
			require.Len(t, streamed, 1)
			readSame(t, want, streamed[0], paths)
		}
	})
}

func TestRead_4_7_MaskOfFilms(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		film := s.film(t, &apitest.Film{
			Title: "Title", Code: proto.String("x"), Genre: apitest.Genre_GENRE_SAGA, Minutes: 90, Rating: 4.5,
			Tags: []string{"x"}, Language: "en", Note: "note", State: "state", ReleaseTime: timestamppb.New(timestamppb.Now().AsTime().Truncate(1000)),
		})[0]
		film.Note = "" // INPUT_ONLY, even if it is asked for
		masks := [][]string{nil, {"*"}, {"title", "rating"}}
		for _, f := range readFields(film) {
			masks = append(masks, []string{f})
		}
		for _, paths := range masks {
			want := film
			if len(paths) > 0 && paths[0] != "*" {
				want = readOnly(film, paths...)
			}
			got, err := s.plain.GetFilm(ctx, &apitest.GetFilmRequest{Id: film.GetId(), ReadMask: readMask(paths...)})
			require.NoError(t, err, paths)
			readSame(t, want, got, paths)
			got, err = s.plain.GetFilmByCode(ctx, &apitest.GetFilmByCodeRequest{Code: "x", ReadMask: readMask(paths...)})
			require.NoError(t, err, paths)
			readSame(t, want, got, paths)
			page, err := s.plain.ListFilms(ctx, &apitest.ListFilmsRequest{ReadMask: readMask(paths...)})
			require.NoError(t, err, paths)
			require.Len(t, page.GetFilms(), 1)
			readSame(t, want, page.GetFilms()[0], paths)
		}
	})
}

// readBadPaths name no field.
var readBadPaths = []string{"", ".", "titel", "Title", "title.x", "tags.0", "tags.*", "publish_time.seconds", "book.title", "shelf_id", "revision", "title\x00", strings.Repeat("x", 9000)}

func TestRead_4_7_UnknownPaths(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		for _, path := range readBadPaths {
			bad := readMask("title", path)
			_, err := s.named.GetBook(ctx, &apitest.GetBookRequest{Name: "shelves/a/books/b", ReadMask: bad})
			readViolated(t, err, crud.ReasonInvalidFieldMask, "read_mask")
			_, err = s.named.ListBooks(ctx, &apitest.ListBooksRequest{Parent: "shelves/a", ReadMask: bad})
			readViolated(t, err, crud.ReasonInvalidFieldMask, "read_mask")
			_, err = readStreamBooks(ctx, s.named, &apitest.StreamBooksRequest{Parent: "shelves/a", ReadMask: bad})
			readViolated(t, err, crud.ReasonInvalidFieldMask, "read_mask")
			_, err = s.plain.GetFilm(ctx, &apitest.GetFilmRequest{Id: 1, ReadMask: bad})
			readViolated(t, err, crud.ReasonInvalidFieldMask, "read_mask")
			_, err = s.plain.GetFilmByCode(ctx, &apitest.GetFilmByCodeRequest{Code: "x", ReadMask: bad})
			readViolated(t, err, crud.ReasonInvalidFieldMask, "read_mask")
			_, err = s.plain.ListFilms(ctx, &apitest.ListFilmsRequest{ReadMask: bad})
			readViolated(t, err, crud.ReasonInvalidFieldMask, "read_mask")
		}
		_, err := s.named.ListBooks(ctx, &apitest.ListBooksRequest{Parent: "shelves/a", ReadMask: readMask("*", "title")})
		readViolated(t, err, crud.ReasonInvalidFieldMask, "read_mask")
		found := readViolated(t, err, crud.ReasonInvalidFieldMask, "read_mask")
		assert.Contains(t, found[0].GetDescription(), "only path")
		assert.Empty(t, s.sent.Statements())
	})
}

// TestRead_4_7_View: every value of the enum is all of the resource, and others are none.
func TestRead_4_7_View(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		s.shelf(t, "a")
		s.book(t, readFullBook("shelves/a/books/b"))
		film := s.film(t, &apitest.Film{Title: "F"})[0]
		full, err := s.named.GetBook(ctx, &apitest.GetBookRequest{Name: "shelves/a/books/b"})
		require.NoError(t, err)
		for _, view := range []apitest.View{apitest.View_VIEW_UNSPECIFIED, apitest.View_VIEW_BASIC, apitest.View_VIEW_FULL} {
			got, err := s.named.GetBook(ctx, &apitest.GetBookRequest{Name: full.GetName(), View: view})
			require.NoError(t, err)
			readSame(t, full, got, view)
			page, err := s.named.ListBooks(ctx, &apitest.ListBooksRequest{Parent: "shelves/a", View: view})
			require.NoError(t, err)
			require.Len(t, page.GetBooks(), 1)
			readSame(t, full, page.GetBooks()[0], view)
			gotFilm, err := s.plain.GetFilm(ctx, &apitest.GetFilmRequest{Id: film.GetId(), View: view})
			require.NoError(t, err)
			readSame(t, film, gotFilm, view)
			masked, err := s.named.GetBook(ctx, &apitest.GetBookRequest{Name: full.GetName(), View: view, ReadMask: readMask("title")})
			require.NoError(t, err)
			readSame(t, readOnly(full, "title"), masked, view)
		}
		// A mask in the metadata is for an interceptor, which nobody has added.
		outgoing := metadata.AppendToOutgoingContext(ctx, "x-goog-fieldmask", "title")
		got, err := s.named.GetBook(outgoing, &apitest.GetBookRequest{Name: full.GetName()})
		require.NoError(t, err)
		readSame(t, full, got)
		for _, view := range []apitest.View{3, -1} {
			_, err := s.named.GetBook(ctx, &apitest.GetBookRequest{Name: full.GetName(), View: view})
			readViolated(t, err, crud.ReasonInvalidField, "view")
			_, err = s.named.ListBooks(ctx, &apitest.ListBooksRequest{Parent: "shelves/a", View: view})
			readViolated(t, err, crud.ReasonInvalidField, "view")
			_, err = s.plain.GetFilm(ctx, &apitest.GetFilmRequest{Id: film.GetId(), View: view})
			readViolated(t, err, crud.ReasonInvalidField, "view")
		}
	})
}
