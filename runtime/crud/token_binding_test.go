package crud_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/Masterminds/squirrel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

func by(ctx context.Context, id string) context.Context {
	return identity.WithPrincipal(ctx, identity.Principal{ID: id})
}

// TestTokensAreBound: a token serves the list that gave it, whoever asks for another is
// refused, and nobody is told why.
func TestTokensAreBound(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		pagedBooks(t, db, books)
		query := func(change func(*crud.Query)) crud.Query {
			q := booksQuery
			change(&q)
			return q
		}
		where := func(w squirrel.Sqlizer) crud.Query { return query(func(q *crud.Query) { q.Where = w }) }
		type list struct {
			ctx context.Context
			q   crud.Query
		}
		lists := map[string]list{
			"plain":            {ctx, booksQuery},
			"other method":     {ctx, query(func(q *crud.Query) { q.Method = "/test.Library/ListOldBooks" })},
			"no method":        {ctx, query(func(q *crud.Query) { q.Method = "" })},
			"other parent":     {ctx, query(func(q *crud.Query) { q.Parent = "shelves/b" })},
			"principal":        {by(ctx, "ann"), booksQuery},
			"other principal":  {by(ctx, "bob"), booksQuery},
			"filter":           {ctx, where(squirrel.Eq{"books.title": "X"})},
			"other field":      {ctx, where(squirrel.Eq{"books.note": ""})},
			"other operator":   {ctx, where(squirrel.LtOrEq{"books.title": "X"})},
			"other value":      {ctx, where(squirrel.NotEq{"books.title": "Y"})},
			"another value":    {ctx, where(squirrel.NotEq{"books.title": "Z"})},
			"two values":       {ctx, where(squirrel.NotEq{"books.title": []string{"ab", "c"}})},
			"two other values": {ctx, where(squirrel.NotEq{"books.title": []string{"a", "bc"}})},
			"a number":         {ctx, where(squirrel.Expr("'1' = ?", "1"))},
		}
		for from := range lists {
			token := firstToken(lists[from].ctx, t, books, lists[from].q)
			for to, l := range lists {
				if to != from {
					refusedToken(l.ctx, t, books, l.q, token)
				}
			}
			same := lists[from]
			for _, size := range []int32{0, 1, 2, 1000, 5000} { // may change from page to page
				same.q.PageToken, same.q.PageSize = token, size
				page, err := books.List(same.ctx, same.q)
				require.NoError(t, err, from)
				assert.Equal(t, "shelves/"+same.q.Parent[8:]+"/books/y", page.Items[0].GetName())
			}
		}
	})
}

// TestPointersInFilters: what a condition's pointer points at is its value; where it
// lies is not.
func TestPointersInFilters(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLite(t)
	ctx := t.Context()
	books := bookpb.NewBookRepository(db)
	pagedBooks(t, db, books)
	query := func(title string) crud.Query {
		q := booksQuery
		q.Where = squirrel.Expr("books.title = ?", &title)
		return q
	}
	q := query("X")
	q.PageToken = firstToken(ctx, t, books, query("X"))
	_, err := books.List(ctx, q)
	require.NoError(t, err)
	refusedToken(ctx, t, books, query("Y"), q.PageToken)
}

// TestTokensOfTables: a token of one table is none of another's, though their keys are
// alike.
func TestTokensOfTables(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		createTables(t, db)
		ctx := t.Context()
		shelves, members := bookpb.NewShelfRepository(db), bookpb.NewMemberRepository(db)
		users, tickets := bookpb.NewUserRepository(db), bookpb.NewTicketRepository(db, byTenant)
		for id := range int64(2) {
			_, err := members.Create(ctx, &bookpb.Member{Org: "o", UserId: id + 1})
			require.NoError(t, err)
		}
		q := crud.Query{Method: "/test.Library/List", PageSize: 1}
		shelf, user, member := firstToken(ctx, t, shelves, q), firstToken(ctx, t, users, q), firstToken(ctx, t, members, q)
		for _, other := range []string{user, member} {
			refusedToken(ctx, t, shelves, q, other)
		}
		for _, other := range []string{shelf, member} {
			refusedToken(ctx, t, users, q, other)
		}
		for _, other := range []string{shelf, user, member} {
			refusedToken(withTenant(ctx, "x"), t, tickets, q, other)
		}
	})
}

// TestTokensOfTenants: a token of one tenant does not open another's list, whether the
// scope is a column or a predicate.
func TestTokensOfTenants(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		createTables(t, db)
		visible := crud.Where(func(ctx context.Context) (squirrel.Sqlizer, error) {
			return squirrel.NotEq{"notes.body": ctx.Value(visibleKey{})}, nil
		})
		notes := bookpb.NewNoteRepository(db, byTenant, visible)
		contexts := make(map[string]context.Context)
		for _, tenant := range []string{"x", "y"} {
			for _, hidden := range []string{"secret", "draft"} {
				contexts[tenant+hidden] = context.WithValue(withTenant(t.Context(), tenant), visibleKey{}, hidden)
			}
			for i := range 3 {
				_, err := notes.Create(contexts[tenant+"draft"], &bookpb.Note{Title: fmt.Sprint(i)})
				require.NoError(t, err)
			}
		}
		q := crud.Query{PageSize: 1}
		for from, ctx := range contexts {
			token := firstToken(ctx, t, notes, q)
			others := maps.Clone(contexts)
			delete(others, from)
			for _, other := range others {
				refusedToken(other, t, notes, q, token)
			}
			q := q
			q.PageToken = token
			_, err := notes.List(ctx, q)
			require.NoError(t, err)
		}
	})
}

