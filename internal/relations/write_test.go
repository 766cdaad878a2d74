package relations_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/relations"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// Create answers with what it wrote, numbered and with its keys, and a full view reads
// the same.
func TestCreateOwned(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l *library) {
		tag := l.tag(t, "new")
		b := l.book(t, "T", &relations.Tag{Id: tag.GetId(), Name: "ignored"})
		assert.Equal(t, []string{"One", "Two", "Three"}, titles(b.GetChapters()))
		for i, c := range b.GetChapters() {
			assert.NotZero(t, c.GetId())
			assert.Equal(t, b.GetId(), c.GetBookId())
			assert.EqualValues(t, i+1, c.GetPosition())
		}
		assert.Equal(t, b.GetChapters()[0].GetId(), b.GetChapters()[0].GetNotes()[1].GetChapterId())
		equal(t, tag, b.GetTags()[0])

		got := l.full(t, b.GetId())
		got.Author = nil
		b.Chapters[0].Notes = nil
		equal(t, b, got)
	})
}

// Update makes the rows those that are given: it changes, adds and removes, and keeps
// what a client may not write.
func TestUpdateOwned(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l *library) {
		a, b, c := l.tag(t, "a"), l.tag(t, "b"), l.tag(t, "c")
		book := l.book(t, "T", a, b)
		two := book.GetChapters()[1]
		stored, err := l.chapters.Update(t.Context(), &relations.Chapter{Id: two.GetId(), Reads: 7, Language: "is", Draft: "d"}, mask("reads", "language", "draft"))
		require.NoError(t, err)

		got, err := l.update(t, &relations.Book{
			Id: book.GetId(),
			Chapters: []*relations.Chapter{
				{Title: "Zero"},
				{Id: two.GetId(), Title: "Two!", Reads: 99, Language: "is", BookId: book.GetId(), Draft: "d"},
				book.GetChapters()[0],
			},
			Cover: &relations.Cover{Color: "blue"},
			Tags:  []*relations.Tag{b, c},
		}, "chapters", "cover", "tags")
		require.NoError(t, err)
		assert.Equal(t, []string{"Zero", "Two!", "One"}, titles(got.GetChapters()))
		assert.EqualValues(t, 7, got.GetChapters()[1].GetReads(), "OUTPUT_ONLY")
		assert.Equal(t, two.GetId(), got.GetChapters()[1].GetId())
		assert.Empty(t, got.GetChapters()[1].GetDraft(), "INPUT_ONLY")
		assert.Len(t, got.GetChapters()[2].GetNotes(), 2)
		assert.Equal(t, "blue", got.GetCover().GetColor())
		assert.Equal(t, []string{"b", "c"}, crud.Each(got.GetTags(), (*relations.Tag).GetName))
		assert.True(t, got.GetUpdateTime().AsTime().After(book.GetUpdateTime().AsTime()))
		_ = stored

		full := l.full(t, book.GetId())
		full.Author = nil
		got.Chapters[2].Notes = nil
		equal(t, full, got)
		_, err = l.chapters.Get(t.Context(), book.GetChapters()[2].GetId())
		assert.Equal(t, codes.NotFound, status.Code(err))
		notes, err := l.notes.List(t.Context(), crud.Query{})
		require.NoError(t, err)
		assert.Len(t, notes.Items, 2)

		got, err = l.update(t, &relations.Book{Id: book.GetId()}, "chapters", "cover", "tags")
		require.NoError(t, err)
		assert.Empty(t, got.GetChapters())
		assert.Nil(t, got.GetCover())
		full = l.full(t, book.GetId())
		assert.Empty(t, full.GetChapters())
		assert.Empty(t, full.GetTags())
		assert.Nil(t, full.GetCover())
		_, err = l.tags.Get(t.Context(), a.GetId())
		assert.NoError(t, err, "a tag is not its books'")
	})
}

