// Package handwritten is the data layer of BookService as one writes it by hand over
// pgx: a static statement per method, rows scanned straight into the message. It is
// the yardstick that the generated repository is held against.
package handwritten

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/types/known/timestamppb"

	benchv1 "github.com/protocrud/protoc-gen-go-crud/bench/gen/bench/v1"
)

// ErrNotFound is a book that does not exist.
var ErrNotFound = errors.New("book not found")

// Books keeps books in the table books. It is safe for concurrent use.
type Books struct {
	pool *pgxpool.Pool
}

// New returns the books of a database.
func New(pool *pgxpool.Pool) *Books { return &Books{pool: pool} }

// Get returns the book with the id. Errors: ErrNotFound.
func (b *Books) Get(ctx context.Context, id int64) (*benchv1.Book, error) {
	book, err := scan(b.pool.QueryRow(ctx, getBook, id))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNotFound
	}
	return book, err
}

// List returns up to size books behind the id after, in the order of their ids. next
// is what to pass as after for the next page, and 0 if there is none.
func (b *Books) List(ctx context.Context, after int64, size int) (books []*benchv1.Book, next int64, err error) {
	rows, err := b.pool.Query(ctx, listBooks, after, size+1)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	books = make([]*benchv1.Book, 0, size+1)
	for rows.Next() {
		book, err := scan(rows)
		if err != nil {
			return nil, 0, err
		}
		books = append(books, book)
	}
	if err := rows.Err(); err != nil {
		return nil, 0, err
	}
	if len(books) > size {
		books = books[:size]
		next = books[size-1].GetId()
	}
	return books, next, nil
}

// ListLonger returns up to size books of more than some pages, in the order of their
// ids.
func (b *Books) ListLonger(ctx context.Context, inPrint bool, pages int32, size int) ([]*benchv1.Book, error) {
	rows, err := b.pool.Query(ctx, listLonger, inPrint, pages, size+1)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	books := make([]*benchv1.Book, 0, size+1)
	for rows.Next() {
		book, err := scan(rows)
		if err != nil {
			return nil, err
		}
		books = append(books, book)
	}
	return books[:min(size, len(books))], rows.Err()
}

// Create stores a book and returns it with its id and times.
func (b *Books) Create(ctx context.Context, book *benchv1.Book) (*benchv1.Book, error) {
	tags := book.GetTags()
	if tags == nil {
		tags = []string{} // nil would be NULL
	}
	return scan(b.pool.QueryRow(ctx, createBook, book.GetAuthor(), book.GetTitle(), book.Isbn, book.GetPages(),
		book.GetPrice(), tags, book.GetInPrint(), now()))
}

// UpdateTitle changes the title of a book and returns the book. Errors: ErrNotFound.
func (b *Books) UpdateTitle(ctx context.Context, id int64, title string) (*benchv1.Book, error) {
	book, err := scan(b.pool.QueryRow(ctx, updateTitle, id, title, now()))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrNotFound
	}
	return book, err
}

// Delete removes the book with the id. Errors: ErrNotFound.
func (b *Books) Delete(ctx context.Context, id int64) error {
	tag, err := b.pool.Exec(ctx, deleteBook, id)
	switch {
	case err != nil:
		return err
	case tag.RowsAffected() == 0:
		return ErrNotFound
	}
	return nil
}

// scan reads the current row into a new message.
func scan(row pgx.Row) (*benchv1.Book, error) {
	book := &benchv1.Book{}
	var created, updated time.Time
	err := row.Scan(&book.Id, &book.Author, &book.Title, &book.Isbn, &book.Pages,
		&book.Price, &book.Tags, &book.InPrint, &created, &updated)
	if err != nil {
		return nil, fmt.Errorf("scan a book: %w", err)
	}
	book.CreateTime = timestamppb.New(created)
	book.UpdateTime = timestamppb.New(updated)
	return book, nil
}

// now is the time as the table keeps it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
