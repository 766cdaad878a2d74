package perimeter_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
)

// reasonAndFields returns what the details of a status say.
func reasonAndFields(t *testing.T, st *spb.Status) (reason string, fields []string) {
	t.Helper()
	for _, d := range st.GetDetails() {
		m, err := d.UnmarshalNew()
		require.NoError(t, err)
		switch m := m.(type) {
		case *errdetails.ErrorInfo:
			reason = m.GetReason()
			assert.Equal(t, "library.v1", m.GetDomain())
		case *errdetails.BadRequest:
			for _, v := range m.GetFieldViolations() {
				fields = append(fields, v.GetField())
			}
		}
	}
	return reason, fields
}

// Nothing of a request is ignored, and what is wrong is said with its place.
func TestNothingIsIgnored(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	as := headers(t, "librarian")
	require.Equal(t, http.StatusOK, l.send(t, as, "POST", "/v1/users", `{"username": "ada", "email": "a@example.com"}`).code)
	tests := []struct {
		name, verb, path, body string
		code                   int
		reason                 string
		fields                 []string
		message                string
	}{
		{"a parameter that is none", "GET", "/v1/users?pagesize=1", "", 400, "INVALID_FIELD", []string{"pagesize"}, "has no field"},
		{"all parameters that are wrong", "GET", "/v1/users?page_size=ten&limit=1", "", 400, "INVALID_FIELD", []string{"limit", "page_size"}, ""},
		{"a value that is no number", "GET", "/v1/users/ada", "", 400, "INVALID_FIELD", []string{"id"}, "ada"},
		{"a parameter twice", "GET", "/v1/users?page_size=1&page_size=2", "", 400, "INVALID_FIELD", []string{"page_size"}, "too many values"},
		{"a parameter by both names", "GET", "/v1/users?page_size=1&pageSize=2", "", 400, "INVALID_FIELD", []string{"page_size"}, "is set twice"},
		{"a parameter of the path's", "GET", "/v1/users/1?id=2", "", 400, "INVALID_FIELD", []string{"id"}, "is set by the path"},
		{"a parameter of the body's", "PATCH", "/v1/users/1?user.email=x", "{}", 400, "INVALID_FIELD", []string{"user.email"}, "is set by the body"},
		{"a parameter where the body is all", "POST", "/v1/authors:batchCreate?requests=x", "{}", 400, "INVALID_FIELD", []string{"requests"}, "is a field of the body"},
		{"a malformed query", "GET", "/v1/users?a=%zz", "", 400, "INVALID_FIELD", []string{""}, "malformed"},
		{"a field that is none", "POST", "/v1/users", `{"username": "bob", "mail": "b@example.com"}`, 400, "INVALID_BODY", []string{"user"}, `unknown field "mail"`},
		{"a field that is none, in a PATCH", "PATCH", "/v1/users/1", `{"mail": "b@example.com"}`, 400, "INVALID_BODY", []string{"user"}, `unknown field "mail"`},
		{"a field of another type", "POST", "/v1/users", `{"username": 1}`, 400, "INVALID_BODY", []string{"user"}, "1"},
		{"half a body", "POST", "/v1/users", `{"username": "bob"`, 400, "INVALID_BODY", []string{"user"}, "unexpected EOF"},
		{"two bodies", "POST", "/v1/users", `{"username": "bob"} {}`, 400, "INVALID_BODY", []string{"user"}, "something follows"},
		{"a body where none is taken", "GET", "/v1/users", `{"pageSize": 1}`, 400, "INVALID_BODY", nil, "takes no body"},
		{"a body of DELETE", "DELETE", "/v1/users/1", `{"allowMissing": true}`, 400, "INVALID_BODY", nil, "takes no body"},
		{"a body that is too large", "POST", "/v1/users", "@large", 413, "INVALID_BODY", nil, "larger than 4194304 bytes"},
		{"a mask of no field", "PATCH", "/v1/users/1?update_mask=eMail", `{"email": "b@example.com"}`, 400, "INVALID_FIELD_MASK", []string{"update_mask"}, ""},
		{"a path that is none", "GET", "/v1/readers", "", 404, "UNKNOWN_PATH", nil, "nothing at this path"},
		{"a verb that the path has not", "PUT", "/v1/users/1", "{}", 405, "UNKNOWN_VERB", nil, "DELETE, GET, HEAD, PATCH"},
		{"an escape that is none", "GET", "/v1/shelves/%2/books", "", 400, "", nil, ""},
	}
	large := filepath.Join(t.TempDir(), "large")
	require.NoError(t, os.WriteFile(large, []byte(`{"username": "`+strings.Repeat("x", 5<<20)+`"}`), 0o600))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := l.send(t, as, tt.verb, tt.path, strings.Replace(tt.body, "@large", "@"+large, 1))
			require.Equal(t, tt.code, got.code, "%s", got.body)
			if tt.reason == "" { // net/http has refused it
				return
			}
			reason, fields := reasonAndFields(t, got.status(t))
			assert.Equal(t, tt.reason, reason)
			assert.Equal(t, tt.fields, fields)
			assert.Contains(t, got.status(t).GetMessage(), tt.message)
			if tt.code == http.StatusMethodNotAllowed {
				assert.Equal(t, tt.message, got.header.Get("Allow"))
			}
		})
	}
}

