package crud_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// secret is in every text of a database's error, and in none of a status.
const secret = "s3cr3t"

// A failingDB answers every statement with one error.
type failingDB struct{ err error }

func (d failingDB) Exec(context.Context, string, ...any) (pgconn.CommandTag, error) {
	return pgconn.CommandTag{}, d.err
}

func (d failingDB) Query(context.Context, string, ...any) (pgx.Rows, error) { return nil, d.err }

func (d failingDB) QueryRow(context.Context, string, ...any) pgx.Row { return failingRow(d) }

func (d failingDB) Begin(context.Context) (pgx.Tx, error) { return nil, d.err }

type failingRow struct{ err error }

func (r failingRow) Scan(...any) error { return r.err }

// state is an error of the server that names a table, a column and a constraint.
func state(code string, change ...func(*pgconn.PgError)) error {
	pg := &pgconn.PgError{
		Severity: secret, SeverityUnlocalized: secret, Code: code, Message: secret, Detail: secret, Hint: secret,
		InternalQuery: "SELECT " + secret, Where: secret, SchemaName: secret, TableName: secret, ColumnName: secret,
		DataTypeName: secret, ConstraintName: secret, File: secret + ".c", Line: 4711, Routine: secret,
	}
	for _, f := range change {
		f(pg)
	}
	return fmt.Errorf("%s: %w", secret, pg)
}

func column(name string) func(*pgconn.PgError) {
	return func(pg *pgconn.PgError) { pg.ColumnName = name }
}

func constraint(name string) func(*pgconn.PgError) {
	return func(pg *pgconn.PgError) { pg.ConstraintName = name }
}

// key is how the server names the columns and values of a unique constraint.
func key(columns string) func(*pgconn.PgError) {
	return func(pg *pgconn.PgError) { pg.Detail = "Key (" + columns + ")=(" + secret + ") already exists." }
}

// The calls that the errors are met by.
var calls = map[string]func(context.Context, crud.DB) error{
	"get": func(ctx context.Context, db crud.DB) error {
		_, err := crud.GetNamed(ctx, bookpb.BookTable, bookpb.NewBookRepository(db), "shelves/a/books/x")
		return err
	},
	"list": func(ctx context.Context, db crud.DB) error {
		_, err := crud.List(ctx, bookpb.BookTable, bookpb.NewBookRepository(db), crud.Query{Parent: "shelves/a"})
		return err
	},
	"create": func(ctx context.Context, db crud.DB) error {
		_, err := createNamed(ctx, bookpb.NewBookRepository(db), "x", book("", "X"))
		return err
	},
	"update": func(ctx context.Context, db crud.DB) error {
		_, err := updateBook(ctx, bookpb.NewBookRepository(db), book("shelves/a/books/x", "X"), "title")
		return err
	},
	"delete": func(ctx context.Context, db crud.DB) error {
		_, err := crud.DeleteNamed(ctx, bookpb.BookTable, bookpb.NewBookRepository(db), "shelves/a/books/x")
		return err
	},
	"begin": func(ctx context.Context, db crud.DB) error {
		nothing := func(context.Context, *write) error { return nil }
		_, err := bookpb.NewBookRepository(db, bookpb.BookHooks{AfterCreate: nothing}).Create(ctx, book("shelves/a/books/x", "X"))
		return err
	},
}

var (
	writing    = []string{"create", "update"}
	everything = []string{"get", "list", "create", "update", "delete", "begin"}
)

// An answer is what a client is told.
type answer struct {
	code         codes.Code
	reason       string
	violations   []string // fields of BadRequest
	resource     string   // name of ResourceInfo
	precondition string   // type and subject
	retry        bool     // RetryInfo
}

var (
	lostRace    = answer{code: codes.Aborted, reason: crud.ReasonConcurrentModification, retry: true}
	gone        = answer{code: codes.Unavailable, reason: crud.ReasonDatabaseUnavailable}
	safelyGone  = answer{code: codes.Unavailable, reason: crud.ReasonDatabaseUnavailable, retry: true}
	cancelled   = answer{code: codes.Canceled, reason: crud.ReasonCancelled}
	late        = answer{code: codes.DeadlineExceeded, reason: crud.ReasonDeadlineExceeded}
	internal    = answer{code: codes.Internal, reason: crud.ReasonInternal}
	refusedRule = answer{code: codes.InvalidArgument, reason: crud.ReasonConstraintViolation}
	noSuchBook  = answer{code: codes.NotFound, reason: crud.ReasonResourceNotFound, resource: "shelves/a/books/x"}
)

func badTitle() answer { a := refusedRule; a.violations = []string{"book.title"}; return a }

func exists(reason string) answer {
	return answer{code: codes.AlreadyExists, reason: reason, resource: "shelves/a/books/x"}
}

