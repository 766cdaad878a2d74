package filter_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// A statement is what a filter of books is compiled to. An empty sqlite is that of
// PostgreSQL.
type statement struct{ text, postgres, sqlite string }

func testStatements(t *testing.T, statements []statement) {
	t.Helper()
	for _, s := range statements {
		if s.sqlite == "" {
			s.sqlite = s.postgres
		}
		postgres, sqlite := compiled(t, s.text)
		assert.Equal(t, s.postgres, postgres.SQL, "%q", s.text)
		assert.Equal(t, s.sqlite, sqlite.SQL, "%q", s.text)
	}
}

func TestOperators(t *testing.T) {
	t.Parallel()
	testStatements(t, []statement{
		{"", "true", ""},
		{"title = x", "books.title = ?", ""},
		{"title != x", "books.title <> ?", ""},
		{"title < x", "books.title < ?", ""},
		{"title = x*", "books.title LIKE ?", "books.title GLOB ?"},
		{"title != x*", "books.title NOT LIKE ?", "books.title NOT GLOB ?"},
		{`title = "*"`, "books.title LIKE ?", "books.title GLOB ?"},
		{`title = "\*"`, "books.title = ?", ""},
		{"title:x", "books.title LIKE ?", "books.title GLOB ?"},
		{"title:*", "books.title <> ?", ""},
		{`title:"*"`, "books.title <> ?", ""},
		{"NOT title:*", "books.title = ?", ""},
		{"pages:5", "books.pages = ?", ""},
		{"pages:*", "books.pages <> ?", ""},
		{"stock:*", "books.stock IS NOT NULL", ""},
		{"NOT stock:*", "books.stock IS NULL", ""},
		{"edition:*", "books.edition IS NOT NULL", ""},
		{"genre = POETRY", "books.genre = ?", ""},
		{"stock = null", "books.stock IS NULL", ""},
		{"stock != null", "books.stock IS NOT NULL", ""},
		{"NOT stock = null", "books.stock IS NOT NULL", ""},
		{"tags:x", "(books.tags @> ?)", "EXISTS (SELECT 1 FROM json_each(books.tags) AS filter_element WHERE filter_element.value = ?)"},
		{"-tags:x", "NOT (books.tags @> ?)", "NOT EXISTS (SELECT 1 FROM json_each(books.tags) AS filter_element WHERE filter_element.value = ?)"},
		{
			"tags:x*", "EXISTS (SELECT 1 FROM unnest(books.tags) AS filter_element WHERE filter_element LIKE ?)",
			"EXISTS (SELECT 1 FROM json_each(books.tags) AS filter_element WHERE filter_element.value GLOB ?)",
		},
		{"codes:5", "(books.codes @> ?)", "EXISTS (SELECT 1 FROM json_each(books.codes) AS filter_element WHERE (books.codes -> filter_element.key) = ?)"},
		{"tags:*", "cardinality(books.tags) > 0", "json_array_length(books.tags) > 0"},
		{"-tags:*", "cardinality(books.tags) = 0", "json_array_length(books.tags) = 0"},
		{"name = shelves/1/books/2", "(books.shelf = ? AND books.book = ?)", ""},
		{"name != shelves/1/books/2", "(books.shelf <> ? OR books.book <> ?)", ""},
		{"name = authors/1", "false", ""},
		{"name != authors/1", "true", ""},
	})
}

// TestGroups shows where parentheses are, and how NOT is carried to the tests.
func TestGroups(t *testing.T) {
	t.Parallel()
	testStatements(t, []statement{
		{"pages=1 sold=2 lent=3 OR isbn=4", "books.pages = ? AND books.sold = ? AND (books.lent = ? OR books.isbn = ?)", ""},
		{"pages=1 OR pages=2", "(books.pages = ? OR books.pages = ?)", ""},
		{"NOT (pages=1 OR pages=2)", "books.pages <> ? AND books.pages <> ?", ""},
		{"NOT (pages>1 pages<=2)", "(books.pages <= ? OR books.pages > ?)", ""},
		{"NOT (NOT (pages>=1 AND NOT pages<2))", "books.pages >= ? AND books.pages >= ?", ""},
		{"pages=1 OR (pages=2 -(sold=3 sold=4))", "(books.pages = ? OR (books.pages = ? AND (books.sold <> ? OR books.sold <> ?)))", ""},
	})
}

func TestOperatorErrors(t *testing.T) {
	t.Parallel()
	refusals{
		{"title = null", 9, "title is never null; write title:* to ask whether it is set"},
		{"author.given_name = null", 21, "author.given_name is never null; write author.given_name:* to ask whether it is set"},
		{"notes != null", 10, "notes is never null; write notes:* to ask whether it is set"},
		{"tags:null", 6, "null goes with = and != only"},
		{"tags = null", 8, "tags is never null; write tags:* to ask whether it is set"},
		{"stock > null", 9, "null goes with = and != only"},
		{"tags = x", 1, `tags is repeated; write tags:"x"`},
		{`tags != "x"`, 1, `tags is repeated; write tags:"\"x\""`},
		{"name = shelves/*/books/2", 8, `name is compared as a whole; write \* for a star`},
		{"name = null", 8, "name is never null; write name:* to ask whether it is set"},
	}.test(t, compileBooks)
}

