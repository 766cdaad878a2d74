package apitest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/auth"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/identity"
)

// An accessCall is one method and what it is called with. KEY stands for the id of a
// resource, and so does "none" for one that nobody has.
type accessCall struct {
	method  string
	request string
	// wrong is added to the request to make it invalid; empty where nothing can be.
	wrong string
	// malformed is a request whose key cannot be read; empty where there is no key.
	malformed string
	// absent is the code of the same call for a resource that is not there.
	absent codes.Code
	// deleted says that the resource is deleted before.
	deleted bool
}

const (
	accessBook   = "name: 'shelves/a/books/KEY'"
	accessMask   = " read_mask: {paths: 'x'}"
	accessUpdate = " update_mask: {paths: 'x'}"
	accessParent = "parent: 'shelves/a'"
	accessNull   = " etag: '\\x00'"
)

var accessCalls = []accessCall{
	{method: "NamedService/GetBook", request: accessBook, wrong: accessMask, malformed: "name: 'x'", absent: codes.NotFound},
	{method: "NamedService/ListBooks", request: accessParent, wrong: " filter: '('", malformed: "parent: 'x'"},
	{method: "NamedService/StreamBooks", request: accessParent, wrong: " filter: '('", malformed: "parent: 'x'"},
	{method: "NamedService/CreateBook", request: accessParent + " book_id: 'newKEY' book: {title: 'T'}", wrong: " request_id: 'x'", malformed: "parent: 'x'"},
	{method: "NamedService/UpdateBook", request: "book: {" + accessBook + " title: 'U'}", wrong: accessUpdate, malformed: "book: {name: 'x'}", absent: codes.NotFound},
	{method: "NamedService/DeleteBook", request: accessBook, wrong: " request_id: 'x'", malformed: "name: 'x'", absent: codes.NotFound},
	{method: "NamedService/UndeleteBook", request: accessBook, wrong: " request_id: 'x'", malformed: "name: 'x'", absent: codes.NotFound, deleted: true},
	{method: "NamedService/BatchGetBooks", request: "names: 'shelves/a/books/KEY'", wrong: accessMask, malformed: "names: 'x'", absent: codes.NotFound},
	{method: "NamedService/BatchCreateBooks", request: "requests: {" + accessParent + " book_id: 'moreKEY' book: {title: 'T'}}", wrong: " request_id: 'x'", malformed: "requests: {parent: 'x' book: {title: 'T'}}"},
	{method: "NamedService/BatchUpdateBooks", request: "requests: {book: {" + accessBook + " title: 'U'}}", wrong: accessUpdate, malformed: "requests: {book: {name: 'x'}}", absent: codes.NotFound},
	{method: "NamedService/BatchDeleteBooks", request: "names: 'shelves/a/books/KEY'", malformed: "names: 'x'", absent: codes.NotFound},
	{method: "NamedService/UpdateShelf", request: "shelf: {name: 'shelves/aKEY' theme: 'U'}", wrong: accessUpdate, malformed: "shelf: {name: 'x'}", absent: codes.NotFound},
	{method: "NamedService/DeleteShelf", request: "name: 'shelves/aKEY'", malformed: "name: 'x'", absent: codes.NotFound},
	{method: "PlainService/GetFilm", request: "id: KEY", wrong: accessMask, malformed: "id: 0", absent: codes.NotFound},
	{method: "PlainService/UpdateFilm", request: "film: {id: KEY title: 'U'}", wrong: accessUpdate, malformed: "film: {id: 0}", absent: codes.NotFound},
	{method: "PlainService/DeleteFilm", request: "id: KEY", wrong: " request_id: 'x'", malformed: "id: 0", absent: codes.NotFound},
	{method: "PlainService/UndeleteFilm", request: "id: KEY", malformed: "id: 0", absent: codes.NotFound, deleted: true},
	{method: "PlainService/BatchGetFilms", request: "ids: KEY", malformed: "ids: 0", absent: codes.NotFound},
	{method: "PlainService/BatchUpdateFilms", request: "requests: {film: {id: KEY title: 'U'}}", wrong: " requests: {film: {id: KEY} update_mask: {paths: 'x'}}", malformed: "requests: {film: {id: 0}}", absent: codes.NotFound},
	{method: "PlainService/BatchDeleteFilms", request: "ids: KEY", malformed: "ids: 0", absent: codes.NotFound},
	{method: "PlainService/GetMember", request: "org: 'a' number: KEY", malformed: "org: 'a'", absent: codes.NotFound},
	{method: "PlainService/UpdateMember", request: "member: {org: 'a' number: KEY role: 'U'}", wrong: accessUpdate, malformed: "member: {org: 'a'}", absent: codes.NotFound},
	{method: "PlainService/DeleteMember", request: "org: 'a' number: KEY", malformed: "org: 'a'", absent: codes.NotFound},
	{method: "PlainService/BatchGetMembers", request: "requests: {org: 'a' number: KEY}", malformed: "requests: {org: 'a'}", absent: codes.NotFound},
	{method: "PlainService/BatchDeleteMembers", request: "requests: {org: 'a' number: KEY}", malformed: "requests: {org: 'a'}", absent: codes.NotFound},
}

