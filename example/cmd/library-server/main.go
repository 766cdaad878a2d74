// Command library-server serves the library on 127.0.0.1:8080, over HTTP on
// 127.0.0.1:8081, and removes once an hour what is to be purged. DATABASE_URL names the
// database; the default is a file in the current directory. TOKEN_SECRET signs the tokens
// of callers; the default is one that nobody knows. CORS_ORIGINS are the sites whose pages
// may call, with commas between them. METRICS_ADDR is where Prometheus may ask. The rest is
// said by -help and by GRPC_SERVER_ variables; -list-methods prints what is served. It
// stops gracefully on SIGINT and SIGTERM.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"log"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/protocrud/protoc-gen-go-crud/example/server"
	crudserver "github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

func main() {
	if err := run(context.Background()); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	cfg := crudserver.Config{Addr: "127.0.0.1:8080", HTTP: crudserver.HTTP{Addr: "127.0.0.1:8081"}, Reflection: true}
	if err := cfg.FromEnv(); err != nil {
		return err
	}
	cfg.Flags(flag.CommandLine)
	flag.Parse()
	db, closeDB, err := server.Open(ctx, cmp.Or(os.Getenv("DATABASE_URL"), "sqlite:library.db"))
	if err != nil {
		return err
	}
	secret := []byte(cmp.Or(os.Getenv("TOKEN_SECRET"), rand.Text()))
	cfg, err = server.Configure(cfg, db, secret, func(ctx context.Context, book string) {
		slog.InfoContext(ctx, "a book is back", "book", book)
	})
	if err != nil {
		return err
	}
	cfg = server.Web(cfg, strings.Fields(strings.ReplaceAll(os.Getenv("CORS_ORIGINS"), ",", " "))...)
	cfg = server.Observe(cfg, prometheus.DefaultRegisterer)
	endPurges := server.StartPurges(ctx, db, time.Hour)
	cfg.OnShutdown = append(cfg.OnShutdown, func(context.Context) error {
		endPurges()
		closeDB() // with a time limit, since a call that hangs may have a connection
		return nil
	})
	if addr := os.Getenv("METRICS_ADDR"); addr != "" {
		metrics := &http.Server{Addr: addr, Handler: promhttp.Handler(), ReadHeaderTimeout: time.Second}
		go func() {
			if err := metrics.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
				slog.Error("metrics", "error", err)
			}
		}()
		cfg.OnShutdown = append(cfg.OnShutdown, metrics.Shutdown)
	}
	return crudserver.Run(ctx, cfg)
}
