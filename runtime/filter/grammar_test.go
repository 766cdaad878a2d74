package filter_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// TestGrammar prints what was parsed, with parentheses where a group is in another.
func TestGrammar(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          "",
		" \t\r\n ":                  "",
		"a":                         "a",
		"a b AND c OR d":            "a AND b AND (c OR d)",
		"(a b) AND (c OR d)":        "(a AND b) AND (c OR d)",
		"a OR b c":                  "(a OR b) AND c",
		"a OR b AND c OR d":         "(a OR b) AND (c OR d)",
		"a OR (b c)":                "a OR (b AND c)",
		"(a )":                      "a",
		"( ( a)\t)":                 "a",
		"a\tAND\nb\rc":              "a AND b AND c",
		"a and b or not c":          "a AND and AND b AND or AND not AND c",
		"NOT a":                     "NOT a",
		"-a":                        "NOT a",
		"NOT  (a OR b)":             "NOT (a OR b)",
		"-(a OR b)":                 "NOT (a OR b)",
		"NOT (NOT a)":               "NOT (NOT a)",
		"-(-a)":                     "NOT (NOT a)",
		"NOT a OR -b":               "NOT a OR NOT b",
		"ANDROID ORDER NOTE":        "ANDROID AND ORDER AND NOTE",
		"a=1":                       "a = 1",
		"a = 1":                     "a = 1",
		"a= 1":                      "a = 1",
		"a =1":                      "a = 1",
		"a\n!=\t1":                  "a != 1",
		"a<1 b<=2 c>3 d>=4":         "a < 1 AND b <= 2 AND c > 3 AND d >= 4",
		"a : b":                     "a:b",
		"a.b.c = 1":                 "a.b.c = 1",
		"m.AND = 1":                 "m.AND = 1",
		`m."a key".'b' : 1`:         `m."a key".'b':1`,
		"-30":                       "NOT 30",
		`-"a"`:                      `NOT "a"`,
		"-a.b = 1":                  "NOT a.b = 1",
		`"AND"`:                     `"AND"`,
		"a = (1)":                   "",
		`a = "x" (b) NOT (c AND d)`: `a = "x" AND b AND NOT (c AND d)`,
	} {
		f, err := filter.Parse(text)
		if want == "" && strings.TrimSpace(text) != "" {
			assert.Error(t, err, "%q", text)
			continue
		}
		if assert.NoError(t, err, "%q", text) {
			assert.Equal(t, want, f.String(), "%q", text)
		}
	}
}

// TestLexing tells the literals of a value from those of a term.
func TestLexing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a=-1":                         "a = -1",
		"a = 1.2s":                     "a = 1.2s",
		"a > .5":                       "a > .5",
		"ts>2012-04-21T11:30:00-04:00": "ts > 2012-04-21T11:30:00-04:00",
		"a=foo-bar":                    "a = foo-bar",
		"name = publishers/1/books/2":  "name = publishers/1/books/2",
		"a:a.b/c":                      "a:a.b/c",
		"foo-bar":                      "foo-bar",
		"foo.bar":                      "foo.bar",
		"(a=1)":                        "a = 1",
		`a="x y"`:                      `a = "x y"`,
		`a='"'`:                        `a = '"'`,
		`a="\"\\\*\'"`:                 `a = "\"\\\*\'"`,
		`a=x\*y`:                       `a = x\*y`,
		`a="("`:                        `a = "("`,
		"a=é😀":                         "a = é😀",
		"a:*":                          "a:*",
	} {
		f, err := filter.Parse(text)
		if assert.NoError(t, err, "%q", text) {
			assert.Equal(t, want, f.String(), "%q", text)
		}
	}
}

// refusals are filters that have no meaning for books, with the place and the words of
// their errors.
type refusals []struct {
	text   string
	offset int
	reason string
}

func (rs refusals) test(t *testing.T, compile func(string) error) {
	t.Helper()
	for _, r := range rs {
		var e *filter.Error
		if !assert.ErrorAs(t, compile(r.text), &e, "%q", r.text) {
			continue
		}
		assert.Equal(t, r.reason, e.Reason, "%q", r.text)
		assert.Equal(t, r.offset, e.Offset, "%q: %s", r.text, r.reason)
		assert.Equal(t, r.text, e.Input)
	}
}

func compileBooks(text string) error {
	_, err := books.Compile(text, filter.Postgres)
	return err
}