// accessOthers are the methods that name no resource and no parent: who may call them is
// said by permissions, and what they show by scopes.
var accessOthers = []accessCall{
	{method: "NamedService/CreateShelf", request: "shelf_id: 'newKEY' shelf: {theme: 'T'}"},
	{method: "NamedService/ListShelves"},
	{method: "PlainService/ListFilms"},
	{method: "PlainService/StreamFilms"},
	{method: "PlainService/CreateFilm", request: "film: {title: 'T'}"},
	{method: "PlainService/BatchCreateFilms", request: "requests: {film: {title: 'T'}}"},
	{method: "PlainService/CreateMember", request: "member: {org: 'a' number: 1KEY role: 'r'}"},
	{method: "PlainService/ListMembers", request: "org: 'a'"},
}

// accessLookups name a resource by another field than its key.
var accessLookups = []accessCall{
	{method: "NamedService/GetBookByIsbn", request: "isbn: 'KEY'", malformed: "isbn: ''", absent: codes.NotFound},
	{method: "PlainService/GetFilmByCode", request: "code: 'KEY'", wrong: accessMask, malformed: "code: ''", absent: codes.NotFound},
}

// accessWrites reports whether a method changes something.
func accessWrites(method string) bool {
	_, method, _ = strings.Cut(method, "/")
	method = strings.TrimPrefix(method, "Batch")
	return !slices.ContainsFunc([]string{"Get", "List", "Stream"}, func(p string) bool { return strings.HasPrefix(method, p) })
}

// accessGuard lets ann and eve do all that methods ask for, and bob read. What is in
// shelves/a, films and the members of a is ann's alone.
func accessGuard(t testing.TB) *auth.Guard {
	t.Helper()
	var services []auth.Info
	for _, name := range []string{"NamedService", "PlainService"} {
		s := auth.Service{Name: "apitest." + name, Permissions: []string{"items.read"}}
		for _, c := range slices.Concat(accessCalls, accessOthers, accessLookups) {
			if strings.HasPrefix(c.method, name) && accessWrites(c.method) {
				s.Methods = append(s.Methods, auth.Method{FullName: "/apitest." + c.method, Permissions: []string{"items.write"}})
			}
		}
		services = append(services, s)
	}
	roles := auth.AuthorizerFunc(func(ctx context.Context, a auth.Access) (bool, error) {
		p, _ := identity.FromContext(ctx)
		return p.ID != "bob" || a.Permission == "items.read", nil
	})
	owners := auth.ObjectAuthorizerFunc(func(ctx context.Context, _ auth.Access, o auth.Object) (bool, error) {
		if p, _ := identity.FromContext(ctx); p.ID != "ann" && p.ID != "bob" {
			return false, nil
		}
		switch o.Type {
		case "api.example.com/Shelf", "api.example.com/Book":
			return strings.HasPrefix(o.Name, "shelves/a"), nil
		case "apitest.Film":
			return o.Key.(int64) > 0, nil
		}
		return o.Key.(apitest.MemberKey).Org == "a", nil
	})
	bearer := auth.Bearer(func(_ context.Context, token string) (identity.Principal, error) {
		return identity.Principal{ID: token}, nil
	})
	guard, err := auth.New(bearer, roles, auth.Services(services...), auth.Objects(owners), auth.DefaultDeny())
	require.NoError(t, err)
	return guard
}

