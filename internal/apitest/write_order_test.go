package apitest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// writeTooLong is one code point more than a title has room for.
var writeTooLong = strings.Repeat("ä", 41)

// TestWrite_2_AllViolationsAtOnce: whatever is wrong with a request is said in one
// answer.
func TestWrite_2_AllViolationsAtOnce(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		m := w.made(t, writeFull)
		w.db.Reset()
		all := func(err error, fields ...string) {
			t.Helper()
			require.Error(t, err)
			for i, f := range fields {
				fields[i] = strings.Replace(w.fields(f), ".", w.field+".", 1)
			}
			st := writeRefused(t, err, codes.InvalidArgument, writeBadRequest(status.Convert(err))[0].GetReason())
			assert.Equal(t, fields, writeViolations(t, st))
		}
		long := "title: '" + writeTooLong + "'"
		nul := `UNIQUE: '\x00' tags: ['a', '\x00']`
		for _, call := range []writeCall{{}, {validateOnly: true}, {requestID: writeID(1)}} {
			_, err := w.create(ctx, w.message(t, "", nul), call)
			all(err, ".title", ".UNIQUE", ".tags")
			_, err = w.create(ctx, w.message(t, "", long+nul), call)
			all(err, ".title", ".UNIQUE", ".tags")
			_, err = w.update(ctx, w.message(t, w.key(m), long+nul), call)
			all(err, ".title", ".UNIQUE", ".tags")
			_, err = w.update(ctx, w.message(t, w.key(m), nul), writeCall{mask: writeMask("*"), validateOnly: call.validateOnly, requestID: call.requestID})
			all(err, ".title", ".UNIQUE", ".tags")
			_, err = w.update(ctx, w.message(t, w.absent, long+nul), writeCall{allowMissing: true, requestID: call.requestID})
			all(err, ".title", ".UNIQUE", ".tags")
		}
		bad := writeCall{requestID: "x"}
		_, err := w.create(ctx, w.message(t, "", long+nul), bad)
		all(err, ".title", ".UNIQUE", ".tags", "request_id")
		_, err = w.create(ctx, w.message(t, "", nul), bad)
		all(err, ".title", ".UNIQUE", ".tags", "request_id")
		_, err = w.update(ctx, w.message(t, w.key(m), long+nul), bad)
		all(err, ".title", ".UNIQUE", ".tags", "request_id")
		bad.mask = w.mask(writeMask("nothing", "title", "UNIQUE"))
		_, err = w.update(ctx, w.message(t, w.key(m), nul), bad)
		all(err, "update_mask", ".title", ".UNIQUE", "request_id")
		assert.Empty(t, w.sent(), "nothing is sent before all is checked")
	})
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		_, err := s.CreateBook(t.Context(), &apitest.CreateBookRequest{
			Parent: "shelves/a", BookId: "X", RequestId: "x", Book: &apitest.Book{Title: writeTooLong, Tags: []string{"\x00"}},
		})
		writeViolated(t, err, crud.ReasonInvalidField, "book_id", "book.title", "book.tags", "request_id")
		_, err = s.CreateMember(t.Context(), &apitest.CreateMemberRequest{Member: &apitest.Member{Org: "\x00", Badge: new("\x00")}})
		writeRefused(t, err, codes.InvalidArgument, crud.ReasonRequiredFieldMissing)
		assert.ElementsMatch(t, []string{"member.org", "member.number", "member.role", "member.badge"}, writeViolations(t, status.Convert(err)))
	})
}

// TestWrite_2_Precedence: what is wrong with a request is said before what is wrong
// with the resource, and a resource that is not there before its etag.
func TestWrite_2_Precedence(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		bad := "NUMBER: 8 etag: 'x' title: '" + writeTooLong + "'"
		m := w.made(t, writeFull)
		for _, key := range []string{w.absent, w.key(m)} {
			_, err := w.update(ctx, w.message(t, key, bad), writeCall{})
			writeViolated(t, err, crud.ReasonInvalidField, w.field+".title")
			_, err = w.update(ctx, w.message(t, key, "etag: 'x'"), writeCall{mask: writeMask("nothing")})
			writeViolated(t, err, crud.ReasonInvalidFieldMask, "update_mask")
			_, err = w.update(ctx, w.message(t, key, "title: 'T' etag: 'x'"), writeCall{requestID: "x"})
			writeViolated(t, err, crud.ReasonInvalidField, "request_id")
			_, err = w.remove(ctx, key, writeCall{etag: "x", requestID: "x"})
			writeViolated(t, err, crud.ReasonInvalidField, "request_id")
		}
		// IMMUTABLE needs the row, and comes before its etag.
		_, err := w.update(ctx, w.message(t, w.absent, "language: 'en'"), writeCall{})
		writeMissing(t, err, crud.ReasonResourceNotFound, w.resource, w.absent)
		_, err = w.update(ctx, w.message(t, w.key(m), "language: 'en' etag: 'x'"), writeCall{})
		writeViolated(t, err, crud.ReasonImmutableField, w.field+".language")
		// A replay comes before the resource.
		call := writeCall{requestID: writeID(1)}
		gone, err := w.remove(ctx, w.key(m), call)
		require.NoError(t, err)
		again, err := w.remove(ctx, w.key(m), call)
		require.NoError(t, err)
		writeSame(t, gone, again)
	})
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		ctx := t.Context()
		book := &apitest.Book{Title: writeTooLong}
		_, err := s.CreateBook(ctx, &apitest.CreateBookRequest{Parent: "x", BookId: "X", Book: book, RequestId: "x"})
		writeViolated(t, err, crud.ReasonInvalidField, "parent")
		_, err = s.CreateBook(ctx, &apitest.CreateBookRequest{Parent: "shelves/none", BookId: "x", Book: book})
		writeViolated(t, err, crud.ReasonInvalidField, "book.title")
		_, err = s.DeleteBook(ctx, &apitest.DeleteBookRequest{Name: "x", RequestId: "x"})
		writeViolated(t, err, crud.ReasonInvalidField, "name")
		book.Name = "x"
		_, err = s.UpdateBook(ctx, &apitest.UpdateBookRequest{Book: book, UpdateMask: writeMask("nothing")})
		writeViolated(t, err, crud.ReasonInvalidField, "book.name")
	})
}
