package crud_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// walk returns the rows of all pages. Only the last page has no token, and each but the
// last is full.
func walk[M proto.Message, K any](ctx context.Context, t testing.TB, s crud.Store[M, K], q crud.Query) (all []M) {
	t.Helper()
	seen := make(map[string]bool)
	for {
		page, err := s.List(ctx, q)
		require.NoError(t, err)
		all = append(all, page.Items...)
		if page.NextPageToken == "" {
			return all
		}
		require.Len(t, page.Items, int(q.PageSize))
		require.False(t, seen[page.NextPageToken], "a token came twice")
		seen[page.NextPageToken] = true
		q.PageToken = page.NextPageToken
	}
}

// pagesAreTheList stores rows, one for each of ids, and holds the pages of every size to
// the whole list.
func pagesAreTheList[M proto.Message, K any](ctx context.Context, t *testing.T, s crud.Store[M, K], q crud.Query, row func(i int, id string) M) {
	t.Helper()
	for i, id := range ids {
		_, err := s.Create(ctx, row(i, id))
		require.NoError(t, err)
	}
	var want []M
	for m, err := range s.All(ctx, q) {
		require.NoError(t, err)
		want = append(want, m)
	}
	require.Len(t, want, len(ids))
	for size := range int32(len(ids) + 1) {
		q.PageSize = size + 1
		got := walk(ctx, t, s, q)
		require.Len(t, got, len(want), "pages of %d", q.PageSize)
		for i := range want {
			sameMessage(t, want[i], got[i], "pages of %d", q.PageSize)
		}
	}
}

// ids are in the order of their bytes.
var ids = []string{"Z", "a", "a-b", "a0", "ab", "z", "ä"}

// TestPagesAreTheList: pages of any size give each row once, in the order of the key,
// whatever the key is, and none of another parent or tenant.
func TestPagesAreTheList(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		require.NoError(t, crud.CreateTables(ctx, db, append(allTables, plainTable, sheetTable, seatingTable)...))
		pagesAreTheList(ctx, t, bookpb.NewShelfRepository(db), crud.Query{}, func(_ int, id string) *bookpb.Shelf {
			return &bookpb.Shelf{Name: "shelves/" + id}
		})
		pagesAreTheList(ctx, t, bookpb.NewUserRepository(db), crud.Query{}, func(_ int, id string) *bookpb.User {
			return &bookpb.User{Username: id, Email: id}
		})
		pagesAreTheList(ctx, t, bookpb.NewMemberRepository(db), crud.Query{}, func(i int, _ string) *bookpb.Member {
			return &bookpb.Member{Org: ids[i%3], UserId: int64(i + 1)}
		})
		pagesAreTheList(ctx, t, bookpb.NewCounterRepository(db), crud.Query{}, func(i int, _ string) *bookpb.Counter {
			return &bookpb.Counter{Id: uint64(i+1) << 61}
		})
		pagesAreTheList(ctx, t, crud.NewRepository(db, plainTable), crud.Query{}, func(i int, _ string) *bookpb.Counter {
			return &bookpb.Counter{Plain: uint32(i+1) << 29}
		})
		for shelf := range 2 {
			parent := "shelves/" + ids[shelf]
			pagesAreTheList(ctx, t, bookpb.NewBookRepository(db), crud.Query{Parent: parent}, func(_ int, id string) *bookpb.Book {
				return book(parent+"/books/"+id, "X")
			})
			volume := int32(shelf - 1)
			pagesAreTheList(ctx, t, crud.NewRepository(db, sheetTable), crud.Query{Parent: fmt.Sprintf("volumes/%d", volume)}, func(int, string) *bookpb.Book {
				return &bookpb.Book{Pages: volume}
			})
			ctx := withTenant(ctx, ids[shelf])
			pagesAreTheList(ctx, t, bookpb.NewNoteRepository(db, byTenant), crud.Query{}, func(_ int, id string) *bookpb.Note {
				return &bookpb.Note{Title: id}
			})
			pagesAreTheList(ctx, t, bookpb.NewTicketRepository(db, byTenant), crud.Query{}, func(int, string) *bookpb.Ticket {
				return &bookpb.Ticket{}
			})
			pagesAreTheList(ctx, t, crud.NewRepository(db, seatingTable, byTenant), crud.Query{}, func(i int, _ string) *bookpb.Ticket {
				return &bookpb.Ticket{Id: int64(i - 10)}
			})
		}
	})
}

