package relations_test

import (
	"context"
	"strings"
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

// Filters go into relations: of one row by its fields, of several by what some of them
// has.
func TestFiltersOfRelations(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, l *library) {
		ann, err := l.authors.Create(t.Context(), &relations.Author{Name: "Ann", Country: "IS", Secret: "s"})
		require.NoError(t, err)
		bob, err := l.authors.Create(t.Context(), &relations.Author{Name: "Bob", Country: "NO"})
		require.NoError(t, err)
		red, blue := l.tag(t, "red"), l.tag(t, "blue")
		for _, b := range []*relations.Book{
			{Title: "a", AuthorId: ann.GetId(), EditorId: proto.Int64(bob.GetId()), Tags: []*relations.Tag{red}, Chapters: []*relations.Chapter{{Title: "x", Notes: []*relations.Note{{Slug: "n", Text: "t"}}}}},
			{Title: "b", AuthorId: bob.GetId(), EditorId: proto.Int64(ann.GetId()), Tags: []*relations.Tag{red, blue}, Cover: &relations.Cover{Color: "red"}},
			{Title: "c", AuthorId: bob.GetId(), Chapters: []*relations.Chapter{{Title: "x"}, {Title: "yx"}}},
		} {
			_, err := l.books.Create(t.Context(), b)
			require.NoError(t, err)
		}
		for text, want := range map[string]string{
			`author.country = "IS"`:                    "a",
			`author.country != "IS"`:                   "bc",
			`NOT author.country = "IS"`:                "bc",
			`editor.name = "Ann"`:                      "b",
			`editor.name != "Ann"`:                     "a",
			`NOT editor.name = "Ann"`:                  "a",
			`NOT (editor.name = "Ann" OR title = "a")`: "",
			`editor:*`:                             "ab",
			`NOT editor:*`:                         "c",
			`tags:*`:                               "ab",
			`NOT tags:*`:                           "c",
			`tags:` + blue.GetId():                 "b",
			`NOT tags:` + blue.GetId():             "ac",
			`tags.name:red`:                        "ab",
			`tags.name:"b*"`:                       "b",
			`tags.name:red AND NOT tags.name:blue`: "a",
			`chapters.title:x`:                     "ac",
			`chapters.title:y`:                     "",
			`chapters.notes.text:t`:                "a",
			`chapters.notes:*`:                     "a",
			`cover.color = red`:                    "b",
			`cover.color != red`:                   "",
			`author.books.tags.name:blue`:          "bc",
			`author.books.author.name:Bob AND title != b`: "c",
			`author:` + "1": "a",
			`author.id > 1`: "bc",
			`author.name = "A*" OR editor.name = "A*"`: "ab",
			`prizes:*`: "",
			`title = "b" AND (tags.name:red OR prizes:*)`: "b",
		} {
			for _, suffix := range []string{"", " AND id > 0"} {
				page, err := l.client.ListBooks(t.Context(), &relations.ListBooksRequest{Filter: "(" + text + ")" + suffix})
				require.NoError(t, err, text)
				assert.Equal(t, want, strings.Join(crud.Each(page.GetBooks(), (*relations.Book).GetTitle), ""), text)
			}
		}
		for text, want := range map[string]string{
			`author = "Ann"`:      `"author" is a relation; write author:KEY, author:*, or name a field below it`,
			`author.nam = "Ann"`:  `unknown field "nam"; did you mean "name"?`,
			`author.secret = "s"`: `unknown field "secret"`,
			`chapters.title = x`:  `"chapters.title" goes into chapters, which is repeated; write chapters.title:"x"`,
			`chapters.notes:n`:    `"notes" is a relation to rows without a key of one field; write notes:* to ask whether there is one, or name a field below it`,
			`author.id = x`:       `id takes `,
			`auther:*`:            `did you mean "author"?`,
			`author.books.author.books.author.books:*`: `goes through more than 5 relations`,
		} {
			_, err := l.client.ListBooks(t.Context(), &relations.ListBooksRequest{Filter: text})
			assert.Equal(t, []string{"filter"}, violations(t, err), text)
			assert.Contains(t, describe(err), want, text)
		}
	})
}

// A filter that goes into rows sees those of the call's scope alone.
func TestScopesInFilters(t *testing.T) {
	t.Parallel()
	crudtest.EachEngine(t, func(t *testing.T, db crud.DB) {
		require.NoError(t, crud.CreateTables(t.Context(), db, relations.AccountTable, relations.EntryTable))
		scope := crud.ScopeColumn("tenant_id", func(ctx context.Context) (string, error) {
			tenant, _ := ctx.Value(tenantKey{}).(string)
			return tenant, nil
		})
		as := func(tenant string) context.Context { return context.WithValue(t.Context(), tenantKey{}, tenant) }
		recorder := crudtest.NewRecorder(db)
		accounts := relations.NewAccountRepository(recorder, scope)
		for _, tenant := range []string{"me", "you"} {
			_, err := accounts.Create(as(tenant), &relations.Account{Name: tenant, Entries: []*relations.Entry{{Amount: 1}}})
			require.NoError(t, err)
		}
		recorder.Reset()
		page, err := accounts.List(as("me"), crud.Query{Filter: "entries.amount:1"})
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		assert.Equal(t, "me", page.Items[0].GetName())
		assert.Contains(t, recorder.Statements()[0], "crud_r1.tenant_id = $")
		_, err = accounts.List(t.Context(), crud.Query{Filter: "entries.amount:1"})
		assert.Equal(t, codes.Internal, status.Code(err))
	})
}