// A write that does not name a relation does not touch it.
func TestUntouchedRelations(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l *library) {
		book := l.book(t, "T", l.tag(t, "a"))
		before := l.full(t, book.GetId())
		for name, paths := range map[string][]string{"a field": {"title"}, "*": {"*"}, "no mask": nil, "what is output only": {"title", "author", "author.name", "prizes"}} {
			got, err := l.update(t, &relations.Book{Id: book.GetId(), Title: "U", AuthorId: book.GetAuthorId(), Author: &relations.Author{Name: "ignored"}}, paths...)
			require.NoError(t, err, name)
			assert.Empty(t, got.GetChapters(), name)
			assert.Nil(t, got.GetAuthor(), name)
			after := l.full(t, book.GetId())
			assert.Equal(t, "U", after.GetTitle(), name)
			after.Title, after.UpdateTime, after.Etag = before.Title, before.UpdateTime, before.Etag
			t.Log(name)
			equal(t, before, after)
		}
		got, err := l.update(t, &relations.Book{Id: book.GetId(), Chapters: []*relations.Chapter{{Title: "Only"}}})
		require.NoError(t, err)
		assert.Equal(t, []string{"Only"}, titles(got.GetChapters()), "what is given is named by a missing mask")
	})
}

// All that is wrong is said at once, with the element's path, and nothing is written.
func TestWrongElements(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l *library) {
		tag := l.tag(t, "a")
		book, other := l.book(t, "T", tag), l.book(t, "O")
		before := l.full(t, book.GetId())
		foreign := other.GetChapters()[0]
		tests := map[string]struct {
			book   *relations.Book
			create bool
			want   []string
		}{
			"required":            {&relations.Book{Chapters: []*relations.Chapter{{Title: "x"}, {}, {Title: "\x00"}}}, true, []string{"book.chapters[1].title", "book.chapters[2].title"}},
			"of an inner element": {&relations.Book{Chapters: []*relations.Chapter{{Title: "x", Notes: []*relations.Note{{Text: "no key"}}}}}, true, []string{"book.chapters[0].notes[0].slug"}},
			"another owner":       {&relations.Book{Chapters: []*relations.Chapter{{Title: "x", BookId: 9999}}}, true, []string{"book.chapters[0].book_id"}},
			"another's key":       {&relations.Book{Chapters: []*relations.Chapter{{Title: "x"}, {Id: foreign.GetId(), Title: "x"}}}, false, []string{"book.chapters[1].id"}},
			"a key twice":         {&relations.Book{Chapters: []*relations.Chapter{book.GetChapters()[0], book.GetChapters()[0]}}, false, []string{"book.chapters[1].id"}},
			"an immutable field":  {&relations.Book{Chapters: []*relations.Chapter{{Id: book.GetChapters()[0].GetId(), Title: "x", Language: "en"}}}, false, []string{"book.chapters[0].language"}},
			"no key to link":      {&relations.Book{Tags: []*relations.Tag{tag, {Name: "a"}}}, true, []string{"book.tags[1].id"}},
			"a link twice":        {&relations.Book{Tags: []*relations.Tag{tag, tag}}, true, []string{"book.tags[1].id"}},
			"of the only element": {&relations.Book{Cover: &relations.Cover{Color: "\x00"}}, true, []string{"book.cover.color"}},
		}
		for name, test := range tests {
			m := proto.CloneOf(test.book)
			m.Id = book.GetId()
			_, err := l.update(t, m, "chapters", "cover", "tags")
			assert.Equal(t, test.want, violations(t, err), "update: %s", name)
			if test.create {
				m.Id, m.Title, m.AuthorId = 0, "N", book.GetAuthorId()
				_, err := l.client.CreateBook(t.Context(), &relations.CreateBookRequest{Book: m})
				assert.Equal(t, test.want, violations(t, err), "create: %s", name)
			}
		}
		for path, want := range map[string]string{
			"chapters.title": `path "chapters.title" goes into chapters, which is repeated`,
			"cover.color":    `path "cover.color" goes into cover, which is written as a whole`,
			"author.nam":     `in author, path "nam" names no field; did you mean "name"?`,
		} {
			_, err := l.update(t, &relations.Book{Id: book.GetId()}, path)
			assert.Equal(t, []string{"update_mask"}, violations(t, err), path)
			assert.Contains(t, describe(err), want)
		}
		_, err := l.update(t, &relations.Book{Id: book.GetId(), Tags: []*relations.Tag{{Id: "0196b0d6-0000-7000-8000-000000000000"}}}, "tags")
		assert.Equal(t, codes.FailedPrecondition, status.Code(err))
		assert.Contains(t, err.Error(), "tags[0]")
		equal(t, before, l.full(t, book.GetId()))
		books, err := l.books.List(t.Context(), crud.Query{})
		require.NoError(t, err)
		assert.Len(t, books.Items, 2)
	})
}