// An accessServer is both services behind a guard.
type accessServer struct {
	*readServer
	conn *grpc.ClientConn
}

func accessServe(t *testing.T, db crud.DB) *accessServer {
	s, guard := readServe(t, db), accessGuard(t)
	return &accessServer{s, readConnect(t, s.sent, nil,
		grpc.ChainUnaryInterceptor(guard.AuthenticateUnary, guard.AuthorizeUnary),
		grpc.ChainStreamInterceptor(guard.AuthenticateStream, guard.AuthorizeStream))}
}

// call makes a call of a user; nobody is "".
func (s *accessServer) call(t *testing.T, user, method, request string) *status.Status {
	t.Helper()
	ctx := t.Context()
	if user != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+user)
	}
	service, name, _ := strings.Cut(method, "/")
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName("apitest." + service))
	require.NoError(t, err)
	m := d.(protoreflect.ServiceDescriptor).Methods().ByName(protoreflect.Name(name))
	req, res := accessMessage(t, m.Input()), accessMessage(t, m.Output())
	require.NoError(t, prototext.Unmarshal([]byte(request), req), "%s: %s", method, request)
	full := "/apitest." + method
	if !m.IsStreamingServer() {
		return status.Convert(s.conn.Invoke(ctx, full, req, res))
	}
	stream, err := s.conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, full)
	require.NoError(t, err)
	require.NoError(t, stream.SendMsg(req))
	require.NoError(t, stream.CloseSend())
	for {
		if err := stream.RecvMsg(res); err != nil {
			if errors.Is(err, io.EOF) {
				return status.New(codes.OK, "")
			}
			return status.Convert(err)
		}
	}
}

func accessMessage(t *testing.T, d protoreflect.MessageDescriptor) proto.Message {
	t.Helper()
	mt, err := protoregistry.GlobalTypes.FindMessageByName(d.FullName())
	require.NoError(t, err)
	return mt.New().Interface()
}

// seed stores what the i-th call is about, and returns its id.
func (s *accessServer) seed(t *testing.T, i int, deleted bool) string {
	t.Helper()
	ctx, id := t.Context(), fmt.Sprint(900-i)
	_, err := s.shelves.Create(ctx, &apitest.Shelf{Name: "shelves/a" + id, Theme: "T"})
	require.NoError(t, err)
	s.book(t, &apitest.Book{Name: "shelves/a/books/" + id, Isbn: &id})
	s.film(t, &apitest.Film{Id: int64(900 - i), Code: &id})
	_, err = s.members.Create(ctx, &apitest.Member{Org: "a", Number: int64(900 - i), Role: "r"})
	require.NoError(t, err)
	if deleted {
		_, err = s.books.Delete(ctx, apitest.BookKey{ShelfId: "a", BookId: id})
		require.NoError(t, err)
		_, err = s.films.Delete(ctx, int64(900-i))
		require.NoError(t, err)
	}
	return id
}

