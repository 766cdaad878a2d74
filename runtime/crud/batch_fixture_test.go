package crud_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

type change = crud.Change[*bookpb.Book]

// bookAt is the key of a book on the shelf a.
func bookAt(id string) bookpb.BookKey { return bookpb.BookKey{ShelfId: "a", BookId: id} }

func booksAt(ids ...string) (keys []bookpb.BookKey) {
	for _, id := range ids {
		keys = append(keys, bookAt(id))
	}
	return keys
}

// newBooks returns books on the shelf a whose titles are their ids.
func newBooks(ids ...string) (ms []*bookpb.Book) {
	for _, id := range ids {
		ms = append(ms, book("shelves/a/books/"+id, id))
	}
	return ms
}

func createBooks(t testing.TB, s bookpb.BookStore, ids ...string) []*bookpb.Book {
	t.Helper()
	ms, err := s.BatchCreate(t.Context(), newBooks(ids...))
	require.NoError(t, err)
	return ms
}

// numbersUpTo returns "0000" and so on.
func numbersUpTo(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprintf("b%04d", i))
	}
	return ids
}

// sameMessages demands the same messages in the same order.
func sameMessages[M proto.Message](t testing.TB, want, got []M, msgAndArgs ...any) {
	t.Helper()
	require.Len(t, got, len(want), msgAndArgs...)
	for i := range want {
		sameMessage(t, want[i], got[i], msgAndArgs...)
	}
}

// shelved returns the titles of the books on the shelf a, by their ids.
func shelved(t testing.TB, s bookpb.BookStore) map[string]string {
	t.Helper()
	titles := make(map[string]string)
	for m, err := range s.All(t.Context(), crud.Query{Parent: "shelves/a"}) {
		require.NoError(t, err)
		titles[bookKey(t, m).BookId] = m.GetTitle()
	}
	return titles
}

func metadataOf(t testing.TB, err error) map[string]string {
	t.Helper()
	var e *crud.Error
	require.ErrorAs(t, err, &e)
	return e.Metadata
}

// missingNames demands NOT_FOUND that names just these resources.
func missingNames(t testing.TB, err error, reason, names, first string) {
	t.Helper()
	st := refused(t, err, codes.NotFound, reason)
	assert.Equal(t, first, resourceInfo(t, st).GetResourceName())
	assert.Equal(t, names, details[*errdetails.ErrorInfo](st)[0].GetMetadata()["resource_names"])
}

// A paper is soft-deleted and has an etag. It has more columns than the key that the
// runtime looks at, and is no message of a proto.
type paper struct {
	id, title, etag                   string
	updateTime, deleteTime, purgeTime *timestamppb.Timestamp
}

// ProtoReflect makes a paper pass for a message.
func (*paper) ProtoReflect() protoreflect.Message { return nil }

const paperColumns = " papers.id, papers.title, papers.update_time, papers.delete_time, papers.purge_time, papers.revision"

var paperTable = crud.NewTable(crud.TableSpec[*paper, string]{
	Message: "bookpb.Paper", Singular: "paper", Name: "papers", Resource: "bookpb.Paper",
	Columns: []crud.Column[*paper]{
		crud.String("id", func(m *paper) string { return m.id }, func(m *paper, v string) { m.id = v }, crud.PrimaryKey),
		crud.String("title", func(m *paper) string { return m.title }, func(m *paper, v string) { m.title = v }, crud.Required),
		crud.Timestamp("update_time", func(m *paper) *timestamppb.Timestamp { return m.updateTime },
			func(m *paper, v *timestamppb.Timestamp) { m.updateTime = v }, crud.UpdateTime),
		crud.Timestamp("delete_time", func(m *paper) *timestamppb.Timestamp { return m.deleteTime },
			func(m *paper, v *timestamppb.Timestamp) { m.deleteTime = v }, crud.DeleteTime),
		crud.Timestamp("purge_time", func(m *paper) *timestamppb.Timestamp { return m.purgeTime },
			func(m *paper, v *timestamppb.Timestamp) { m.purgeTime = v }, crud.PurgeTime),
		crud.Etag("etag", func(m *paper) string { return m.etag }, func(m *paper, v string) { m.etag = v }),
	},
	Key:          func(m *paper) string { return m.id },
	SetKey:       func(m *paper, v string) { m.id = v },
	MaxBatchSize: 5,
	PurgeAfter:   time.Hour,
	SQL: crud.SQL{
		Columns: paperColumns,
		Select:  "SELECT" + paperColumns + " FROM papers",
		Get:     "SELECT" + paperColumns + " FROM papers WHERE papers.id = $1",
		Create: "INSERT INTO papers (id, title, update_time, delete_time, purge_time, revision) " +
			"VALUES ($1, $2, $3, $4, $5, $6) RETURNING" + paperColumns,
		Delete: "DELETE FROM papers WHERE papers.id = $1",
	},
})

