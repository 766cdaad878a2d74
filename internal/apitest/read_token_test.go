package apitest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// TestRead_8_3_TokensOfBooks: a token is bound to each argument that selects or orders
// rows, and to no other.
func TestRead_8_3_TokensOfBooks(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a", "b")
		s.film(t, &apitest.Film{Id: 1})
		for _, shelf := range []string{"a", "b"} {
			for i := range 4 {
				s.book(t, &apitest.Book{
					Name: fmt.Sprintf("shelves/%s/books/%d", shelf, i), Title: "T", Pages: 7, Language: "en", Genre: readSaga, OwnerId: proto.Int64(1),
				})
			}
		}
		base := &apitest.ListBooksRequest{
			Parent: "shelves/a", PageSize: 1, Filter: "title = T", OrderBy: "pages", Pages: proto.Int32(7), Language: "en",
			Genre: []apitest.Genre{readSaga}, OwnerId: wrapperspb.Int64(1), ReadMask: readMask("name"),
		}
		first, err := s.named.ListBooks(t.Context(), base)
		require.NoError(t, err)
		type request = apitest.ListBooksRequest
		for name, change := range map[string]func(*request){
			"parent":             func(r *request) { r.Parent = "shelves/b" },
			"across":             func(r *request) { r.Parent = "shelves/-" },
			"no filter":          func(r *request) { r.Filter = "" },
			"filter, value":      func(r *request) { r.Filter = "title = U" },
			"filter, field":      func(r *request) { r.Filter = "summary = T" },
			"filter, comparator": func(r *request) { r.Filter = "title != T" },
			"filter, more":       func(r *request) { r.Filter = "title = T pages = 7" },
			"no order":           func(r *request) { r.OrderBy = "" },
			"order, direction":   func(r *request) { r.OrderBy = "pages desc" },
			"order, field":       func(r *request) { r.OrderBy = "copies" },
			"order, more":        func(r *request) { r.OrderBy = "pages, title" },
			"order, the key":     func(r *request) { r.OrderBy = "pages, name desc" },
			"show deleted":       func(r *request) { r.ShowDeleted = true },
			"pages, unset":       func(r *request) { r.Pages = nil },
			"pages, value":       func(r *request) { r.Pages = proto.Int32(0) },
			"language, unset":    func(r *request) { r.Language = "" },
			"language, value":    func(r *request) { r.Language = "7" },
			"genre, unset":       func(r *request) { r.Genre = nil },
			"genre, value":       func(r *request) { r.Genre = []apitest.Genre{readPoetry} },
			"genre, more":        func(r *request) { r.Genre = append(r.Genre, readPoetry) },
			"owner, unset":       func(r *request) { r.OwnerId = nil },
			"owner, value":       func(r *request) { r.OwnerId = wrapperspb.Int64(7) },
		} {
			req := proto.CloneOf(base)
			req.PageToken = first.GetNextPageToken()
			change(req)
			_, err := s.named.ListBooks(t.Context(), req)
			require.Error(t, err, name)
			readViolated(t, err, crud.ReasonInvalidPageToken, "page_token")
		}
		for name, change := range map[string]func(*request){
			"nothing":            func(*request) {},
			"page size":          func(r *request) { r.PageSize = 3 },
			"no page size":       func(r *request) { r.PageSize = 0 },
			"skip":               func(r *request) { r.Skip = 1 },
			"another mask":       func(r *request) { r.ReadMask = readMask("title", "name") },
			"no mask":            func(r *request) { r.ReadMask = nil },
			"view":               func(r *request) { r.View = apitest.View_VIEW_FULL },
			"the filter, spaced": func(r *request) { r.Filter = "  title = T " },
			"the order, spaced":  func(r *request) { r.OrderBy = "pages  asc, name" },
			"an unknown field":   func(r *request) { r.ProtoReflect().SetUnknown([]byte{0xa0, 0x06, 0x01}) },
		} {
			req := proto.CloneOf(base)
			req.PageToken = first.GetNextPageToken()
			change(req)
			page, err := s.named.ListBooks(t.Context(), req)
			require.NoError(t, err, name)
			assert.Equal(t, fmt.Sprintf("shelves/a/books/%d", 1+req.GetSkip()), page.GetBooks()[0].GetName(), name)
			assert.EqualValues(t, 4, page.GetTotalSize(), name)
		}
	})
}

