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

func newCalls(ctx context.Context, pool *pgxpool.Pool) ([]call, error) {
	server := benchv1.NewCRUDBookServiceServer(pool)
	var ids []int64
	for range 5 {
		book, err := server.CreateBook(ctx, &benchv1.CreateBookRequest{Book: &benchv1.Book{Title: "A title"}})
		if err != nil {
			return nil, err
		}
		ids = append(ids, book.GetId())
	}
	page, err := server.ListBooks(ctx, &benchv1.ListBooksRequest{PageSize: 1})
	if err != nil {
		return nil, err
	}
	calls := reads(server, ids[0], page.GetNextPageToken())
	calls = append(calls, writes(server, ids)...)
	return append(calls, controls(pool, ids[0])...), nil
}

func reads(server benchv1.BookServiceServer, id int64, token string) []call {
	return []call{
		{"get", func(ctx context.Context) error {
			_, err := server.GetBook(ctx, &benchv1.GetBookRequest{Id: id})
			return err
		}},
		{"list", func(ctx context.Context) error {
			_, err := server.ListBooks(ctx, &benchv1.ListBooksRequest{PageSize: 1})
			return err
		}},
		{"list after a token", func(ctx context.Context) error {
			_, err := server.ListBooks(ctx, &benchv1.ListBooksRequest{PageSize: 1, PageToken: token})
			return err
		}},
	}
}

// writes change the first book and delete the last ones.
func writes(server benchv1.BookServiceServer, ids []int64) []call {
	return []call{
		{"create", func(ctx context.Context) error {
			_, err := server.CreateBook(ctx, &benchv1.CreateBookRequest{Book: &benchv1.Book{Title: "Another title"}})
			return err
		}},
		{"update", func(ctx context.Context) error {
			_, err := server.UpdateBook(ctx, &benchv1.UpdateBookRequest{
				Book:       &benchv1.Book{Id: ids[0], Title: "A new title"},
				UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"title"}},
			})
			return err
		}},
		{"delete", func(ctx context.Context) error {
			last := len(ids) - 1
			_, err := server.DeleteBook(ctx, &benchv1.DeleteBookRequest{Id: ids[last]})
			ids = ids[:last]
			return err
		}},
	}
}

// controls show that what must not be on the hot path is seen where it is: a query
// put together at run time, an error with text, and protobuf's reflection.
func controls(pool *pgxpool.Pool, id int64) []call {
	repo := benchv1.NewBookRepository(pool)
	return []call{
		{"dynamic", func(ctx context.Context) error {
			_, err := repo.List(ctx, crud.Query{PageSize: 1, Where: squirrel.Eq{"books.in_print": false}})
			return err
		}},
		{"missing", func(ctx context.Context) error {
			_, err := repo.Get(ctx, -1)
			if status.Code(err) == codes.NotFound {
				return nil
			}
			return fmt.Errorf("a missing book is not NOT_FOUND but: %w", err)
		}},
		{"clone", func(ctx context.Context) error {
			book, err := repo.Get(ctx, id)
			if err == nil && proto.CloneOf(book).GetId() != id {
				err = fmt.Errorf("the copy of book %d is another book", id)
			}
			return err
		}},
	}
}
