package relations_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/relations"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// Related rows are read only when they are asked for: by a mask, by * or by a full view.
func TestRelationsAreRead(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l *library) {
		tag := l.tag(t, "new")
		b := l.book(t, "T", tag)
		author, err := l.authors.Get(t.Context(), b.GetAuthorId())
		require.NoError(t, err)
		author.Secret = ""

		plain := &relations.Book{Id: b.GetId(), Title: "T", AuthorId: b.GetAuthorId(), UpdateTime: b.GetUpdateTime(), Etag: b.GetEtag()}
		full := proto.CloneOf(b)
		full.Author = author
		full.Chapters[0].Notes = nil // a full view goes one relation deep
		tests := map[string]struct {
			req  *relations.GetBookRequest
			want *relations.Book
		}{
			"nothing":     {&relations.GetBookRequest{}, plain},
			"basic":       {&relations.GetBookRequest{View: relations.BookView_BOOK_VIEW_BASIC}, plain},
			"full":        {&relations.GetBookRequest{View: relations.BookView_BOOK_VIEW_FULL}, full},
			"*":           {&relations.GetBookRequest{ReadMask: mask("*")}, full},
			"a mask wins": {&relations.GetBookRequest{ReadMask: mask("title"), View: relations.BookView_BOOK_VIEW_FULL}, &relations.Book{Title: "T"}},
			"a relation":  {&relations.GetBookRequest{ReadMask: mask("author")}, &relations.Book{Author: author}},
			"a field of it": {
				&relations.GetBookRequest{ReadMask: mask("title", "author.name")},
				&relations.Book{Title: "T", Author: &relations.Author{Name: "Ann"}},
			},
			"two fields of it": {
				&relations.GetBookRequest{ReadMask: mask("author.name", "author.country")},
				&relations.Book{Author: &relations.Author{Name: "Ann", Country: "IS"}},
			},
			"elements": {
				&relations.GetBookRequest{ReadMask: mask("chapters.title", "tags")},
				&relations.Book{
					Chapters: []*relations.Chapter{{Title: "One"}, {Title: "Two"}, {Title: "Three"}},
					Tags:     []*relations.Tag{tag},
				},
			},
			"relations of relations": {
				&relations.GetBookRequest{ReadMask: mask("chapters.notes.text", "author.books.tags.name")},
				&relations.Book{
					Chapters: []*relations.Chapter{{Notes: []*relations.Note{{Text: "A"}, {Text: "B"}}}, {}, {}},
					Author:   &relations.Author{Books: []*relations.Book{{Tags: []*relations.Tag{{Name: "new"}}}}},
				},
			},
			"all of it and its relation": {
				&relations.GetBookRequest{ReadMask: mask("author", "author.books.title")},
				&relations.Book{Author: &relations.Author{
					Id: author.GetId(), Name: "Ann", Country: "IS", Books: []*relations.Book{{Title: "T"}},
				}},
			},
			"one that is not there": {&relations.GetBookRequest{ReadMask: mask("editor", "prizes")}, &relations.Book{}},
		}
		for name, test := range tests {
			test.req.Id = b.GetId()
			got, err := l.client.GetBook(t.Context(), test.req)
			require.NoError(t, err, name)
			t.Log(name)
			equal(t, test.want, got)
		}
	})
}

// A page of any size costs one more statement for each relation, and never one for each
// row.
func TestStatementsOfRelations(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l *library) {
		tag := l.tag(t, "new")
		for i := range 30 {
			l.book(t, fmt.Sprint("Title ", i), tag)
		}
		for n, paths := range map[int][]string{
			1: {"title"},
			2: {"title", "author"},
			3: {"author.name", "chapters.title"},
			6: {"author", "editor", "chapters", "cover", "tags"},
			4: {"author.books.tags"},
		} {
			l.db.Reset()
			page, err := l.client.ListBooks(t.Context(), &relations.ListBooksRequest{PageSize: 20, ReadMask: mask(paths...)})
			require.NoError(t, err)
			assert.Len(t, page.GetBooks(), 20)
			want := n
			if paths[0] == "author" && len(paths) == 5 {
				want-- // nobody has an editor
			}
			assert.Len(t, l.db.Statements(), want, "%v", paths)
		}
	})
}

