package filter_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// compiled compiles one filter of books for both engines.
func compiled(t *testing.T, text string) (postgres, sqlite filter.Condition) {
	t.Helper()
	postgres, err := books.Compile(text, filter.Postgres)
	if !assert.NoError(t, err, "%q", text) {
		t.FailNow()
	}
	sqlite, err = books.Compile(text, filter.SQLite)
	assert.NoError(t, err, "%q", text)
	return postgres, sqlite
}

// TestTypes says which Go values the engines are given for a literal.
func TestTypes(t *testing.T) {
	t.Parallel()
	micro := func(n int64) time.Time { return time.UnixMicro(n).UTC() }
	for text, want := range map[string]struct{ postgres, sqlite any }{
		"title = Hugo":                          {"Hugo", "Hugo"},
		`title = "Hugo"`:                        {"Hugo", "Hugo"},
		"title=foo-bar":                         {"foo-bar", "foo-bar"},
		"title = publishers/1/books/2":          {"publishers/1/books/2", "publishers/1/books/2"},
		"title = 42":                            {"42", "42"},
		`title = "a\*\"\\"`:                     {`a*"\`, `a*"\`},
		`title > "a*"`:                          {"a*", "a*"},
		"pages = -1":                            {int64(-1), int64(-1)},
		"pages = -0":                            {int64(0), int64(0)},
		"pages = 007":                           {int64(7), int64(7)},
		"pages = 1e3":                           {int64(1000), int64(1000)},
		"pages = 12.50E+1":                      {int64(125), int64(125)},
		"pages = 1000e-3":                       {int64(1), int64(1)},
		"pages = 0e999999999999999999999":       {int64(0), int64(0)},
		"sold = -9223372036854775808":           {int64(math.MinInt64), int64(math.MinInt64)},
		"sold = 9223372036854775807":            {int64(math.MaxInt64), int64(math.MaxInt64)},
		"lent = 4294967295":                     {int64(math.MaxUint32), int64(math.MaxUint32)},
		"isbn = 0":                              {"0", int64(math.MinInt64)},
		"isbn = 18446744073709551615":           {"18446744073709551615", int64(math.MaxInt64)},
		"price = .5":                            {.5, .5},
		"price = -1e3":                          {-1e3, -1e3},
		"price = 5.":                            {5.0, 5.0},
		"weight = 0.1":                          {float32(0.1), float64(float32(0.1))},
		"signed = true":                         {true, int64(1)},
		"signed = false":                        {false, int64(0)},
		"genre = POETRY":                        {int64(2), int64(2)},
		`genre = "POETRY"`:                      {int64(2), int64(2)},
		"reading_time = 20s":                    {int64(20e6), int64(20e6)},
		"reading_time = 1.2s":                   {int64(1200000), int64(1200000)},
		"reading_time = -5s":                    {int64(-5e6), int64(-5e6)},
		"reading_time = 315576000000s":          {int64(315576000000e6), int64(315576000000e6)},
		"published = 1970-01-01T00:00:01Z":      {micro(1e6), int64(1e6)},
		`published="1970-01-01T00:00:00.5Z"`:    {micro(5e5), int64(5e5)},
		"published = 1970-01-01T01:00:00+01:00": {micro(0), int64(0)},
		"cover = YQ":                            {[]byte("a"), []byte("a")},
		`cover = "-_8="`:                        {[]byte{0xfb, 0xff}, []byte{0xfb, 0xff}},
		"edition = 0a000000-0000-4000-8000-000000000001": {"0a000000-0000-4000-8000-000000000001", "0a000000-0000-4000-8000-000000000001"},
		"tags:x":                     {[]string{"x"}, "x"},
		"ratings:5":                  {[]int64{5}, int64(5)},
		"codes:18446744073709551615": {[]string{"18446744073709551615"}, "18446744073709551615"},
	} {
		postgres, sqlite := compiled(t, text)
		assert.Equal(t, []any{want.postgres}, postgres.Args, "%q", text)
		assert.Equal(t, []any{want.sqlite}, sqlite.Args, "%q", text)
	}
}

func TestTypeErrors(t *testing.T) {
	t.Parallel()
	const (
		whole    = "pages takes a whole number, not "
		aTime    = "published takes a time such as 2012-04-21T11:30:00Z, not "
		duration = "reading_time takes a duration in seconds such as 1.2s, of at most 10,000 years, not "
	)
	refusals{
		{"pages = x", 9, whole + `"x"`},
		{"pages > 1.5", 9, whole + `"1.5"`},
		{"pages = 1e-3", 9, whole + `"1e-3"`},
		{"pages = 1e-999999999999999999999", 9, whole + `"1e-999999999999999999999"`},
		{"pages = +1", 9, whole + `"+1"`},
		{"pages = 0x10", 9, whole + `"0x10"`},
		{"pages = 1_000", 9, whole + `"1_000"`},
		{"pages = 1e", 9, whole + `"1e"`},
		{"pages = 1e+", 9, whole + `"1e+"`},
		{"pages = .", 9, whole + `"."`},
		{"pages = -", 9, whole + `"-"`},
		{"pages = *", 9, whole + `"*"`},
		{`pages = "5"`, 9, whole + `"\"5\""; write it without quotes`},
		{"price = NaN", 9, `price takes a number, not "NaN"`},
		{"price = Inf", 9, `price takes a number, not "Inf"`},
		{"price = 0x1p4", 9, `price takes a number, not "0x1p4"`},
		{"signed = TRUE", 10, `signed takes true or false, not "TRUE"`},
		{"signed = 1", 10, `signed takes true or false, not "1"`},
		{`signed = "true"`, 10, `signed takes true or false, not "\"true\""; write it without quotes`},
		{"genre = 1", 9, `genre takes the name of a value, not "1"`},
		{"genre = fiction", 9, `genre takes the name of a value, not "fiction"; did you mean "FICTION"?`},
		{"genre = POETRI", 9, `genre takes the name of a value, not "POETRI"; did you mean "POETRY"?`},
		{"genres:POEM", 8, `genres takes the name of a value, not "POEM"`},
		{"reading_time = 20", 16, duration + `"20"`},
		{"reading_time = 1h", 16, duration + `"1h"`},
		{"reading_time = .5s", 16, duration + `".5s"`},
		{"reading_time = 1.s", 16, duration + `"1.s"`},
		{"reading_time = 1.0000000001s", 16, duration + `"1.0000000001s"`},
		{"reading_time = 315576000000.1s", 16, duration + `"315576000000.1s"`},
		{"reading_time = 9999999999999999999s", 16, duration + `"9999999999999999999s"`},
		{"published = 2012-04-21", 13, aTime + `"2012-04-21"`},
		{"published = 2012-04-21T11:30:00", 13, aTime + `"2012-04-21T11:30:00"`},
		{`published = "2012-04-21T11:30:00,5Z"`, 13, aTime + `"\"2012-04-21T11:30:00,5Z\""`},
		{"published = 2012-04-21T1:30:00Z", 13, aTime + `"2012-04-21T1:30:00Z"`},
		{"published = 2012-04-31T11:30:00Z", 13, aTime + `"2012-04-31T11:30:00Z"`},
		{"published = 2012-04-21T11:30:00.0000000001Z", 13, aTime + `"2012-04-21T11:30:00.0000000001Z"`},
		{"cover = a", 9, `cover takes bytes in base64, not "a"`},
		{"cover = \"Y\nQ\"", 9, `cover takes bytes in base64, not "\"Y\nQ\""`},
		{"edition = x", 11, `edition takes a UUID in lower case, not "x"`},
		{`edition = ""`, 11, `edition takes a UUID in lower case, not "\"\""`},
		{"edition = 0A000000-0000-4000-8000-000000000001", 11, `edition takes a UUID in lower case, not "0A000000-0000-4000-8000-000000000001"`},
		{"edition = 0a0000000-000-4000-8000-000000000001", 11, `edition takes a UUID in lower case, not "0a0000000-000-4000-8000-000000000001"`},
		{"signed > true", 1, "signed has no order; use = or !="},
		{"genre < POETRY", 1, "genre has no order; use = or !="},
		{"tags > x", 1, `tags is repeated; write tags:"x"`},
		{"name > x", 1, "name goes with = and != only"},
		{"name:x", 1, "name goes with = and != only"},
		{"name:*", 1, "name goes with = and != only"},
		{`uid < ""`, 7, "uid has no order with the empty text"},
	}.test(t, compileBooks)
}

// A literal that no value of the field's type equals is compared exactly: it never
// becomes another value.
func TestBesideTheRange(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		sql string
		arg any
	}{
		"pages = 3000000000":         {"false", nil},
		"pages != 3000000000":        {"true", nil},
		"pages < 3000000000":         {"books.pages <= ?", int64(math.MaxInt32)},
		"pages <= 3000000000":        {"books.pages <= ?", int64(math.MaxInt32)},
		"pages > 3000000000":         {"books.pages > ?", int64(math.MaxInt32)},
		"pages >= 1e400":             {"books.pages > ?", int64(math.MaxInt32)},
		"pages < -3000000000":        {"books.pages < ?", int64(math.MinInt32)},
		"pages > -3000000000":        {"books.pages >= ?", int64(math.MinInt32)},
		"pages >= -2147483648":       {"books.pages >= ?", int64(math.MinInt32)},
		"lent > -1":                  {"books.lent >= ?", int64(0)},
		"isbn <= -1":                 {"books.isbn < ?", "0"},
		"isbn < 1e20":                {"books.isbn <= ?", "18446744073709551615"},
		"sold < 9223372036854775808": {"books.sold <= ?", int64(math.MaxInt64)},
		"price < 1e400":              {"books.price <= ?", math.MaxFloat64},
		"price = 1e400":              {"false", nil},
		"price > -1e400":             {"books.price >= ?", -math.MaxFloat64},
		"weight < 1e39":              {"books.weight <= ?", float32(math.MaxFloat32)},
		"stock = 3000000000":         {"false", nil},
		"stock != 3000000000":        {"true", nil},
		"NOT author.born = 1970-01-01T00:00:00.0000001Z": {"books.author_born IS NOT NULL", nil},
		"published < 1970-01-01T00:00:00.0000001Z":       {"books.published <= ?", time.UnixMicro(0).UTC()},
		"published >= 1969-12-31T23:59:59.9999999Z":      {"books.published > ?", time.UnixMicro(-1).UTC()},
		"reading_time < 0.0000001s":                      {"books.reading_time <= ?", int64(0)},
		"reading_time > -0.0000001s":                     {"books.reading_time > ?", int64(-1)},
		"ratings:3000000000":                             {"false", nil},
		"NOT ratings:3000000000":                         {"true", nil},
	} {
		postgres, _ := compiled(t, text)
		assert.Equal(t, want.sql, postgres.SQL, "%q", text)
		if want.arg == nil {
			assert.Empty(t, postgres.Args, "%q", text)
		} else {
			assert.Equal(t, []any{want.arg}, postgres.Args, "%q", text)
		}
	}
}
