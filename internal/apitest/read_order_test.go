package apitest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// orderBooks stores four books in two shelves. The first two of each differ in the
// key only.
func (s *readServer) orderBooks(t testing.TB) {
	t.Helper()
	s.shelf(t, "a", "b")
	s.film(t, &apitest.Film{Id: 1}, &apitest.Film{Id: 2})
	low := func(name string) *apitest.Book { return &apitest.Book{Name: name, Title: "B", Pages: -1} }
	s.book(t,
		low("shelves/a/books/1"),
		&apitest.Book{
			Name: "shelves/a/books/2", Title: "a", Summary: "s", Isbn: proto.String("1"), OwnerId: proto.Int64(2), Genre: readSaga,
			Pages: 2, Copies: 1 << 63, Price: 2, Signed: true, Language: "x", State: "x", PublishTime: &timestamppb.Timestamp{Seconds: -1}, ReadingTime: &durationpb.Duration{Seconds: -1},
		},
		low("shelves/b/books/3"),
		&apitest.Book{
			Name: "shelves/b/books/4", Title: "ä", Summary: "t", Isbn: proto.String("2"), OwnerId: proto.Int64(1), Genre: readPoetry,
			Pages: 1, Copies: 1, Price: 1, Signed: true, Language: "y", State: "y", PublishTime: &timestamppb.Timestamp{Seconds: 1}, ReadingTime: &durationpb.Duration{Seconds: 1},
		},
	)
}

var readOrders = []struct{ order, want string }{
	{"", "1234"},
	{"  ", "1234"},
	{"name", "1234"},
	{"name asc", "1234"},
	{"name desc", "4321"},
	{"  name \t desc  ", "4321"},
	{"title", "1324"}, // by bytes, then by the key
	{"title desc", "4213"},
	{"title desc,name desc", "4231"},
	{"title desc , name asc", "4213"},
	{"name, title", "1234"},
	{"summary", "1324"},
	{"summary desc", "4213"},
	{"isbn", "2413"}, // NULL behind all others
	{"isbn desc", "1342"},
	{"owner_id", "4213"},
	{"owner_id desc", "1324"},
	{"genre", "1342"},
	{"genre desc", "2413"},
	{"pages", "1342"},
	{"copies", "1342"}, // beyond int64
	{"copies desc", "2413"},
	{"price", "1342"},
	{"signed", "1324"},
	{"signed desc", "2413"},
	{"signed desc, pages", "4213"},
	{"language", "1324"},
	{"state desc", "4213"},
	{"publish_time", "2413"},
	{"publish_time desc", "1342"},
	{"reading_time", "2413"},
	{"reading_time desc, name desc", "3142"},
	{"delete_time, title", "1324"},
}

// TestRead_7_Orders: every order, whole and page by page, of one shelf and across them.
func TestRead_7_Orders(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.orderBooks(t)
		for _, test := range readOrders {
			for _, size := range []int32{0, 1, 3} {
				got := ""
				for _, page := range s.walkBooks(t, &apitest.ListBooksRequest{Parent: "shelves/-", OrderBy: test.order, PageSize: size}) {
					for _, id := range readIDs(page.GetBooks()) {
						got += id
					}
				}
				assert.Equal(t, test.want, got, "%q in pages of %d", test.order, size)
			}
			books, err := readStreamBooks(t.Context(), s.named, &apitest.StreamBooksRequest{Parent: "shelves/a", OrderBy: test.order})
			require.NoError(t, err)
			want := []string{}
			for _, id := range test.want {
				if id < '3' {
					want = append(want, string(id))
				}
			}
			assert.Equal(t, want, readIDs(books), "%q of one shelf", test.order)
			books, err = readStreamBooks(t.Context(), s.named, &apitest.StreamBooksRequest{Parent: "shelves/-", OrderBy: test.order, PageSize: 2, Skip: 1})
			require.NoError(t, err)
			assert.Equal(t, strings.Split(test.want[1:3], ""), readIDs(books), "%q, some of them", test.order)
		}
	})
}

