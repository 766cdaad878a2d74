package perimeter_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "google.golang.org/genproto/googleapis/rpc/errdetails" // the types of details
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
)

// An answer is what curl got.
type answer struct {
	code   int
	header http.Header
	body   []byte
}

// curl runs the program. header may be nil; arguments follow, the last of which is the
// path and query.
func (l *library) curl(t *testing.T, header http.Header, args ...string) answer {
	t.Helper()
	path := args[len(args)-1]
	args = append([]string{"--silent", "--show-error", "--include", "--raw", "--globoff", "--header", "Expect:", "--max-time", "30"}, args[:len(args)-1]...)
	for name, values := range header {
		args = append(args, "--header", name+": "+values[0])
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "curl", append(args, l.url+path)...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "is curl installed? scripts/install-packages does it: %s", stderr.String())
	method := "GET"
	if slices.Contains(args, "--head") {
		method = "HEAD"
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(out)), &http.Request{Method: method})
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return answer{resp.StatusCode, resp.Header, body}
}

// send is curl of a verb and a path, with a body in JSON if there is one.
func (l *library) send(t *testing.T, header http.Header, verb, path, body string) answer {
	t.Helper()
	args := []string{"--request", verb}
	if body != "" {
		args = append(args, "--header", "Content-Type: application/json", "--data-binary", body)
	}
	return l.curl(t, header, append(args, path)...)
}

// value returns the answer's body.
func (a answer) value(t *testing.T) map[string]any {
	t.Helper()
	assert.Equal(t, "application/json", a.header.Get("Content-Type"))
	var v map[string]any
	require.NoError(t, json.Unmarshal(a.body, &v), "%s", a.body)
	return v
}

// status returns the error of the answer.
func (a answer) status(t *testing.T) *spb.Status {
	t.Helper()
	st := &spb.Status{}
	require.NoError(t, protojson.Unmarshal(a.body, st), "%s", a.body)
	return st
}

// fill replaces the names of what earlier answers were.
func fill(text string, known map[string]string) string {
	for name, value := range known {
		text = strings.ReplaceAll(text, "$"+name, value)
	}
	return text
}

// at returns a member of a value: shelves.0.name.
func at(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		switch of := v.(type) {
		case map[string]any:
			v = of[name]
		case []any:
			if name != "0" || len(of) == 0 {
				return nil
			}
			v = of[0]
		default:
			return nil
		}
	}
	return v
}

// A step is a call by curl. What is wanted of the answer is by the paths of its members;
// nil is that there is none.
type step struct {
	method, verb, path, body string
	want                     map[string]any
	keep                     map[string]string // a member by a name, for the steps after
}

