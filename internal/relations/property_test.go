package relations_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/internal/relations"
)

// Whatever is added, moved, changed and removed, the rows are what was asked for.
func TestOwnedProperty(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l *library) {
		author := l.author(t, "A")
		tags := []*relations.Tag{l.tag(t, "a"), l.tag(t, "b"), l.tag(t, "c")}
		rapid.Check(t, func(r *rapid.T) {
			book, err := l.client.CreateBook(t.Context(), &relations.CreateBookRequest{Book: drawn(r, tags, &relations.Book{Title: "T", AuthorId: author.GetId()})})
			require.NoError(t, err)
			for range rapid.IntRange(1, 4).Draw(r, "updates") {
				wanted := drawn(r, tags, proto.CloneOf(book))
				var named []string
				for _, path := range []string{"chapters", "cover", "tags"} {
					if rapid.Bool().Draw(r, path) {
						named = append(named, path)
					}
				}
				named = append(named, "title")
				got, err := l.update(t, wanted, named...)
				require.NoError(t, err)
				book = expected(book, wanted, got, named)
				stored, err := l.client.GetBook(t.Context(), &relations.GetBookRequest{
					Id: book.GetId(), ReadMask: mask("id", "title", "author_id", "update_time", "etag", "chapters", "chapters.notes", "cover", "tags"),
				})
				require.NoError(t, err)
				equal(t, book, stored)
				if t.Failed() {
					r.FailNow()
				}
			}
		})
	})
}

// drawn gives a book other elements: some of those that it has, in another order and
// with other values, and new ones.
func drawn(r *rapid.T, tags []*relations.Tag, b *relations.Book) *relations.Book {
	kept := rapid.Permutation(b.GetChapters()).Draw(r, "order")
	b.Chapters = nil
	for _, c := range kept {
		switch rapid.IntRange(0, 2).Draw(r, "fate") {
		case 0:
			continue
		case 1:
			c.Title = rapid.StringMatching("[a-z]{1,4}").Draw(r, "title")
			c.Notes = notes(r)
		}
		b.Chapters = append(b.Chapters, c)
	}
	for i := range rapid.IntRange(0, 3).Draw(r, "new") {
		b.Chapters = append(b.Chapters, &relations.Chapter{Title: fmt.Sprint("new", i), Notes: notes(r)})
	}
	b.Cover = nil
	if rapid.Bool().Draw(r, "has cover") {
		b.Cover = &relations.Cover{Color: rapid.StringMatching("[a-z]{0,2}").Draw(r, "color")}
	}
	b.Tags = rapid.Permutation(tags).Draw(r, "tags")[:rapid.IntRange(0, 3).Draw(r, "tag count")]
	return b
}

func notes(r *rapid.T) []*relations.Note {
	var notes []*relations.Note
	for _, slug := range []string{"x", "y", "z"} {
		if rapid.Bool().Draw(r, slug) {
			notes = append(notes, &relations.Note{Slug: slug, Text: rapid.StringMatching("[a-z]{0,2}").Draw(r, "text")})
		}
	}
	return notes
}

// expected is what a book is after an update: what it was, with what was named. Keys that
// were made, and times, are those of the answer.
func expected(old, wanted, got *relations.Book, named []string) *relations.Book {
	b := proto.CloneOf(old)
	b.Title, b.UpdateTime, b.Etag = wanted.GetTitle(), got.GetUpdateTime(), got.GetEtag()
	if slices.Contains(named, "chapters") {
		before := map[int64]*relations.Chapter{}
		for _, c := range old.GetChapters() {
			before[c.GetId()] = c
		}
		b.Chapters = nil
		for i, c := range wanted.GetChapters() {
			c = proto.CloneOf(c)
			if c.GetId() == 0 {
				c.Id = got.GetChapters()[i].GetId()
			}
			if len(c.GetNotes()) == 0 && before[c.GetId()] != nil { // none given: they stay
				c.Notes = before[c.GetId()].GetNotes()
			}
			c.BookId, c.Position = b.GetId(), int32(i+1)
			for _, n := range c.GetNotes() {
				n.ChapterId = c.GetId()
			}
			b.Chapters = append(b.Chapters, c)
		}
	}
	if slices.Contains(named, "cover") {
		b.Cover = proto.CloneOf(wanted.GetCover())
		if b.Cover != nil {
			b.Cover.BookId = b.GetId()
		}
	}
	if slices.Contains(named, "tags") {
		b.Tags = slices.SortedFunc(slices.Values(wanted.GetTags()), func(x, y *relations.Tag) int { return cmp.Compare(x.GetName(), y.GetName()) })
	}
	return b
}
