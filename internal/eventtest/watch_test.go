package eventtest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "github.com/protocrud/protoc-gen-go-crud/internal/eventtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A watcher sees what happens from its first bookmark on, and nothing of what was before.
func TestWatchTellsChanges(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books, conn := pb.NewBookRepository(db), serve(t, db, nil)
		_, err := books.Create(ctx, book("a", "old", "old"))
		require.NoError(t, err)
		w := watchBooks(t, conn, &pb.WatchBooksRequest{Parent: "shelves/a"})

		m := book("a", "1", "one")
		m.LockCode = "secret"
		created, err := books.Create(ctx, m)
		require.NoError(t, err)
		created.LockCode = ""
		e := w.change(t)
		assert.Equal(t, pb.BookEvent_CREATED, e.GetType())
		sameMessage(t, created, e.GetBook())
		assert.Nil(t, e.GetPreviousBook())
		assert.Nil(t, e.GetUpdateMask())
		assert.NotNil(t, e.GetEventTime())

		updated, err := books.Update(ctx, &pb.Book{Name: m.GetName(), Title: "uno", Pages: 3, LockCode: "other"}, nil)
		require.NoError(t, err)
		updated.LockCode = ""
		e = w.change(t)
		assert.Equal(t, pb.BookEvent_UPDATED, e.GetType())
		sameMessage(t, updated, e.GetBook())
		sameMessage(t, created, e.GetPreviousBook())
		assert.Equal(t, []string{"title", "pages", "update_time", "etag"}, e.GetUpdateMask().GetPaths())

		_, err = books.Delete(ctx, keyOf(t, m))
		require.NoError(t, err)
		e = w.change(t)
		assert.Equal(t, pb.BookEvent_DELETED, e.GetType())
		assert.NotNil(t, e.GetBook().GetDeleteTime())
		sameMessage(t, updated, e.GetPreviousBook())
		_, err = books.Undelete(ctx, keyOf(t, m))
		require.NoError(t, err)
		e = w.change(t)
		assert.Equal(t, pb.BookEvent_UNDELETED, e.GetType())
		assert.Nil(t, e.GetBook().GetDeleteTime())

		// A purge was told when the row was deleted; the next change comes behind it.
		_, err = books.Delete(ctx, keyOf(t, m))
		require.NoError(t, err)
		assert.Equal(t, pb.BookEvent_DELETED, w.change(t).GetType())
		n, err := books.Purge(ctx, 10)
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		_, err = books.Create(ctx, book("a", "1", "again"))
		require.NoError(t, err)
		assert.Equal(t, []string{"CREATED again"}, w.titles(t, 1))
	})
}

// A watch selects as List does: by parent, filter and fields. It tells of what leaves the
// selection, too.
func TestWatchSelects(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books, conn := pb.NewBookRepository(db), serve(t, db, nil)
		watches := map[string]*bookWatch{}
		for name, req := range map[string]*pb.WatchBooksRequest{
			"all":      {Parent: "shelves/-"},
			"shelf b":  {Parent: "shelves/b"},
			"long":     {Parent: "shelves/a", Filter: "pages > 100"},
			"tagged":   {Parent: "shelves/a", Filter: `tags:"t" OR lent = true`},
			"pages":    {Parent: "shelves/a", Pages: 200},
			"titles":   {Parent: "shelves/-", Title: []string{"one", "b"}},
			"no shelf": {Parent: "shelves/none-at-all/"},
		} {
			if name == "no shelf" {
				continue
			}
			watches[name] = watchBooks(t, conn, req)
		}
		long, lent := book("a", "1", "one"), true
		long.Pages, long.Tags = 200, []string{"t"}
		_, err := books.Create(ctx, long)
		require.NoError(t, err)
		_, err = books.Create(ctx, book("b", "1", "b"))
		require.NoError(t, err)
		_, err = books.Update(ctx, &pb.Book{Name: long.GetName(), Pages: 50}, mask("pages"))
		require.NoError(t, err)
		_, err = books.Update(ctx, &pb.Book{Name: long.GetName(), Lent: &lent}, mask("lent", "tags"))
		require.NoError(t, err)
		_, err = books.Create(ctx, func() *pb.Book { m := book("a", "end", "b"); m.Pages, m.Tags = 200, []string{"t"}; return m }())
		require.NoError(t, err)
		for name, want := range map[string][]string{
			"all":     {"CREATED one", "CREATED b", "UPDATED one", "UPDATED one", "CREATED b"},
			"shelf b": {"CREATED b"},
			"long":    {"CREATED one", "UPDATED one", "CREATED b"},
			"tagged":  {"CREATED one", "UPDATED one", "UPDATED one", "CREATED b"},
			"pages":   {"CREATED one", "UPDATED one", "CREATED b"},
			"titles":  {"CREATED one", "CREATED b", "UPDATED one", "UPDATED one", "CREATED b"},
		} {
			assert.Equal(t, want, watches[name].titles(t, len(want)), name)
		}
	})
}