// Nothing of a write that is only validated stays, and no key that it made is told.
func TestValidateOwned(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l *library) {
		book := l.book(t, "T")
		before := l.full(t, book.GetId())
		got, err := l.client.CreateBook(t.Context(), &relations.CreateBookRequest{ValidateOnly: true, Book: &relations.Book{
			Title: "N", AuthorId: book.GetAuthorId(), Chapters: []*relations.Chapter{{Title: "x"}},
		}})
		require.NoError(t, err)
		assert.Zero(t, got.GetId())
		assert.Zero(t, got.GetChapters()[0].GetId())
		got, err = l.client.UpdateBook(t.Context(), &relations.UpdateBookRequest{ValidateOnly: true, Book: &relations.Book{
			Id: book.GetId(), Chapters: []*relations.Chapter{{Title: "x"}, book.GetChapters()[1]},
		}})
		require.NoError(t, err)
		assert.Zero(t, got.GetChapters()[0].GetId())
		assert.Equal(t, book.GetChapters()[1].GetId(), got.GetChapters()[1].GetId())
		equal(t, before, l.full(t, book.GetId()))
	})
}

// A request id replays the elements too, batches write those of all of their resources,
// and an upsert creates with them.
func TestOwnedElsewhere(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l *library) {
		author := l.author(t, "Ann")
		req := &relations.CreateBookRequest{RequestId: "5c9a3f5e-8a4f-4f0b-9d42-7c0f7f0c2a11", Book: &relations.Book{
			Title: "R", AuthorId: author.GetId(), Chapters: []*relations.Chapter{{Title: "x", Draft: "secret"}},
		}}
		first, err := l.client.CreateBook(t.Context(), req)
		require.NoError(t, err)
		assert.Empty(t, first.GetChapters()[0].GetDraft())
		again, err := l.client.CreateBook(t.Context(), req)
		require.NoError(t, err)
		equal(t, first, again)

		upserted, err := l.client.UpdateBook(t.Context(), &relations.UpdateBookRequest{AllowMissing: true, Book: &relations.Book{
			Id: 1000, Title: "U", AuthorId: author.GetId(), Chapters: []*relations.Chapter{{Title: "u"}},
		}})
		require.NoError(t, err)
		assert.Equal(t, []string{"u"}, titles(upserted.GetChapters()))

		batch, err := l.client.BatchCreateBooks(t.Context(), &relations.BatchCreateBooksRequest{Requests: []*relations.CreateRequest{
			{Book: &relations.Book{Title: "1", AuthorId: author.GetId()}},
			{Book: &relations.Book{Title: "2", AuthorId: author.GetId(), Chapters: []*relations.Chapter{{Title: "x"}, {Title: "y"}}}},
		}})
		require.NoError(t, err)
		assert.Equal(t, []string{"x", "y"}, titles(batch.GetBooks()[1].GetChapters()))
		_, err = l.client.BatchCreateBooks(t.Context(), &relations.BatchCreateBooksRequest{Requests: []*relations.CreateRequest{
			{Book: &relations.Book{Title: "1", AuthorId: author.GetId(), Chapters: []*relations.Chapter{{Title: "x"}, {}}}},
		}})
		assert.Equal(t, []string{"requests[0].book.chapters[1].title"}, violations(t, err))

		updated, err := l.client.BatchUpdateBooks(t.Context(), &relations.BatchUpdateBooksRequest{Requests: []*relations.UpdateRequest{
			{Book: &relations.Book{Id: first.GetId(), Title: "V"}, UpdateMask: mask("title")},
			{Book: &relations.Book{Id: batch.GetBooks()[1].GetId(), Chapters: batch.GetBooks()[1].GetChapters()[1:]}, UpdateMask: mask("chapters")},
		}})
		require.NoError(t, err)
		assert.Equal(t, []string{"y"}, titles(updated.GetBooks()[1].GetChapters()))
		assert.EqualValues(t, 1, updated.GetBooks()[1].GetChapters()[0].GetPosition())
		assert.Equal(t, []string{"x"}, titles(l.full(t, first.GetId()).GetChapters()))
	})
}

