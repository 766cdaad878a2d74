package crud_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/protocrud/protoc-gen-go-crud/internal/eventtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// A watch begins with a bookmark: what is listed behind it and what the watch tells leave
// no gap.
func ExampleRepository_Watch() {
	ctx := context.Background()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	if err := crud.CreateTables(ctx, db, eventtest.CounterTable); err != nil {
		panic(err)
	}
	counters := eventtest.NewCounterRepository(db)

	enough := errors.New("enough")
	query := crud.WatchQuery{Filter: "value > 10", Bookmarks: true}
	err = counters.Watch(ctx, query, func(e crud.Event[*eventtest.Counter]) error {
		switch e.Type {
		case crud.EventBookmark:
			fmt.Println("begun, with a token:", e.ResumeToken != "")
			for _, value := range []int64{5, 50} {
				if _, err := counters.Create(ctx, &eventtest.Counter{Value: value}); err != nil {
					return err
				}
			}
			return nil
		default:
			fmt.Println(e.Type, e.Resource.GetValue())
			return enough
		}
	})
	fmt.Println(errors.Is(err, enough))
	// Output:
	// begun, with a token: true
	// created 50
	// true
}