// A read mask leaves out what it does not name, of the resource before, too.
func TestWatchReadMask(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := pb.NewBookRepository(db)
		w := watchBooks(t, serve(t, db, nil), &pb.WatchBooksRequest{Parent: "shelves/a", ReadMask: mask("pages")})
		m := book("a", "1", "one")
		m.Pages = 1
		_, err := books.Create(ctx, m)
		require.NoError(t, err)
		_, err = books.Update(ctx, &pb.Book{Name: m.GetName(), Pages: 2}, nil)
		require.NoError(t, err)
		sameMessage(t, &pb.Book{Pages: 1}, w.change(t).GetBook())
		e := w.change(t)
		sameMessage(t, &pb.Book{Pages: 2}, e.GetBook())
		sameMessage(t, &pb.Book{Pages: 1}, e.GetPreviousBook())
	})
}

// A token resumes behind its event: nothing is lost and nothing comes twice. It serves the
// watch that gave it alone.
func TestWatchResumes(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books, conn := pb.NewBookRepository(db), serve(t, db, nil)
		req := &pb.WatchBooksRequest{Parent: "shelves/a", Filter: "pages >= 0"}
		w := watchBooks(t, conn, req)
		w.cut()
		for i := range 5 {
			_, err := books.Create(ctx, book("a", fmt.Sprint(i), fmt.Sprint(i)))
			require.NoError(t, err)
		}
		for i := range 5 { // each of a stream of its own
			w = watchBooks(t, conn, req)
			e := w.change(t)
			assert.Equal(t, fmt.Sprint(i), e.GetBook().GetTitle())
			req.ResumeToken = e.GetResumeToken()
			w.cut()
		}
		for name, other := range map[string]*pb.WatchBooksRequest{
			"other parent": {Parent: "shelves/b", Filter: req.GetFilter()},
			"other filter": {Parent: "shelves/a", Filter: "pages >= 1"},
			"other field":  {Parent: "shelves/a", Filter: req.GetFilter(), Pages: 1},
			"no filter":    {Parent: "shelves/a"},
		} {
			other.ResumeToken = req.GetResumeToken()
			refusedWatch(t, watchBooks(t, conn, other), codes.InvalidArgument, name)
		}
		req.ResumeToken += "A"
		refusedWatch(t, watchBooks(t, conn, req), codes.InvalidArgument, "changed")

		// Nor is it a page token, or a page token one.
		page, err := pb.NewLibraryServiceClient(conn).ListBooks(ctx, &pb.ListBooksRequest{Parent: "shelves/a", PageSize: 1})
		require.NoError(t, err)
		refusedWatch(t, watchBooks(t, conn, &pb.WatchBooksRequest{Parent: "shelves/a", ResumeToken: page.GetNextPageToken()}), codes.InvalidArgument, "page token")
	})
}

func refusedWatch(t testing.TB, w *bookWatch, code codes.Code, msg string) error {
	t.Helper()
	_, err := w.Recv()
	assert.Equal(t, code, status.Code(err), "%s: %v", msg, err)
	return err
}