type paperStore = *crud.Repository[*paper, string]

func eachPaperStore(t *testing.T, f func(t *testing.T, s paperStore, rec *crudtest.Recorder), opts ...crud.Option) {
	t.Helper()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, paperTable))
		rec := crudtest.NewRecorder(db)
		f(t, crud.NewRepository(rec, paperTable, opts...), rec)
	})
}

// createPapers creates papers whose titles are their ids.
func createPapers(t testing.TB, s paperStore, ids ...string) (papers []*paper) {
	t.Helper()
	for _, id := range ids {
		papers = append(papers, &paper{id: id, title: id})
	}
	papers, err := s.BatchCreate(t.Context(), papers)
	require.NoError(t, err)
	return papers
}

// A seat has a name with a number in it, which text can fail to be.
type seat struct {
	name, row string
	number    int64
}

// ProtoReflect makes a seat pass for a message.
func (*seat) ProtoReflect() protoreflect.Message { return nil }

type seatKey struct {
	row    string
	number int64
}

func (k seatKey) String() string { return seatPattern.Format(k.row, k.number) }

var seatPattern = crud.MustPattern("rows/{row}/seats/{seat}")

var seatTable = crud.NewTable(crud.TableSpec[*seat, seatKey]{
	Message: "bookpb.Seat", Singular: "seat", Name: "seats", Resource: "test.example.com/Seat",
	Columns: []crud.Column[*seat]{
		crud.String("row", func(m *seat) string { return m.row }, func(m *seat, v string) { m.row = v }, crud.PrimaryKey),
		crud.Int64("number", func(m *seat) int64 { return m.number }, func(m *seat, v int64) { m.number = v }, crud.PrimaryKey),
		crud.ComputedName("name", func(m *seat) string { return m.name }, func(m *seat, v string) { m.name = v },
			func(m *seat) string { return seatKey{m.row, m.number}.String() }),
	},
	Key:     func(m *seat) seatKey { return seatKey{m.row, m.number} },
	Pattern: seatPattern,
	ParseName: func(name string) (k seatKey, err error) {
		err = seatPattern.Parse(name, &k.row, &k.number)
		return k, err
	},
	SetKey:    func(m *seat, k seatKey) { m.row, m.number, m.name = k.row, k.number, k.String() },
	KeyValues: func(k seatKey) []any { return []any{k.row, k.number} },
	Parent:    &crud.Parent{Pattern: crud.MustPattern("rows/{row}"), Across: true},
	SQL: crud.SQL{
		Columns: " seats.row, seats.number",
		Select:  "SELECT seats.row, seats.number FROM seats",
		Get:     "SELECT seats.row, seats.number FROM seats WHERE seats.row = $1 AND seats.number = $2",
		Create:  "INSERT INTO seats (row, number) VALUES ($1, $2) RETURNING seats.row, seats.number",
		Delete:  "DELETE FROM seats WHERE seats.row = $1 AND seats.number = $2",
	},
})