// A form is what a page of anybody can have a browser send, so it is no body.
func TestBodiesAreJSON(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""} {
		got := l.curl(t, headers(t, "librarian"), "--header", "Content-Type:"+kind, "--data-binary", `{"username": "ada", "email": "a@example.com"}`, "/v1/users")
		assert.Equal(t, http.StatusUnsupportedMediaType, got.code, kind)
		assert.EqualValues(t, codes.InvalidArgument, got.status(t).GetCode())
	}
	got := l.curl(t, headers(t, "librarian"), "--header", "Content-Type: application/json; charset=utf-8", "--data-binary", `{"username": "ada", "email": "a@example.com"}`, "/v1/users")
	assert.Equal(t, http.StatusOK, got.code, "%s", got.body)
}

// Headers are metadata, and bytes are in base64. Cookies are not passed on.
func TestHeaders(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	as := headers(t, "librarian")
	as.Set("Any-Bin", "!")
	got := l.curl(t, as, "/v1/users")
	assert.Equal(t, http.StatusBadRequest, got.code)
	assert.Contains(t, got.status(t).GetMessage(), "the header any-bin is not base64")
	as.Set("Any-Bin", "AAEC")
	assert.Equal(t, http.StatusOK, l.curl(t, as, "/v1/users").code)
	as.Del("X-Tenant")
	got = l.curl(t, as, "/v1/loans")
	assert.Equal(t, http.StatusUnauthorized, got.code, "%s", got.body)
	assert.Equal(t, "Bearer", got.header.Get("Www-Authenticate"))
	as.Set("Grpc-Timeout", "soon")
	assert.Equal(t, http.StatusBadRequest, l.curl(t, as, "/v1/users").code)
}

// HEAD is GET without the body, and the document is there for whoever asks.
func TestHeadAndDocument(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	got := l.curl(t, headers(t, "librarian"), "--head", "/v1/users")
	assert.Equal(t, http.StatusOK, got.code)
	assert.Empty(t, got.body)
	got = l.curl(t, nil, "/openapi.yaml")
	assert.Equal(t, http.StatusOK, got.code)
	assert.Contains(t, string(got.body), "openapi: 3.0.3")
}

// A limit's error says when to come back, in the header that HTTP has for it too.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	as := headers(t, "librarian")
	var refused answer
	for range 101 { // the limit is 100 in a minute
		resp, err := http.DefaultClient.Do(request(t, l.url+"/v1/loans", as))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	refused = l.send(t, as, "POST", "/v1/loans", "{}")
	assert.Equal(t, http.StatusTooManyRequests, refused.code, "%s", refused.body)
	assert.NotEmpty(t, refused.header.Get("Retry-After"))
	assert.NotEmpty(t, refused.header.Get("Ratelimit"))
}

func request(t *testing.T, url string, header http.Header) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
	require.NoError(t, err)
	r.Header = header.Clone()
	r.Header.Set("Content-Type", "application/json")
	return r
}

// A stream that fails says so in its last line.
func TestStreamErrors(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	got := l.curl(t, headers(t, "librarian"), "/v1/shelves/-/books:stream?filter=nope%3D1")
	assert.Equal(t, http.StatusBadRequest, got.code)
	var line struct{ Error json.RawMessage }
	require.NoError(t, json.Unmarshal(got.body, &line))
	reason, _ := reasonAndFields(t, answer{body: line.Error}.status(t))
	assert.Equal(t, "INVALID_FILTER", reason)
}

// What was read can be sent back: what the server keeps is no part of a mask that is made
// of the body.
func TestPatchWithWhatWasRead(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	l.furnish(t)
	as, path := headers(t, "librarian"), "/v1/shelves/sea/books/moby-dick"
	read := l.curl(t, as, path)
	book := read.value(t)
	book["title"] = "The Whale"
	body, err := json.Marshal(book)
	require.NoError(t, err)
	written := l.send(t, as, "PATCH", path, string(body))
	require.Equal(t, http.StatusOK, written.code, "%s", written.body)
	assert.Equal(t, "The Whale", written.value(t)["title"])
	assert.Equal(t, book["createTime"], written.value(t)["createTime"])
	stale := l.send(t, as, "PATCH", path, string(body)) // the etag is not the stored one any more
	assert.Equal(t, http.StatusConflict, stale.code)
	assert.EqualValues(t, codes.Aborted, stale.status(t).GetCode())
}
