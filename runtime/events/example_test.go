package events_test

import (
	"context"
	"errors"
	"fmt"

	pb "github.com/protocrud/protoc-gen-go-crud/internal/eventtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/events"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// A consumer keeps a search index up to date. What fails is tried again.
func ExampleConsume() {
	ctx, stop := context.WithCancel(context.Background())
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	if err := crud.CreateTables(ctx, db, pb.CounterTable); err != nil {
		panic(err)
	}
	counters := pb.NewCounterRepository(db)
	_, first := counters.Create(ctx, &pb.Counter{Value: 7})
	_, second := counters.Update(ctx, &pb.Counter{Id: 1, Value: 8}, nil)
	_, third := counters.Delete(ctx, 1)
	fmt.Println(errors.Join(first, second, third))

	err = events.Consume(ctx, db, "search", func(_ context.Context, e events.Event) error {
		switch e.Type {
		case crud.EventDeleted:
			fmt.Println(e.Position, "remove", e.Key)
			stop()
		default:
			fmt.Println(e.Position, "put", e.Key, e.New.(*pb.Counter).GetValue())
		}
		return nil
	})
	fmt.Println(err)
	// Output:
	// <nil>
	// 1 put 1 7
	// 2 put 1 8
	// 3 remove 1
	// <nil>
}