// TestAccess_4_10_EveryMethod: each method × nobody, the wrong role, who may do nothing
// to the resource, and who may. Who may not learns neither whether the resource is there
// nor whether the request is right, and nothing is sent to the database.
func TestAccess_4_10_EveryMethod(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		s := accessServe(t, db)
		s.shelf(t, "a")
		calls := slices.Concat(accessCalls, accessOthers, accessLookups)
		for i, c := range calls {
			id := s.seed(t, i, c.deleted)
			fill := func(text, id string) string { return strings.ReplaceAll(text, "KEY", id) }
			s.sent.Reset()
			requests := []string{fill(c.request, id), fill(c.request, "999"), fill(c.request+c.wrong, id), c.malformed}
			for _, request := range requests {
				assert.Equal(t, codes.Unauthenticated, s.call(t, "", c.method, request).Code(), "%s: %s", c.method, request)
				if accessWrites(c.method) {
					st := s.call(t, "bob", c.method, request)
					assert.Equal(t, codes.PermissionDenied, st.Code(), "%s: %s", c.method, request)
				}
			}
			assert.Empty(t, s.sent.Statements(), c.method)
			switch {
			case i < len(accessCalls):
				s.denied(t, c, requests)
			case i >= len(accessCalls)+len(accessOthers):
				there, absent := s.call(t, "eve", c.method, requests[0]), s.call(t, "eve", c.method, requests[1])
				assert.Equal(t, codes.NotFound, there.Code(), c.method)
				assert.Equal(t, strings.ReplaceAll(absent.String(), "999", id), there.String())
			}
			assert.Equal(t, c.absent, s.call(t, "ann", c.method, requests[1]).Code(), "%s of what is not there", c.method)
			if c.wrong != "" {
				assert.Equal(t, codes.InvalidArgument, s.call(t, "ann", c.method, requests[2]).Code(), "%s: %s", c.method, requests[2])
			}
			st := s.call(t, "ann", c.method, requests[0])
			assert.Equal(t, codes.OK, st.Code(), "%s: %v", c.method, st)
		}
		assert.ElementsMatch(t, accessMethods(t), accessNames(calls), "no method is left out")
	})
}

// denied checks the answers to eve, who may do nothing to the resource.
func (s *accessServer) denied(t *testing.T, c accessCall, requests []string) {
	t.Helper()
	there := s.call(t, "eve", c.method, requests[0])
	assert.Equal(t, codes.PermissionDenied, there.Code(), "%s: %v", c.method, there)
	assert.Equal(t, auth.ReasonPermissionDenied, writeInfo(there).GetReason())
	assert.Equal(t, codes.PermissionDenied, s.call(t, "eve", c.method, requests[1]).Code(), c.method)
	assert.Equal(t, there.String(), s.call(t, "eve", c.method, requests[2]).String(), c.method)
	assert.Equal(t, codes.InvalidArgument, s.call(t, "eve", c.method, requests[3]).Code(), "%s: the key comes first", c.method)
	assert.Empty(t, s.sent.Statements(), c.method)
}

// accessMethods are the methods of both services.
func accessMethods(t *testing.T) (names []string) {
	t.Helper()
	for _, service := range []protoreflect.FullName{"apitest.NamedService", "apitest.PlainService"} {
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(service)
		require.NoError(t, err)
		methods := d.(protoreflect.ServiceDescriptor).Methods()
		for i := range methods.Len() {
			names = append(names, string(service.Name())+"/"+string(methods.Get(i).Name()))
		}
	}
	return names
}

func accessNames(calls []accessCall) (names []string) {
	for _, c := range calls {
		names = append(names, c.method)
	}
	return names
}

