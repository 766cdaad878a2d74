package perimeter_test

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/google/go-cmp/cmp"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
)

// A protocol makes a call of a method, with a request in JSON, and returns the answer in
// JSON and the status.
type protocol func(t *testing.T, header http.Header, method, request string) (string, *spb.Status)

// methodNamed returns the descriptor of a method of the library.
func methodNamed(t *testing.T, name string) protoreflect.MethodDescriptor {
	t.Helper()
	desc, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(libraryv1.LibraryService_ServiceDesc.ServiceName))
	require.NoError(t, err)
	m := desc.(protoreflect.ServiceDescriptor).Methods().ByName(protoreflect.Name(name))
	require.NotNil(t, m, name)
	return m
}

func procedure(m protoreflect.MethodDescriptor) string {
	return "/" + string(m.Parent().FullName()) + "/" + string(m.Name())
}

func fromJSON(t *testing.T, of protoreflect.MessageDescriptor, text string) *dynamicpb.Message {
	t.Helper()
	m := dynamicpb.NewMessage(of)
	require.NoError(t, protojson.Unmarshal([]byte(text), m))
	return m
}

func toJSON(t *testing.T, m proto.Message) string {
	t.Helper()
	text, err := protojson.Marshal(m)
	require.NoError(t, err)
	return string(text)
}

// native is gRPC from server to client.
func native(conn *grpc.ClientConn) protocol {
	return func(t *testing.T, header http.Header, method, request string) (string, *spb.Status) {
		t.Helper()
		m := methodNamed(t, method)
		md := metadata.MD{}
		for name, values := range header {
			md.Set(name, values...)
		}
		out := dynamicpb.NewMessage(m.Output())
		err := conn.Invoke(metadata.NewOutgoingContext(t.Context(), md), procedure(m), fromJSON(t, m.Input(), request), out)
		return toJSON(t, out), status.Convert(err).Proto()
	}
}

// connected is a protocol that connect's client speaks.
func connected(client *http.Client, url string, options ...connect.ClientOption) protocol {
	return func(t *testing.T, header http.Header, method, request string) (string, *spb.Status) {
		t.Helper()
		m := methodNamed(t, method)
		c := connect.NewClient[dynamicpb.Message, dynamicpb.Message](client, url+procedure(m), append(options,
			connect.WithSchema(m),
			connect.WithResponseInitializer(func(_ connect.Spec, out any) error {
				*out.(*dynamicpb.Message) = *dynamicpb.NewMessage(m.Output())
				return nil
			}))...)
		req := connect.NewRequest(fromJSON(t, m.Input(), request))
		maps.Copy(req.Header(), header)
		res, err := c.CallUnary(t.Context(), req)
		if err != nil {
			return "", connectStatus(t, err)
		}
		return toJSON(t, res.Msg), &spb.Status{}
	}
}

func connectStatus(t *testing.T, err error) *spb.Status {
	t.Helper()
	var failed *connect.Error
	require.True(t, errors.As(err, &failed), "%v", err)
	st := &spb.Status{Code: int32(failed.Code()), Message: failed.Message()}
	for _, d := range failed.Details() {
		m, err := d.Value()
		require.NoError(t, err)
		detail, err := anypb.New(m)
		require.NoError(t, err)
		st.Details = append(st.Details, detail)
	}
	return st
}

