package server_test

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/example/server"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
	crudserver "github.com/protocrud/protoc-gen-go-crud/runtime/server"
)

// Only a librarian takes something out of the catalogue, as the proto says. Whether it
// is there is no business of others.
func TestWhoMayDelete(t *testing.T) {
	t.Parallel()
	l := newLibrary(t, crudtest.SQLite(t))
	l.book(t, "edda")
	forged, err := server.NewToken([]byte("another secret, also of many bytes"), "ann", "librarian", time.Hour)
	require.NoError(t, err)
	header, err := forged.GetRequestMetadata(t.Context())
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		role  string
		ctx   context.Context
		stays codes.Code
	}{
		"nobody":    {"", t.Context(), codes.Unauthenticated},
		"forged":    {"", metadata.AppendToOutgoingContext(t.Context(), "authorization", header["authorization"]), codes.Unauthenticated},
		"a reader":  {"reader", t.Context(), codes.PermissionDenied},
		"librarian": {"librarian", t.Context(), codes.OK},
	} {
		client := libraryv1.NewLibraryServiceClient(l.conn(tt.role))
		want := map[string]codes.Code{"shelves/none": tt.stays, "shelves/sagas": tt.stays}
		if tt.stays == codes.OK {
			want = map[string]codes.Code{"shelves/none": codes.NotFound, "shelves/sagas": codes.FailedPrecondition}
		}
		for shelf, code := range want {
			_, err := client.DeleteShelf(tt.ctx, &libraryv1.DeleteShelfRequest{Name: shelf})
			assert.Equal(t, code, status.Code(err), "%s, %s: %v", name, shelf, err)
		}
		if name != "forged" {
			_, err = client.GetBook(tt.ctx, &libraryv1.GetBookRequest{Name: "shelves/sagas/books/edda"})
			assert.NoError(t, err, "%s reads", name)
		}
	}
}

// A branch lends a hundred books a minute. One more is refused before the database is
// asked, and other branches lend on.
func TestLoansAreLimited(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, server.CreateTables(t.Context(), db))
		recorder := crudtest.NewRecorder(db)
		client := libraryv1.NewLibraryServiceClient(serve(t, crudserver.Config{}, recorder, func(context.Context, string) {})(""))
		lend := func(branch string) error {
			_, err := client.CreateLoan(as(t, branch), &libraryv1.CreateLoanRequest{Loan: &libraryv1.Loan{Book: "shelves/a/books/b", UserId: 1}})
			return err
		}
		for i := range 100 {
			require.NotEqual(t, codes.ResourceExhausted, status.Code(lend("north")), "call %d", i)
		}
		before := statements(recorder)
		err := lend("north")
		require.Equal(t, codes.ResourceExhausted, status.Code(err))
		assert.Equal(t, before, statements(recorder), "no work is done for it")
		var quota *errdetails.QuotaFailure
		for _, d := range status.Convert(err).Details() {
			if q, ok := d.(*errdetails.QuotaFailure); ok {
				quota = q
			}
		}
		require.NotNil(t, quota)
		assert.Equal(t, "metadata:x-tenant", quota.GetViolations()[0].GetSubject())
		assert.NotEqual(t, codes.ResourceExhausted, status.Code(lend("south")))
	})
}

// statements are those that tables of the library were asked, without health's.
func statements(r *crudtest.Recorder) (all []string) {
	for _, s := range r.Statements() {
		if s != "SELECT 1" {
			all = append(all, s)
		}
	}
	return all
}

// Calls are counted by Prometheus, and health follows the database.
func TestObserve(t *testing.T) {
	t.Parallel()
	db := crudtest.SQLite(t)
	require.NoError(t, server.CreateTables(t.Context(), db))
	registry := prometheus.NewRegistry()
	cfg := server.Observe(crudserver.Config{Health: crudserver.Health{Interval: time.Millisecond}}, registry)
	conn := serve(t, cfg, db, func(context.Context, string) {})("librarian")
	_, err := libraryv1.NewLibraryServiceClient(conn).GetBook(t.Context(), &libraryv1.GetBookRequest{Name: "shelves/a/books/b"})
	require.Equal(t, codes.NotFound, status.Code(err))
	require.Eventually(t, func() bool { return count(t, registry, "grpc_server_handled_total", "NotFound") == 1 }, 10*time.Second, time.Millisecond)
	healthIs := func(want healthpb.HealthCheckResponse_ServingStatus) {
		t.Helper()
		require.Eventually(t, func() bool {
			answer, err := healthpb.NewHealthClient(conn).Check(t.Context(), &healthpb.HealthCheckRequest{Service: libraryv1.LibraryServiceInfo.Name})
			return err == nil && answer.GetStatus() == want
		}, 10*time.Second, time.Millisecond)
	}
	healthIs(healthpb.HealthCheckResponse_SERVING)
	require.NoError(t, db.Close())
	healthIs(healthpb.HealthCheckResponse_NOT_SERVING)
}

// count returns the value of a counter's time series with a label.
func count(t *testing.T, registry *prometheus.Registry, name, label string) (n float64) {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name {
				for _, l := range m.GetLabel() {
					if l.GetValue() == label {
						n += m.GetCounter().GetValue()
					}
				}
			}
		}
	}
	return n
}
