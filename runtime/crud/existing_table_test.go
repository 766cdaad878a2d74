package crud_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// execModes are the ways in which pgx can send a statement. The first is its own
// choice; the last two send all values as text.
var execModes = []pgx.QueryExecMode{
	pgx.QueryExecModeCacheStatement, pgx.QueryExecModeCacheDescribe, pgx.QueryExecModeDescribeExec,
	pgx.QueryExecModeExec, pgx.QueryExecModeSimpleProtocol,
}

// textModes is the place of the first mode that sends all values as text.
const textModes = 3

// farFromUTC is a pool in that mode whose sessions have a time zone of their own.
func farFromUTC(t testing.TB, mode pgx.QueryExecMode) *pgxpool.Pool {
	t.Helper()
	return crudtest.Postgres(t, crudtest.WithConfig(func(c *pgxpool.Config) {
		c.ConnConfig.DefaultQueryExecMode = mode
		c.ConnConfig.RuntimeParams["timezone"] = "America/New_York"
	}))
}

// The columns of tables that were there before, with the types that CreateTables
// would give them and nothing else: no constraint but the key, no collation.
var (
	existingBooks = [][2]string{
		{"shelf_id", "text"},
		{"book_id", "text"},
		{"title", "text"},
		{"isbn", "text"},
		{"owner_id", "bigint"},
		{"genre", "integer"},
		{"pages", "integer"},
		{"price", "double precision"},
		{"tags", "text[]"},
		{"language", "text"},
		{"note", "text"},
		{"state", "text"},
		{"publish_time", "timestamptz"},
		{"create_time", "timestamptz"},
		{"update_time", "timestamptz"},
	}
	existingCounters = [][2]string{
		{"id", "numeric(20,0)"},
		{"small", "integer"},
		{"plain", "bigint"},
		{"large", "numeric(20,0)"},
		{"ratio", "real"},
		{"digest", "bytea"},
		{"age", "bigint"},
		{"frozen", "boolean"},
		{"steps", "bigint[]"},
	}
)

