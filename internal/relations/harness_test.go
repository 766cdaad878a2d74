package relations_test

import (
	"context"
	"net"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/relations"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

func TestMain(m *testing.M) { crudtest.Main(m) }

// A library is the service over one database, and the repositories beside it.
type library struct {
	db       *crudtest.Recorder
	client   relations.LibraryServiceClient
	authors  relations.AuthorRepository
	books    relations.BookRepository
	chapters relations.ChapterRepository
	notes    relations.NoteRepository
	covers   relations.CoverRepository
	tags     relations.TagRepository
}

func eachEngine(t *testing.T, f func(t *testing.T, l *library), opts ...crud.Option) {
	t.Helper()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) { f(t, open(t, db, opts...)) })
}

func open(t *testing.T, db crud.DB, opts ...crud.Option) *library {
	t.Helper()
	tables := append(relations.LibraryServiceInfo.Tables(), relations.AwardTable)
	require.NoError(t, crud.CreateTables(t.Context(), db, tables...))
	require.NoError(t, crud.CheckTables(t.Context(), db, tables...))
	r := crudtest.NewRecorder(db)
	return &library{
		db:       r,
		client:   serve(t, r, opts...),
		authors:  relations.NewAuthorRepository(db),
		books:    relations.NewBookRepository(r),
		chapters: relations.NewChapterRepository(db),
		notes:    relations.NewNoteRepository(db),
		covers:   relations.NewCoverRepository(db),
		tags:     relations.NewTagRepository(db),
	}
}

func serve(t *testing.T, db crud.DB, opts ...crud.Option) relations.LibraryServiceClient {
	t.Helper()
	server := grpc.NewServer()
	relations.RegisterLibraryServiceServer(server, relations.NewCRUDLibraryServiceServer(db, opts...))
	listener := bufconn.Listen(1 << 16)
	go func() { assert.NoError(t, server.Serve(listener)) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:///server",
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close()) })
	return relations.NewLibraryServiceClient(conn)
}

func (l *library) author(t *testing.T, name string) *relations.Author {
	t.Helper()
	a, err := l.authors.Create(t.Context(), &relations.Author{Name: name, Country: "IS", Secret: "s"})
	require.NoError(t, err)
	return a
}

func (l *library) tag(t *testing.T, name string) *relations.Tag {
	t.Helper()
	tag, err := l.tags.Create(t.Context(), &relations.Tag{Name: name})
	require.NoError(t, err)
	return tag
}

// book creates a book with everything that it owns.
func (l *library) book(t *testing.T, title string, tags ...*relations.Tag) *relations.Book {
	t.Helper()
	b, err := l.client.CreateBook(t.Context(), &relations.CreateBookRequest{Book: &relations.Book{
		Title: title, AuthorId: l.author(t, "Ann").GetId(),
		Chapters: []*relations.Chapter{
			{Title: "One", Notes: []*relations.Note{{Slug: "a", Text: "A"}, {Slug: "b", Text: "B"}}},
			{Title: "Two"},
			{Title: "Three"},
		},
		Cover: &relations.Cover{Color: "red"},
		Tags:  tags,
	}})
	require.NoError(t, err)
	return b
}

// full reads a book with all that it is related to.
func (l *library) full(t *testing.T, id int64) *relations.Book {
	t.Helper()
	b, err := l.client.GetBook(t.Context(), &relations.GetBookRequest{Id: id, View: relations.BookView_BOOK_VIEW_FULL})
	require.NoError(t, err)
	return b
}

func (l *library) update(t *testing.T, b *relations.Book, mask ...string) (*relations.Book, error) {
	t.Helper()
	return l.client.UpdateBook(t.Context(), &relations.UpdateBookRequest{Book: b, UpdateMask: &fieldmaskpb.FieldMask{Paths: mask}})
}

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

func equal(t *testing.T, want, got proto.Message) {
	t.Helper()
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Error("-want +got\n" + diff)
	}
}

// violations are the paths that an error is about.
func violations(t *testing.T, err error) []string {
	t.Helper()
	require.Equal(t, codes.InvalidArgument, status.Code(err), "%v", err)
	var paths []string
	for _, d := range status.Convert(err).Details() {
		if bad, ok := d.(*errdetails.BadRequest); ok {
			for _, v := range bad.GetFieldViolations() {
				paths = append(paths, v.GetField())
			}
		}
	}
	return paths
}

func titles(chapters []*relations.Chapter) []string {
	return crud.Each(chapters, (*relations.Chapter).GetTitle)
}

// describe is what an error says of its violations.
func describe(err error) string {
	text := ""
	for _, d := range status.Convert(err).Details() {
		if bad, ok := d.(*errdetails.BadRequest); ok {
			for _, v := range bad.GetFieldViolations() {
				text += v.GetDescription() + "\n"
			}
		}
	}
	return text
}