// day is what can be done in a library, in an order in which it can be.
var day = []step{
	{"CreateUser", "POST", "/v1/users", `{"username": "ada", "email": "ada@example.com"}`, map[string]any{"id": "1", "username": "ada"}, nil},
	{"CreateUser", "POST", "/v1/users?validateOnly=true", `{"username": "bob", "email": "bob@example.com"}`, map[string]any{"username": "bob"}, nil},
	{"CreateUser", "POST", "/v1/users", `{"username": "bob", "email": "bob@example.com"}`, nil, map[string]string{"bob": "id"}},
	{"GetUser", "GET", "/v1/users/1", "", map[string]any{"username": "ada", "email": "ada@example.com"}, nil},
	{"GetUserByUsername", "GET", "/v1/users:lookup?username=bob", "", map[string]any{"id": "$bob"}, nil},
	{"ListUsers", "GET", "/v1/users?page_size=1", "", map[string]any{"users.0.username": "ada"}, map[string]string{"next": "nextPageToken"}},
	{"ListUsers", "GET", "/v1/users?pageSize=1&pageToken=$next", "", map[string]any{"users.0.username": "bob", "nextPageToken": nil}, nil},
	{"UpdateUser", "PATCH", "/v1/users/1?update_mask=email", `{"username": "ignored", "email": "ada@example.org"}`, map[string]any{"username": "ada", "email": "ada@example.org"}, nil},
	{"UpdateUser", "PATCH", "/v1/users/1", `{"email": "ada@example.net"}`, map[string]any{"username": "ada", "email": "ada@example.net"}, nil},
	{"UpdateUser", "PATCH", "/v1/users/1?updateMask=*", `{"username": "ada", "email": "ada@example.com"}`, map[string]any{"email": "ada@example.com"}, nil},
	{"DeleteUser", "DELETE", "/v1/users/$bob", "", nil, nil},
	{"DeleteUser", "DELETE", "/v1/users/$bob?allow_missing=true", "", nil, nil},

	{"CreateAuthor", "POST", "/v1/authors", `{"displayName": "Mary Ann Evans", "birthYear": 1819, "aliases": [{"displayName": "George Eliot"}]}`, nil, map[string]string{"eliot": "id"}},
	{"GetAuthor", "GET", "/v1/authors/$eliot", "", map[string]any{"displayName": "Mary Ann Evans", "aliases": nil}, nil},
	{"GetAuthor", "GET", "/v1/authors/$eliot?readMask=displayName,aliases", "", map[string]any{"aliases.0.displayName": "George Eliot", "birthYear": nil}, nil},
	{"BatchCreateAuthors", "POST", "/v1/authors:batchCreate", `{"requests": [{"author": {"displayName": "Herman Melville"}}]}`, nil, map[string]string{"melville": "authors.0.id"}},
	{"BatchGetAuthors", "GET", "/v1/authors:batchGet?ids=$melville&ids=$eliot", "", map[string]any{"authors.0.displayName": "Herman Melville"}, nil},
	{"ListAuthors", "GET", "/v1/authors?page_size=10", "", map[string]any{"authors.0.displayName": "Mary Ann Evans"}, nil},
	{"UpdateAuthor", "PATCH", "/v1/authors/$eliot?updateMask=birthYear", `{}`, map[string]any{"birthYear": nil, "displayName": "Mary Ann Evans"}, nil},
	{"UpdateAuthor", "PATCH", "/v1/authors/$eliot", `{"birthYear": 0}`, map[string]any{"birthYear": 0.0}, nil},

	{"CreateShelf", "POST", "/v1/shelves?shelfId=sea", `{"theme": "the sea"}`, map[string]any{"name": "shelves/sea"}, nil},
	{"GetShelf", "GET", "/v1/shelves/sea", "", map[string]any{"theme": "the sea"}, nil},
	{"ListShelves", "GET", "/v1/shelves", "", map[string]any{"shelves.0.name": "shelves/sea"}, nil},
	{"UpdateShelf", "PATCH", "/v1/shelves/land?allow_missing=true", `{"theme": "the land"}`, map[string]any{"name": "shelves/land"}, nil},
	{"DeleteShelf", "DELETE", "/v1/shelves/land", "", nil, nil},

	{"CreateBook", "POST", "/v1/shelves/sea/books?book_id=moby-dick", `{"title": "Moby-Dick", "authorId": "$melville", "isbn": "9780142437247", "pages": 635, "publishTime": "1851-10-18T00:00:00Z", "loanPeriod": "1209600s", "reviews": {"John Smith": {"stars": 5}}, "imprint": {"publisher": "Harper", "city": "New York"}}`, map[string]any{"name": "shelves/sea/books/moby-dick"}, map[string]string{"etag": "etag"}},
	{"CreateBook", "POST", "/v1/shelves/sea/books?bookId=typee", `{"title": "Typee", "pages": 325}`, map[string]any{"pages": 325.0}, nil},
	{"GetBook", "GET", "/v1/shelves/sea/books/moby-dick?read_mask=title,publishTime,author.display_name", "", map[string]any{"title": "Moby-Dick", "publishTime": "1851-10-18T00:00:00Z", "author.displayName": "Herman Melville", "pages": nil}, nil},
	{"GetBookByIsbn", "GET", "/v1/books:lookup?isbn=9780142437247", "", map[string]any{"title": "Moby-Dick"}, nil},
	{"ListBooks", "GET", "/v1/shelves/-/books?filter=pages%20%3E%20400&orderBy=pages%20desc&readMask=title", "", map[string]any{"books.0.title": "Moby-Dick", "books.0.pages": nil, "totalSize": 1.0}, nil},
	{"ListBooks", "GET", "/v1/shelves/sea/books?order_by=pages&page_size=1", "", map[string]any{"books.0.title": "Typee", "totalSize": 2.0}, map[string]string{"page2": "nextPageToken"}},
	{"ListBooks", "GET", "/v1/shelves/sea/books?order_by=pages&page_size=1&page_token=$page2", "", map[string]any{"books.0.title": "Moby-Dick", "nextPageToken": nil}, nil},
	{"UpdateBook", "PATCH", "/v1/shelves/sea/books/moby-dick?updateMask=title,loanPeriod", `{"title": "The Whale", "etag": "$etag"}`, map[string]any{"title": "The Whale", "loanPeriod": nil, "pages": 635.0}, nil},
	{"UpdateBook", "PATCH", "/v1/shelves/sea/books/moby-dick", `{"pages": 0, "imprint": {"publisher": "Bentley"}}`, map[string]any{"pages": nil, "imprint.publisher": "Bentley", "imprint.city": "New York", "title": "The Whale"}, nil},
	{"UpdateBook", "PATCH", "/v1/shelves/sea/books/moby-dick?update_mask=reviews.%60John%20Smith%60", `{"reviews": {"John Smith": {"stars": 3}}}`, map[string]any{"reviews.John Smith.stars": 3.0}, nil},
	{"DeleteBook", "DELETE", "/v1/shelves/sea/books/typee", "", map[string]any{"title": "Typee"}, nil},
	{"ListBooks", "GET", "/v1/shelves/sea/books?showDeleted=true&orderBy=title%20desc", "", map[string]any{"books.0.title": "Typee"}, nil},
	{"UndeleteBook", "POST", "/v1/shelves/sea/books/typee:undelete", `{}`, map[string]any{"deleteTime": nil}, nil},

	{"CreateLoan", "POST", "/v1/loans?requestId=0b8f2b5e-9d5c-4c3e-8a1f-6a2b7c1d0e9f", `{"book": "shelves/sea/books/typee", "userId": "1"}`, nil, map[string]string{"loan": "id"}},
	{"CreateLoan", "POST", "/v1/loans?request_id=0b8f2b5e-9d5c-4c3e-8a1f-6a2b7c1d0e9f", `{"book": "shelves/sea/books/typee", "userId": 1}`, map[string]any{"id": "$loan"}, nil},
	{"GetLoan", "GET", "/v1/loans/$loan", "", map[string]any{"userId": "1"}, nil},
	{"ListLoans", "GET", "/v1/loans?userId=1&userId=2&book=shelves/sea/books/typee", "", map[string]any{"loans.0.id": "$loan"}, nil},
	{"UpdateLoan", "PATCH", "/v1/loans/$loan", `{"remark": "a torn page"}`, map[string]any{"remark": "a torn page"}, nil},
	{"DeleteLoan", "DELETE", "/v1/loans/$loan", "", nil, nil},
	{"CreateLoan", "POST", "/v1/loans", `{"book": "shelves/sea/books/typee", "userId": "1"}`, nil, nil},
	{"ReturnBook", "POST", "/v1/shelves/sea/books/typee:return", `{}`, map[string]any{"title": "Typee", "borrowerId": nil}, nil},
	{"DeleteAuthor", "DELETE", "/v1/authors/$eliot", "", nil, nil},
}

