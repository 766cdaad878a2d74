package crud_test

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// orderable compares two books by each field that a list can be ordered by, as an
// ascending order has them.
var orderable = map[string]func(a, b *bookpb.Book) int{
	"name":         func(a, b *bookpb.Book) int { return strings.Compare(a.GetName(), b.GetName()) },
	"title":        func(a, b *bookpb.Book) int { return strings.Compare(a.GetTitle(), b.GetTitle()) },
	"isbn":         func(a, b *bookpb.Book) int { return nullLast(a.Isbn, b.Isbn) },
	"owner_id":     func(a, b *bookpb.Book) int { return nullLast(a.OwnerId, b.OwnerId) },
	"genre":        func(a, b *bookpb.Book) int { return cmp.Compare(a.GetGenre(), b.GetGenre()) },
	"pages":        func(a, b *bookpb.Book) int { return cmp.Compare(a.GetPages(), b.GetPages()) },
	"price":        func(a, b *bookpb.Book) int { return nanLast(a.GetPrice(), b.GetPrice()) },
	"publish_time": func(a, b *bookpb.Book) int { return nullLast(micros(a), micros(b)) },
}

func nullLast[V cmp.Ordered](a, b *V) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return cmp.Compare(*a, *b)
}

// nanLast has NaN behind all numbers, as PostgreSQL does.
func nanLast(a, b float64) int {
	switch x, y := math.IsNaN(a), math.IsNaN(b); {
	case x && y:
		return 0
	case x:
		return 1
	case y:
		return -1
	}
	return cmp.Compare(a, b)
}

func micros(b *bookpb.Book) *int64 {
	if b.PublishTime == nil {
		return nil
	}
	n := b.PublishTime.AsTime().UnixMicro()
	return &n
}

// A term is a field of an order and its direction.
type term struct {
	field string
	desc  bool
}

// orderText is the order_by of terms, byTerms the same order of messages, the key
// last.
func orderText(terms []term) string {
	texts := make([]string, len(terms))
	for i, t := range terms {
		texts[i] = t.field
		if t.desc {
			texts[i] += " desc"
		}
	}
	return strings.Join(texts, ", ")
}

func byTerms(terms []term) func(a, b *bookpb.Book) int {
	return func(a, b *bookpb.Book) int {
		for _, t := range terms {
			c := orderable[t.field](a, b)
			if t.desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return strings.Compare(a.GetName(), b.GetName())
	}
}

// orders are every field and every pair of fields, in all directions.
func orders() [][]term {
	fields := slices.Sorted(maps.Keys(orderable))
	var all [][]term
	for _, a := range fields {
		for _, desc := range []bool{false, true} {
			all = append(all, []term{{a, desc}})
			for _, b := range fields {
				if a != b {
					all = append(all, []term{{a, desc}, {b, false}}, []term{{a, desc}, {b, true}})
				}
			}
		}
	}
	return all
}

// randomBook has few values, so that rows tie, and many NULLs.
func randomBook(r *rand.Rand, n int, nan bool) *bookpb.Book {
	b := &bookpb.Book{
		Name:  fmt.Sprintf("shelves/a/books/b%03d", n),
		Title: []string{"", "B", "a", "ä", "z"}[r.IntN(5)],
		Genre: bookpb.Genre(r.IntN(3)),
		Pages: int32(r.IntN(3)) - 1,
		Price: []float64{-1, 0, 1.5, math.Inf(1), math.Inf(-1)}[r.IntN(5)],
	}
	if nan && r.IntN(4) == 0 {
		b.Price = math.NaN()
	}
	if r.IntN(2) == 0 {
		b.Isbn = proto.String(fmt.Sprint("isbn", n))
	}
	if r.IntN(2) == 0 {
		b.OwnerId = proto.Int64(int64(1 + r.IntN(2)))
	}
	if r.IntN(2) == 0 {
		b.PublishTime = timestamppb.New(time.Unix(int64(r.IntN(2)), int64(r.IntN(2))*1000))
	}
	return b
}

// TestEveryOrderIsWalked (8.2): a walk over pages of any size sees every row once and
// in order, whatever the order is.
func TestEveryOrderIsWalked(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		r := rand.New(rand.NewPCG(1, 2))
		books := bookpb.NewBookRepository(db)
		var all []*bookpb.Book
		for n := range 24 {
			b, err := books.Create(t.Context(), randomBook(r, n, !isSQLite(db)))
			require.NoError(t, err)
			all = append(all, b)
		}
		for _, terms := range orders() {
			q := crud.Query{Parent: "shelves/a", OrderBy: orderText(terms)}
			want := names(slices.SortedFunc(slices.Values(all), byTerms(terms)))
			for m, err := range books.All(t.Context(), q) {
				require.NoError(t, err, q.OrderBy)
				require.Equal(t, want[0], m.GetName(), q.OrderBy)
				want = want[1:]
			}
			assert.Empty(t, want, q.OrderBy)
			q.PageSize = int32(1 + r.IntN(7))
			want = names(slices.SortedFunc(slices.Values(all), byTerms(terms)))
			assert.Equal(t, want, names(walkBooks(t, books, q, nil)), "%s in pages of %d", q.OrderBy, q.PageSize)
		}
	})
}

// TestWalksAmongWrites (8.2): rows that come and go during a walk take none of the
// others from it.
func TestWalksAmongWrites(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		r := rand.New(rand.NewPCG(3, 4))
		books := bookpb.NewBookRepository(db)
		var stay []*bookpb.Book
		for n := range 16 {
			b, err := books.Create(t.Context(), randomBook(r, n, !isSQLite(db)))
			require.NoError(t, err)
			stay = append(stay, b)
		}
		next := len(stay)
		var come []*bookpb.Book
		write := func() {
			b, err := books.Create(t.Context(), randomBook(r, next, !isSQLite(db)))
			require.NoError(t, err)
			next++
			if come = append(come, b); len(come) > 6 {
				_, err := books.Delete(t.Context(), bookKey(t, come[0]))
				require.NoError(t, err)
				come = come[1:]
			}
		}
		for _, terms := range orders() {
			if r.IntN(3) > 0 {
				continue
			}
			q := crud.Query{Parent: "shelves/a", OrderBy: orderText(terms), PageSize: int32(1 + r.IntN(7))}
			got := slices.DeleteFunc(names(walkBooks(t, books, q, write)), func(name string) bool {
				return !slices.ContainsFunc(stay, func(b *bookpb.Book) bool { return b.GetName() == name })
			})
			assert.Equal(t, names(slices.SortedFunc(slices.Values(stay), byTerms(terms))), got, "%s in pages of %d", q.OrderBy, q.PageSize)
		}
	})
}

// walkBooks reads all pages and calls between after each.
func walkBooks(t *testing.T, s bookpb.BookStore, q crud.Query, between func()) (all []*bookpb.Book) {
	t.Helper()
	for {
		page, err := s.List(t.Context(), q)
		require.NoError(t, err, "%+v", q)
		all = append(all, page.Items...)
		if page.NextPageToken == "" {
			return all
		}
		require.Len(t, page.Items, int(q.PageSize))
		q.PageToken = page.NextPageToken
		if between != nil {
			between()
		}
	}
}

func names(books []*bookpb.Book) []string {
	all := make([]string, len(books))
	for i, b := range books {
		all[i] = b.GetName()
	}
	return all
}

func isSQLite(db crud.DB) bool {
	d, ok := db.(interface{ Dialect() crud.Dialect })
	return ok && d.Dialect() == crud.SQLite
}