// What a watch cannot be asked for is refused, all at once.
func TestWatchRefusals(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		conn := serve(t, db, nil)
		watch := func(req *pb.WatchBooksRequest) *bookWatch {
			req.ResumeToken = "none"
			return watchBooks(t, conn, req)
		}
		err := refusedWatch(t, watch(&pb.WatchBooksRequest{Parent: "shelves/a", Filter: `owner.city = "x"`}), codes.InvalidArgument, "relation")
		assert.ErrorContains(t, err, "owner")
		err = refusedWatch(t, watch(&pb.WatchBooksRequest{Parent: "shelves/a", ReadMask: mask("owner.city")}), codes.InvalidArgument, "related mask")
		assert.ErrorContains(t, err, "read_mask")
		refusedWatch(t, watch(&pb.WatchBooksRequest{}), codes.InvalidArgument, "no parent")
		refusedWatch(t, watch(&pb.WatchBooksRequest{Parent: "shelves/a", Filter: "pages >"}), codes.InvalidArgument, "filter")
		refusedWatch(t, watch(&pb.WatchBooksRequest{Parent: "shelves/none"}), codes.NotFound, "shelf")

		ctx := t.Context()
		ignore := func(crud.Event[*pb.Book]) error { return nil }
		q := crud.WatchQuery{Parent: "shelves/a"}
		type wrapped struct{ pb.BookStore }
		err = crud.Watch(ctx, pb.BookTable, pb.BookStore(wrapped{pb.NewBookRepository(db)}), q, ignore)
		assert.Equal(t, codes.Unimplemented, status.Code(err))
		assert.ErrorContains(t, err, "crud.Watcher")
		anyRow := crud.Where(func(context.Context) (squirrel.Sqlizer, error) { return squirrel.Expr("true"), nil })
		notes := pb.NewNoteRepository(db, byTenant, anyRow)
		err = crud.Watch(withTenant(ctx, "x"), pb.NoteTable, pb.NoteStore(notes), crud.WatchQuery{}, func(crud.Event[*pb.Note]) error { return nil })
		assert.Equal(t, codes.Unimplemented, status.Code(err))
		assert.ErrorContains(t, err, "predicate")
		err = crud.InTx(ctx, db, func(tx *crud.Tx) error {
			return pb.NewBookRepository(db).WithTx(tx).Watch(ctx, q, ignore)
		})
		assert.Equal(t, codes.Internal, status.Code(err))
	})
}

type tenantKey struct{}

func withTenant(ctx context.Context, tenant string) context.Context {
	return context.WithValue(ctx, tenantKey{}, tenant)
}

var byTenant = crud.ScopeColumn("tenant_id", func(ctx context.Context) (string, error) {
	tenant, _ := ctx.Value(tenantKey{}).(string)
	if tenant == "" {
		return "", status.Error(codes.Unauthenticated, "no tenant")
	}
	return tenant, nil
})

// A tenant watches its own rows alone, and its tokens are good for nobody else.
func TestWatchOfTenants(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		notes := pb.NewNoteRepository(db, byTenant)
		stop := errors.New("enough")
		// watch returns the texts of the next n events of a tenant, and the last token.
		watch := func(tenant, token string, n int) (texts []string, last string, err error) {
			err = notes.Watch(withTenant(t.Context(), tenant), crud.WatchQuery{ResumeToken: token, Bookmarks: true}, func(e crud.Event[*pb.Note]) error {
				last = e.ResumeToken
				if e.Type != crud.EventBookmark {
					texts = append(texts, e.Resource.GetText())
				}
				if len(texts) == n {
					return stop
				}
				return nil
			})
			return texts, last, err
		}
		_, token, err := watch("x", "", 0)
		require.ErrorIs(t, err, stop)
		for i, tenant := range []string{"y", "x", "y", "x"} {
			_, err := notes.Create(withTenant(t.Context(), tenant), &pb.Note{Text: fmt.Sprint(tenant, i)})
			require.NoError(t, err)
		}
		texts, _, err := watch("x", token, 2)
		require.ErrorIs(t, err, stop)
		assert.Equal(t, []string{"x1", "x3"}, texts)
		_, _, err = watch("y", token, 1)
		assert.Equal(t, codes.InvalidArgument, status.Code(err))
		_, _, err = watch("", token, 1)
		assert.Equal(t, codes.Unauthenticated, status.Code(err))
	})
}

// A scope column that the model does not declare binds a watch where it is a field.
func TestWatchOfAnUndeclaredScope(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		everything := pb.NewBookRepository(db)
		by := func(column, value string) pb.BookRepository {
			return pb.NewBookRepository(db, crud.ScopeColumn(column, func(context.Context) (string, error) { return value, nil }))
		}
		stop := errors.New("enough")
		watch := func(books pb.BookRepository, token string, send func(crud.Event[*pb.Book]) error) error {
			return books.Watch(ctx, crud.WatchQuery{Parent: "shelves/a", ResumeToken: token, Bookmarks: true}, send)
		}
		var token string
		require.ErrorIs(t, watch(by("title", "mine"), "", func(e crud.Event[*pb.Book]) error { token = e.ResumeToken; return stop }), stop)
		for i, title := range []string{"theirs", "mine"} {
			_, err := everything.Create(ctx, book("a", fmt.Sprint(i), title))
			require.NoError(t, err)
		}
		require.ErrorIs(t, watch(by("title", "mine"), token, func(e crud.Event[*pb.Book]) error {
			assert.Equal(t, "mine", e.Resource.GetTitle())
			return stop
		}), stop)
		for _, column := range []string{"donor", "hidden"} { // which events do not have
			err := watch(by(column, "mine"), "", nil)
			assert.Equal(t, codes.Unimplemented, status.Code(err), column)
		}
	})
}