// h2c returns a client that speaks HTTP/2 in plain text.
func h2c(t *testing.T) *http.Client {
	t.Helper()
	transport := &http.Transport{Protocols: &http.Protocols{}}
	transport.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// protocols are all that speak RPC.
func (l *library) protocols(t *testing.T) map[string]protocol {
	t.Helper()
	return map[string]protocol{
		"gRPC":              native(l.dial(t)),
		"Connect":           connected(http.DefaultClient, l.url),
		"Connect, JSON":     connected(http.DefaultClient, l.url, connect.WithProtoJSON()),
		"Connect, gzip":     connected(http.DefaultClient, l.url, connect.WithSendGzip()),
		"gRPC-Web":          connected(http.DefaultClient, l.url, connect.WithGRPCWeb()),
		"gRPC-Web, JSON":    connected(http.DefaultClient, l.url, connect.WithGRPCWeb(), connect.WithProtoJSON()),
		"gRPC of the front": connected(h2c(t), l.url, connect.WithGRPC()),
	}
}

// A mistake is a call that fails, in RPC and in REST.
type mistake struct {
	name             string
	method, request  string
	verb, path, body string
	code             codes.Code
	role             string // librarian, if empty; "-" is nobody
	branch           string // the usual one, if empty; "-" is none
}

var mistakes = []mistake{
	{"not found", "GetUser", `{"id": 99}`, "GET", "/v1/users/99", "", codes.NotFound, "", ""},
	{"a name that none can be", "GetShelf", `{"name": "shelves/BAD NAME"}`, "GET", "/v1/shelves/BAD%20NAME", "", codes.NotFound, "", ""},
	{"two fields missing", "CreateUser", `{"user": {}}`, "POST", "/v1/users", `{}`, codes.InvalidArgument, "", ""},
	{"nothing to create", "CreateUser", `{}`, "POST", "/v1/users", ``, codes.InvalidArgument, "", ""},
	{"too long", "CreateUser", `{"user": {"username": "` + strings.Repeat("a", 33) + `", "email": "x"}}`, "POST", "/v1/users", `{"username": "` + strings.Repeat("a", 33) + `", "email": "x"}`, codes.InvalidArgument, "", ""},
	{"there already", "CreateUser", `{"user": {"username": "ada", "email": "x"}}`, "POST", "/v1/users", `{"username": "ada", "email": "x"}`, codes.AlreadyExists, "", ""},
	{"id taken", "CreateShelf", `{"shelfId": "sea", "shelf": {"theme": "x"}}`, "POST", "/v1/shelves?shelfId=sea", `{"theme": "x"}`, codes.AlreadyExists, "", ""},
	{"filter", "ListBooks", `{"parent": "shelves/sea", "filter": "pages >"}`, "GET", "/v1/shelves/sea/books?filter=pages%20%3E", "", codes.InvalidArgument, "", ""},
	{"field of a filter", "ListBooks", `{"parent": "shelves/sea", "filter": "nope = 1"}`, "GET", "/v1/shelves/sea/books?filter=nope%20%3D%201", "", codes.InvalidArgument, "", ""},
	{"order", "ListBooks", `{"parent": "shelves/sea", "orderBy": "nope desc"}`, "GET", "/v1/shelves/sea/books?orderBy=nope%20desc", "", codes.InvalidArgument, "", ""},
	{"page token", "ListBooks", `{"parent": "shelves/sea", "pageToken": "junk"}`, "GET", "/v1/shelves/sea/books?pageToken=junk", "", codes.InvalidArgument, "", ""},
	{"page size", "ListBooks", `{"parent": "shelves/sea", "pageSize": -1}`, "GET", "/v1/shelves/sea/books?page_size=-1", "", codes.InvalidArgument, "", ""},
	{"no such parent", "ListBooks", `{"parent": "shelves/none"}`, "GET", "/v1/shelves/none/books", "", codes.NotFound, "", ""},
	{"read mask", "GetBook", `{"name": "shelves/sea/books/moby-dick", "readMask": "title,nope"}`, "GET", "/v1/shelves/sea/books/moby-dick?readMask=title,nope", "", codes.InvalidArgument, "", ""},
	{"update mask", "UpdateBook", `{"book": {"name": "shelves/sea/books/moby-dick"}, "updateMask": "nope"}`, "PATCH", "/v1/shelves/sea/books/moby-dick?updateMask=nope", `{}`, codes.InvalidArgument, "", ""},
	{"required in a message", "UpdateBook", `{"book": {"name": "shelves/sea/books/moby-dick", "title": ""}, "updateMask": "title"}`, "PATCH", "/v1/shelves/sea/books/moby-dick?updateMask=title", `{"title": ""}`, codes.InvalidArgument, "", ""},
	{"validator", "UpdateBook", `{"book": {"name": "shelves/sea/books/moby-dick", "isbn": "1"}, "updateMask": "isbn"}`, "PATCH", "/v1/shelves/sea/books/moby-dick?updateMask=isbn", `{"isbn": "1"}`, codes.InvalidArgument, "", ""},
	{"immutable", "UpdateLoan", `{"loan": {"id": "$loan", "userId": 2}, "updateMask": "userId"}`, "PATCH", "/v1/loans/$loan?updateMask=userId", `{"userId": 2}`, codes.InvalidArgument, "", ""},
	{"etag", "DeleteBook", `{"name": "shelves/sea/books/moby-dick", "etag": "\"AAAAAAAAAAAAAAAAAAAAAA\""}`, "DELETE", "/v1/shelves/sea/books/moby-dick?etag=%22AAAAAAAAAAAAAAAAAAAAAA%22", "", codes.Aborted, "", ""},
	{"hook", "DeleteBook", `{"name": "shelves/sea/books/moby-dick"}`, "DELETE", "/v1/shelves/sea/books/moby-dick", "", codes.FailedPrecondition, "", ""},
	{"not deleted", "UndeleteBook", `{"name": "shelves/sea/books/moby-dick"}`, "POST", "/v1/shelves/sea/books/moby-dick:undelete", `{}`, codes.AlreadyExists, "", ""},
	{"children", "DeleteShelf", `{"name": "shelves/sea"}`, "DELETE", "/v1/shelves/sea", "", codes.FailedPrecondition, "", ""},
	{"reference", "CreateLoan", `{"loan": {"book": "shelves/sea/books/none", "userId": 1}}`, "POST", "/v1/loans", `{"book": "shelves/sea/books/none", "userId": 1}`, codes.NotFound, "", ""},
	{"one of a batch", "BatchGetAuthors", `{"ids": ["0190a1b2-0000-7000-8000-000000000000"]}`, "GET", "/v1/authors:batchGet?ids=0190a1b2-0000-7000-8000-000000000000", "", codes.NotFound, "", ""},
	{"an id that none can be", "GetAuthor", `{"id": "x"}`, "GET", "/v1/authors/x", "", codes.NotFound, "", ""},
	{"no credentials", "DeleteUser", `{"id": 1}`, "DELETE", "/v1/users/1", "", codes.Unauthenticated, "-", ""},
	{"no permission", "DeleteUser", `{"id": 1}`, "DELETE", "/v1/users/1", "", codes.PermissionDenied, "reader", ""},
	{"no branch", "ListLoans", `{}`, "GET", "/v1/loans", "", codes.Unauthenticated, "", "-"},
}

// furnish makes what the mistakes are about, and returns the names of it.
func (l *library) furnish(t *testing.T) map[string]string {
	t.Helper()
	as := headers(t, "librarian")
	require.Equal(t, http.StatusOK, l.send(t, as, "POST", "/v1/users", `{"username": "ada", "email": "a@example.com"}`).code)
	require.Equal(t, http.StatusOK, l.send(t, as, "POST", "/v1/shelves?shelfId=sea", `{"theme": "the sea"}`).code)
	require.Equal(t, http.StatusOK, l.send(t, as, "POST", "/v1/shelves/sea/books?bookId=moby-dick", `{"title": "Moby-Dick"}`).code)
	loan := l.send(t, as, "POST", "/v1/loans", `{"book": "shelves/sea/books/moby-dick", "userId": 1}`)
	require.Equal(t, http.StatusOK, loan.code, "%s", loan.body)
	return map[string]string{"loan": loan.value(t)["id"].(string)}
}

// The same mistake has the same code, message and details in every protocol.
func TestErrorsAreTheSame(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	known, protocols := l.furnish(t), l.protocols(t)
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			as := headers(t, strings.Replace(m.role, "-", "nobody", 1))
			if m.role == "" {
				as = headers(t, "librarian")
			}
			if m.role == "-" {
				as.Del("Authorization")
			}
			if m.branch == "-" {
				as.Del("X-Tenant")
			}
			got := l.send(t, as, m.verb, fill(m.path, known), fill(m.body, known))
			want := got.status(t)
			require.Equal(t, m.code, codes.Code(want.GetCode()), "%s", got.body)
			require.NotEmpty(t, want.GetDetails(), "%s", got.body)
			for _, name := range slices.Sorted(maps.Keys(protocols)) {
				_, st := protocols[name](t, as, m.method, fill(m.request, known))
				assert.Empty(t, cmp.Diff(want, st, protocmp.Transform()), name)
			}
		})
	}
}

