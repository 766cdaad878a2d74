package crud_test

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// Update writes the fields that the mask names.
func ExampleRepository_Update() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	change := &apitest.Film{Id: 1, Title: "not written", Minutes: 111}
	film, err := films.Update(ctx, change, &fieldmaskpb.FieldMask{Paths: []string{"minutes"}})
	fmt.Println(film.GetTitle(), film.GetMinutes(), err)
	// Output: M 111 <nil>
}

// Who has not seen the latest state of a row does not write it.
func ExampleIfEtag() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	read, err := films.Get(ctx, 1)
	fmt.Println(err)
	_, err = films.Update(ctx, &apitest.Film{Id: 1, Minutes: 111}, nil) // somebody else
	fmt.Println(err)
	_, err = films.Update(ctx, &apitest.Film{Id: 1, Minutes: 105}, nil, crud.IfEtag(read.GetEtag()))
	fmt.Println(err)
	// Output:
	// <nil>
	// <nil>
	// Aborted: the resource has changed since the etag was read
}

func ExampleAllowMissing() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	film, err := films.Update(ctx, &apitest.Film{Id: 9, Title: "Nosferatu"}, nil, crud.AllowMissing(true))
	fmt.Println(film.GetId(), film.GetTitle(), err)
	_, err = films.Delete(ctx, 10, crud.AllowMissing(true))
	fmt.Println(err)
	// Output:
	// 9 Nosferatu <nil>
	// <nil>
}

// The answer is that of the write, and nothing is written.
func ExampleValidateOnly() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	_, err := films.Create(ctx, &apitest.Film{Title: "Faust", SequelOf: new(int64(70))}, crud.ValidateOnly(true))
	fmt.Println(err)
	film, err := films.Create(ctx, &apitest.Film{Title: "Faust"}, crud.ValidateOnly(true))
	fmt.Println(film.GetId(), film.GetTitle(), err)
	// Output:
	// FailedPrecondition: the resource that sequel_of refers to does not exist
	// 0 Faust <nil>
}

// A request that is sent again, because its answer was lost, writes nothing.
func ExampleRequestID() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	req := &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "Faust"}, RequestId: "7d444840-9dc0-41d1-b245-5ffdce74fad2"}
	for range 2 {
		film, err := films.Create(ctx, req.GetFilm(),
			crud.RequestID(apitest.PlainService_CreateFilm_FullMethodName, req.GetRequestId(), req))
		fmt.Println(film.GetId(), film.GetTitle(), err)
	}
	// Output:
	// 5 Faust <nil>
	// 5 Faust <nil>
}

// A model with the field delete_time keeps what is deleted.
func ExampleRepository_Undelete() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	gone, err := films.Delete(ctx, 1)
	fmt.Println(gone.GetDeleteTime() != nil, err)
	_, err = films.Update(ctx, &apitest.Film{Id: 1, Minutes: 111}, nil)
	fmt.Println(err)
	back, err := films.Undelete(ctx, 1)
	fmt.Println(back.GetDeleteTime() != nil, err)
	// Output:
	// true <nil>
	// NotFound: apitest.Film "1" is deleted
	// false <nil>
}
