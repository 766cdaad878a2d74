// Command library-server serves the library on 127.0.0.1:8080, or the address given
// as its argument, and removes once an hour what is to be purged. DATABASE_URL names
// the database; the default is a file in the current directory. It stops gracefully on
// SIGINT and SIGTERM.
package main

import (
	"cmp"
	"context"
	"log"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/protocrud/protoc-gen-go-crud/example/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

const purgePeriod = time.Hour

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
	var purger sync.WaitGroup
	purger.Go(func() { purge(ctx, db) })
	defer func() { stop(); purger.Wait() }()
	log.Print("serving on ", listener.Addr())
	return srv.Serve(listener)
}

// purge removes what is to be purged, until ctx ends.
func purge(ctx context.Context, db crud.DB) {
	ticks := time.NewTicker(purgePeriod)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			if n, err := server.Purge(ctx, db); err != nil {
				log.Print("purge: ", err)
			} else if n > 0 {
				log.Print(n, " books purged")
			}
		}
	}
}
