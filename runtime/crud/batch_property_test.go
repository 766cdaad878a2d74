package crud_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestBatchesAreTheirElements: a batch does what the same single calls do in one
// transaction, on a second database.
func TestBatchesAreTheirElements(t *testing.T) {
	t.Parallel()
	for engine, open := range map[string]func(testing.TB) crud.DB{
		"postgres": func(t testing.TB) crud.DB { return crudtest.Postgres(t) },
		"sqlite":   func(t testing.TB) crud.DB { return crudtest.SQLiteMemory(t) },
	} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			p := newPair(t, open(t), open(t))
			rapid.Check(t, func(rt *rapid.T) {
				for _, books := range []bookpb.BookRepository{p.batches, p.singles} {
					_, err := books.DeleteWhere(ctx).Where("true").Exec(ctx)
					require.NoError(rt, err)
				}
				for range rapid.IntRange(1, 6).Draw(rt, "calls") {
					p.call(ctx, rt)
					p.agree(ctx, rt)
				}
			})
		})
	}
}

// A pair is two databases: one for batches, one for the same calls one by one.
type pair struct {
	batches, singles bookpb.BookRepository
	db               crud.DB // of singles
}

func newPair(t testing.TB, a, b crud.DB) *pair {
	t.Helper()
	createTables(t, a)
	createTables(t, b)
	still := crud.WithClock((&clock{time.Unix(1_700_000_000, 0)}).Now) // so that the times agree
	return &pair{bookpb.NewBookRepository(a, still), bookpb.NewBookRepository(b, still), b}
}

// inTurn makes calls of one element each, in one transaction.
func inTurn[E any](ctx context.Context, p *pair, elements []E, call func(bookpb.BookRepository, E) (*bookpb.Book, error)) (all []*bookpb.Book, err error) {
	err = crud.InTx(ctx, p.db, func(tx *crud.Tx) error {
		all = nil
		for _, e := range elements {
			m, err := call(p.singles.WithTx(tx), e)
			if err != nil {
				return err
			}
			all = append(all, m)
		}
		return nil
	})
	return all, err
}

var (
	someIDs     = rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"})
	someTitles  = rapid.StringN(0, 40, -1)
	someMasks   = rapid.SliceOfDistinct(rapid.SampledFrom([]string{"title", "isbn", "pages", "tags", "name"}), rapid.ID[string])
	someIsbns   = rapid.Ptr(rapid.SampledFrom([]string{"1", "2", "3"}), true)
	someStrings = rapid.SliceOfN(rapid.StringMatching(`[a-z"\\,{}]{0,4}`), 0, 3)
)

func drawBook(rt *rapid.T) *bookpb.Book {
	m := book("shelves/a/books/"+someIDs.Draw(rt, "id"), someTitles.Filter(func(s string) bool { return !slices.Contains([]byte(s), 0) }).Draw(rt, "title"))
	m.Isbn, m.Pages = someIsbns.Draw(rt, "isbn"), rapid.Int32().Draw(rt, "pages")
	if tags := someStrings.Draw(rt, "tags"); len(tags) > 0 {
		m.Tags = tags
	}
	return m
}

// call makes one batch call and the same calls one by one.
func (p *pair) call(ctx context.Context, rt *rapid.T) {
	books := rapid.SliceOfN(rapid.Custom(drawBook), 1, 5).Draw(rt, "books")
	keys := make([]bookpb.BookKey, len(books))
	for i, m := range books {
		keys[i], _ = bookpb.ParseBookKey(m.GetName())
	}
	var got, want []*bookpb.Book
	var err, singleErr error
	switch rapid.SampledFrom([]string{"create", "create", "update", "get", "delete"}).Draw(rt, "method") {
	case "create":
		got, err = p.batches.BatchCreate(ctx, books)
		want, singleErr = inTurn(ctx, p, books, func(s bookpb.BookRepository, m *bookpb.Book) (*bookpb.Book, error) { return s.Create(ctx, m) })
	case "update":
		changes := make([]change, len(books))
		for i, m := range books {
			changes[i] = change{Message: m, Mask: mask(someMasks.Draw(rt, "mask")...)}
		}
		got, err = p.batches.BatchUpdate(ctx, changes)
		if singleErr = p.refusal(ctx, keys); singleErr == nil {
			want, singleErr = inTurn(ctx, p, changes, func(s bookpb.BookRepository, c change) (*bookpb.Book, error) {
				return s.Update(ctx, c.Message, c.Mask)
			})
		}
	case "get":
		got, err = p.batches.BatchGet(ctx, keys)
		want, singleErr = inTurn(ctx, p, keys, func(s bookpb.BookRepository, k bookpb.BookKey) (*bookpb.Book, error) { return s.Get(ctx, k) })
	case "delete":
		got, err = p.batches.BatchDelete(ctx, keys)
		_, singleErr = inTurn(ctx, p, unique(keys), func(s bookpb.BookRepository, k bookpb.BookKey) (*bookpb.Book, error) { return s.Delete(ctx, k) })
	}
	require.Equal(rt, status.Code(singleErr), status.Code(err), "%v, one by one %v", err, singleErr)
	if err != nil {
		want = nil
	}
	require.Empty(rt, cmp.Diff(want, got, protocmp.Transform()), "(-one by one +batch)")
}

// refusal is the error of a batch of updates that goes before what a statement
// refuses: a key that comes twice, then one that is missing.
func (p *pair) refusal(ctx context.Context, keys []bookpb.BookKey) error {
	if len(unique(keys)) < len(keys) {
		return status.Error(codes.InvalidArgument, "a key comes twice")
	}
	for _, key := range keys {
		if _, err := p.singles.Get(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

func unique(keys []bookpb.BookKey) (once []bookpb.BookKey) {
	for _, key := range keys {
		if !slices.Contains(once, key) {
			once = append(once, key)
		}
	}
	return once
}

// agree demands that both databases hold the same.
func (p *pair) agree(ctx context.Context, rt *rapid.T) {
	want, err := p.singles.List(ctx, crud.Query{Parent: "shelves/a"})
	require.NoError(rt, err)
	got, err := p.batches.List(ctx, crud.Query{Parent: "shelves/a"})
	require.NoError(rt, err)
	require.Empty(rt, cmp.Diff(want.Items, got.Items, protocmp.Transform()), "(-one by one +batch)")
}
