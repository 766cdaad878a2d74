package filter_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOrder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "",
		"  ":                           "",
		"title":                        "title",
		"title asc":                    "title",
		" title  desc ,\tpages ":       "title desc, pages",
		"title desc,pages desc,stock":  "title desc, pages desc, stock",
		"author.given_name, name desc": "author.given_name, name desc",
		"published,reading_time,genre": "published, reading_time, genre",
		"signed, price, uid, isbn asc": "signed, price, uid, isbn",
	} {
		o, err := books.Order(text)
		if assert.NoError(t, err, "%q", text) {
			assert.Equal(t, want, o.String(), "%q", text)
		}
	}
	o, err := books.Order("name desc, title")
	assert.NoError(t, err)
	assert.True(t, o[0].Desc)
	assert.Equal(t, []string{"shelf", "book"}, o[0].Field.Columns)
	assert.False(t, o[1].Desc)
}

func TestOrderErrors(t *testing.T) {
	t.Parallel()
	refusals{
		{"titel", 1, `unknown field "titel"; did you mean "title"?`},
		{"title, titel desc", 8, `unknown field "titel"; did you mean "title"?`},
		{"title DESC", 7, `expected asc, desc or a comma, not "DESC"`},
		{"title ASC", 7, `expected asc, desc or a comma, not "ASC"`},
		{"title pages", 7, `expected asc, desc or a comma, not "pages"`},
		{"title desc pages", 12, "expected a comma"},
		{"title,", 7, "expected a field"},
		{"title, ", 8, "expected a field"},
		{",title", 1, "expected a field"},
		{"title,,pages", 7, "expected a field"},
		{",", 1, "expected a field"},
		{"title, pages, title desc", 15, "title is named twice"},
		{"author..given_name", 1, `unknown field "author..given_name"; did you mean "author.given_name"?`},
		{"tags", 1, `rows cannot be ordered by the field "tags"`},
		{"cover", 1, `rows cannot be ordered by the field "cover"`},
		{"secret", 1, `rows cannot be ordered by the field "secret"`},
		{"desc", 1, `unknown field "desc"`},
		{"title; DROP", 1, `unknown field "title;"; did you mean "title"?`},
		{"title\x00", 6, "must not hold NUL"},
	}.test(t, func(text string) error {
		_, err := books.Order(text)
		return err
	})
}
