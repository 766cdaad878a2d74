package filter_test

import (
	"errors"
	"fmt"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// library is the schema of a table of books.
var library = filter.NewSchema("books",
	filter.Field{Path: "title", Columns: []string{"title"}, Kind: filter.String, Filterable: true, Orderable: true, Search: true},
	filter.Field{Path: "pages", Columns: []string{"pages"}, Kind: filter.Int32, Filterable: true, Orderable: true},
	filter.Field{Path: "tags", Columns: []string{"tags"}, Kind: filter.String, Repeated: true, Filterable: true},
)

func Example() {
	condition, err := library.Compile(`title = "Moby*" AND (pages > 300 OR tags:whale)`, filter.Postgres)
	fmt.Println(condition.SQL)
	fmt.Println(condition.Args, err)

	order, err := library.Order("pages desc, title")
	fmt.Println(order, err)
	// Output:
	// books.title LIKE ? AND (books.pages > ? OR (books.tags @> ?))
	// [Moby% 300 [whale]] <nil>
	// pages desc, title <nil>
}

func ExampleError() {
	_, err := library.Compile(`whale AND titel = "Moby*"`, filter.Postgres)
	fmt.Println(err)
	var place *filter.Error
	if errors.As(err, &place) {
		fmt.Println(place.Caret())
	}
	// Output:
	// offset 11: unknown field "titel"; did you mean "title"?
	// whale AND titel = "Moby*"
	//           ^
}