// TestAccess_4_10_Exists: who may create below a parent, but do nothing to a resource
// that is there, is not told that it is.
func TestAccess_4_10_Exists(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		s := readServe(t, db)
		s.shelf(t, "a")
		s.book(t, &apitest.Book{Name: "shelves/a/books/b1"}, &apitest.Book{Name: "shelves/a/books/b2"})
		parents := auth.ObjectAuthorizerFunc(func(_ context.Context, a auth.Access, o auth.Object) (bool, error) {
			return o.Key == nil || o.Name == "shelves/a/books/b2", nil
		})
		guard, err := auth.New(nil, nil, auth.Objects(parents))
		require.NoError(t, err)
		named, _ := readDial(t, s.db, nil, grpc.ChainUnaryInterceptor(guard.AuthorizeUnary))
		create := func(id string) error {
			_, err := named.CreateBook(t.Context(), &apitest.CreateBookRequest{Parent: "shelves/a", BookId: id, Book: &apitest.Book{Title: "T"}})
			return err
		}
		st := writeRefused(t, create("b1"), codes.PermissionDenied, auth.ReasonPermissionDenied)
		assert.Equal(t, "access denied on resource 'shelves/a/books/b1' (or it might not exist).", st.Message())
		writeRefused(t, create("b2"), codes.AlreadyExists, crud.ReasonResourceAlreadyExists)
		_, err = named.BatchCreateBooks(t.Context(), &apitest.BatchCreateBooksRequest{Parent: "shelves/a", Requests: []*apitest.NewBookRequest{
			{BookId: "b3", Book: &apitest.Book{Title: "T"}}, {BookId: "b1", Book: &apitest.Book{Title: "T"}},
		}})
		writeRefused(t, err, codes.PermissionDenied, auth.ReasonPermissionDenied)
		require.NoError(t, create("b3"), "the batch stored nothing")
	})
}

// TestAccess_2_ScopeFirst: a caller without a scope is told so, and not what else is
// wrong with the request.
func TestAccess_2_ScopeFirst(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		tenant := crud.ScopeColumn("language", func(ctx context.Context) (string, error) {
			if user := metadata.ValueFromIncomingContext(ctx, "user"); len(user) > 0 {
				return user[0], nil
			}
			return "", status.Error(codes.PermissionDenied, "no tenant")
		})
		s := readServe(t, db)
		films := apitest.NewFilmRepository(s.sent, tenant)
		server := apitest.CRUDPlainServiceServer{Films: films}
		wrong := readMask("x")
		ctx := t.Context()
		calls := map[string]func(ctx context.Context) error{
			"get": func(ctx context.Context) error {
				_, err := server.GetFilm(ctx, &apitest.GetFilmRequest{Id: 1, ReadMask: wrong})
				return err
			},
			"list": func(ctx context.Context) error {
				_, err := server.ListFilms(ctx, &apitest.ListFilmsRequest{Filter: "("})
				return err
			},
			"create": func(ctx context.Context) error {
				_, err := server.CreateFilm(ctx, &apitest.CreateFilmRequest{RequestId: "x", Film: &apitest.Film{}})
				return err
			},
			"update": func(ctx context.Context) error {
				_, err := server.UpdateFilm(ctx, &apitest.UpdateFilmRequest{Film: &apitest.Film{Id: 1}, UpdateMask: wrong})
				return err
			},
			"delete": func(ctx context.Context) error {
				_, err := server.DeleteFilm(ctx, &apitest.DeleteFilmRequest{Id: 1, RequestId: "x"})
				return err
			},
			"batch create": func(ctx context.Context) error {
				_, err := server.BatchCreateFilms(ctx, &apitest.BatchCreateFilmsRequest{RequestId: "x", Requests: []*apitest.NewFilmRequest{{Film: &apitest.Film{}}}})
				return err
			},
			"batch update": func(ctx context.Context) error {
				_, err := server.BatchUpdateFilms(ctx, &apitest.BatchUpdateFilmsRequest{Requests: []*apitest.ChangedFilmRequest{{Film: &apitest.Film{Id: 1}, UpdateMask: wrong}}})
				return err
			},
		}
		for name, call := range calls {
			assert.Equal(t, codes.PermissionDenied, status.Code(call(ctx)), name)
			in := metadata.NewIncomingContext(ctx, metadata.Pairs("user", "is"))
			assert.Equal(t, codes.InvalidArgument, status.Code(call(in)), name)
		}
		assert.Empty(t, s.sent.Statements())
	})
}
