package crud_test

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

func ExampleError() {
	ctx := context.Background()
	db, films := openFilms(ctx)
	defer db.Close()

	_, err := crud.Create(ctx, apitest.FilmTable, films, &apitest.Film{Code: new("\x00")})
	var e *crud.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code, e.Reason)
		for _, v := range e.Violations {
			fmt.Println(v.Field, v.Description)
		}
	}
	// Output:
	// InvalidArgument REQUIRED_FIELD_MISSING
	// film.title is required
	// film.code must be valid UTF-8 without NUL
}

// shortFilms is a validator of one rule.
type shortFilms struct{}

func (shortFilms) Validate(m proto.Message) error {
	if film, ok := m.(*apitest.Film); ok && film.GetMinutes() > 600 {
		return crud.Invalid(crud.Violation{Field: "minutes", Description: "is more than a night"})
	}
	return nil
}

func ExampleWithValidator() {
	ctx := context.Background()
	db, films := openFilms(ctx, crud.WithValidator(shortFilms{}))
	defer db.Close()

	_, err := films.Create(ctx, &apitest.Film{Title: "Sleep", Minutes: 321})
	fmt.Println(err)
	_, err = films.Create(ctx, &apitest.Film{Title: "Modern Times Forever", Minutes: 14400})
	fmt.Println(err)
	// Output:
	// <nil>
	// InvalidArgument: minutes: is more than a night
}

// A service gives its errors a domain of its own.
func ExampleMapErrors() {
	ctx := context.Background()
	db, _ := openFilms(ctx)
	defer db.Close()

	unary, stream := crud.MapErrors(func(_ context.Context, e *crud.Error) error {
		e.Domain = "films.example.com"
		return e
	})
	srv := grpc.NewServer(grpc.ChainUnaryInterceptor(unary), grpc.ChainStreamInterceptor(stream))
	service := apitest.NewCRUDPlainServiceServer(db)
	apitest.RegisterPlainServiceServer(srv, service)

	// What the server does with a call:
	_, err := unary(ctx, &apitest.GetFilmRequest{Id: 70}, nil, func(ctx context.Context, req any) (any, error) {
		return service.GetFilm(ctx, req.(*apitest.GetFilmRequest))
	})
	var e *crud.Error
	fmt.Println(errors.As(err, &e), e.Domain, e.Reason)
	// Output: true films.example.com RESOURCE_NOT_FOUND
}
