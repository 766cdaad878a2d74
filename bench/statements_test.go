package bench

import (
	"context"
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"text/tabwriter"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	benchv1 "github.com/protocrud/protoc-gen-go-crud/bench/gen/bench/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// An expectation is what one call sends, with and without hooks.
type expectation struct {
	name        string
	call        func(ctx context.Context, c benchv1.BookServiceClient, id int64) error
	plain, hook []string
}

var expectations = []expectation{
	{
		"GetBook", func(ctx context.Context, c benchv1.BookServiceClient, id int64) error {
			return second(c.GetBook(ctx, &benchv1.GetBookRequest{Id: id}))
		},
		[]string{"SELECT"},
		[]string{"SELECT"},
	},
	{
		"ListBooks", func(ctx context.Context, c benchv1.BookServiceClient, _ int64) error {
			return second(c.ListBooks(ctx, &benchv1.ListBooksRequest{PageSize: 1}))
		},
		[]string{"SELECT"},
		[]string{"SELECT"},
	},
	{
		"CreateBook", func(ctx context.Context, c benchv1.BookServiceClient, _ int64) error {
			return second(c.CreateBook(ctx, &benchv1.CreateBookRequest{Book: newBook(1)}))
		},
		[]string{"INSERT"},
		[]string{"BEGIN", "INSERT", "COMMIT"},
	},
	{
		"UpdateBook", func(ctx context.Context, c benchv1.BookServiceClient, id int64) error {
			return second(c.UpdateBook(ctx, &benchv1.UpdateBookRequest{
				Book:       &benchv1.Book{Id: id, Title: "A new title"},
				UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"title"}},
			}))
		},
		[]string{"UPDATE"},
		[]string{"BEGIN", "SELECT FOR UPDATE", "UPDATE", "COMMIT"},
	},
	{
		"DeleteBook", func(ctx context.Context, c benchv1.BookServiceClient, id int64) error {
			return second(c.DeleteBook(ctx, &benchv1.DeleteBookRequest{Id: id}))
		},
		[]string{"DELETE"},
		[]string{"BEGIN", "SELECT FOR UPDATE", "DELETE", "COMMIT"},
	},
}

// TestStatements counts the statements of each call, made by a gRPC client, in the
// log of a PostgreSQL that logs all it is sent.
func TestStatements(t *testing.T) {
	t.Parallel()
	postgres, err := crudtest.Start(t.Context(), crudtest.WithSetting("log_statement", "all"))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, postgres.Stop()) })
	pool := connect(t, postgres.URL())
	createTable(t, pool)

	var hooked atomic.Int32
	count := func(context.Context, *crud.Write[*benchv1.Book]) error {
		hooked.Add(1)
		return nil
	}
	plain := serve(t, pool)
	hook := serve(t, pool, benchv1.BookHooks{AfterCreate: count, AfterUpdate: count, AfterDelete: count})

	var report strings.Builder
	w := tabwriter.NewWriter(&report, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "\ncall\thooks\tstatements\t\n")
	for _, e := range expectations {
		book, err := plain.CreateBook(t.Context(), &benchv1.CreateBookRequest{Book: newBook(0)})
		require.NoError(t, err)
		sent := e.sent(t, postgres, plain, book.GetId())
		assert.Equal(t, e.plain, sent, "%s without hooks", e.name)
		fmt.Fprintf(w, "%s\tnone\t%d\t%s\n", e.name, len(sent), strings.Join(sent, ", "))

		book, err = plain.CreateBook(t.Context(), &benchv1.CreateBookRequest{Book: newBook(0)})
		require.NoError(t, err)
		sent = e.sent(t, postgres, hook, book.GetId())
		assert.Equal(t, e.hook, sent, "%s with a hook", e.name)
		fmt.Fprintf(w, "%s\tone\t%d\t%s\n", e.name, len(sent), strings.Join(sent, ", "))
	}
	require.NoError(t, w.Flush())
	t.Log(report.String())
	assert.EqualValues(t, 3, hooked.Load(), "each hook runs once")
}

// connect returns a pool that sends nothing of its own: no ping of a connection that
// was idle for a while.
func connect(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(url)
	require.NoError(t, err)
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false }
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	return pool
}

// serve starts the generated server and returns a client of it.
func serve(t *testing.T, db crud.DB, opts ...crud.Option) benchv1.BookServiceClient {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer()
	benchv1.RegisterBookServiceServer(server, benchv1.NewCRUDBookServiceServer(db, opts...))
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		assert.NoError(t, <-served)
	})
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close()) })
	return benchv1.NewBookServiceClient(conn)
}

// sent makes the call for a book and returns the statements that PostgreSQL logs for
// it.
func (e expectation) sent(t *testing.T, postgres *crudtest.Server, client benchv1.BookServiceClient, id int64) []string {
	t.Helper()
	before, err := postgres.Log()
	require.NoError(t, err)
	require.NoError(t, e.call(t.Context(), client, id), e.name)
	after, err := postgres.Log()
	require.NoError(t, err)
	return statements(strings.TrimPrefix(after, before))
}

// logged is a statement in the log, of the simple or the extended protocol. Its lines
// but the first begin with a tab.
var logged = regexp.MustCompile(`(?m)LOG:  (?:statement|execute [^:]*): (.*(?:\n\t.*)*)`)

// statements returns the statements of a log in short: their first words, and whether
// they lock rows.
func statements(log string) []string {
	var short []string
	for _, m := range logged.FindAllStringSubmatch(log, -1) {
		words := strings.Fields(strings.ToUpper(m[1]))
		s := words[0]
		if strings.HasSuffix(strings.Join(words, " "), " FOR UPDATE") {
			s += " FOR UPDATE"
		}
		short = append(short, s)
	}
	return short
}