// pagedBooks makes three books on the shelf a and two on the shelf b, and returns a
// token of the first page of a.
func pagedBooks(t testing.TB, db crud.DB, s bookpb.BookStore) string {
	t.Helper()
	createTables(t, db)
	for _, name := range []string{"a/books/x", "a/books/y", "a/books/z", "b/books/x", "b/books/y"} {
		createBook(t, s, "shelves/"+name, "X")
	}
	return firstToken(t.Context(), t, s, booksQuery)
}

var booksQuery = crud.Query{Method: "/test.Library/ListBooks", Parent: "shelves/a", PageSize: 1}

func firstToken[M proto.Message, K any](ctx context.Context, t testing.TB, s crud.Store[M, K], q crud.Query) string {
	t.Helper()
	page, err := s.List(ctx, q)
	require.NoError(t, err)
	require.NotEmpty(t, page.NextPageToken)
	return page.NextPageToken
}

// refusedToken demands that a list does not take a token.
func refusedToken[M proto.Message, K any](ctx context.Context, t testing.TB, s crud.Store[M, K], q crud.Query, token string) {
	t.Helper()
	q.PageToken = token
	page, err := s.List(ctx, q)
	assert.Nil(t, page)
	violated(t, err, crud.ReasonInvalidPageToken, "page_token")
}

// TestForgedTokens: a token that was changed in any bit, or spelt in another way, is
// refused before anything is sent.
func TestForgedTokens(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		rec := crudtest.NewRecorder(db)
		books := bookpb.NewBookRepository(rec)
		token := pagedBooks(t, db, books)
		rec.Reset()
		refuse := func(token string) {
			t.Helper()
			refusedToken(t.Context(), t, books, booksQuery, token)
		}
		raw, err := base64.RawURLEncoding.DecodeString(token)
		require.NoError(t, err)
		for bit := range len(raw) * 8 {
			forged := slices.Clone(raw)
			forged[bit/8] ^= 1 << (bit % 8)
			refuse(base64.RawURLEncoding.EncodeToString(forged))
		}
		for n := 1; n < len(raw); n++ {
			refuse(base64.RawURLEncoding.EncodeToString(raw[:n]))
		}
		refuse(base64.RawURLEncoding.EncodeToString(append(slices.Clone(raw), 0)))
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		for _, c := range alphabet { // the last one may hold bits that count for nothing
			if last := len(token) - 1; string(c) != token[last:] {
				refuse(token[:last] + string(c))
			}
		}
		for _, spelling := range []string{
			token + "=", token + "==", token + "\n", "\n" + token, "\r\n" + token, token[:5] + "\n" + token[5:], " " + token, token + " ", token + token,
			token + ",", token + "A", strings.ToUpper(token) + "a", "%" + token, "x", "-", "=", "\x00", "ä", "💥", strings.Repeat("A", 1<<20),
		} {
			refuse(spelling)
		}
		assert.Empty(t, rec.Statements())
	})
}

// TestOtherAlphabet: the characters of the other base64 are none of a token.
func TestOtherAlphabet(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLite(t)
	books := bookpb.NewBookRepository(db)
	token := pagedBooks(t, db, books)
	for !strings.ContainsAny(token, "-_") { // each one has another nonce
		token = firstToken(t.Context(), t, books, booksQuery)
	}
	refusedToken(t.Context(), t, books, booksQuery, strings.NewReplacer("-", "+", "_", "/").Replace(token))
}

