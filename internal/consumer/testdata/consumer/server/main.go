// Command server serves StockService on a free port of the loopback interface and
// prints its address. It ends when its standard input does.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc"
	"google.golang.org/grpc/reflection"

	apiv1 "example.com/consumer/gen/api/v1"
	inventoryv1 "example.com/consumer/gen/inventory/v1"
	stockv1 "example.com/consumer/gen/stock/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

func open(ctx context.Context, url string) (crud.DB, error) {
	if strings.HasPrefix(url, "sqlite:") {
		return sqlite.Open(url)
	}
	return pgxpool.New(ctx, url)
}

func main() {
	ctx := context.Background()
	db, err := open(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	if err := crud.CreateTables(ctx, db, stockv1.BinTable, inventoryv1.ItemTable, inventoryv1.WarehouseTable); err != nil {
		log.Fatal(err)
	}
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	srv := grpc.NewServer()
	apiv1.RegisterStockServiceServer(srv, apiv1.NewCRUDStockServiceServer(db))
	reflection.Register(srv)
	fmt.Println(lis.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		srv.GracefulStop()
	}()
	if err := srv.Serve(lis); err != nil {
		log.Fatal(err)
	}
}
