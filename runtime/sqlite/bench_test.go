package sqlite_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// item has the ten columns of the benchmarks: a key, texts, numbers, a list and
// two times.
type item struct {
	id, pages                      int64
	title, author, isbn, publisher string
	tags                           string
	price                          float64
	created, updated               time.Time
}

func (i *item) refs() []any {
	return []any{&i.id, &i.title, &i.author, &i.isbn, &i.publisher, &i.pages, &i.price, &i.tags, &i.created, &i.updated}
}

const (
	itemColumns = "id, title, author, isbn, publisher, pages, price, tags, created, updated"
	getItem     = "SELECT " + itemColumns + " FROM items WHERE id = $1"
	listItems   = "SELECT " + itemColumns + " FROM items WHERE id > $1 ORDER BY id LIMIT $2"
	insertItem  = "INSERT INTO items (" + itemColumns + ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING " + itemColumns
)

func openItems(b testing.TB, name string) *sqlite.DB {
	db := openAt(b, name)
	mustExec(b, db, `CREATE TABLE items (id INTEGER PRIMARY KEY, title TEXT NOT NULL, author TEXT NOT NULL,
		isbn TEXT NOT NULL, publisher TEXT NOT NULL, pages INTEGER NOT NULL, price REAL NOT NULL,
		tags TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL) STRICT`)
	at := time.Unix(1700000000, 0)
	require.NoError(b, pgx.BeginFunc(b.Context(), db, func(tx pgx.Tx) error {
		_, err := tx.CopyFrom(b.Context(), pgx.Identifier{"items"},
			[]string{"id", "title", "author", "isbn", "publisher", "pages", "price", "tags", "created", "updated"},
			pgx.CopyFromSlice(10_000, func(i int) ([]any, error) {
				return []any{i + 1, fmt.Sprint("title ", i), "author", fmt.Sprint(i), "publisher", i, 1.5, `["a"]`, at, at}, nil
			}))
		return err
	}))
	return db
}

func get(ctx context.Context, db *sqlite.DB, id int64, refs []any) error {
	return db.QueryRow(ctx, getItem, id).Scan(refs...)
}

func list(ctx context.Context, db *sqlite.DB, after int64, refs []any) (int, error) {
	rows, err := db.Query(ctx, listItems, after, 51)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		if err := rows.Scan(refs...); err != nil {
			return 0, err
		}
		n++
	}
	return n, rows.Err()
}

func benchmarkEngines(b *testing.B, f func(b *testing.B, ctx context.Context, db *sqlite.DB)) {
	for _, name := range []string{"file", "memory"} {
		b.Run(name, func(b *testing.B) {
			path := ":memory:"
			if name == "file" {
				path = b.TempDir() + "/bench.db"
			}
			db := openItems(b, path)
			ctx, cancel := context.WithTimeout(b.Context(), time.Hour)
			defer cancel()
			b.ReportAllocs()
			b.ResetTimer()
			f(b, ctx, db)
		})
	}
}

func BenchmarkGet(b *testing.B) {
	benchmarkEngines(b, func(b *testing.B, ctx context.Context, db *sqlite.DB) {
		var it item
		refs := it.refs()
		for i := range b.N {
			require.NoError(b, get(ctx, db, int64(i%10_000)+1, refs))
		}
	})
}

func BenchmarkList50(b *testing.B) {
	benchmarkEngines(b, func(b *testing.B, ctx context.Context, db *sqlite.DB) {
		var it item
		refs := it.refs()
		for i := range b.N {
			n, err := list(ctx, db, int64(i%9_000), refs)
			require.NoError(b, err)
			require.Equal(b, 51, n)
		}
	})
}

func BenchmarkCreate(b *testing.B) {
	benchmarkEngines(b, func(b *testing.B, ctx context.Context, db *sqlite.DB) {
		var it item
		refs := it.refs()
		at := time.Unix(1700000000, 0)
		for i := range b.N {
			require.NoError(b, db.QueryRow(ctx, insertItem,
				20_000+i, "title", "author", "isbn", "publisher", 5, 1.5, "[]", at, at).Scan(refs...))
		}
	})
}

func BenchmarkParallelReadsBesideAWriter(b *testing.B) {
	benchmarkEngines(b, func(b *testing.B, ctx context.Context, db *sqlite.DB) {
		stop, done := make(chan struct{}), make(chan error)
		go func() {
			var err error
			for err == nil {
				select {
				case <-stop:
					done <- nil
					return
				default:
					_, err = db.Exec(ctx, "UPDATE items SET pages = pages + 1 WHERE id = 7")
				}
			}
			done <- err
		}()
		b.RunParallel(func(pb *testing.PB) {
			var it item
			refs := it.refs()
			for i := int64(0); pb.Next(); i++ {
				if err := get(ctx, db, i%10_000+1, refs); err != nil {
					b.Error(err)
					return
				}
			}
		})
		close(stop)
		require.NoError(b, <-done)
	})
}

// The allocations of a get of ten columns and of a list of 51 rows: each text is
// one. It is not parallel, because others' allocations would be counted.
func TestAllocations(t *testing.T) {
	db := openItems(t, ":memory:")
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	var it item
	refs := it.refs()
	gets := testing.AllocsPerRun(100, func() { require.NoError(t, get(ctx, db, 5, refs)) })
	lists := testing.AllocsPerRun(100, func() {
		_, err := list(ctx, db, 5, refs)
		require.NoError(t, err)
	})
	assert.LessOrEqual(t, gets, 12.0)
	assert.LessOrEqual(t, lists, 270.0)
}
