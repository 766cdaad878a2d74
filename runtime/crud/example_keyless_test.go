package crud_test

import (
	"context"
	"fmt"

	"google.golang.org/grpc/status"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// Rows that nothing tells apart can be created and listed: pages have each as often as
// the table has it.
func ExampleNoKey() {
	ctx := context.Background()
	db, err := sqlite.Open(":memory:")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()
	if err := crud.CreateTables(ctx, db, bookpb.VisitTable); err != nil {
		fmt.Println(err)
		return
	}
	visits := bookpb.NewVisitRepository(db)
	for _, place := range []string{"museum", "library", "museum", "museum"} {
		if _, err := visits.Create(ctx, &bookpb.Visit{Place: place}); err != nil {
			fmt.Println(err)
			return
		}
	}
	query := crud.Query{PageSize: 2}
	for more := true; more; more = query.PageToken != "" {
		page, err := visits.List(ctx, query)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(crud.Each(page.Items, (*bookpb.Visit).GetPlace))
		query.PageToken = page.NextPageToken
	}
	_, err = visits.Delete(ctx, crud.NoKey{})
	fmt.Println(status.Code(err))
	// Output:
	// [library museum]
	// [museum museum]
	// Unimplemented
}