func TestRead_8_3_TokensOfFilms(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		for i := range 3 {
			s.film(t, &apitest.Film{Id: int64(i + 1), Minutes: 7, Language: "en", Genre: readSaga})
		}
		type request = apitest.ListFilmsRequest
		first, err := s.plain.ListFilms(t.Context(), &request{PageSize: 1})
		require.NoError(t, err)
		for name, req := range map[string]*request{
			"filter":       {Filter: "id > 0"},
			"order":        {OrderBy: "id desc"},
			"show deleted": {ShowDeleted: true},
			"minutes":      {Minutes: proto.Int32(7)},
			"language":     {Language: "en"},
			"genre":        {Genre: []apitest.Genre{readSaga}},
			"sequel":       {SequelOf: wrapperspb.Int64(1)},
		} {
			req.PageToken = first.GetNextPageToken()
			_, err := s.plain.ListFilms(t.Context(), req)
			require.Error(t, err, name)
			readViolated(t, err, crud.ReasonInvalidPageToken, "page_token")
		}
		page, err := s.plain.ListFilms(t.Context(), &request{PageToken: first.GetNextPageToken(), OrderBy: "id", ReadMask: readMask("title")})
		require.NoError(t, err, "the order of the key is the default")
		assert.Len(t, page.GetFilms(), 2)

		s.member(t, "acme", 2)
		s.member(t, "corp", 2)
		members, err := s.plain.ListMembers(t.Context(), &apitest.ListMembersRequest{Org: "acme", PageSize: 1})
		require.NoError(t, err)
		_, err = s.plain.ListMembers(t.Context(), &apitest.ListMembersRequest{Org: "corp", PageToken: members.GetNextPageToken()})
		readViolated(t, err, crud.ReasonInvalidPageToken, "page_token")
	})
}

// TestRead_8_3_Principal: a token serves who was given it.
func TestRead_8_3_Principal(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.shelf(t, "a", "b")
		ann, bob := readAs(t.Context(), "ann"), readAs(t.Context(), "bob")
		first, err := s.named.ListShelves(ann, &apitest.ListShelvesRequest{PageSize: 1})
		require.NoError(t, err)
		req := &apitest.ListShelvesRequest{PageToken: first.GetNextPageToken()}
		_, err = s.named.ListShelves(bob, req)
		readViolated(t, err, crud.ReasonInvalidPageToken, "page_token")
		_, err = s.named.ListShelves(t.Context(), req)
		readViolated(t, err, crud.ReasonInvalidPageToken, "page_token")
		page, err := s.named.ListShelves(ann, req)
		require.NoError(t, err)
		assert.Len(t, page.GetShelves(), 1)
	})
}

// TestRead_8_3_KeysAndLifetime: tokens serve every replica that knows the key, while it
// is in the ring, and no longer than they are meant to.
func TestRead_8_3_KeysAndLifetime(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		clock := &readClock{now: time.Unix(1_800_000_000, 0)} // tokens know whole seconds
		key := func(b byte) []byte {
			k := make([]byte, 32)
			k[0] = b
			return k
		}
		options := func(keys ...[]byte) []crud.Option {
			return []crud.Option{crud.WithPageTokenKeys(keys...), crud.WithPageTokenLifetime(72 * time.Hour), crud.WithClock(clock.Now)}
		}
		s := readServe(t, db, options(key(1))...)
		s.shelf(t, "a", "b", "c")
		first, err := s.named.ListShelves(t.Context(), &apitest.ListShelvesRequest{PageSize: 1})
		require.NoError(t, err)
		req := &apitest.ListShelvesRequest{PageToken: first.GetNextPageToken(), PageSize: 1}
		replica, _ := readDial(t, db, options(key(2), key(1)))
		stranger, _ := readDial(t, db, options(key(3)))
		second, err := replica.ListShelves(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, "shelves/b", second.GetShelves()[0].GetName())
		_, err = stranger.ListShelves(t.Context(), req)
		readViolated(t, err, crud.ReasonInvalidPageToken, "page_token")
		_, err = s.named.ListShelves(t.Context(), &apitest.ListShelvesRequest{PageToken: second.GetNextPageToken()})
		readViolated(t, err, crud.ReasonInvalidPageToken, "page_token") // sealed with a key that it does not know
		clock.now = clock.now.Add(72 * time.Hour)
		_, err = replica.ListShelves(t.Context(), req)
		require.NoError(t, err)
		clock.now = clock.now.Add(2 * time.Second)
		_, err = replica.ListShelves(t.Context(), req)
		readViolated(t, err, crud.ReasonInvalidPageToken, "page_token")
	})
}