// TestStreamsTakeNoToken: a stream has no pages.
func TestStreamsTakeNoToken(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLite(t)
	books := bookpb.NewBookRepository(db)
	q := booksQuery
	q.PageToken = pagedBooks(t, db, books)
	calls := 0
	for m, err := range books.All(t.Context(), q) {
		calls++
		assert.Nil(t, m)
		violated(t, err, crud.ReasonInvalidPageToken, "page_token")
	}
	assert.Equal(t, 1, calls)
}

// TestWalkAmongWrites: rows that come and go during a walk neither hide nor double one
// that stays.
func TestWalkAmongWrites(t *testing.T) {
	t.Parallel()
	const staying, walks = 40, 5
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		var want []string
		for i := range staying {
			want = append(want, createBook(t, books, fmt.Sprintf("shelves/a/books/n%02d", i), "stays").GetName())
		}
		done := make(chan struct{})
		var churn sync.WaitGroup
		churn.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				key := bookpb.BookKey{ShelfId: "a", BookId: fmt.Sprintf("n%02d-%d", i%staying, i)}
				_, err := books.Create(ctx, book(key.String(), "goes"))
				assert.NoError(t, err)
				if i%3 > 0 {
					_, err = books.Delete(ctx, key)
					assert.NoError(t, err)
				}
			}
		})
		for range walks {
			var got []string
			for _, m := range walk(ctx, t, books, crud.Query{Parent: "shelves/a", PageSize: 3}) {
				if m.GetTitle() == "stays" {
					got = append(got, m.GetName())
				}
			}
			assert.Equal(t, want, got)
		}
		close(done)
		churn.Wait()
	})
}

// TestTheRowOfATokenIsGone: a page begins behind the place of a row, not at the row.
func TestTheRowOfATokenIsGone(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		q := booksQuery
		q.PageToken = pagedBooks(t, db, books)
		for _, id := range []string{"x", "y"} {
			_, err := books.Delete(ctx, bookpb.BookKey{ShelfId: "a", BookId: id})
			require.NoError(t, err)
		}
		page, err := books.List(ctx, q)
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		assert.Equal(t, "shelves/a/books/z", page.Items[0].GetName())
		assert.Empty(t, page.NextPageToken)
		_, err = books.Delete(ctx, bookpb.BookKey{ShelfId: "a", BookId: "z"})
		require.NoError(t, err)
		page, err = books.List(ctx, q)
		require.NoError(t, err)
		assert.Empty(t, page.Items)
		assert.Empty(t, page.NextPageToken)
	})
}

// issued is a token of booksQuery behind the book x, sealed with tokenKey(1).
const issued = "cvccem7AIh_yYKUyeqgtI-zDYSo4Qe0EJdxltyhdFpI"

// TestTokensOutliveADeployment: clients keep tokens while servers are replaced. When this
// fails, all of theirs are refused once.
func TestTokensOutliveADeployment(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		books := bookpb.NewBookRepository(db, crud.WithPageTokenKeys(tokenKey(1)))
		fresh := pagedBooks(t, db, books)
		q := booksQuery
		q.PageToken = issued
		page, err := books.List(t.Context(), q)
		require.NoError(t, err, "a token of today: %s", fresh)
		require.Len(t, page.Items, 1)
		assert.Equal(t, "shelves/a/books/y", page.Items[0].GetName())
	})
}

func FuzzPageToken(f *testing.F) {
	db := crudtest.SQLiteMemory(f)
	books := bookpb.NewBookRepository(db, crud.WithPageTokenKeys(tokenKey(1), tokenKey(2)))
	pagedBooks(f, db, books)
	for _, seed := range []string{
		"", "A", "AA", issued, issued[1:], issued + "A", issued + "=", issued + "\n", strings.Repeat("_", 60), "ä", "\xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if token != "" && token != issued {
			refusedToken(t.Context(), t, books, booksQuery, token)
			return
		}
		q := booksQuery
		q.PageToken = token
		page, err := books.List(t.Context(), q)
		require.NoError(t, err)
		assert.Len(t, page.Items, 1)
	})
}