func blocked(reason, precondition string) answer {
	return answer{code: codes.FailedPrecondition, reason: reason, precondition: precondition}
}

// TestSQLStates: the cause of an error decides its status, and the status says no more
// than a client may know.
func TestSQLStates(t *testing.T) {
	t.Parallel()
	type test struct {
		err   error
		calls []string
		want  answer
	}
	var tests []test
	all := func(calls []string, want answer, states ...string) {
		for _, code := range states {
			tests = append(tests, test{state(code), calls, want})
		}
	}
	all(everything, lostRace, "40001", "40P01", "55P03")
	all(everything, gone, "08000", "08003", "08006", "08P01", "25P03")
	all(everything, safelyGone, "53000", "53100", "53200", "53300", "53400", "57P01", "57P02", "57P03", "57P05", "25006")
	all(everything, late, "57014")
	all(everything, internal, "42501", "42P01", "42703", "42601", "0A000", "2F005", "XX000", "P0001", "X", "")
	all(writing, refusedRule, "22001", "22003", "22007", "22008", "22012", "22021", "22P02", "22P05", "23502", "23514")
	all([]string{"get", "delete"}, noSuchBook, "22003", "22007", "22008", "22021", "22P02", "22P03")
	all([]string{"list"}, refusedRule, "22P02", "22012")
	all([]string{"get", "delete"}, refusedRule, "22012")
	all(writing, blocked(crud.ReasonConstraintViolation, "CONSTRAINT "), "23P01")
	all(writing, exists(crud.ReasonUniqueViolation), "23505")
	referredTo := blocked(crud.ReasonChildrenExist, "CHILDREN_EXIST shelves/a/books/x")
	notFound := blocked(crud.ReasonReferenceNotFound, "REFERENCE ")
	all([]string{"create"}, notFound, "23503", "23001")
	all([]string{"update", "delete"}, referredTo, "23503", "23001") // by rows of another table

	shard := func(pg *pgconn.PgError) { pg.TableName, pg.ConstraintName = "books_102008", "books_isbn_key_102008" }
	own := func(pg *pgconn.PgError) { pg.TableName = "books" }
	noCommit := func(pg *pgconn.PgError) { pg.Message = "could not commit transaction on " + secret }
	tests = append(tests,
		test{state("23502", column("title")), writing, badTitle()},
		test{state("23514", constraint("books_title_check")), writing, badTitle()},
		test{state("22001", column("title")), writing, badTitle()},
		test{state("23505", constraint("books_pkey"), key("shelf_id, book_id")), writing, exists(crud.ReasonResourceAlreadyExists)},
		test{state("23505", constraint("pk"), key("shelf_id, book_id")), writing, exists(crud.ReasonResourceAlreadyExists)},
		test{state("23505", constraint("books_isbn_key")), writing, exists(crud.ReasonUniqueViolation)},
		test{state("23505", shard), writing, exists(crud.ReasonUniqueViolation)},
		test{state("23503", constraint("books_shelf_id_fkey")), writing, answer{code: codes.NotFound, reason: crud.ReasonResourceNotFound, resource: "shelves/a"}},
		test{state("23503", constraint("books_owner_id_fkey")), writing, blocked(crud.ReasonReferenceNotFound, "REFERENCE book.owner_id")},
		test{state("23503", own), writing, notFound},
		test{state("XX000", noCommit), everything, lostRace},
		test{errors.New(secret), everything, internal},
		test{&net.OpError{Op: secret, Err: errors.New(secret)}, everything, gone},
		test{fmt.Errorf("%s: %w", secret, io.ErrUnexpectedEOF), everything, gone},
		test{net.ErrClosed, everything, gone},
		test{notSent{}, everything, safelyGone},
		test{fmt.Errorf("%s: %w", secret, context.Canceled), everything, cancelled},
		test{fmt.Errorf("%s: %w", secret, context.DeadlineExceeded), everything, late},
	)
	for _, test := range tests {
		for _, call := range test.calls {
			t.Run(fmt.Sprintf("%s/%v", call, test.err), func(t *testing.T) {
				t.Parallel()
				test.want.check(t, calls[call](t.Context(), failingDB{test.err}), test.err)
			})
		}
	}
}

// notSent is a connection that broke before the statement was sent.
type notSent struct{}

func (notSent) Error() string     { return secret }
func (notSent) SafeToRetry() bool { return true }

