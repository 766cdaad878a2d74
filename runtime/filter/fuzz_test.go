package filter_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// requireError expects an error whose place is in the text.
func requireError(t *testing.T, text string, err error) {
	t.Helper()
	var e *filter.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, text, e.Input)
	require.GreaterOrEqual(t, e.Offset, 1)
	require.LessOrEqual(t, e.Offset, len(text)+1)
	require.NotEmpty(t, e.Reason)
	require.NotContains(t, e.Error(), "\n")
	require.Regexp(t, `\A[^\n]*\n *\^\z`, e.Caret())
}

// FuzzFilter reads any text: it is a filter, which its own spelling means too, or it is
// an error with a place.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"", " ", "a b AND c OR d", "NOT (a OR -b) (c )", `title = "50%*" OR title:x`, `m."a key".'b':*`,
		"pages > -1e3 stock != null", "isbn <= 18446744073709551615", "genre = POETRY signed = true",
		`published > 2012-04-21T11:30:00.123456789-04:00 reading_time < 1.2s`, "tags:x* ratings:5 codes:* -genres:FICTION",
		"name = shelves/1/books/2", `cover = "YQ==" uid = ""`, "a==1", "f(x)", "a = (1)", `"\*\"\\`, "NOT NOT a", "--a", "(((((a)))))",
		"author.given_name:* notes >= \"\"", "x\x00", "\xff", "price = 1e-999999999", "😀 = \u2028",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := filter.Parse(text)
		if err != nil {
			requireError(t, text, err)
			return
		}
		again, err := filter.Parse(parsed.String())
		// The spelling may be longer than the text, and so than the limit.
		if err != nil {
			require.Greater(t, len(parsed.String()), len(text), "%q", parsed)
			require.ErrorContains(t, err, "longer than", "%q", parsed)
			return
		}
		require.Equal(t, filter.Tree(parsed), filter.Tree(again), "%q", parsed)
		predicate, err := books.Check(parsed)
		if err != nil {
			requireError(t, text, err)
			return
		}
		for _, d := range []filter.Dialect{filter.Postgres, filter.SQLite} {
			requireArguments(t, predicate.SQL(d))
		}
	})
}

// requireArguments expects one argument per placeholder, each a value.
func requireArguments(t *testing.T, c filter.Condition) {
	t.Helper()
	placeholders := 0
	for _, b := range []byte(c.SQL) {
		if b == '?' {
			placeholders++
		}
	}
	require.Len(t, c.Args, placeholders, "%s", c.SQL)
	for _, arg := range c.Args {
		require.NotNil(t, arg, "%s", c.SQL)
	}
}

// FuzzOrderBy reads any text: it is an order, which its own spelling means too, or it is
// an error with a place.
func FuzzOrderBy(f *testing.F) {
	for _, seed := range []string{
		"", " ", "title", "title desc, pages", " author.given_name\tasc ,name desc", "title,", "title,,pages", "title DESC",
		"title, title desc", "titel", "a..b", "tags", "secret", "title\x00", "\xff", "title desc desc",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		order, err := books.Order(text)
		if err != nil {
			requireError(t, text, err)
			return
		}
		again, err := books.Order(order.String())
		require.NoError(t, err)
		require.Equal(t, order, again)
	})
}
