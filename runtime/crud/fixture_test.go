package crud_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// allTables are those of bookpb.
var allTables = []crud.AnyTable{
	bookpb.ShelfTable, bookpb.BookTable, bookpb.UserTable, bookpb.MemberTable,
	bookpb.NoteTable, bookpb.TicketTable, bookpb.CounterTable,
}

// createTables makes the tables, with the shelves a and b and the users ann and bob,
// numbers 1 and 2, in them.
func createTables(t testing.TB, db crud.DB) {
	t.Helper()
	ctx := t.Context()
	require.NoError(t, crud.CreateTables(ctx, db, allTables...))
	for _, id := range []string{"a", "b"} {
		_, err := bookpb.NewShelfRepository(db).Create(ctx, &bookpb.Shelf{Name: "shelves/" + id})
		require.NoError(t, err)
	}
	for _, name := range []string{"ann", "bob"} {
		_, err := bookpb.NewUserRepository(db).Create(ctx, &bookpb.User{Username: name, Email: name + "@example.com"})
		require.NoError(t, err)
	}
}

// eachEngine runs f on both engines, with the tables made.
func eachEngine(t *testing.T, f func(t *testing.T, db crud.DB)) {
	t.Helper()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		createTables(t, db)
		f(t, db)
	})
}

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

func sameMessage(t testing.TB, want, got proto.Message, msgAndArgs ...any) {
	t.Helper()
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		assert.Fail(t, "messages differ (-want +got)\n"+diff, msgAndArgs...)
	}
}

// book returns a book without what the server makes.
func book(name, title string) *bookpb.Book { return &bookpb.Book{Name: name, Title: title} }

func createBook(t testing.TB, s bookpb.BookStore, name, title string) *bookpb.Book {
	t.Helper()
	m, err := s.Create(t.Context(), book(name, title))
	require.NoError(t, err)
	return m
}

func bookKey(t testing.TB, m *bookpb.Book) bookpb.BookKey {
	t.Helper()
	key, err := bookpb.ParseBookKey(m.GetName())
	require.NoError(t, err)
	return key
}

// refused demands a status with exactly one ErrorInfo, of this reason.
func refused(t testing.TB, err error, code codes.Code, reason string) *status.Status {
	t.Helper()
	require.Error(t, err)
	st, ok := status.FromError(err)
	require.True(t, ok, "the error has no status: %v", err)
	require.Equal(t, code.String(), st.Code().String(), "%v", err)
	infos := details[*errdetails.ErrorInfo](st)
	require.Len(t, infos, 1, "ErrorInfo of %v", err)
	assert.Equal(t, reason, infos[0].GetReason())
	wellFormed(t, st)
	return st
}

// violated demands INVALID_ARGUMENT with violations of just these fields.
func violated(t testing.TB, err error, reason string, fields ...string) {
	t.Helper()
	st := refused(t, err, codes.InvalidArgument, reason)
	bad := details[*errdetails.BadRequest](st)
	require.Len(t, bad, 1)
	var got []string
	for _, v := range bad[0].GetFieldViolations() {
		got = append(got, v.GetField())
		assert.NotEmpty(t, v.GetDescription())
		assert.NotEmpty(t, v.GetReason())
	}
	assert.Equal(t, fields, got)
}

// notFound demands NOT_FOUND of a resource.
func notFound(t testing.TB, err error, resource, name string) {
	t.Helper()
	info := resourceInfo(t, refused(t, err, codes.NotFound, crud.ReasonResourceNotFound))
	assert.Equal(t, resource, info.GetResourceType())
	assert.Equal(t, name, info.GetResourceName())
}

func resourceInfo(t testing.TB, st *status.Status) *errdetails.ResourceInfo {
	t.Helper()
	infos := details[*errdetails.ResourceInfo](st)
	require.Len(t, infos, 1)
	return infos[0]
}

func preconditionOf(t testing.TB, st *status.Status) *errdetails.PreconditionFailure_Violation {
	t.Helper()
	failures := details[*errdetails.PreconditionFailure](st)
	require.Len(t, failures, 1)
	require.Len(t, failures[0].GetViolations(), 1)
	return failures[0].GetViolations()[0]
}

// details returns the details of a type.
func details[D any](st *status.Status) (all []D) {
	for _, d := range st.Details() {
		if d, ok := d.(D); ok {
			all = append(all, d)
		}
	}
	return all
}

var (
	reasonForm   = regexp.MustCompile(`^[A-Z][A-Z0-9_]+[A-Z0-9]$`)
	metadataForm = regexp.MustCompile(`^[a-z][a-zA-Z0-9-_]+$`)
	// inner are the words of a database that no client may read.
	inner = regexp.MustCompile(`(?i)sqlstate|select |insert |update .* set|delete from|violates|constraint |duplicate key|_fkey|_pkey|_key\b|_check\b|pgx|sqlite|postgres|relation |column |\.go:`)
)

// wellFormed holds a status to AIP-193 and to what a client may know.
func wellFormed(t testing.TB, st *status.Status) {
	t.Helper()
	kinds := make(map[string]bool)
	for _, d := range st.Details() {
		name := string(d.(proto.Message).ProtoReflect().Descriptor().FullName())
		assert.False(t, kinds[name], "two details are %s", name)
		kinds[name] = true
	}
	for _, info := range details[*errdetails.ErrorInfo](st) {
		assert.Equal(t, "bookpb", info.GetDomain())
		assert.Regexp(t, reasonForm, info.GetReason())
		assert.LessOrEqual(t, len(info.GetReason()), 63)
		for k := range info.GetMetadata() {
			assert.Regexp(t, metadataForm, k)
		}
	}
	assert.NotRegexp(t, inner, prototext.Format(st.Proto()))
}

// The tenant of a call.
type tenantKey struct{}

func withTenant(ctx context.Context, tenant string) context.Context {
	return context.WithValue(ctx, tenantKey{}, tenant)
}

var errNoTenant = errors.New("the call has no tenant")

func tenantOf(ctx context.Context) (string, error) {
	if tenant, ok := ctx.Value(tenantKey{}).(string); ok {
		return tenant, nil
	}
	return "", errNoTenant
}

var byTenant = crud.ScopeColumn("tenant_id", tenantOf)

// A clock stands still until it is moved.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// statements returns what was sent, the first word of each.
func statements(r *crudtest.Recorder) []string {
	var words []string
	for _, sql := range r.Statements() {
		words = append(words, strings.Fields(sql)[0])
	}
	r.Reset()
	return words
}