func (a answer) check(t *testing.T, err, cause error) {
	t.Helper()
	st := refused(t, err, a.code, a.reason)
	if a.code != codes.NotFound { // where nothing has gone wrong
		require.ErrorIs(t, err, cause, "the cause is for the log")
	}
	var violations []string
	for _, bad := range details[*errdetails.BadRequest](st) {
		for _, v := range bad.GetFieldViolations() {
			violations = append(violations, v.GetField())
		}
	}
	assert.Equal(t, a.violations, violations)
	resource := ""
	for _, info := range details[*errdetails.ResourceInfo](st) {
		resource = info.GetResourceName()
	}
	assert.Equal(t, a.resource, resource)
	precondition := ""
	for _, failure := range details[*errdetails.PreconditionFailure](st) {
		require.Len(t, failure.GetViolations(), 1)
		precondition = failure.GetViolations()[0].GetType() + " " + failure.GetViolations()[0].GetSubject()
	}
	assert.Equal(t, a.precondition, precondition)
	assert.Len(t, details[*errdetails.RetryInfo](st), map[bool]int{true: 1}[a.retry])
	tellsNothing(t, st, cause)
}

// tellsNothing demands that a status holds neither the texts nor the SQLSTATE of its
// cause.
func tellsNothing(t testing.TB, st *status.Status, cause error) {
	t.Helper()
	said := proto.CloneOf(st.Proto())
	said.Details = nil
	text := prototext.Format(said)
	for _, d := range st.Details() {
		if id, ok := d.(*errdetails.RequestInfo); ok { // random, and so perhaps a SQLSTATE
			assert.Len(t, id.GetRequestId(), 36)
			continue
		}
		text += prototext.Format(d.(proto.Message))
	}
	assert.NotContains(t, text, secret)
	assert.NotContains(t, text, "4711")
	var pg *pgconn.PgError
	if errors.As(cause, &pg) && len(pg.Code) == 5 {
		assert.NotContains(t, text, pg.Code)
	}
}

// TestEndOfTheCall: whatever the database says once the caller has gone, the caller's
// own end is the answer.
func TestEndOfTheCall(t *testing.T) {
	t.Parallel()
	left, cancel := context.WithCancel(t.Context())
	cancel()
	tooLate, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	causes := []error{
		state("57014"), state("23505", constraint("books_pkey")), state("23503"), state("40001"), state("08006"), state("22P02"),
		errors.New(secret), io.EOF, context.Canceled, context.DeadlineExceeded,
	}
	for _, cause := range causes {
		for name, call := range calls {
			t.Run(fmt.Sprintf("%s/%v", name, cause), func(t *testing.T) {
				cancelled.check(t, call(left, failingDB{cause}), cause)
				late.check(t, call(tooLate, failingDB{cause}), cause)
			})
		}
	}
}

// TestNoConnection: a server that cannot be reached, that does not let the program in,
// or that does not answer, and a pool that was closed. Nothing was sent, so every call
// may be repeated.
func TestNoConnection(t *testing.T) {
	t.Parallel()
	closed := crudtest.Postgres(t)
	closed.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, silent.Close()) })
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, nobody.Close())

	for name, db := range map[string]crud.DB{
		"closed pool": closed,
		"nobody there": pool(t, "postgres://"+secret+"@"+nobody.Addr().String()+"/"+secret+"?sslmode=disable",
			func(*pgxpool.Config) {}),
		"no answer": pool(t, "postgres://"+secret+"@"+silent.Addr().String()+"/"+secret+"?sslmode=disable",
			func(c *pgxpool.Config) { c.ConnConfig.ConnectTimeout = 20 * time.Millisecond }),
		"no such database": pool(t, crudtest.PostgresURL(t),
			func(c *pgxpool.Config) { c.ConnConfig.Database = secret }),
		"no such user": pool(t, crudtest.PostgresURL(t),
			func(c *pgxpool.Config) { c.ConnConfig.User = secret }),
	} {
		t.Run(name, func(t *testing.T) {
			for _, call := range calls {
				err := call(t.Context(), db)
				safelyGone.check(t, err, errors.Unwrap(err))
			}
		})
	}
}

// pool returns a pool that has no connection yet.
func pool(t testing.TB, url string, change func(*pgxpool.Config)) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(url)
	require.NoError(t, err)
	change(config)
	p, err := pgxpool.NewWithConfig(t.Context(), config)
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

// TestUnreadableRows: a row that no message can hold is the server's fault.
func TestUnreadableRows(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		for _, sql := range []string{
			"CREATE TABLE shelves (shelf_id text PRIMARY KEY, theme integer)",
			"INSERT INTO shelves VALUES ('a', 4711)",
		} {
			_, err := db.Exec(ctx, sql)
			require.NoError(t, err)
		}
		shelves := bookpb.NewShelfRepository(db)
		_, err := crud.GetNamed(ctx, bookpb.ShelfTable, shelves, "shelves/a")
		internal.check(t, err, errors.Unwrap(err))
		_, err = crud.List(ctx, bookpb.ShelfTable, shelves, crud.Query{})
		internal.check(t, err, errors.Unwrap(err))
	})
}
