package allkinds_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// A question is what can be asked of a path.
type question struct {
	path     []string
	ops      []string
	literals []string
}

var (
	equality = []string{"=", "!=", ":"}
	order    = []string{"=", "!=", "<", "<=", ">", ">="}
	anyOf    = []string{":"}
)

var questions = []question{
	{[]string{"author"}, anyOf, []string{"*"}},
	{[]string{"author"}, []string{"=", "!="}, []string{"null"}},
	{[]string{"author", "given_name"}, append(order, ":"), []string{"=Ann", "=", "=a", `=ä"\`}},
	{[]string{"author", "given_name"}, anyOf, []string{"*"}},
	{[]string{"author", "age"}, order, []string{"0", "7", "-1"}},
	{[]string{"author", "age"}, []string{"=", "!="}, []string{"null"}},
	{[]string{"author", "age"}, anyOf, []string{"*"}},
	{[]string{"author", "color"}, equality, []string{"COLOR_UNSPECIFIED", "COLOR_RED"}},
	{[]string{"author", "score"}, order, []string{"0", "9223372036854775807", "-9223372036854775808", "12"}},
	{[]string{"author", "total"}, order, []string{"0", "18446744073709551615", "9"}},
	{[]string{"author", "height"}, order, []string{"0", "0.1", "-1e308", "1.5"}},
	{[]string{"author", "weight"}, order, []string{"0", "0.1", "16777216"}},
	{[]string{"author", "active"}, equality, []string{"true", "false"}},
	{[]string{"author", "photo"}, []string{"=", "!="}, []string{"=", "=AAE="}},
	{[]string{"author", "birth_time"}, order, []string{"2012-04-21T11:30:00Z", "2012-04-21T11:30:00.5Z"}},
	{[]string{"author", "birth_time"}, anyOf, []string{"*"}},
	{[]string{"author", "patience"}, order, []string{"0s", "1.5s", "-0.5s"}},
	{[]string{"author", "address", "city"}, order, []string{"=Oslo", "="}},
	{[]string{"author", "address", "zip"}, order, []string{"=1", "="}},
	{[]string{"author", "address", "zip"}, []string{"=", "!="}, []string{"null"}},
	{[]string{"author", "address"}, anyOf, []string{"*"}},
	{[]string{"author", "tags"}, anyOf, []string{"=a", "=b", "*"}},
	{[]string{"author", "counts"}, anyOf, []string{"=k", "*"}},
	{[]string{"author", "counts", "k"}, anyOf, []string{"*"}},
	{[]string{"author", "counts", "k"}, order, []string{"0", "1"}},
	{[]string{"author", "email"}, order, []string{"=a@b", "="}},
	{[]string{"editors"}, anyOf, []string{"*"}},
	{[]string{"editors", "given_name"}, anyOf, []string{"=Ann", "=", "*"}},
	{[]string{"editors", "age"}, anyOf, []string{"7", "0"}},
	{[]string{"editors", "address", "city"}, anyOf, []string{"=Oslo"}},
	{[]string{"editors", "tags"}, anyOf, []string{"=a", "*"}},
	{[]string{"reviews"}, anyOf, []string{"=smith", `=a "b`, "*"}},
	{[]string{"reviews", "smith"}, anyOf, []string{"*"}},
	{[]string{"reviews", "smith", "stars"}, order, []string{"0", "3"}},
	{[]string{"reviews", `a "b`, "stars"}, order, []string{"0", "3"}},
	{[]string{"reviews", "smith", "reviewer", "given_name"}, order, []string{"=Ann"}},
	{[]string{"labels"}, anyOf, []string{"=smith", "=$.x"}},
	{[]string{"labels", "smith"}, append(order, ":"), []string{"=a", "="}},
	{[]string{"labels", "$.x"}, order, []string{"=a"}},
	{[]string{"weights", "7"}, order, []string{"0.5", "0"}},
	{[]string{"weights"}, anyOf, []string{"7", "-9223372036854775808"}},
	{[]string{"flags", "true"}, equality, []string{"COLOR_RED", "COLOR_UNSPECIFIED"}},
	{[]string{"counters", "18446744073709551615"}, order, []string{"18446744073709551615", "1"}},
	{[]string{"stamps", "smith"}, order, []string{"2012-04-21T11:30:00Z"}},
	{[]string{"tree", "next", "next", "name"}, order, []string{"=a", "="}},
	{[]string{"tree", "children", "children", "name"}, anyOf, []string{"=a"}},
	{[]string{"settings"}, anyOf, []string{"*"}},
	{[]string{"words"}, anyOf, []string{"=a", "=b"}},
	{[]string{"shop", "city"}, order, []string{"=Oslo"}},
}

// Filters that go into JSON mean what AIP-160 says, on both engines: a filter and its
// negation select the messages of which they are true, and neither one of which nothing
// is known.
func TestFiltersInside(t *testing.T) {
	t.Parallel()
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		r := rand.New(rand.NewPCG(3, 4))
		all := map[int64]*allkinds.Document{}
		for range 5 {
			batch := make([]*allkinds.Document, 20)
			for i := range batch {
				batch[i] = randomDocument(r)
			}
			stored, err := s.BatchCreate(t.Context(), batch)
			require.NoError(t, err)
			for _, m := range stored {
				all[m.GetId()] = m
			}
		}
		seen := map[truth]int{}
		for _, q := range questions {
			for _, op := range q.ops {
				for _, literal := range q.literals {
					l := leaf{q.path, op, literal}
					is, isNot := selects(t, s, l.String()), selects(t, s, "NOT ("+l.String()+")")
					for id, m := range all {
						want := l.of(m.ProtoReflect())
						got := truth(0)
						if is[id] {
							got++
						}
						if isNot[id] {
							got--
						}
						seen[want]++
						assert.False(t, is[id] && isNot[id], l.String())
						if !assert.Equal(t, want, got, "%s of %v", l, m) {
							return
						}
						if !assert.Equal(t, want, matched(t, l.String(), m), "%s of %v without a database", l, m) {
							return
						}
					}
				}
			}
		}
		for _, of := range []truth{1, 0, -1} {
			assert.Greater(t, seen[of], 1000, "messages of which a filter is %d", of)
		}
	})
}

