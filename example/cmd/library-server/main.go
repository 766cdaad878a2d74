// Command library-server serves the library on 127.0.0.1:8080, or the address given
// as its argument. DATABASE_URL names the database; the default is a file in the
// current directory. It stops gracefully on SIGINT and SIGTERM.
package main

import (
	"cmp"
	"context"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/protocrud/protoc-gen-go-crud/example/server"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	db, closeDB, err := server.Open(ctx, cmp.Or(os.Getenv("DATABASE_URL"), "sqlite:library.db"))
	if err != nil {
		return err
	}
	defer closeDB()
	listener, err := net.Listen("tcp", cmp.Or(append(os.Args[1:], "127.0.0.1:8080")...))
	if err != nil {
		return err
	}
	srv := server.NewGRPC(db, func(_ context.Context, book string) { log.Print(book, " is back") })
	context.AfterFunc(ctx, srv.GracefulStop)
	log.Print("serving on ", listener.Addr())
	return srv.Serve(listener)
}
