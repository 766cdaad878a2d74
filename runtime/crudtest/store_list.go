package crudtest

import (
	"math"
	"strings"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// rows is how many rows the checks of pages have. 1, 2, 3, 4 and 6 divide it, so that
// their last page is full.
const rows = 12

func (t *storeTest[M, K]) listEmptyIsEmpty() {
	page, err := t.store.List(t.ctx, t.query())
	require.NoError(t, err, "List of nothing")
	require.NotNil(t, page, "List returned no page")
	require.Empty(t, page.Items, "the items of nothing")
	require.Empty(t, page.NextPageToken, "the token of nothing")
}

func (t *storeTest[M, K]) listReturnsCopies() {
	t.createAll(3)
	for _, m := range t.list() {
		t.same(t.get(t.key(m)), m, "List differs from Get")
		want := clone(m)
		proto.Reset(m)
		t.same(want, t.get(t.key(want)), "the stored resource follows the message that List returned")
	}
}

func (t *storeTest[M, K]) listIsInKeyOrder() {
	t.createAll(rows)
	items := t.list()
	require.Len(t, items, rows)
	for i := 1; i < len(items); i++ {
		a, b := t.key(items[i-1]), t.key(items[i])
		require.Negative(t, compareKeys(a, b), "the key %v stands before %v", a, b)
	}
}

// walk returns the items of all pages. size gives the size of each.
func (t *storeTest[M, K]) walk(size func(page int) int32) []M {
	t.Helper()
	q := t.query()
	var items []M
	for n := 0; ; n++ {
		require.LessOrEqual(t, n, 4*rows, "the pages do not end")
		q.PageSize = size(n)
		page, err := t.store.List(t.ctx, q)
		require.NoError(t, err, "List of page %d", n)
		require.LessOrEqual(t, len(page.Items), int(q.PageSize), "the items of page %d", n)
		items = append(items, page.Items...)
		if page.NextPageToken == "" {
			return items
		}
		require.Len(t, page.Items, int(q.PageSize), "page %d, which is not the last, must be full", n)
		require.Less(t, len(items), rows, "page %d is the last, but has a token", n)
		q.PageToken = page.NextPageToken
	}
}

func (t *storeTest[M, K]) pagesHoldEveryRowOnce() {
	t.createAll(rows)
	want := t.list()
	for size := range int32(rows + 2) {
		if size > 0 {
			t.sameList(want, t.walk(func(int) int32 { return size }), "the pages of size %d", size)
		}
	}
}

func (t *storeTest[M, K]) pagesMayChangeSize() {
	t.createAll(rows)
	t.sameList(t.list(), t.walk(func(page int) int32 { return int32(page + 1) }), "pages that grow")
	t.sameList(t.list(), t.walk(func(page int) int32 { return int32(max(1, 5-page)) }), "pages that shrink")
}

// pagesSurviveWrites deletes the row that each page ended with, and creates others,
// before it asks for the next page: whatever stays is seen once.
func (t *storeTest[M, K]) pagesSurviveWrites() {
	t.createAll(rows)
	stays := make(map[K]bool)
	for _, m := range t.list() {
		stays[t.key(m)] = true
	}
	seen := make(map[K]int)
	q := t.query()
	q.PageSize = 2
	for n := 0; n == 0 || q.PageToken != ""; n++ {
		require.Less(t, n, 4*rows, "the pages do not end")
		page, err := t.store.List(t.ctx, q)
		require.NoError(t, err, "List of page %d", n)
		for _, m := range page.Items {
			seen[t.key(m)]++
		}
		last := t.key(page.Items[len(page.Items)-1])
		_, err = t.store.Delete(t.ctx, last)
		require.NoError(t, err, "Delete")
		t.create(rows + n)
		q.PageToken = page.NextPageToken
	}
	for key := range stays {
		require.Equal(t, 1, seen[key], "how often the pages held %v", key)
	}
}

func (t *storeTest[M, K]) listHasDefaultAndMaximum() {
	t.createAll(rows)
	info := t.suite.Table.Info()
	for size, want := range map[int32]int32{0: info.DefaultPageSize, math.MaxInt32: info.MaxPageSize} {
		q := t.query()
		q.PageSize = size
		page, err := t.store.List(t.ctx, q)
		require.NoError(t, err, "List with page_size %d", size)
		require.Len(t, page.Items, int(min(rows, want)), "the items with page_size %d", size)
	}
}

func (t *storeTest[M, K]) listRefusesNegativeSize() {
	t.create(0)
	for _, size := range []int32{-1, math.MinInt32} {
		q := t.query()
		q.PageSize = size
		_, err := t.store.List(t.ctx, q)
		t.refusedField(err, "page_size", "List with a negative size")
	}
}

// firstToken returns the token of a first page.
func (t *storeTest[M, K]) firstToken(q crud.Query) string {
	t.Helper()
	q.PageSize = 1
	page, err := t.store.List(t.ctx, q)
	require.NoError(t, err, "List")
	require.NotEmpty(t, page.NextPageToken, "the token of a page that is not the last")
	return page.NextPageToken
}

func (t *storeTest[M, K]) listRefusesForeignTokens() {
	t.createAll(3)
	token := t.firstToken(t.query())
	refused := func(method, token, what string) {
		q := t.query()
		q.Method, q.PageToken = method, token
		_, err := t.store.List(t.ctx, q)
		t.refusedField(err, "page_token", "List with "+what)
	}
	refused("/crudtest.Store/Other", token, "a token of another method")
	for _, garbage := range []string{"x", "====", strings.Repeat("A", 40), strings.Repeat("z", 10_000), "\x00", "ä"} {
		refused(listMethod, garbage, "a token that is none")
	}
	for i := range token {
		refused(listMethod, token[:i]+other(token[i])+token[i+1:], "a token that was tampered with")
	}
	refused(listMethod, token[:len(token)-1], "a token that was cut")
	refused(listMethod, token+"A", "a token that was extended")
}

// other returns another character than c that tokens may have.
func other(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

func (t *storeTest[M, K]) listRefusesAParent() {
	t.create(0)
	q := t.query()
	q.Parent = "parents/p"
	_, err := t.store.List(t.ctx, q)
	t.refusedField(err, "parent", "List of a model without parent")
}
