package crud_test

import (
	"context"
	"fmt"
	"log"

	"google.golang.org/grpc"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// A server over a database: what a main function does.
func Example() {
	ctx := context.Background()
	db, err := sqlite.Open(":memory:") // or pgxpool.New(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if err := crud.CreateTables(ctx, db, apitest.PlainServiceInfo.Tables()...); err != nil {
		log.Print(err)
		return
	}
	service := apitest.NewCRUDPlainServiceServer(db)
	srv := grpc.NewServer()
	apitest.RegisterPlainServiceServer(srv, service)

	// Its methods can be called without a network, too.
	film, err := service.CreateFilm(ctx, &apitest.CreateFilmRequest{Film: &apitest.Film{Title: "M", Minutes: 117}})
	fmt.Println(film.GetId(), film.GetTitle(), err)
	_, err = service.GetFilm(ctx, &apitest.GetFilmRequest{Id: 7})
	fmt.Println(err)
	// Output:
	// 1 M <nil>
	// NotFound: apitest.Film "7" not found
}

// openFilms returns a repository of four films.
func openFilms(ctx context.Context, opts ...crud.Option) (*sqlite.DB, apitest.FilmRepository) {
	db, err := sqlite.Open(":memory:")
	if err != nil {
		log.Panic(err)
	}
	if err := crud.CreateTables(ctx, db, apitest.PlainServiceInfo.Tables()...); err != nil {
		log.Panic(err)
	}
	films := apitest.NewFilmRepository(db, opts...)
	_, err = films.BatchCreate(ctx, []*apitest.Film{
		{Title: "M", Minutes: 117, Language: "de", Tags: []string{"crime"}},
		{Title: "Metropolis", Minutes: 153, Language: "de", Tags: []string{"future"}},
		{Title: "Modern Times", Minutes: 87, Language: "en"},
		{Title: "Sunrise", Minutes: 94, Language: "en"},
	})
	if err != nil {
		log.Panic(err)
	}
	return db, films
}