// Leaves that are joined mean what Kleene's logic makes of them.
func TestRandomFiltersInside(t *testing.T) {
	t.Parallel()
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		r := rand.New(rand.NewPCG(7, 8))
		batch := make([]*allkinds.Document, 40)
		for i := range batch {
			batch[i] = randomDocument(r)
		}
		all, err := s.BatchCreate(t.Context(), batch)
		require.NoError(t, err)
		seen := map[truth]int{}
		for range 500 {
			text, of := randomFilter(r, 3)
			is, isNot := selects(t, s, text), selects(t, s, "NOT ("+text+")")
			for _, m := range all {
				want := of(m.ProtoReflect())
				seen[want]++
				if !assert.Equal(t, want == 1, is[m.GetId()], "%s of %v", text, m) || !assert.Equal(t, want == -1, isNot[m.GetId()], "NOT (%s) of %v", text, m) {
					return
				}
				if !assert.Equal(t, want, matched(t, text, m), "%s of %v without a database", text, m) {
					return
				}
			}
		}
		for _, of := range []truth{1, 0, -1} {
			assert.Greater(t, seen[of], 500, "messages of which a filter is %d", of)
		}
	})
}

// randomFilter returns a filter and its meaning.
func randomFilter(r *rand.Rand, depth int) (text string, of func(protoreflect.Message) truth) {
	if depth == 0 || r.IntN(3) == 0 {
		q := questions[r.IntN(len(questions))]
		l := leaf{q.path, q.ops[r.IntN(len(q.ops))], q.literals[r.IntN(len(q.literals))]}
		return l.String(), l.of
	}
	a, ofA := randomFilter(r, depth-1)
	b, ofB := randomFilter(r, depth-1)
	switch r.IntN(5) {
	case 0:
		return "NOT (" + a + ")", func(m protoreflect.Message) truth { return -ofA(m) }
	case 1, 2:
		return "(" + a + ") AND (" + b + ")", func(m protoreflect.Message) truth { return min(ofA(m), ofB(m)) }
	}
	return "(" + a + ") OR (" + b + ")", func(m protoreflect.Message) truth { return max(ofA(m), ofB(m)) }
}

// matched is what a filter says of a message without its row.
func matched(t *testing.T, text string, m *allkinds.Document) (result truth) {
	t.Helper()
	for sign, text := range map[truth]string{1: text, -1: "NOT (" + text + ")"} {
		f, err := filter.Parse(text)
		require.NoError(t, err, text)
		p, err := documentSchema.Check(f)
		require.NoError(t, err, text)
		matcher, err := p.Matcher(m.ProtoReflect().Descriptor())
		require.NoError(t, err, text)
		if matcher.Match(m.ProtoReflect()) {
			result += sign
		}
	}
	return result
}

// documentSchema has the fields of Document that are stored as JSON.
var documentSchema = func() *filter.Schema {
	var fields []filter.Field
	for i := range (*allkinds.Document)(nil).ProtoReflect().Descriptor().Fields().Len() {
		fd := (*allkinds.Document)(nil).ProtoReflect().Descriptor().Fields().Get(i)
		if fd.Message() != nil || fd.IsList() {
			path := string(fd.Name())
			fields = append(fields, filter.Field{Path: path, Columns: []string{path}, Inside: fd, Filterable: true})
		}
	}
	return filter.NewSchema("documents", fields...)
}()

func selects(t *testing.T, s crud.Store[*allkinds.Document, int64], filter string) map[int64]bool {
	t.Helper()
	page, err := s.List(t.Context(), crud.Query{Filter: filter, PageSize: 1000, ReadMask: &fieldmaskpb.FieldMask{Paths: []string{"id"}}})
	require.NoError(t, err, filter)
	ids := map[int64]bool{}
	for _, m := range page.Items {
		ids[m.GetId()] = true
	}
	return ids
}

// What cannot be asked is refused, and says why.
func TestWrongFiltersInside(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`author.givenname = "x"`:     `"author" has no field "givenname"; did you mean "given_name"?`,
		`author.secret = "x"`:        `filters cannot ask for the field "author.secret"`,
		`author = "x"`:               `author is a message`,
		`author.age.x = 1`:           `"author.age" has no fields of its own`,
		`editors.given_name = "x"`:   `is repeated; write editors.given_name:`,
		`editors.0.given_name = "x"`: `"editors" has no field "0"`,
		`labels = "x"`:               `labels is a map; write labels:key`,
		`weights:x`:                  `"x" cannot be a key of weights`,
		`weights.x = 1`:              `the keys of weights are of type int64`,
		`settings.x = 1`:             `of which only settings:* can be asked`,
		`author.age = "x"`:           `author.age takes a whole number`,
		`author.photo > "AA=="`:      `has no order inside a message`,
	}
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		for filter, want := range tests {
			_, err := s.List(t.Context(), crud.Query{Filter: filter})
			assert.Contains(t, violation(err), want, filter)
		}
		_, err := s.List(t.Context(), crud.Query{OrderBy: "author.age"})
		assert.Contains(t, violation(err), `rows cannot be ordered by what is inside the field "author"`)
	})
}
