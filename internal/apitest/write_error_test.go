package apitest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// writeFailing makes hooks of both models return err.
func writeFailing(err func(context.Context) error) writeConfig {
	return writeConfig{
		named: []crud.Option{writeFailingHooks[*apitest.Book](err)},
		plain: []crud.Option{writeFailingHooks[*apitest.Film](err)},
	}
}

func writeFailingHooks[M proto.Message](err func(context.Context) error) crud.Hooks[M] {
	hook := func(ctx context.Context, _ *crud.Write[M]) error { return err(ctx) }
	return crud.Hooks[M]{AfterCreate: hook, AfterUpdate: hook, AfterDelete: hook}
}

// TestWrite_10_States: what a database can say of a write becomes one status, whose
// text is safe to show.
func TestWrite_10_States(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]struct {
		code   codes.Code
		reason string
		retry  bool
	}{
		"23502": {codes.InvalidArgument, crud.ReasonConstraintViolation, false},
		"23514": {codes.InvalidArgument, crud.ReasonConstraintViolation, false},
		"22001": {codes.InvalidArgument, crud.ReasonConstraintViolation, false},
		"22003": {codes.InvalidArgument, crud.ReasonConstraintViolation, false},
		"22P05": {codes.InvalidArgument, crud.ReasonConstraintViolation, false},
		"22999": {codes.InvalidArgument, crud.ReasonConstraintViolation, false},
		"23P01": {codes.FailedPrecondition, crud.ReasonConstraintViolation, false},
		"23505": {codes.AlreadyExists, crud.ReasonUniqueViolation, false},
		"55P03": {codes.Aborted, crud.ReasonConcurrentModification, true},
		"08006": {codes.Unavailable, crud.ReasonDatabaseUnavailable, false},
		"57P01": {codes.Unavailable, crud.ReasonDatabaseUnavailable, true},
		"53300": {codes.Unavailable, crud.ReasonDatabaseUnavailable, true},
		"25006": {codes.Unavailable, crud.ReasonDatabaseUnavailable, true},
		"57014": {codes.DeadlineExceeded, crud.ReasonDeadlineExceeded, false},
		"42501": {codes.Internal, crud.ReasonInternal, false},
		"42P01": {codes.Internal, crud.ReasonInternal, false},
		"42703": {codes.Internal, crud.ReasonInternal, false},
		"XX001": {codes.Internal, crud.ReasonInternal, false},
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			config := writeFailing(func(context.Context) error {
				return &pgconn.PgError{Code: state, Message: `relation "books" violates SQL`, TableName: "books", Detail: "SELECT 1"}
			})
			writeEachStyleInMemory(t, config, func(t *testing.T, w *writeStyle) {
				_, err := w.create(t.Context(), w.message(t, "", "title: 'T'"), writeCall{})
				st := writeRefused(t, err, want.code, want.reason)
				assert.Equal(t, want.retry, len(writeDetails[*errdetails.RetryInfo](st)) == 1)
				assert.Zero(t, w.count(t, w.table), "rolled back")
			})
		})
	}
}

// TestWrite_10_LostRaces are run again by the server; one that loses each time is
// ABORTED.
func TestWrite_10_LostRaces(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"40001", "40P01"} {
		left := 3
		config := writeFailing(func(context.Context) error {
			if left--; left >= 0 {
				return &pgconn.PgError{Code: state}
			}
			return nil
		})
		writeEachStyleInMemory(t, config, func(t *testing.T, w *writeStyle) {
			left = 3
			_, err := w.create(t.Context(), w.message(t, "", "title: 'T'"), writeCall{})
			require.NoError(t, err)
			left = 1000
			_, err = w.create(t.Context(), w.message(t, "", "title: 'T'"), writeCall{})
			st := writeRefused(t, err, codes.Aborted, crud.ReasonConcurrentModification)
			assert.Len(t, writeDetails[*errdetails.RetryInfo](st), 1)
			assert.Equal(t, 1, w.count(t, w.table))
		})
	}
}