// Hooks of related tables run, and hooks of the table see and change its elements.
func TestHooksOfRelations(t *testing.T) {
	t.Parallel()
	failure := errors.New("no")
	var ran []string
	book := relations.BookHooks{
		BeforeCreate: func(_ context.Context, w *crud.Write[*relations.Book]) error {
			if w.New.GetTitle() == "hooked" {
				w.New.Chapters = append(w.New.Chapters, &relations.Chapter{Title: "by hook"})
			}
			return nil
		},
		AfterCreate: func(_ context.Context, w *crud.Write[*relations.Book]) error {
			assert.Len(t, w.New.GetChapters(), 2)
			return nil
		},
	}
	chapter := relations.ChapterHooks{BeforeCreate: func(_ context.Context, w *crud.Write[*relations.Chapter]) error {
		ran = append(ran, w.New.GetTitle())
		if w.New.GetTitle() == "bad" {
			return failure
		}
		return nil
	}}
	db := crudtest.SQLite(t)
	require.NoError(t, crud.CreateTables(t.Context(), db, relations.LibraryServiceInfo.Tables()...))
	r := relations.NewBookRepository(db, book, chapter)
	author, err := relations.NewAuthorRepository(db).Create(t.Context(), &relations.Author{Name: "A"})
	require.NoError(t, err)
	got, err := r.Create(t.Context(), &relations.Book{Title: "hooked", AuthorId: author.GetId(), Chapters: []*relations.Chapter{{Title: "given"}}})
	require.NoError(t, err)
	assert.Equal(t, []string{"given", "by hook"}, titles(got.GetChapters()))
	assert.Equal(t, []string{"given", "by hook"}, ran)
	_, err = r.Create(t.Context(), &relations.Book{Title: "x", AuthorId: author.GetId(), Chapters: []*relations.Chapter{{Title: "bad"}}})
	require.ErrorIs(t, err, failure)
	assert.PanicsWithValue(t, "crud: the repository of relations.Prize got crud.Hooks[*github.com/protocrud/protoc-gen-go-crud/internal/relations.Book]",
		func() { relations.NewPrizeRepository(db, book) })
	relations.NewCRUDLibraryServiceServer(db, chapter, book)
}

type tenantKey struct{}

// Related rows are bound by the scope that their model declares, and linked rows must be
// in it.
func TestScopeOfRelations(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, relations.AccountTable, relations.EntryTable))
		scope := crud.ScopeColumn("tenant_id", func(ctx context.Context) (string, error) {
			tenant, _ := ctx.Value(tenantKey{}).(string)
			return tenant, nil
		})
		as := func(tenant string) context.Context { return context.WithValue(t.Context(), tenantKey{}, tenant) }
		accounts, entries := relations.NewAccountRepository(db, scope), relations.NewEntryRepository(db, scope)
		mine, err := accounts.Create(as("me"), &relations.Account{Name: "mine", Entries: []*relations.Entry{{Amount: 1}, {Amount: 2}}})
		require.NoError(t, err)
		got, err := accounts.Get(as("me"), mine.GetId(), crud.ReadMask(mask("entries.amount")))
		require.NoError(t, err)
		equal(t, &relations.Account{Entries: []*relations.Entry{{Amount: 1}, {Amount: 2}}}, got)

		_, err = accounts.Update(as("other"), &relations.Account{Id: mine.GetId()}, mask("entries"))
		assert.Equal(t, codes.NotFound, status.Code(err))
		_, err = accounts.Get(as("other"), mine.GetId(), crud.ReadMask(mask("*")))
		assert.Equal(t, codes.NotFound, status.Code(err))
		theirs, err := accounts.Create(as("other"), &relations.Account{Name: "theirs", Entries: []*relations.Entry{{Amount: 9}}})
		require.NoError(t, err)
		_, err = accounts.Update(as("me"), &relations.Account{Id: mine.GetId(), Entries: []*relations.Entry{{Id: theirs.GetEntries()[0].GetId()}}}, mask("entries"))
		assert.Equal(t, codes.InvalidArgument, status.Code(err))
		_, err = accounts.Get(t.Context(), mine.GetId(), crud.ReadMask(mask("*")))
		assert.Equal(t, codes.Internal, status.Code(err), "no tenant, no rows")
		page, err := entries.List(as("other"), crud.Query{})
		require.NoError(t, err)
		assert.Len(t, page.Items, 1)
		assert.Panics(t, func() { relations.NewAccountRepository(db) })
	})
}