// All methods can be called by curl, with masks, filters and pages.
func TestEveryMethodByCurl(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	as, known, called := headers(t, "librarian"), map[string]string{}, map[string]bool{"StreamBooks": true}
	for _, s := range day {
		path, body := fill(s.path, known), fill(s.body, known)
		got := l.send(t, as, s.verb, path, body)
		require.Equal(t, http.StatusOK, got.code, "%s %s: %s", s.verb, path, got.body)
		assert.NotEmpty(t, got.header.Get("Ratelimit"), "metadata are headers")
		value := got.value(t)
		for path, want := range s.want {
			if text, ok := want.(string); ok {
				want = fill(text, known)
			}
			assert.Equal(t, want, at(value, path), "%s %s: %s: %s", s.verb, s.path, path, got.body)
		}
		if s.want == nil && s.keep == nil && s.verb == "DELETE" {
			assert.Empty(t, value)
		}
		for name, path := range s.keep {
			text, _ := at(value, path).(string)
			require.NotEmpty(t, text, "%s of %s", path, got.body)
			quoted, err := json.Marshal(text)
			require.NoError(t, err)
			known[name] = string(quoted[1 : len(quoted)-1]) // etags have quotes themselves
		}
		called[s.method] = true
	}
	streamed := l.curl(t, as, "/v1/shelves/sea/books:stream?orderBy=title")
	assert.Equal(t, "application/x-ndjson", streamed.header.Get("Content-Type"))
	lines := strings.Split(strings.TrimSpace(string(streamed.body)), "\n")
	require.Len(t, lines, 2, "%s", streamed.body)
	assert.Contains(t, lines[0], `"The Whale"`)
	for _, m := range libraryv1.LibraryServiceInfo.Methods {
		name := m.FullName[strings.LastIndexByte(m.FullName, '/')+1:]
		assert.True(t, called[name], "%s was not called", name)
	}
}