// TestWrite_10_HookErrors: a status is the answer as it is; of another error nothing
// is told.
func TestWrite_10_HookErrors(t *testing.T) {
	t.Parallel()
	var next error
	writeEachStyleInMemory(t, writeFailing(func(context.Context) error { return next }), func(t *testing.T, w *writeStyle) {
		next = nil
		m := w.made(t, "title: 'T'")
		call := func() []error {
			_, create := w.create(t.Context(), w.message(t, "", "title: 'T'"), writeCall{})
			_, update := w.change(t, m, "title: 'U'")
			_, remove := w.remove(t.Context(), w.key(m), writeCall{})
			return []error{create, update, remove}
		}
		next = status.Error(codes.ResourceExhausted, "no more")
		for _, err := range call() {
			assert.Equal(t, status.New(codes.ResourceExhausted, "no more").String(), status.Convert(err).String())
		}
		next = errors.New("dial tcp 10.0.0.1: SELECT secret")
		for _, err := range call() {
			st := writeRefused(t, err, codes.Internal, crud.ReasonInternal)
			assert.Equal(t, "internal error", st.Message())
			assert.Len(t, writeDetails[*errdetails.RequestInfo](st), 1, "the id of the log record")
		}
		next = crud.Invalid(crud.Violation{Field: "title", Description: "is no good"})
		for _, err := range call()[:2] {
			writeViolated(t, err, crud.ReasonInvalidField, w.field+".title")
		}
		writeSame(t, m, w.stored(t, m))
	})
}

// TestWrite_10_EndOfCall: of a call whose caller gave up nothing stays.
func TestWrite_10_EndOfCall(t *testing.T) {
	t.Parallel()
	var cancel context.CancelFunc
	config := writeFailing(func(ctx context.Context) error {
		cancel()
		<-ctx.Done()
		return nil
	})
	ended := make(chan error, 1)
	config.grpc = []grpc.ServerOption{grpc.ChainUnaryInterceptor(
		func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
			res, err := handle(ctx, req)
			if info.FullMethod != apitest.NamedService_CreateShelf_FullMethodName {
				ended <- err
			}
			return res, err
		})}
	writeEachStyleInMemory(t, config, func(t *testing.T, w *writeStyle) {
		var ctx context.Context
		ctx, cancel = context.WithCancel(t.Context())
		_, err := w.create(ctx, w.message(t, "", "title: 'T'"), writeCall{})
		assert.Equal(t, codes.Canceled.String(), status.Code(err).String())
		writeRefused(t, <-ended, codes.Canceled, crud.ReasonCancelled)
		assert.Zero(t, w.count(t, w.table))
	})
}

// TestWrite_10_MapErrors: an interceptor changes what clients see, and cannot make a
// failure look like success.
func TestWrite_10_MapErrors(t *testing.T) {
	t.Parallel()
	unary, stream := crud.MapErrors(func(_ context.Context, e *crud.Error) error {
		switch e.Reason {
		case crud.ReasonRequiredFieldMissing:
			e.Domain, e.Message = "shop.example.com", "bitte ausfüllen"
			return e
		case crud.ReasonResourceNotFound:
			return status.Error(codes.PermissionDenied, "not yours, or not there")
		case crud.ReasonEtagMismatch:
			e.Message = "changed and not returned"
		}
		return nil
	})
	config := writeConfig{grpc: []grpc.ServerOption{grpc.ChainUnaryInterceptor(unary), grpc.ChainStreamInterceptor(stream)}}
	writeEachStyleInMemory(t, config, func(t *testing.T, w *writeStyle) {
		ctx := t.Context()
		m := w.made(t, "title: 'T'")
		_, err := w.create(ctx, w.message(t, "", ""), writeCall{})
		st := status.Convert(err)
		assert.Equal(t, codes.InvalidArgument, st.Code())
		assert.Equal(t, "bitte ausfüllen", st.Message())
		assert.Equal(t, "shop.example.com", writeInfo(st).GetDomain())
		assert.Equal(t, []string{w.field + ".title"}, writeViolations(t, st))
		_, err = w.remove(ctx, w.absent, writeCall{})
		assert.Equal(t, codes.PermissionDenied.String(), status.Code(err).String())
		assert.Empty(t, status.Convert(err).Details())
		_, err = w.remove(ctx, w.key(m), writeCall{etag: "x"})
		assert.NotContains(t, status.Convert(err).Message(), "not returned")
		writeStale(t, err)
	})
}
