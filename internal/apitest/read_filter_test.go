package apitest_test

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// filterBooks stores four books that differ in every field, and the first two owners.
func (s *readServer) filterBooks(t testing.TB) {
	t.Helper()
	at := func(text string) *timestamppb.Timestamp {
		when, err := time.Parse(time.RFC3339Nano, text)
		require.NoError(t, err)
		return timestamppb.New(when)
	}
	s.shelf(t, "a")
	s.film(t, &apitest.Film{Id: 1}, &apitest.Film{Id: 2})
	s.book(t,
		&apitest.Book{
			Name: "shelves/a/books/1", Title: "Moby Dick", Summary: "a whale", Isbn: proto.String("111"), OwnerId: proto.Int64(1),
			Genre: readPoetry, Pages: 100, Copies: math.MaxUint64, Price: 1.5, Signed: true, Cover: []byte("a"), Tags: []string{"sea", "whale"},
			Language: "en", State: "new", PublishTime: at("2012-04-21T15:30:00Z"), ReadingTime: durationpb.New(1200 * time.Millisecond),
		},
		&apitest.Book{
			Name: "shelves/a/books/2", Title: "50% off", Genre: readSaga, Pages: -1, Price: 0.5, Language: "de",
		},
		&apitest.Book{
			Name: "shelves/a/books/3", Title: "50x off", Summary: "a*b", Isbn: proto.String(""), OwnerId: proto.Int64(2), Copies: 5,
			Price: 1000, Cover: []byte{0xff}, Tags: []string{"a_b", "*"}, PublishTime: at("1969-12-31T23:59:59.999999Z"), ReadingTime: durationpb.New(-5 * time.Second),
		},
		&apitest.Book{
			Name: "shelves/a/books/4", Title: `O'Neil "q" \ title`, Summary: "Ünï", Pages: 3, Tags: []string{"Sea"}, Language: "en-GB",
			PublishTime: at("9999-12-31T23:59:59Z"), ReadingTime: durationpb.New(20 * time.Second),
		},
	)
}

