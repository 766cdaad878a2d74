package crud_test

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// The films come in the order of the keys. A missing one is an error.
func ExampleRepository_BatchGet() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	found, err := films.BatchGet(ctx, []int64{4, 2})
	for _, film := range found {
		fmt.Println(film.GetTitle())
	}
	fmt.Println(err)
	_, err = films.BatchGet(ctx, []int64{4, 70})
	fmt.Println(err)
	// Output:
	// Sunrise
	// Metropolis
	// <nil>
	// NotFound: apitest.Film "70" not found
}

// All are stored, or none.
func ExampleRepository_BatchCreate() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	_, err := films.BatchCreate(ctx, []*apitest.Film{
		{Title: "Faust", Code: new("F-1")},
		{Title: "Nosferatu", Code: new("F-1")},
	})
	fmt.Println(err)
	page, err := films.List(ctx, crud.Query{})
	fmt.Println(len(page.Items), err)
	// Output:
	// AlreadyExists: a resource with the same code exists already
	// 4 <nil>
}

// Each change has its own mask and options.
func ExampleRepository_BatchUpdate() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	minutes := &fieldmaskpb.FieldMask{Paths: []string{"minutes"}}
	changed, err := films.BatchUpdate(ctx, []crud.Change[*apitest.Film]{
		{Message: &apitest.Film{Id: 1, Minutes: 111}, Mask: minutes},
		{Message: &apitest.Film{Id: 2, Minutes: 149}, Mask: minutes},
	})
	fmt.Println(len(changed), err)
	// Output: 2 <nil>
}
