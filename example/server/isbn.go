package server

import (
	"google.golang.org/protobuf/proto"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// isbnValidator refuses books whose number was mistyped: the last digit of an ISBN-13
// follows from the others. A book without a number is fine.
type isbnValidator struct{}

// Validate returns INVALID_ARGUMENT for a number that is none.
func (isbnValidator) Validate(m proto.Message) error {
	book, ok := m.(*libraryv1.Book)
	if !ok || book.Isbn == nil || isISBN(book.GetIsbn()) {
		return nil
	}
	return crud.Invalid(crud.Violation{Field: "isbn", Description: "must be 13 digits of which the last checks the others"})
}

func isISBN(text string) bool {
	if len(text) != 13 {
		return false
	}
	sum := 0
	for i, r := range []byte(text) {
		if r < '0' || '9' < r {
			return false
		}
		weight := 1 + 2*(i%2)
		sum += weight * int(r-'0')
	}
	return sum%10 == 0
}
