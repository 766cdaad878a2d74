package client_test

import (
	"context"
	"fmt"
	"log"
	"net"
	"time"

	"google.golang.org/grpc"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// exampleServer serves shelves from memory.
func exampleServer() (addr string, stop func()) {
	db, err := sqlite.Open(":memory:")
	if err != nil {
		log.Fatal(err)
	}
	if err := crud.CreateTables(context.Background(), db, apitest.ShelfTable); err != nil {
		log.Fatal(err)
	}
	srv := grpc.NewServer()
	apitest.RegisterNamedServiceServer(srv, apitest.CRUDNamedServiceServer{Shelves: apitest.NewShelfRepository(db)})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	return l.Addr().String(), func() {
		srv.Stop()
		<-ended
		_ = db.Close()
	}
}

func Example() {
	addr, stop := exampleServer()
	defer stop()
	ctx := context.Background()

	conn, err := client.Dial(client.Config{Addr: addr, Timeout: time.Minute}) // or GRPC_SERVER_ADDR
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	library := apitest.NewNamedServiceClient(conn)

	_, err = library.CreateShelf(ctx, &apitest.CreateShelfRequest{ShelfId: "maps", Shelf: &apitest.Shelf{Theme: "Maps"}})
	fmt.Println(err)
	_, err = library.CreateShelf(ctx, &apitest.CreateShelfRequest{ShelfId: "maps", Shelf: &apitest.Shelf{Theme: "Maps"}})
	fmt.Println(client.IsAlreadyExists(err))
	_, err = library.CreateShelf(ctx, &apitest.CreateShelfRequest{ShelfId: "poems", Shelf: &apitest.Shelf{}})
	for _, v := range client.Violations(err) {
		fmt.Println(v.Field, v.Description)
	}
	// Output:
	// <nil>
	// true
	// shelf.theme is required
}

func ExamplePages() {
	addr, stop := exampleServer()
	defer stop()
	ctx := context.Background()
	conn, err := client.Dial(client.Config{Addr: addr})
	if err != nil {
		log.Fatal(err)
	}
	defer conn.Close()
	library := apitest.NewNamedServiceClient(conn)
	for _, id := range []string{"maps", "poems", "sagas"} {
		if _, err := library.CreateShelf(ctx, &apitest.CreateShelfRequest{ShelfId: id, Shelf: &apitest.Shelf{Theme: id}}); err != nil {
			log.Fatal(err)
		}
	}

	req := &apitest.ListShelvesRequest{PageSize: 2}
	for shelf, err := range client.Pages(ctx, library.ListShelves, req, (*apitest.ListShelvesResponse).GetShelves) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(shelf.GetName())
	}
	// Output:
	// shelves/maps
	// shelves/poems
	// shelves/sagas
}
