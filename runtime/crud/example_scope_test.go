package crud_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

type clinic struct{}

// clinicOf returns the tenant of a call. An interceptor has put it into the context.
func clinicOf(ctx context.Context) (string, error) {
	id, ok := ctx.Value(clinic{}).(string)
	if !ok {
		return "", errors.New("nobody is logged in")
	}
	return id, nil
}

// The model says scope: ["tenant_id"], which need not be a field of the message.
func ExampleScopeColumn() {
	north := context.WithValue(context.Background(), clinic{}, "north")
	south := context.WithValue(context.Background(), clinic{}, "south")
	db, err := sqlite.Open(":memory:")
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	fmt.Println(crud.CreateTables(north, db, bookpb.NoteTable))

	notes := bookpb.NewNoteRepository(db, crud.ScopeColumn("tenant_id", clinicOf))
	note, err := notes.Create(north, &bookpb.Note{Title: "Bread"})
	fmt.Println(note.GetTitle(), err)
	found, err := notes.Select(south).Where("true").All(south)
	fmt.Println(len(found), err)
	_, err = notes.GetByTitle(context.Background(), "Bread")
	fmt.Println(err)
	// Output:
	// <nil>
	// Bread <nil>
	// 0 <nil>
	// nobody is logged in
}