// The same call has the same answer in every protocol.
func TestAnswersAreTheSame(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	l.furnish(t)
	want := l.curl(t, headers(t, "librarian"), "/v1/shelves/-/books?readMask=title,etag,updateTime").value(t)
	require.NotEmpty(t, at(want, "books.0.etag"))
	for name, call := range l.protocols(t) {
		got, st := call(t, headers(t, "librarian"), "ListBooks", `{"parent": "shelves/-", "readMask": "title,etag,updateTime"}`)
		require.Zero(t, st.GetCode(), "%s: %s", name, st)
		assert.Equal(t, want, answer{header: http.Header{"Content-Type": {"application/json"}}, body: []byte(got)}.value(t), name)
	}
}

// A method that is none, and a field that is none in JSON, are said to be so.
func TestConnectRefuses(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	path := procedure(methodNamed(t, "ListUsers"))
	got := l.send(t, nil, "POST", path, `{"pagesize": 1}`)
	assert.Equal(t, http.StatusBadRequest, got.code)
	assert.Contains(t, string(got.body), `unknown field \"pagesize\"`)
	assert.Equal(t, "invalid_argument", got.value(t)["code"])
	got = l.send(t, nil, "POST", strings.Replace(path, "ListUsers", "Nope", 1), `{}`)
	assert.Equal(t, http.StatusNotImplemented, got.code)
	assert.Equal(t, "unimplemented", got.value(t)["code"])
}

// A stream arrives message by message, in each protocol.
func TestStreams(t *testing.T) {
	t.Parallel()
	l := newLibrary(t)
	l.furnish(t)
	for name, options := range map[string][]connect.ClientOption{
		"Connect": nil, "Connect, JSON": {connect.WithProtoJSON()}, "gRPC-Web": {connect.WithGRPCWeb()},
	} {
		c := connect.NewClient[libraryv1.StreamBooksRequest, libraryv1.Book](http.DefaultClient, l.url+libraryv1.LibraryService_StreamBooks_FullMethodName, options...)
		stream, err := c.CallServerStream(context.WithoutCancel(t.Context()), connect.NewRequest(&libraryv1.StreamBooksRequest{Parent: "shelves/-"}))
		require.NoError(t, err, name)
		require.True(t, stream.Receive(), "%s: %v", name, stream.Err())
		assert.Equal(t, "Moby-Dick", stream.Msg().GetTitle(), name)
		assert.False(t, stream.Receive(), name)
		assert.NoError(t, stream.Err(), name)
		require.NoError(t, stream.Close(), name)
	}
}