// walkBooks reads all pages of a list.
func (s *readServer) walkBooks(t testing.TB, req *apitest.ListBooksRequest) (pages []*apitest.ListBooksResponse) {
	t.Helper()
	req = proto.CloneOf(req)
	for {
		page, err := s.named.ListBooks(t.Context(), req)
		require.NoError(t, err, "%v", req)
		pages = append(pages, page)
		if req.PageToken = page.GetNextPageToken(); req.GetPageToken() == "" {
			return pages
		}
		require.NotEmpty(t, page.GetBooks(), "a page before the last one")
	}
}

// TestRead_7_KeyFields: in the plain style they are named one by one.
func TestRead_7_KeyFields(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.film(t, &apitest.Film{Id: 1, Title: "b"}, &apitest.Film{Id: 2, Title: "a"}, &apitest.Film{Id: 3, Title: "b"})
		for order, want := range map[string][]string{
			"id": {"b", "a", "b"}, "id desc": {"b", "a", "b"}, "title": {"a", "b", "b"}, "title, id desc": {"a", "b", "b"},
			"rating, id desc": {"b", "a", "b"},
		} {
			s.listFilms(t, &apitest.ListFilmsRequest{OrderBy: order}, want...)
		}
		page, err := s.plain.ListFilms(t.Context(), &apitest.ListFilmsRequest{OrderBy: "title desc, id desc"})
		require.NoError(t, err)
		assert.Equal(t, []int64{3, 1, 2}, readNumbers(page.GetFilms()))

		s.member(t, "acme", 3)
		for order, want := range map[string][]int64{
			"": {1, 2, 3}, "number desc": {3, 2, 1}, "org, number desc": {3, 2, 1}, "org desc": {1, 2, 3}, "role, number desc": {3, 2, 1},
		} {
			req := &apitest.ListMembersRequest{Org: "acme", OrderBy: order, PageSize: 2}
			var got []int64
			for {
				page, err := s.plain.ListMembers(t.Context(), req)
				require.NoError(t, err, order)
				for _, m := range page.GetMembers() {
					got = append(got, m.GetNumber())
				}
				if req.PageToken = page.GetNextPageToken(); req.GetPageToken() == "" {
					break
				}
			}
			assert.Equal(t, want, got, order)
		}
	})
}

var readBadOrders = []struct {
	order  string
	offset int
}{
	{"x", 1},
	{"titel", 1},
	{"title, x", 8},
	{"title, title", 8},
	{"title, name, title desc", 14},
	{"title DESC", 7},
	{"title Asc", 7},
	{"title descending", 7},
	{"title desc desc", 12},
	{"title,", 7},
	{",title", 1},
	{"title,,pages", 7},
	{",", 1},
	{"title pages", 7},
	{"title;pages", 1},
	{"publish_time..seconds", 1},
	{"publish_time.seconds", 1},
	{"title.", 1},
	{"-title", 1},
	{"tags", 1},  // repeated
	{"cover", 1}, // bytes
	{"note", 1},  // INPUT_ONLY
	{"secret", 1},
	{"etag", 1},
	{"shelf_id", 1},
	{"books.title", 1},
	{"1", 1},
	{"title\x00", 6},
	{"(title)", 1},
}

func TestRead_7_BadOrders(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		for _, test := range readBadOrders {
			_, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", OrderBy: test.order})
			require.Error(t, err, test.order)
			found := readViolated(t, err, crud.ReasonInvalidOrderBy, "order_by")
			readPlaced(t, err, found[0].GetDescription(), test.order, test.offset)
			_, err = readStreamBooks(t.Context(), s.named, &apitest.StreamBooksRequest{Parent: "shelves/a", OrderBy: test.order})
			readViolated(t, err, crud.ReasonInvalidOrderBy, "order_by")
		}
		for _, order := range []string{"name", "org", "tags", "note"} {
			_, err := s.plain.ListFilms(t.Context(), &apitest.ListFilmsRequest{OrderBy: order})
			readViolated(t, err, crud.ReasonInvalidOrderBy, "order_by")
		}
		assert.Empty(t, s.sent.Statements())
	})
}