// readFilters are filters and the books that they select, on both engines.
var readFilters = []struct{ filter, want string }{
	// 6.1
	{"", "1234"},
	{" \t\n", "1234"},
	{"pages = 100 title = 'Moby Dick'", "1"},
	{"pages = 100 OR pages = 3 AND language = en", "1"}, // OR binds tighter
	{"language = de OR language = en AND pages < 0", "2"},
	{"NOT pages = 100", "234"},
	{"-pages = 100", "234"},
	{"(pages = 100 )", "1"},
	{"NOT (pages = 100 OR pages = 3)", "23"},
	{"pages=100", "1"},
	{"pages\t=\n100", "1"},
	{"whale", "1"}, // alone, in title and summary
	{"off -whale", "23"},
	{`"Moby Dick" OR Ünï`, "14"},
	{"and", ""}, // a word, not a keyword
	// 6.3, 6.4: strings
	{`title = "Moby Dick"`, "1"},
	{`title = 'moby dick'`, ""},
	{`language = en-GB`, "4"},
	{`title = "50% off"`, "2"},
	{`title = "50%*"`, "2"}, // % is a letter
	{`title = "50? off"`, ""},
	{`title = "*off"`, "23"},
	{`title = "*o*f"`, "23"},
	{`title != "*off"`, "14"},
	{`summary = "*"`, "1234"},
	{`summary = "\*"`, ""},
	{`summary = "a\*b"`, "3"},
	{`summary:*`, "134"},
	{`-summary:*`, "2"},
	{`title:"% o"`, "2"},
	{`title:'"q"'`, "4"},
	{`title = "O'Neil \"q\" \\ title"`, "4"},
	{`title > "50x"`, "134"},
	{`title >= "50x off" title < N`, "13"},
	{`summary = ""`, "2"},
	{`state = new`, "1"}, // OUTPUT_ONLY
	// an optional string: NULL, empty and set
	{`isbn = 111`, "1"},
	{`isbn != 111`, "234"},
	{`isbn = ""`, "3"},
	{`isbn = null`, "24"},
	{`isbn != null`, "13"},
	{`isbn:*`, "13"},
	{`isbn:1`, "1"},
	{`NOT isbn = "1*"`, "234"},
	{`NOT isbn < 2`, "24"},
	// numbers
	{`owner_id = 1`, "1"},
	{`owner_id != 1`, "234"},
	{`owner_id >= 1`, "13"},
	{`NOT owner_id >= 2`, "124"},
	{`owner_id = null`, "24"},
	{`pages = -1`, "2"},
	{`pages < 0`, "2"},
	{`pages >= 1e2`, "1"},
	{`pages < 3000000000`, "1234"}, // beyond int32
	{`pages = 3000000000`, ""},
	{`pages > -9223372036854775808`, "1234"},
	{`pages:*`, "124"},
	{`pages:3`, "4"},
	{`copies = 18446744073709551615`, "1"},
	{`copies < 18446744073709551615`, "234"},
	{`copies > 5`, "1"},
	{`copies >= 5`, "13"},
	{`copies != 0`, "13"},
	{`copies > -1`, "1234"},
	{`price < 1`, "24"},
	{`price = .5`, "2"},
	{`price >= 1.5e0 price <= 1e3`, "13"},
	{`price != 0`, "123"},
	// bools, enums, bytes
	{`signed = true`, "1"},
	{`signed = false`, "234"},
	{`signed != false`, "1"},
	{`signed:*`, "1"},
	{`genre = GENRE_SAGA`, "2"},
	{`genre != GENRE_SAGA`, "134"},
	{`genre = GENRE_UNSPECIFIED`, "34"},
	{`genre:*`, "12"},
	{`cover = "YQ=="`, "1"},
	{`cover = "/w=="`, "3"},
	{`cover:*`, "13"},
	// repeated
	{`tags:sea`, "1"},
	{`tags:a_b`, "3"},
	{`tags:"\*"`, "3"},
	{`tags:*`, "134"},
	{`-tags:sea`, "234"},
	{`NOT tags:*`, "2"},
	{`tags:sea tags:whale`, "1"},
	// times and durations
	{`publish_time = 2012-04-21T11:30:00-04:00`, "1"},
	{`publish_time > "2012-04-21T15:29:59.999999Z"`, "14"},
	{`publish_time < 1970-01-01T00:00:00Z`, "3"},
	{`publish_time = 1969-12-31T23:59:59.999999Z`, "3"},
	{`publish_time = 1969-12-31T23:59:59.999999001Z`, ""},
	{`publish_time != 2012-04-21T15:30:00Z`, "234"},
	{`publish_time = null`, "2"},
	{`publish_time:*`, "134"},
	{`create_time > 2020-01-01T00:00:00Z`, "1234"},
	{`reading_time = 1.2s`, "1"},
	{`reading_time < 0s`, "3"},
	{`reading_time >= -5s reading_time < 20s`, "13"},
	{`NOT reading_time < 20s`, "24"},
	{`reading_time = null`, "2"},
	// the name
	{`name = shelves/a/books/1`, "1"},
	{`name = "shelves/a/books/1"`, "1"},
	{`name != shelves/a/books/1`, "234"},
	{`NOT name = shelves/a/books/1`, "234"},
	{`name = shelves/b/books/1`, ""},
	{`name = books/1`, ""}, // fits no name
	{`name != books/1`, "1234"},
	{`name = shelves/a/books/1 OR name = shelves/a/books/4`, "14"},
	{`name = shelves/-/books/1`, ""},
}

func TestRead_6_Filters(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.filterBooks(t)
		for _, test := range readFilters {
			want := strings.Split(test.want, "")
			if test.want == "" {
				want = nil
			}
			s.listBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a", Filter: test.filter}, want...)
			books, err := readStreamBooks(t.Context(), s.named, &apitest.StreamBooksRequest{Parent: "shelves/-", Filter: test.filter})
			require.NoError(t, err, test.filter)
			assert.Equal(t, append([]string{}, want...), readIDs(books), test.filter)
			var walked []string // the token is bound to values of every type
			for _, page := range s.walkBooks(t, &apitest.ListBooksRequest{Parent: "shelves/a", Filter: test.filter, PageSize: 1}) {
				walked = append(walked, readIDs(page.GetBooks())...)
			}
			assert.Equal(t, want, walked, test.filter)
		}
	})
}

// TestRead_6_KeyFields: in the plain style they are fields like others.
func TestRead_6_KeyFields(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		s.film(t, &apitest.Film{Id: 1, Title: "one"}, &apitest.Film{Id: 2, Title: "two"}, &apitest.Film{Id: math.MaxInt64, Title: "max"})
		for filter, want := range map[string][]string{
			"id = 1":                    {"one"},
			"id != 1":                   {"two", "max"},
			"id > 1 id < 3":             {"two"},
			"id = 9223372036854775807":  {"max"},
			"id < 18446744073709551615": {"one", "two", "max"},
			"id:*":                      {"one", "two", "max"},
			"t":                         {"two"},
			"code = null id < 2":        {"one"},
		} {
			s.listFilms(t, &apitest.ListFilmsRequest{Filter: filter}, want...)
		}
		s.member(t, "acme", 3)
		s.member(t, "corp", 1)
		page, err := s.plain.ListMembers(t.Context(), &apitest.ListMembersRequest{Org: "acme", Filter: "org = acme number >= 2"})
		require.NoError(t, err)
		assert.Len(t, page.GetMembers(), 2)
	})
}

