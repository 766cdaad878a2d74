// Program hotpath makes one call of each method of the generated server and writes
// down which code ran for it. It is built with go build -cover -covermode=atomic and
// run as
//
//	hotpath DATABASE_URL DIRECTORY
//
// where the database has the table of books. For each call it makes a directory
// named after it, with coverage data in Go's format. A call is made once before it
// counts, so that what is done once for each shape of a statement is done.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/coverage"

	"github.com/Masterminds/squirrel"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	benchv1 "github.com/protocrud/protoc-gen-go-crud/bench/gen/bench/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: hotpath DATABASE_URL DIRECTORY")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "hotpath:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, url, dir string) error {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	calls, err := newCalls(ctx, pool)
	if err != nil {
		return err
	}
	for _, c := range calls {
		if err := c.record(ctx, filepath.Join(dir, c.name)); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// A call is one request of the server.
type call struct {
	name string
	make func(ctx context.Context) error
}

func (c call) record(ctx context.Context, dir string) error {
	if err := c.make(ctx); err != nil {
		return err
	}
	if err := coverage.ClearCounters(); err != nil {
		return err
	}
	if err := c.make(ctx); err != nil {
		return err
	}
	return errors.Join(os.Mkdir(dir, 0o755), coverage.WriteCountersDir(dir), coverage.WriteMetaDir(dir))
}

// newCalls returns the calls. The last three show that what they do is seen: a query
// put together at run time, an error with text, and protobuf's reflection.
func newCalls(ctx context.Context, pool *pgxpool.Pool) ([]call, error) {
	server := benchv1.NewCRUDBookServiceServer(pool)
	repo := benchv1.NewBookRepository(pool)
	var ids []int64
	for range 5 {
		book, err := server.CreateBook(ctx, &benchv1.CreateBookRequest{Book: &benchv1.Book{Title: "A title"}})
		if err != nil {
			return nil, err
		}
		ids = append(ids, book.GetId())
	}
	kept := ids[0]
	page, err := server.ListBooks(ctx, &benchv1.ListBooksRequest{PageSize: 1})
	if err != nil {
		return nil, err
	}
	return []call{
		{"get", func(ctx context.Context) error {
			_, err := server.GetBook(ctx, &benchv1.GetBookRequest{Id: kept})
			return err
		}},
		{"list", func(ctx context.Context) error {
			_, err := server.ListBooks(ctx, &benchv1.ListBooksRequest{PageSize: 1})
			return err
		}},
		{"list after a token", func(ctx context.Context) error {
			_, err := server.ListBooks(ctx, &benchv1.ListBooksRequest{PageSize: 1, PageToken: page.GetNextPageToken()})
			return err
		}},
		{"create", func(ctx context.Context) error {
			_, err := server.CreateBook(ctx, &benchv1.CreateBookRequest{Book: &benchv1.Book{Title: "Another title"}})
			return err
		}},
		{"update", func(ctx context.Context) error {
			_, err := server.UpdateBook(ctx, &benchv1.UpdateBookRequest{
				Book:       &benchv1.Book{Id: kept, Title: "A new title"},
				UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"title"}},
			})
			return err
		}},
		{"delete", func(ctx context.Context) error {
			id := ids[len(ids)-1]
			ids = ids[:len(ids)-1]
			_, err := server.DeleteBook(ctx, &benchv1.DeleteBookRequest{Id: id})
			return err
		}},
		{"dynamic", func(ctx context.Context) error {
			_, err := repo.List(ctx, crud.Query{PageSize: 1, Where: squirrel.Eq{"books.in_print": false}})
			return err
		}},
		{"missing", func(ctx context.Context) error {
			_, err := server.GetBook(ctx, &benchv1.GetBookRequest{Id: -1})
			if status.Code(err) == codes.NotFound {
				return nil
			}
			return fmt.Errorf("not NOT_FOUND but %w", err)
		}},
		{"clone", func(ctx context.Context) error {
			book, err := server.GetBook(ctx, &benchv1.GetBookRequest{Id: kept})
			if got := proto.CloneOf(book); got.GetId() != kept {
				return fmt.Errorf("got the book %d, not %d: %w", got.GetId(), kept, err)
			}
			return err
		}},
	}, nil
}