// Lists, streams and batches read relations as Get does, in their order.
func TestRelationsOfLists(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l *library) {
		shared := l.author(t, "Shared")
		var ids []int64
		for i := range 150 { // more than a stream reads at once
			b, err := l.books.Create(t.Context(), &relations.Book{
				Title: fmt.Sprint(i), AuthorId: shared.GetId(),
				Chapters: []*relations.Chapter{{Title: fmt.Sprint("c", i)}, {Title: "last"}},
			})
			require.NoError(t, err)
			ids = append(ids, b.GetId())
		}
		check := func(i int, b *relations.Book) {
			assert.Equal(t, fmt.Sprint(i), b.GetTitle())
			assert.Equal(t, "Shared", b.GetAuthor().GetName())
			assert.Equal(t, []string{fmt.Sprint("c", i), "last"}, titles(b.GetChapters()))
			assert.Zero(t, b.GetId())
		}
		m := mask("title", "author.name", "chapters.title")
		at, token := 0, ""
		for {
			page, err := l.client.ListBooks(t.Context(), &relations.ListBooksRequest{PageSize: 40, PageToken: token, ReadMask: m})
			require.NoError(t, err)
			for _, b := range page.GetBooks() {
				check(at, b)
				at++
			}
			if token = page.GetNextPageToken(); token == "" {
				break
			}
		}
		assert.Equal(t, 150, at)

		for _, size := range []int32{0, 64, 65, 7} {
			stream, err := l.client.StreamBooks(t.Context(), &relations.StreamBooksRequest{PageSize: size, Skip: 3, ReadMask: m})
			require.NoError(t, err)
			at = 3
			for {
				b, err := stream.Recv()
				if err == io.EOF {
					break
				}
				require.NoError(t, err)
				check(at, b)
				at++
			}
			want := 3 + int(size)
			if size == 0 {
				want = 150
			}
			assert.Equal(t, want, at)
		}

		batch, err := l.client.BatchGetBooks(t.Context(), &relations.BatchGetBooksRequest{Ids: []int64{ids[5], ids[2], ids[5]}, ReadMask: m})
		require.NoError(t, err)
		for n, i := range []int{5, 2, 5} {
			check(i, batch.GetBooks()[n])
		}

		items, err := l.books.BatchGet(t.Context(), ids[:2], crud.ReadMask(mask("author")))
		require.NoError(t, err)
		items[0].Author.Name = "changed"
		assert.Equal(t, "Shared", items[1].GetAuthor().GetName(), "each message is its caller's own")
	})
}

// A mask of what is not there, or too deep, is refused with its path.
func TestWrongReadMasks(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l *library) {
		b := l.book(t, "T")
		for path, want := range map[string]string{
			"auther":                      `path "auther" names no field; did you mean "author"?`,
			"author.nam":                  `in author, path "nam" names no field; did you mean "name"?`,
			"author.books.chapters.titel": `in author, in books, in chapters, path "titel" names no field; did you mean "title"?`,
			"author.name.x":               `in author, path "name.x" goes into name, which is written as a whole`,
			"author.":                     `path "author." has an empty or unended part`,
			"chapters.*":                  "",
			"author.books.author.books.author.books.author": `goes through more than 5 relations`,
		} {
			_, err := l.client.GetBook(t.Context(), &relations.GetBookRequest{Id: b.GetId(), ReadMask: mask(path)})
			if want == "" {
				assert.NoError(t, err, path)
				continue
			}
			assert.Equal(t, []string{"read_mask"}, violations(t, err), path)
			assert.Contains(t, err.Error(), "read_mask")
			assert.Contains(t, describe(err), want, path)
		}
	})
}

// Rows that are soft-deleted are no elements, but stay what others belong to.
func TestDeletedRelations(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l *library) {
		b := l.book(t, "T")
		_, err := l.authors.Delete(t.Context(), b.GetAuthorId())
		require.NoError(t, err)
		assert.NotNil(t, l.full(t, b.GetId()).GetAuthor().GetDeleteTime())

		prizes, awards := relations.NewPrizeRepository(l.db), relations.NewAwardRepository(l.db)
		prize, err := prizes.Create(t.Context(), &relations.Prize{Name: "P"})
		require.NoError(t, err)
		award, err := awards.Create(t.Context(), &relations.Award{BookId: b.GetId(), PrizeId: prize.GetId()})
		require.NoError(t, err)
		equal(t, prize, l.full(t, b.GetId()).GetPrizes()[0])
		_, err = awards.Delete(t.Context(), award.GetId())
		require.NoError(t, err)
		assert.Empty(t, l.full(t, b.GetId()).GetPrizes())
	})
}

// A table relates to itself, and resource names to those of their parents.
func TestTreesAndNames(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, relations.CategoryTable, relations.ShelfTable, relations.VolumeTable))
		categories := relations.NewCategoryRepository(db)
		root, err := categories.Create(t.Context(), &relations.Category{Name: "root"})
		require.NoError(t, err)
		for _, name := range []string{"a", "b"} {
			_, err := categories.Create(t.Context(), &relations.Category{Name: name, ParentId: proto.Int64(root.GetId())})
			require.NoError(t, err)
		}
		got, err := categories.Get(t.Context(), root.GetId(), crud.ReadMask(mask("parent", "children.name", "children.parent.name")))
		require.NoError(t, err)
		equal(t, &relations.Category{Children: []*relations.Category{
			{Name: "a", Parent: &relations.Category{Name: "root"}},
			{Name: "b", Parent: &relations.Category{Name: "root"}},
		}}, got)

		shelves, volumes := relations.NewShelfRepository(db), relations.NewVolumeRepository(db)
		for _, name := range []string{"x", "y"} {
			_, err := shelves.Create(t.Context(), &relations.Shelf{Name: "shelves/" + name})
			require.NoError(t, err)
			for _, volume := range []string{"2", "1"} {
				_, err = volumes.Create(t.Context(), &relations.Volume{Name: "shelves/" + name + "/volumes/v" + volume, Title: name + volume})
				require.NoError(t, err)
			}
		}
		page, err := shelves.List(t.Context(), crud.Query{ReadMask: mask("name", "volumes.title", "volumes.shelf")})
		require.NoError(t, err)
		require.Len(t, page.Items, 2)
		equal(t, &relations.Shelf{Name: "shelves/y", Volumes: []*relations.Volume{
			{Title: "y1", Shelf: &relations.Shelf{Name: "shelves/y"}},
			{Title: "y2", Shelf: &relations.Shelf{Name: "shelves/y"}},
		}}, page.Items[1])
	})
}
