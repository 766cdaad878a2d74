package server_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// A validator sees what would be stored, by a Create and by an Update alike.
func TestValidator(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		isbn *string
		want codes.Code
	}{
		"none":           {nil, codes.OK},
		"right":          {proto.String("9780140447699"), codes.OK},
		"last digit":     {proto.String("9780140447698"), codes.InvalidArgument},
		"digits swapped": {proto.String("9780140447969"), codes.InvalidArgument},
		"short":          {proto.String("978014044769"), codes.InvalidArgument},
		"letters":        {proto.String("97801404476X9"), codes.InvalidArgument},
		"empty":          {proto.String(""), codes.InvalidArgument},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLibrary(t, crudtest.SQLiteMemory(t))
			edda := l.book(t, "edda")

			_, err := l.CreateBook(t.Context(), &libraryv1.CreateBookRequest{Parent: "shelves/sagas", Book: &libraryv1.Book{Title: "Egil", Isbn: tc.isbn}})
			assert.Equal(t, tc.want, status.Code(err), "create: %v", err)
			edda.Isbn = tc.isbn
			edda.Etag = ""
			if err == nil && tc.isbn != nil {
				edda.Isbn = proto.String("9780460876162") // the other one is taken
			}
			_, err = l.UpdateBook(t.Context(), &libraryv1.UpdateBookRequest{Book: edda, UpdateMask: mask("isbn")})
			assert.Equal(t, tc.want, status.Code(err), "update: %v", err)
			if tc.want != codes.OK {
				requireRefused(t, err, codes.InvalidArgument, crud.ReasonInvalidField)
			}
			stored, err := l.GetBook(t.Context(), &libraryv1.GetBookRequest{Name: edda.GetName()})
			require.NoError(t, err)
			assert.Equal(t, tc.want == codes.OK && tc.isbn != nil, stored.Isbn != nil)
		})
	}
}