// makeExisting makes a table anew, with some columns of other types.
func makeExisting(t testing.TB, db *pgxpool.Pool, table, key string, columns [][2]string, other map[string]string) {
	t.Helper()
	lines := []string{"legacy_id bigint GENERATED ALWAYS AS IDENTITY", "legacy_note text DEFAULT 'of the old program'"}
	for _, c := range columns {
		if typ, ok := other[c[0]]; ok {
			c[1] = typ
		}
		lines = append(lines, c[0]+" "+c[1])
	}
	lines = append(lines, "PRIMARY KEY ("+key+")")
	for _, sql := range []string{"DROP TABLE IF EXISTS " + table, "CREATE TABLE " + table + " (" + strings.Join(lines, ", ") + ")"} {
		_, err := db.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
	db.Reset() // whose connections have prepared statements for the table before
}

// An existingColumn is a column of another type, and what becomes of a value in it.
type existingColumn[M proto.Message] struct {
	column, typ string
	in          M
	// want is what comes back where the column keeps less than the field says: its
	// type is somebody else's choice, and every answer says what it keeps.
	want M
	// noText says that a value sent as text is another one.
	noText bool
}

// A misfit is a value that its column does not take or a column that the field cannot
// be read from.
type misfit[M proto.Message] struct {
	column, typ string
	in          M
	code        codes.Code
	// field is the one that the violation names, or the log where the table is at
	// fault. It is empty where PostgreSQL does not say.
	field string
}

const existingTypes = `
	CREATE TYPE mood AS ENUM ('sad', 'ok');
	CREATE DOMAIN short AS text CHECK (length(value) < 4);
	CREATE DOMAIN natural_number AS integer CHECK (value >= 0)`

func millis(n int64) *timestamppb.Timestamp {
	return &timestamppb.Timestamp{Seconds: n / 1000, Nanos: int32(n % 1000 * 1e6)}
}

var counterColumns = []existingColumn[*bookpb.Counter]{
	{column: "small", typ: "smallint", in: &bookpb.Counter{Small: -32768}},
	{column: "small", typ: "bigint", in: &bookpb.Counter{Small: math.MinInt32}},
	{column: "small", typ: "natural_number", in: &bookpb.Counter{Small: 3}},
	{column: "plain", typ: "integer", in: &bookpb.Counter{Plain: math.MaxInt32}},
	{column: "large", typ: "bigint", in: &bookpb.Counter{Large: math.MaxInt64}},
	{column: "large", typ: "numeric", in: &bookpb.Counter{Large: math.MaxUint64}},
	{column: "large", typ: "numeric(30,3)", in: &bookpb.Counter{Large: 120_000}},
	{column: "ratio", typ: "double precision", in: &bookpb.Counter{Ratio: 0.1}},
	{column: "age", typ: "integer", in: &bookpb.Counter{Age: durationpb.New(-1_000_000)}},
	{column: "steps", typ: "integer[]", in: &bookpb.Counter{Steps: []int64{math.MinInt32, 0, 7}}},
	{column: "steps", typ: "smallint[]", in: &bookpb.Counter{}},
	{column: "frozen", typ: "boolean NOT NULL", in: &bookpb.Counter{Frozen: new(false)}},
}

var counterMisfits = []misfit[*bookpb.Counter]{
	{"small", "smallint", &bookpb.Counter{Small: 32768}, codes.InvalidArgument, "small"},
	{"small", "smallint", &bookpb.Counter{Small: -32769}, codes.InvalidArgument, "small"},
	{"small", "natural_number", &bookpb.Counter{Small: -3}, codes.InvalidArgument, ""},
	{"small", "numeric", &bookpb.Counter{Small: 1}, codes.Internal, "small"},
	{"small", "text", &bookpb.Counter{Small: 1}, codes.Internal, "small"},
	{"plain", "integer", &bookpb.Counter{Plain: math.MaxUint32}, codes.InvalidArgument, "plain"},
	{"large", "bigint", &bookpb.Counter{Large: 1 << 63}, codes.InvalidArgument, ""},
	{"large", "text", &bookpb.Counter{Large: 1}, codes.Internal, "large"},
	{"ratio", "numeric", &bookpb.Counter{Ratio: 1}, codes.Internal, "ratio"},
	{"digest", "text", &bookpb.Counter{Digest: []byte("ab")}, codes.Internal, "digest"},
	{"age", "integer", &bookpb.Counter{Age: &durationpb.Duration{Seconds: 3600}}, codes.InvalidArgument, "age"},
	{"age", "interval", &bookpb.Counter{Age: durationpb.New(1)}, codes.Internal, "age"},
	{"frozen", "integer", &bookpb.Counter{Frozen: new(true)}, codes.Internal, "frozen"},
	{"frozen", "char(1)", &bookpb.Counter{Frozen: new(true)}, codes.Internal, "frozen"},
	{"frozen", "boolean NOT NULL", &bookpb.Counter{}, codes.InvalidArgument, "frozen"},
	{"steps", "integer[]", &bookpb.Counter{Steps: []int64{1, 1 << 40}}, codes.InvalidArgument, "steps"},
	{"steps", "numeric[]", &bookpb.Counter{Steps: []int64{1}}, codes.Internal, "steps"},
	{"steps", "jsonb", &bookpb.Counter{Steps: []int64{1}}, codes.Internal, "steps"},
	{"steps", "text", &bookpb.Counter{Steps: []int64{1}}, codes.Internal, "steps"},
}

var bookColumns = []existingColumn[*bookpb.Book]{
	{column: "title", typ: "varchar(3)", in: &bookpb.Book{Title: "äöü"}},
	{column: "title", typ: "varchar", in: &bookpb.Book{Title: " x "}},
	{column: "title", typ: "char(3)", in: &bookpb.Book{Title: "abc"}},
	{column: "title", typ: "char(3)", in: &bookpb.Book{Title: "ab"}, want: &bookpb.Book{Title: "ab "}},
	{column: "title", typ: "mood", in: &bookpb.Book{Title: "ok"}},
	{column: "title", typ: "short", in: &bookpb.Book{Title: "abc"}},
	{column: "owner_id", typ: "integer", in: &bookpb.Book{OwnerId: new(int64(math.MaxInt32))}},
	{column: "genre", typ: "smallint", in: &bookpb.Book{Genre: 2}},
	{column: "genre", typ: "bigint", in: &bookpb.Book{Genre: 77}},
	{column: "pages", typ: "natural_number", in: &bookpb.Book{Pages: 3}},
	{column: "price", typ: "real", in: &bookpb.Book{Price: 0.5}},
	{column: "price", typ: "real", in: &bookpb.Book{Price: 0.1}, want: &bookpb.Book{Price: float64(float32(0.1))}},
	{column: "tags", typ: "varchar(3)[]", in: &bookpb.Book{Tags: []string{"a", `"b`, ""}}},
	{column: "tags", typ: "jsonb", in: &bookpb.Book{Tags: []string{"a", `"b"`, "1", ""}}, noText: true},
	{column: "tags", typ: "json", in: &bookpb.Book{}, noText: true},
	{column: "publish_time", typ: "timestamp", in: &bookpb.Book{PublishTime: millis(86_399_999)}},
	{column: "publish_time", typ: "timestamptz(0)", in: &bookpb.Book{PublishTime: millis(1600)}, want: &bookpb.Book{PublishTime: millis(2000)}},
	{column: "publish_time", typ: "date", in: &bookpb.Book{PublishTime: millis(86_400_000)}},
	{column: "publish_time", typ: "date", in: &bookpb.Book{PublishTime: millis(86_401_000)}, want: &bookpb.Book{PublishTime: millis(86_400_000)}},
	{column: "update_time", typ: "timestamp", in: &bookpb.Book{}},
	{column: "create_time", typ: "timestamp(0)", in: &bookpb.Book{}},
	{column: "book_id", typ: "varchar(20)", in: &bookpb.Book{}},
}

var bookMisfits = []misfit[*bookpb.Book]{
	{"title", "varchar(3)", &bookpb.Book{Title: "äöüx"}, codes.InvalidArgument, ""},
	{"title", "char(3)", &bookpb.Book{Title: "abcd"}, codes.InvalidArgument, ""},
	{"title", "mood", &bookpb.Book{Title: "glad"}, codes.InvalidArgument, ""},
	{"title", "short", &bookpb.Book{Title: "abcd"}, codes.InvalidArgument, ""},
	{"title", "jsonb", &bookpb.Book{Title: `"x"`}, codes.Internal, "title"},
	{"title", "json", &bookpb.Book{Title: `"x"`}, codes.Internal, "title"},
	{"title", "jsonb", &bookpb.Book{Title: "x"}, codes.InvalidArgument, ""},
	{"title", "uuid", &bookpb.Book{Title: "00000000-0000-4000-8000-00000000000A"}, codes.Internal, "title"},
	{"title", "integer", &bookpb.Book{Title: "012"}, codes.Internal, "title"},
	{"title", "integer", &bookpb.Book{Title: "x"}, codes.InvalidArgument, ""},
	{"title", "inet", &bookpb.Book{Title: "10.0.0.1"}, codes.Internal, "title"},
	{"owner_id", "integer", &bookpb.Book{OwnerId: new(int64(1 << 40))}, codes.InvalidArgument, "owner_id"},
	{"genre", "smallint", &bookpb.Book{Genre: 70000}, codes.InvalidArgument, "genre"},
	{"genre", "text", &bookpb.Book{Genre: 1}, codes.Internal, "genre"},
	{"price", "numeric(10,2)", &bookpb.Book{Price: 1}, codes.Internal, "price"},
	{"price", "money", &bookpb.Book{Price: 1}, codes.Internal, "price"},
	{"price", "integer", &bookpb.Book{Price: 1.5}, codes.Internal, "price"},
	{"tags", "text", &bookpb.Book{Tags: []string{"a"}}, codes.Internal, "tags"},
	{"tags", "varchar(3)[]", &bookpb.Book{Tags: []string{"abcd"}}, codes.InvalidArgument, ""},
	{"tags", "mood[]", &bookpb.Book{Tags: []string{"ok"}}, codes.Internal, "tags"},
	{"publish_time", "bigint", &bookpb.Book{PublishTime: millis(1000)}, codes.InvalidArgument, ""},
}

// TestExistingColumns: a field in a column of another type comes back as it was
// written, in every mode of pgx.
func TestExistingColumns(t *testing.T) {
	t.Parallel()
	for i, mode := range execModes {
		t.Run(mode.String(), func(t *testing.T) {
			t.Parallel()
			db := farFromUTC(t, mode)
			_, err := db.Exec(t.Context(), existingTypes, pgx.QueryExecModeSimpleProtocol)
			require.NoError(t, err)
			for _, test := range counterColumns {
				makeExisting(t, db, "counters", "id", existingCounters, map[string]string{test.column: test.typ})
				in := proto.Clone(test.in).(*bookpb.Counter)
				in.Id = math.MaxUint64
				fits(t, test.column+" "+test.typ, bookpb.NewCounterRepository(db), in.Id, in, in)
			}
			for _, test := range bookColumns {
				if test.noText && i >= textModes {
					continue
				}
				makeExisting(t, db, "books", "shelf_id, book_id", existingBooks, map[string]string{test.column: test.typ})
				in, want := proto.Clone(test.in).(*bookpb.Book), test.want
				if want == nil {
					want = test.in
				}
				want = proto.Clone(want).(*bookpb.Book)
				in.Name, want.Name = "shelves/a/books/x", "shelves/a/books/x"
				fits(t, test.column+" "+test.typ, bookpb.NewBookRepository(db), bookpb.BookKey{ShelfId: "a", BookId: "x"}, in, want)
			}
		})
	}
}

// fits demands that every call answers want, but for the times that the server keeps.
func fits[M proto.Message, K comparable](t testing.TB, name string, s crud.Store[M, K], key K, in, want M) {
	t.Helper()
	ctx := t.Context()
	q := crud.Query{}
	if _, ok := any(in).(*bookpb.Book); ok {
		q.Parent = "shelves/a"
	}
	created, err := s.Create(ctx, in)
	require.NoError(t, err, name)
	timeless(t, want, created, name)
	got, err := s.Get(ctx, key)
	require.NoError(t, err, name)
	sameMessage(t, created, got, name)
	page, err := s.List(ctx, q)
	require.NoError(t, err, name)
	require.Len(t, page.Items, 1, name)
	sameMessage(t, created, page.Items[0], name)
	got, err = s.Update(ctx, in, mask("*"))
	require.NoError(t, err, name)
	timeless(t, want, got, name)
	again, err := s.Get(ctx, key)
	require.NoError(t, err, name)
	sameMessage(t, got, again, name)
	_, err = s.Delete(ctx, key)
	require.NoError(t, err, name)
}

// timeless compares messages but for create_time and update_time, which got has.
func timeless(t testing.TB, want, got proto.Message, name string) {
	t.Helper()
	if want, ok := want.(*bookpb.Book); ok {
		got := got.(*bookpb.Book)
		assert.NotNil(t, got.GetCreateTime(), name)
		assert.NotNil(t, got.GetUpdateTime(), name)
		sameMessage(t, withFields(want, got, "create_time", "update_time"), got, name)
		return
	}
	sameMessage(t, want, got, name)
}

// TestMisfits: what a column does not take is the caller's fault, and named where it
// is known; a column that a field cannot be read from is the server's, and the log
// names the field, without the value.
func TestMisfits(t *testing.T) {
	t.Parallel()
	db := farFromUTC(t, pgx.QueryExecModeCacheStatement)
	ctx := t.Context()
	_, err := db.Exec(ctx, existingTypes, pgx.QueryExecModeSimpleProtocol)
	require.NoError(t, err)
	for _, test := range counterMisfits {
		makeExisting(t, db, "counters", "id", existingCounters, map[string]string{test.column: test.typ})
		_, err := bookpb.NewCounterRepository(db).Create(ctx, test.in)
		refusesMisfit(t, "bookpb.Counter", test, err)
	}
	for _, test := range bookMisfits {
		makeExisting(t, db, "books", "shelf_id, book_id", existingBooks, map[string]string{test.column: test.typ})
		in := proto.Clone(test.in).(*bookpb.Book)
		in.Name = "shelves/a/books/x"
		_, err := bookpb.NewBookRepository(db).Create(ctx, in)
		refusesMisfit(t, "bookpb.Book", test, err)
	}
}

func refusesMisfit[M proto.Message](t testing.TB, message string, test misfit[M], err error) {
	t.Helper()
	name := test.column + " " + test.typ
	require.Error(t, err, name)
	if test.code == codes.Internal {
		st := refused(t, err, codes.Internal, crud.ReasonInternal)
		assert.Equal(t, "internal error", st.Message(), name)
		cause := errors.Unwrap(err)
		require.Error(t, cause, name)
		assert.ErrorContains(t, cause, message+"."+test.field+":", name)
		assert.NotContains(t, cause.Error(), "10.0.0", "the value, of %s", name)
		return
	}
	st := refused(t, err, codes.InvalidArgument, crud.ReasonConstraintViolation)
	var fields []string
	for _, bad := range details[*errdetails.BadRequest](st) {
		for _, v := range bad.GetFieldViolations() {
			fields = append(fields, v.GetField())
		}
	}
	if test.field == "" {
		assert.Empty(t, fields, name)
		return
	}
	assert.Equal(t, []string{test.field}, fields, name)
}

// TestUpdateMisfits: the field is named for each of several arguments.
func TestUpdateMisfits(t *testing.T) {
	t.Parallel()
	db := crudtest.Postgres(t)
	ctx := t.Context()
	makeExisting(t, db, "books", "shelf_id, book_id", existingBooks,
		map[string]string{"owner_id": "integer", "genre": "smallint", "pages": "smallint"})
	none := func(context.Context, *write) error { return nil }
	for id, hooks := range map[string]crud.Option{"plain": bookpb.BookHooks{}, "hooked": bookpb.BookHooks{AfterUpdate: none}} {
		books := bookpb.NewBookRepository(db, hooks)
		key := bookpb.BookKey{ShelfId: "a", BookId: id}
		m := createBook(t, books, key.String(), "X")
		for field, in := range map[string]*bookpb.Book{
			"owner_id": {OwnerId: new(int64(1 << 40))}, "genre": {Genre: 1 << 20}, "pages": {Pages: -1 << 20},
		} {
			in.Name, in.Title = key.String(), "Y"
			for _, paths := range [][]string{{field}, {"title", field}, {"*"}, nil} {
				_, err := books.Update(ctx, in, mask(paths...))
				violated(t, err, crud.ReasonConstraintViolation, field)
			}
			_, err := updateBook(ctx, books, in, "title", field)
			violated(t, err, crud.ReasonConstraintViolation, "book."+field)
		}
		got, err := books.Get(ctx, key)
		require.NoError(t, err)
		sameMessage(t, m, got)
	}
}