// TestWildcards shows the arguments of both engines, in which nothing but the caller's
// stars is special.
func TestWildcards(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ like, glob string }{
		`title = "50%*"`:  {`50\%%`, `50%*`},
		`title = "a_b*"`:  {`a\_b%`, `a_b*`},
		`title = "*\\"`:   {`%\\`, `*\`},
		`title = "\**"`:   {`*%`, `[*]*`},
		`title = "*?[a]"`: {`%?[a]`, `*[?][[]a]`},
		`title = "***"`:   {`%`, `*`},
		`title = "a**b"`:  {`a%b`, `a*b`},
		`title = "a*b*"`:  {`a%b%`, `a*b*`},
		`title:"x"`:       {`%x%`, `*x*`},
		`title:"*x"`:      {`%x%`, `*x*`},
		`title:"x*y"`:     {`%x%y%`, `*x*y*`},
		`title:""`:        {`%`, `*`},
		`tags:"x*"`:       {`x%`, `x*`},
		`"\*"`:            {`%*%`, `*[*]*`},
	} {
		postgres, sqlite := compiled(t, text)
		assert.Equal(t, want.like, postgres.Args[0], "%q", text)
		assert.Equal(t, want.glob, sqlite.Args[0], "%q", text)
	}
}

func TestNullRules(t *testing.T) {
	t.Parallel()
	testStatements(t, []statement{
		// Unset differs from every value.
		{"stock = 1", "books.stock = ?", ""},
		{"stock != 1", "books.stock IS DISTINCT FROM ?", ""},
		{"NOT (stock = 1)", "books.stock IS DISTINCT FROM ?", ""},
		{"NOT (stock != 1)", "books.stock = ?", ""},
		{"stock < 1", "books.stock < ?", ""},
		{"NOT stock < 1", "(books.stock >= ? OR books.stock IS NULL)", ""},
		{"NOT (stock < 1 OR pages < 1)", "(books.stock >= ? OR books.stock IS NULL) AND books.pages >= ?", ""},
		{"subtitle = x*", "books.subtitle LIKE ?", "books.subtitle GLOB ?"},
		{"NOT subtitle = x*", "(books.subtitle NOT LIKE ? OR books.subtitle IS NULL)", "(books.subtitle NOT GLOB ? OR books.subtitle IS NULL)"},
		// Nothing is known of a field of an unset message.
		{"author.given_name != x", "books.author_given_name <> ?", ""},
		{"NOT author.given_name < x", "books.author_given_name >= ?", ""},
		{"NOT author.given_name:*", "books.author_given_name = ?", ""},
		{"author.born:*", "books.author_born IS NOT NULL", ""},
		{"NOT author.born:*", "false", ""},
		{
			"NOT genres:POETRY", "NOT (books.genres @> ?)",
			"(books.genres IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(books.genres) AS filter_element WHERE filter_element.value = ?))",
		},
		// NULL that stands for the zero value is it.
		{`notes = ""`, "(books.notes = ? OR books.notes IS NULL)", ""},
		{`notes != ""`, "books.notes <> ?", ""},
		{"notes = x", "books.notes = ?", ""},
		{"notes != x", "books.notes IS DISTINCT FROM ?", ""},
		{"notes < x", "(books.notes < ? OR books.notes IS NULL)", ""},
		{"NOT notes < x", "books.notes >= ?", ""},
		{`notes = "*"`, "(books.notes LIKE ? OR books.notes IS NULL)", "(books.notes GLOB ? OR books.notes IS NULL)"},
		{"notes != x*", "(books.notes NOT LIKE ? OR books.notes IS NULL)", "(books.notes NOT GLOB ? OR books.notes IS NULL)"},
		{"notes:*", "books.notes <> ?", ""},
		{"NOT notes:*", "(books.notes = ? OR books.notes IS NULL)", ""},
		{`uid = ""`, "books.uid IS NULL", ""},
		{`uid != ""`, "books.uid IS NOT NULL", ""},
		{"uid:*", "books.uid IS NOT NULL", ""},
		{"uid < 0a000000-0000-4000-8000-000000000001", "(books.uid < ? OR books.uid IS NULL)", ""},
	})
}

// Filters of one shape have one text, which is what databases keep plans of.
func TestShape(t *testing.T) {
	t.Parallel()
	for _, shape := range [][2]string{
		{"title = a AND pages > 1", `title="b c"  AND pages>-2`},
		{"title = a* OR tags:x", `title = "*b" OR tags:"y z"`},
		{"published > 2012-04-21T11:30:00Z", `published > "1970-01-01T00:00:00.123Z"`},
		{"NOT (a b) OR genre = FICTION", `-("%" 'x') OR genre = "POETRY"`},
	} {
		first, firstSQLite := compiled(t, shape[0])
		second, secondSQLite := compiled(t, shape[1])
		assert.Equal(t, first.SQL, second.SQL)
		assert.Equal(t, firstSQLite.SQL, secondSQLite.SQL)
	}
}

// The table is named as statements name it, and columns are quoted where they must be.
func TestNames(t *testing.T) {
	t.Parallel()
	s := filter.NewSchema(`lib."Books"`, field("order", filter.Int32), filter.Field{
		Path: "x", Columns: []string{`a"b?`}, Kind: filter.Int32, Filterable: true,
	})
	c, err := s.Compile("order = 1", filter.Postgres)
	assert.NoError(t, err)
	assert.Equal(t, `lib."Books"."order" = ?`, c.SQL)
}
