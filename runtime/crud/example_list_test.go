package crud_test

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

func ExampleRepository_List() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	page, err := films.List(ctx, crud.Query{
		Filter:  `title = "M*" AND (minutes > 100 OR language = en)`,
		OrderBy: "minutes desc",
	})
	for _, film := range page.Items {
		fmt.Println(film.GetMinutes(), film.GetTitle())
	}
	fmt.Println(err)
	// Output:
	// 153 Metropolis
	// 117 M
	// 87 Modern Times
	// <nil>
}

// A page is asked for with the token of the one before, until there is none.
func ExampleRepository_List_pages() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	query := crud.Query{PageSize: 3, CountTotal: true}
	for more := true; more; more = query.PageToken != "" {
		page, err := films.List(ctx, query)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(page.Items), "of", page.TotalSize)
		query.PageToken = page.NextPageToken
	}
	// Output:
	// 3 of 4
	// 1 of 4
}

// All reads the rows as they are asked for. A break ends the query.
func ExampleRepository_All() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	for film, err := range films.All(ctx, crud.Query{OrderBy: "title desc"}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(film.GetTitle())
		if film.GetTitle() == "Modern Times" {
			break
		}
	}
	// Output:
	// Sunrise
	// Modern Times
}

// What a List request has in fields that are named like the resource's.
func ExampleEqual() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	req := &apitest.ListFilmsRequest{Language: "de"}
	page, err := films.List(ctx, crud.Query{Equal: []crud.Equality{
		crud.Equal("language", req.GetLanguage(), req.GetLanguage() != ""),
		crud.Equal("minutes", req.GetMinutes(), req.Minutes != nil),
	}})
	fmt.Println(len(page.Items), err)
	// Output: 2 <nil>
}

func ExampleReadMask() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	film, err := films.Get(ctx, 2, crud.ReadMask(&fieldmaskpb.FieldMask{Paths: []string{"title"}}))
	fmt.Printf("%q, %d minutes, %v\n", film.GetTitle(), film.GetMinutes(), err)
	// Output: "Metropolis", 0 minutes, <nil>
}