// readBadFilters are refused, at the place where the number says.
var readBadFilters = []struct {
	filter string
	offset int
	says   string
}{
	{"nme = 1", 1, `did you mean "name"?`},
	{"title = x AND nme = 1", 15, "unknown field"},
	{"note = x", 1, "unknown field"},   // INPUT_ONLY
	{"secret = x", 1, "unknown field"}, // sensitive
	{`etag = "x"`, 1, "unknown field"},
	{"shelf_id = a", 1, "unknown field"}, // a column is no field
	{"revision = 1", 1, "unknown field"},
	{"pages = x", 9, "whole number"},
	{"pages = 1.5", 9, "whole number"},
	{`pages = "1"`, 9, "without quotes"},
	{"signed = 1", 10, "true or false"},
	{"signed = TRUE", 10, "true or false"},
	{"signed > true", 1, "no order"},
	{"genre = 1", 9, "name of a value"},
	{"genre = genre_saga", 9, `did you mean "GENRE_SAGA"?`},
	{"genre > GENRE_SAGA", 1, "no order"},
	{"publish_time > 2012-04-21", 16, "a time such as"},
	{"reading_time = 20", 16, "s"},
	{"cover = '!'", 9, "base64"},
	{"tags = sea", 1, "repeated"},
	{"tags > sea", 1, "repeated"},
	{"title.x = 1", 1, "no fields of its own"},
	{"tags.x = 1", 1, "no fields of its own"},
	{"tags.0 = 1", 1, ""},
	{"tags[0] = 1", 1, ""},
	{"title = null", 9, "never null"},
	{"title = summary", 9, "cannot stand behind"},
	{"name > shelves/a", 1, "= and !="},
	{"name:shelves", 1, "= and !="},
	{`name = "shelves/a/books/*"`, 8, "as a whole"},
	{"f(1)", 1, ""},
	{"title = lower(x)", 9, ""},
	{"(title = x", 11, ""},
	{"title = x)", 10, ""},
	{"title =", 8, ""},
	{"title == x", 8, ""},
	{"pages >= 1<2", 11, "in quotes"},
	{"NOT NOT title = x", 5, ""},
	{"--title = x", 2, ""},
	{"title = x AND", 14, ""},
	{"OR title = x", 1, ""},
	{"title = 'x", 9, ""},
	{"title = \x00", 9, ""},
	{strings.Repeat("a ", 5000), 8193, "8"},
	{strings.Repeat("(", 60) + "a" + strings.Repeat(")", 60), 51, "50"},
	{strings.TrimSuffix(strings.Repeat("pages = 1 OR ", 102), " OR "), 0, "100"},
}

// TestRead_6_BadFilters: each is refused with its place, and a picture of it.
func TestRead_6_BadFilters(t *testing.T) {
	t.Parallel()
	readEachEngine(t, func(t *testing.T, s *readServer) {
		for _, test := range readBadFilters {
			_, err := s.named.ListBooks(t.Context(), &apitest.ListBooksRequest{Parent: "shelves/a", Filter: test.filter})
			require.Error(t, err, test.filter)
			found := readViolated(t, err, crud.ReasonInvalidFilter, "filter")
			readPlaced(t, err, found[0].GetDescription(), test.filter, test.offset)
			assert.Contains(t, found[0].GetDescription(), test.says, test.filter)
			_, err = readStreamBooks(t.Context(), s.named, &apitest.StreamBooksRequest{Parent: "shelves/a", Filter: test.filter})
			readViolated(t, err, crud.ReasonInvalidFilter, "filter")
		}
		_, err := s.named.ListShelves(t.Context(), &apitest.ListShelvesRequest{Filter: "alone"})
		found := readViolated(t, err, crud.ReasonInvalidFilter, "filter")
		assert.Contains(t, found[0].GetDescription(), "unsupported", "a word alone where nothing is searched")
		assert.Empty(t, s.sent.Statements())
	})
}

// readPlaced demands that the metadata tells the offset and the description shows it.
// An offset of 0 is any.
func readPlaced(t testing.TB, err error, description, input string, offset int) {
	t.Helper()
	got, convErr := strconv.Atoi(readInfo(err).GetMetadata()["offset"])
	require.NoError(t, convErr, "%q: %v", input, err)
	if offset > 0 {
		assert.Equal(t, offset, got, "%q: %s", input, description)
	}
	lines := strings.Split(description, "\n")
	require.Len(t, lines, 3, description)
	caret := []rune(lines[2])
	assert.Equal(t, '^', caret[len(caret)-1], description)
	if got <= len(input) && len(input) < 50 && input[got-1] > ' ' {
		assert.Equal(t, rune(input[got-1]), []rune(lines[1])[len(caret)-1], description)
	}
	assert.NotContains(t, err.Error(), "\n")
}