func TestGrammarErrors(t *testing.T) {
	t.Parallel()
	refusals{
		{"NOT NOT a", 5, "a negation of a negation needs parentheses, as in NOT (NOT a)"},
		{"NOT -a", 5, "a negation of a negation needs parentheses, as in NOT (NOT a)"},
		{"--a", 2, "a negation of a negation needs parentheses, as in NOT (NOT a)"},
		{"-NOT a", 2, "a negation of a negation needs parentheses, as in NOT (NOT a)"},
		{"- a", 1, `"-" stands directly before what it negates`},
		{"a AND -", 7, `"-" stands directly before what it negates`},
		{"NOT", 4, "expected a term at the end"},
		{"NOT(a)", 4, `expected white space behind NOT before "("`},
		{"a AND", 6, "expected a term at the end"},
		{"a AND ", 7, "expected a term at the end"},
		{"AND a", 1, `expected a term before "AND"`},
		{"a AND AND b", 7, `expected a term before "AND"`},
		{"a AND OR b", 7, `expected a term before "OR"`},
		{"a OR OR b", 6, `expected a term before "OR"`},
		{"a OR", 5, "expected a term at the end"},
		{"a AND(b)", 6, `expected white space behind AND before "("`},
		{"AND = 1", 1, `expected a term before "AND"`},
		{"()", 2, `expected a term before ")"`},
		{"(a", 3, `expected ")" for the "(" at offset 1`},
		{"a)", 2, `")" without a "("`},
		{"(a)(b)", 4, `expected white space before "("`},
		{"(a)OR b", 4, `expected white space before "OR"`},
		{`a="x"b`, 6, `expected white space before "b"`},
		{`a=1"x"`, 4, `expected white space before "\""`},
		{"a=1,b=2", 4, `expected white space before ","`},
		{"= 1", 1, `expected a term before "="`},
		{"a =", 4, `expected a value behind "=" at the end`},
		{"a = )", 5, `expected a value behind "=" before ")"`},
		{"a..b = 1", 3, `expected a name behind "." before "."`},
		{"a. = 1", 3, `expected a name behind "." before " "`},
		{".5", 1, `expected a term before "."`},
		{`a."b"`, 6, "expected a comparator at the end"},
		{`a."b".c`, 8, "expected a comparator at the end"},
		{`"a" = 1`, 1, `expected a field before "=": a quoted text stands behind it`},
		{`"a".b = 1`, 1, `expected a field before "=": a quoted text stands behind it`},
		{"a = (1 OR 2)", 5, "expected one value: write a = 1 OR a = 2 instead of a = (1 OR 2)"},
		{"near(a, 5)", 1, `there is no function "near"`},
		{"a.near(5) = 1", 1, `there is no function "a.near"`},
		{"a = now()", 5, `there is no function "now"`},
	}.test(t, compileBooks)
}

func TestLexingErrors(t *testing.T) {
	t.Parallel()
	const backslash = `a backslash stands only before *, a quote or another; write \\ for a backslash`
	refusals{
		{"a>=1<2", 5, `unexpected "<" in a value: put the value in quotes`},
		{"a==1", 3, `unexpected "=" in a value: put the value in quotes`},
		{"a=>1", 3, `unexpected ">" in a value: put the value in quotes`},
		{"a<>1", 3, `unexpected ">" in a value: put the value in quotes`},
		{"a=b!", 4, `unexpected "!" in a value: put the value in quotes`},
		{"a ! = 1", 3, `"!" is no comparator; write != or NOT`},
		{"!a", 1, `expected a term before "!"`},
		{"a = AND", 5, "AND is a keyword: put the value in quotes"},
		{"a = NOT b", 5, "NOT is a keyword: put the value in quotes"},
		{`a = "x`, 5, "the quote is never closed"},
		{`a = "x\"`, 5, "the quote is never closed"},
		{`a = "\n"`, 6, backslash},
		{`a = C:\dir`, 7, backslash},
		{`a\`, 2, backslash},
		{`x\.y`, 2, backslash},
		{"a = \x00", 5, "must not hold NUL"},
		{"a = \"x\xff\"", 7, "must be valid UTF-8"},
		{"\ufffd\xed\xa0\x80", 4, "must be valid UTF-8"},
	}.test(t, compileBooks)
}

// A field is known by its whole path, and may be known to an order alone.
func TestFields(t *testing.T) {
	t.Parallel()
	refusals{
		{`titel = "x"`, 1, `unknown field "titel"; did you mean "title"?`},
		{"a AND author.givenname = x", 7, `unknown field "author.givenname"; did you mean "author.given_name"?`},
		{"Title = x", 1, `unknown field "Title"; did you mean "title"?`},
		{"zzzzzzzz = 1", 1, `unknown field "zzzzzzzz"`},
		{"secre = 1", 1, `unknown field "secre"`},
		{"secret = x", 1, `filters cannot ask for the field "secret"`},
		{"title.text = x", 1, `"title" has no fields of its own`},
		{"tags.0 = x", 1, `"tags" has no fields of its own`},
		{"tags.0.x = x", 1, `"tags" has no fields of its own`},
		{"tags[0] = x", 1, `unknown field "tags[0]"`},
		{"author = x", 1, `unknown field "author"`},
		{`labels."k" : *`, 1, `unknown field "labels.\"k\""`},
		{strings.Repeat("x", 100) + " = 1", 1, `unknown field "` + strings.Repeat("x", 60) + `"…`},
		{"é" + strings.Repeat("😀", 30) + " = 1", 1, `unknown field "é` + strings.Repeat("😀", 14) + `"…`},
		{"title = pages", 9, `the field "pages" cannot stand behind a comparator; put it in quotes if it is meant as a text`},
		{"pages = stock", 9, `the field "stock" cannot stand behind a comparator; put it in quotes if it is meant as a text`},
		{"1 = 1", 1, `unknown field "1"`},
	}.test(t, compileBooks)
	for _, text := range []string{`title = "pages"`, "title = secret", "title = Pages"} {
		require.NoError(t, compileBooks(text), "%q", text)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	c, err := books.Compile(`50%* -"x y"`, filter.Postgres)
	require.NoError(t, err)
	assert.Equal(t, "(books.title LIKE ? OR books.subtitle LIKE ?) AND (books.title NOT LIKE ? AND (books.subtitle NOT LIKE ? OR books.subtitle IS NULL))", c.SQL)
	assert.Equal(t, []any{`%50\%%`, `%50\%%`, "%x y%", "%x y%"}, c.Args)

	numbers := filter.NewSchema("books", field("pages", filter.Int32))
	refusals{
		{"pages > 1 x", 11, `"x" stands alone, which is unsupported here; write a field and a comparator before it`},
		{`-"x"`, 2, `"\"x\"" stands alone, which is unsupported here; write a field and a comparator before it`},
	}.test(t, func(text string) error {
		_, err := numbers.Compile(text, filter.Postgres)
		return err
	})
}