type visibleKey struct{}

// tokenKey returns a key of page tokens.
func tokenKey(b byte) []byte { return slices.Repeat([]byte{b}, 32) }

// TestTokenKeysRotate: every key opens, the first one seals.
func TestTokenKeysRotate(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLite(t)
	ctx := t.Context()
	with := func(keys ...[]byte) bookpb.BookRepository {
		return bookpb.NewBookRepository(db, crud.WithPageTokenKeys(keys...))
	}
	before, during, after := with(tokenKey(1)), with(tokenKey(2), tokenKey(1)), with(tokenKey(2))
	old := pagedBooks(t, db, before)
	refusedToken(ctx, t, after, booksQuery, old)
	q := booksQuery
	q.PageToken = old
	page, err := during.List(ctx, q)
	require.NoError(t, err)
	refusedToken(ctx, t, before, booksQuery, page.NextPageToken)
	q.PageToken = page.NextPageToken
	page, err = after.List(ctx, q)
	require.NoError(t, err)
	assert.Equal(t, "shelves/a/books/z", page.Items[0].GetName())
	refusedToken(ctx, t, with(tokenKey(3), tokenKey(4)), booksQuery, old)
}

// TestTokenKeysAreWhole: a key of a wrong size is no key, and no message tells it.
func TestTokenKeysAreWhole(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 16, 31, 33} {
		assert.PanicsWithValue(t, fmt.Sprintf("crud: a page token key must have 32 bytes, not %d", n), func() {
			bookpb.NewBookRepository(crudtest.SQLiteMemory(t), crud.WithPageTokenKeys(tokenKey(1), make([]byte, n)))
		})
	}
}

// TestTokenKeysOfTheEnvironment is not parallel: the environment is everybody's.
func TestTokenKeysOfTheEnvironment(t *testing.T) {
	const env = "CRUD_PAGE_TOKEN_KEY"
	text := func(b byte) string { return base64.StdEncoding.EncodeToString(tokenKey(b)) }
	db := crudtest.SQLite(t)
	ctx := t.Context()
	given := bookpb.NewBookRepository(db, crud.WithPageTokenKeys(tokenKey(1)))
	token := pagedBooks(t, db, given)
	q := booksQuery
	q.PageToken = token
	for _, value := range []string{text(1), " " + text(1) + "\n", text(2) + "," + text(1), text(2) + " , " + text(1) + ","} {
		t.Setenv(env, value)
		page, err := bookpb.NewBookRepository(db).List(ctx, q)
		require.NoError(t, err, value)
		if strings.HasPrefix(value, text(2)) {
			refusedToken(ctx, t, given, booksQuery, page.NextPageToken)
		}
	}
	t.Setenv(env, text(2))
	refusedToken(ctx, t, bookpb.NewBookRepository(db), booksQuery, token)
	_, err := given.List(ctx, q)
	require.NoError(t, err, "an option goes before the environment")

	t.Setenv(env, text(1)+",not a key")
	assert.PanicsWithValue(t, "crud: CRUD_PAGE_TOKEN_KEY is not base64", func() { bookpb.NewBookRepository(db) })
	t.Setenv(env, text(1)[:20])
	assert.PanicsWithValue(t, "crud: a page token key must have 32 bytes, not 15", func() { bookpb.NewBookRepository(db) })
}

// TestKeyOfTheProcess: without keys a process makes one for all of its repositories and
// warns once. It runs in a process of its own, whose log nobody else writes.
func TestKeyOfTheProcess(t *testing.T) {
	t.Parallel()
	const child = "CRUD_TEST_CHILD"
	db := crudtest.SQLite(t)
	token := pagedBooks(t, db, bookpb.NewBookRepository(db))
	if os.Getenv(child) != "" {
		q := booksQuery
		q.PageToken = token
		_, err := bookpb.NewBookRepository(db).List(t.Context(), q)
		require.NoError(t, err)
		fmt.Printf("token=%s.\n", token)
		return
	}
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestKeyOfTheProcess$")
	cmd.Env = append(os.Environ(), child+"=1", "CRUD_PAGE_TOKEN_KEY=")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, 1, strings.Count(string(out), "page tokens are sealed with a random key of this process"), "%s", out)
	_, foreign, found := strings.Cut(string(out), "token=")
	require.True(t, found, "%s", out)
	foreign, _, _ = strings.Cut(foreign, ".")
	refusedToken(t.Context(), t, bookpb.NewBookRepository(db), booksQuery, foreign)
}
