// Command demo serves the library on a free port of the loopback interface, calls
// every method of it through a real gRPC connection, prints what is asked and what
// is answered, and checks the answers. It exits with 1 when one is not as expected.
//
// The database is a SQLite file that is removed at the end, or, with
// DATABASE_URL=postgres://…, a schema of its own in that database, which is dropped.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"google.golang.org/grpc"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/example/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/client"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	crudserver "github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run() (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	db, name, remove, err := openDatabase(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	p := &printer{out: os.Stdout, called: map[string]int{}}
	secret := []byte(rand.Text())
	address, end, err := serve(ctx, db, secret, p.announce)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	p.printf("The library listens on %s and keeps its data in %s.\n", address, name)

	token, err := server.NewToken(secret, "ann", "librarian", time.Hour)
	if err != nil {
		return err
	}
	conn, err := client.Dial(client.Config{
		Addr: address, Credentials: token,
		DialOptions: []grpc.DialOption{grpc.WithChainUnaryInterceptor(p.intercept), grpc.WithChainStreamInterceptor(p.interceptStream)},
	})
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := tell(ctx, libraryv1.NewLibraryServiceClient(conn), p); err != nil {
		return err
	}
	return p.sum(libraryv1.LibraryServiceInfo)
}

// serve starts the server and returns its address. end stops it, and returns its error.
func serve(ctx context.Context, db crud.DB, secret []byte, announce func(context.Context, string)) (address string, end func() error, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	cfg := crudserver.Config{Listeners: []net.Listener{listener}, Logger: slog.New(slog.DiscardHandler)}
	if cfg, err = server.Configure(cfg, db, secret, announce); err != nil {
		return "", nil, errors.Join(err, listener.Close())
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- crudserver.Run(ctx, cfg) }()
	end = func() error {
		stop()
		return <-ended
	}
	return listener.Addr().String(), end, nil
}
