package apitest_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestRead_2_AllViolations: all that is wrong beside the key is told at once, and
// nothing is sent.
func TestRead_2_AllViolations(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		bad := readMask("titel")
		_, err := s.named.ListBooks(ctx, &apitest.ListBooksRequest{
			Parent: "shelves/a", PageSize: -1, PageToken: "x", Filter: "x = 1", OrderBy: "y", Skip: -1, ReadMask: bad,
			View: 9, Language: "\x00", Genre: make([]apitest.Genre, 101),
		})
		readViolated(t, err, crud.ReasonInvalidField,
			"page_size", "skip", "view", "language", "genre", "filter", "order_by", "read_mask", "page_token")
		_, err = s.named.ListBooks(ctx, &apitest.ListBooksRequest{Parent: "shelves/a", PageSize: -1, PageToken: "x", ReadMask: bad})
		readViolated(t, err, crud.ReasonInvalidField, "page_size", "read_mask", "page_token")
		_, err = s.named.ListBooks(ctx, &apitest.ListBooksRequest{Parent: "shelves/a", Filter: "x", OrderBy: "y"})
		readViolated(t, err, crud.ReasonInvalidOrderBy, "order_by")
		_, err = s.plain.ListFilms(ctx, &apitest.ListFilmsRequest{PageSize: -1, PageToken: "x", Filter: "x = 1", OrderBy: "y", Skip: -1, ReadMask: bad, Language: "\x00"})
		readViolated(t, err, crud.ReasonInvalidField, "page_size", "skip", "language", "filter", "order_by", "read_mask", "page_token")
		_, err = s.plain.ListMembers(ctx, &apitest.ListMembersRequest{PageSize: -1, PageToken: "x", Filter: "(", OrderBy: ","})
		readViolated(t, err, crud.ReasonInvalidField, "page_size", "org", "filter", "order_by", "page_token")
		_, err = readStreamBooks(ctx, s.named, &apitest.StreamBooksRequest{
			Parent: "shelves/a", PageSize: -1, PageToken: "x", Filter: "x = 1", OrderBy: "y", Skip: -1, ReadMask: bad,
		})
		readViolated(t, err, crud.ReasonInvalidField, "page_size", "skip", "filter", "order_by", "read_mask", "page_token")
		_, err = s.named.GetBook(ctx, &apitest.GetBookRequest{Name: "shelves/a/books/1", ReadMask: readMask("x", "y"), View: 9})
		readViolated(t, err, crud.ReasonInvalidFieldMask, "read_mask", "read_mask", "view")
		_, err = s.plain.GetFilm(ctx, &apitest.GetFilmRequest{Id: 1, ReadMask: bad, View: 9})
		readViolated(t, err, crud.ReasonInvalidFieldMask, "read_mask", "view")
		assert.Empty(t, s.sent.Statements())
	})
}

// TestRead_2_KeyFirst: a key that does not parse is told alone, before the rest is
// looked at.
func TestRead_2_KeyFirst(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		_, err := s.named.GetBook(ctx, &apitest.GetBookRequest{Name: "x", ReadMask: readMask("x"), View: 9})
		readViolated(t, err, crud.ReasonInvalidField, "name")
		_, err = s.plain.GetFilm(ctx, &apitest.GetFilmRequest{ReadMask: readMask("x"), View: 9})
		readViolated(t, err, crud.ReasonRequiredFieldMissing, "id")
		_, err = s.plain.GetFilmByCode(ctx, &apitest.GetFilmByCodeRequest{ReadMask: readMask("x")})
		readViolated(t, err, crud.ReasonRequiredFieldMissing, "code")
		_, err = s.named.ListBooks(ctx, &apitest.ListBooksRequest{PageSize: -1, PageToken: "x", Filter: "("})
		readViolated(t, err, crud.ReasonRequiredFieldMissing, "parent")
		_, err = readStreamBooks(ctx, s.named, &apitest.StreamBooksRequest{Parent: "x", PageSize: -1, PageToken: "x"})
		readViolated(t, err, crud.ReasonInvalidField, "parent")
		assert.Empty(t, s.sent.Statements())
	})
}

// TestRead_2_Precedence: INVALID_ARGUMENT goes before NOT_FOUND.
func TestRead_2_Precedence(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		ctx := t.Context()
		_, err := s.named.GetBook(ctx, &apitest.GetBookRequest{Name: "shelves/none/books/none", ReadMask: readMask("x")})
		readViolated(t, err, crud.ReasonInvalidFieldMask, "read_mask")
		_, err = s.named.ListBooks(ctx, &apitest.ListBooksRequest{Parent: "shelves/none", PageToken: "x"})
		readViolated(t, err, crud.ReasonInvalidPageToken, "page_token")
		_, err = readStreamBooks(ctx, s.named, &apitest.StreamBooksRequest{Parent: "shelves/none", Skip: -1})
		readViolated(t, err, crud.ReasonInvalidField, "skip")
		_, err = s.plain.GetFilm(ctx, &apitest.GetFilmRequest{Id: 1 << 40, View: 9})
		readViolated(t, err, crud.ReasonInvalidField, "view")
	})
}

// TestRead_10_Unimplemented: an RPC without a store has no empty answer.
func TestRead_10_Unimplemented(t *testing.T) {
	t.Parallel()
	named, plain := apitest.CRUDNamedServiceServer{}, apitest.CRUDPlainServiceServer{}
	_, err := named.GetBook(t.Context(), &apitest.GetBookRequest{Name: "shelves/a/books/1"})
	readRefused(t, err, codes.Unimplemented, crud.ReasonUnimplemented)
	_, err = named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a"})
	readRefused(t, err, codes.Unimplemented, crud.ReasonUnimplemented)
	_, err = plain.GetFilmByCode(t.Context(), &apitest.GetFilmByCodeRequest{Code: "x"})
	readRefused(t, err, codes.Unimplemented, crud.ReasonUnimplemented)
}

// TestRead_10_Deadline: a read that waits for a lock ends with its deadline, and gives
// its connection back.
func TestRead_10_Deadline(t *testing.T) {
	t.Parallel()
	pool := crudtest.Postgres(t)
	s := readServe(t, pool)
	s.shelf(t, "a")
	s.book(t, &apitest.Book{Name: "shelves/a/books/1"})
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "LOCK TABLE books IN ACCESS EXCLUSIVE MODE")
	require.NoError(t, err)
	for _, call := range []func(context.Context) error{
		func(ctx context.Context) error {
			_, err := s.named.GetBook(ctx, &apitest.GetBookRequest{Name: "shelves/a/books/1"})
			return err
		},
		func(ctx context.Context) error {
			_, err := s.named.ListBooks(ctx, &apitest.ListBooksRequest{Parent: "shelves/a"})
			return err
		},
		func(ctx context.Context) error {
			_, err := readStreamBooks(ctx, s.named, &apitest.StreamBooksRequest{Parent: "shelves/a"})
			return err
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		err := call(ctx)
		cancel()
		require.Error(t, err)
		assert.Equal(t, codes.DeadlineExceeded.String(), status.Code(err).String(), "%v", err)
	}
	require.NoError(t, tx.Rollback(t.Context()))
	readReturned(t, pool)
	s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a"}, "1")
}
