package allkinds_test

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A truth is that of a filter for a message: 1, -1, or 0 where nothing is known.
type truth int

func known(b bool) truth {
	if b {
		return 1
	}
	return -1
}

// A leaf is one comparison below a column of JSON.
type leaf struct {
	path    []string
	op      string
	literal string // as it is meant; "*" is presence
}

func (l leaf) String() string {
	names := make([]string, len(l.path))
	for i, p := range l.path {
		names[i] = p
		if i > 0 && strings.ContainsAny(p, ` "'\.`) || p == "" {
			names[i] = quoted(p)
		}
	}
	value := l.literal
	switch {
	case value == "*" || value == "null":
	case strings.HasPrefix(value, "="): // a text
		value = quoted(value[1:])
	}
	return strings.Join(names, ".") + " " + l.op + " " + value
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "*", `\*`).Replace(s) + `"`
}

// of is what AIP-160 says of the leaf and a message.
func (l leaf) of(m protoreflect.Message) truth {
	if l.op == "!=" {
		return -leaf{l.path, "=", l.literal}.of(m)
	}
	return l.field(m, m.Descriptor().Fields().ByName(protoreflect.Name(l.path[0])), l.path[1:])
}

func (l leaf) field(m protoreflect.Message, fd protoreflect.FieldDescriptor, rest []string) truth {
	switch {
	case fd.IsList():
		list := m.Get(fd).List()
		one := l
		if one.op == ":" && one.literal != "*" {
			one.op = "=" // an element is compared as a whole
		}
		for i := range list.Len() {
			if len(rest) == 0 && l.literal == "*" || one.value(fd, list.Get(i), rest) == 1 {
				return 1
			}
		}
		return -1
	case fd.IsMap() && len(rest) == 0:
		entries := m.Get(fd).Map()
		found := l.literal == "*" && entries.Len() > 0
		entries.Range(func(k protoreflect.MapKey, _ protoreflect.Value) bool {
			found = found || k.String() == strings.TrimPrefix(l.literal, "=")
			return true
		})
		return known(found)
	case fd.IsMap():
		result := truth(0)
		if len(rest) == 1 && l.literal == "*" && m.IsValid() {
			result = -1 // m.k:* asks what m:k does
		}
		m.Get(fd).Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
			if k.String() == rest[0] {
				result = l.value(fd.MapValue(), v, rest[1:])
			}
			return true
		})
		return result
	case len(rest) > 0 && !m.Has(fd):
		return 0
	case len(rest) > 0:
		return l.value(fd, m.Get(fd), rest)
	case l.literal == "null":
		return known(!m.Has(fd))
	case l.literal == "*":
		return known(m.Has(fd))
	case fd.HasPresence() && !m.Has(fd):
		return -1
	}
	return l.value(fd, m.Get(fd), nil)
}

func (l leaf) value(fd protoreflect.FieldDescriptor, v protoreflect.Value, rest []string) truth {
	if len(rest) > 0 {
		inner := v.Message()
		return l.field(inner, inner.Descriptor().Fields().ByName(protoreflect.Name(rest[0])), rest[1:])
	}
	if l.literal == "*" {
		return 1
	}
	c, ok := l.compare(fd, v)
	if !ok {
		return -1
	}
	switch l.op {
	case "<":
		return known(c < 0)
	case "<=":
		return known(c <= 0)
	case ">":
		return known(c > 0)
	case ">=":
		return known(c >= 0)
	}
	return known(c == 0)
}

// compare returns how a value compares with the literal. ok is false for : of a text that
// is not in it.
func (l leaf) compare(fd protoreflect.FieldDescriptor, v protoreflect.Value) (c int, ok bool) {
	text := strings.TrimPrefix(l.literal, "=")
	switch fd.Kind() {
	case protoreflect.StringKind:
		if l.op == ":" && !fd.IsList() {
			return 0, strings.Contains(v.String(), text)
		}
		return strings.Compare(v.String(), text), true
	case protoreflect.BoolKind:
		return known2(v.Bool() == (text == "true")), true
	case protoreflect.EnumKind:
		return known2(v.Enum() == fd.Enum().Values().ByName(protoreflect.Name(text)).Number()), true
	case protoreflect.BytesKind:
		raw, _ := base64.StdEncoding.DecodeString(text)
		return bytes.Compare(v.Bytes(), raw), true
	case protoreflect.FloatKind:
		f, _ := strconv.ParseFloat(text, 32)
		return cmp.Compare(float32(v.Float()), float32(f)), true
	case protoreflect.DoubleKind:
		f, _ := strconv.ParseFloat(text, 64)
		return cmp.Compare(v.Float(), f), true
	case protoreflect.Uint32Kind, protoreflect.Uint64Kind:
		n, _ := strconv.ParseUint(text, 10, 64)
		return cmp.Compare(v.Uint(), n), true
	case protoreflect.MessageKind:
		switch known := v.Message().Interface().(type) {
		case *timestamppb.Timestamp:
			t, _ := time.Parse(time.RFC3339, text)
			return known.AsTime().Truncate(time.Microsecond).Compare(t), true
		case *durationpb.Duration:
			d, _ := strconv.ParseFloat(strings.TrimSuffix(text, "s"), 64)
			return cmp.Compare(float64(known.GetSeconds())+float64(known.GetNanos())/1e9, d), true
		case *wrapperspb.StringValue:
			return strings.Compare(known.GetValue(), text), true
		}
	}
	n, _ := strconv.ParseInt(text, 10, 64)
	return cmp.Compare(v.Int(), n), true
}

func known2(same bool) int {
	if same {
		return 0
	}
	return 1
}

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

func randomText(r *rand.Rand) string {
	return []string{"", "a", "b", "Ann", "Oslo", `ä"\`, "1", "a@b"}[r.IntN(8)]
}

func maybe[T any](r *rand.Rand, f func() *T) *T {
	if r.IntN(3) == 0 {
		return nil
	}
	return f()
}

func randomAddress(r *rand.Rand) *allkinds.Address {
	return &allkinds.Address{City: randomText(r), Zip: maybe(r, func() *string { return proto.String(randomText(r)) })}
}

func randomPerson(r *rand.Rand) *allkinds.Person {
	p := &allkinds.Person{
		GivenName: randomText(r), Color: allkinds.Color(r.IntN(3)), Active: r.IntN(2) == 0,
		Age:       maybe(r, func() *int32 { return proto.Int32([]int32{0, 7, -1}[r.IntN(3)]) }),
		Score:     []int64{0, 1<<63 - 1, -1 << 63, 12, 100}[r.IntN(5)],
		Total:     []uint64{0, 1<<64 - 1, 9, 10}[r.IntN(4)],
		Height:    []float64{0, 0.1, -1e308, 1e308, 1.5}[r.IntN(5)],
		Weight:    []float32{0, 0.1, 16777216, 1e-45}[r.IntN(4)],
		Photo:     [][]byte{nil, {0, 1}, {255}}[r.IntN(3)],
		BirthTime: maybe(r, func() *timestamppb.Timestamp { return randomTime(r) }),
		Patience: maybe(r, func() *durationpb.Duration {
			return []*durationpb.Duration{{}, {Seconds: 1, Nanos: 5e8}, {Nanos: -5e8}, {Seconds: -3, Nanos: -25e7}, {Seconds: 315576000000}}[r.IntN(5)]
		}),
		Address: maybe(r, func() *allkinds.Address { return randomAddress(r) }),
	}
	for range r.IntN(3) {
		p.Tags = append(p.Tags, randomText(r))
	}
	if r.IntN(2) == 0 {
		p.Counts = map[string]int64{"k": int64(r.IntN(2)), randomText(r): 5}
	}
	if r.IntN(2) == 0 {
		p.Contact = &allkinds.Person_Email{Email: randomText(r)}
	}
	return p
}

func randomTime(r *rand.Rand) *timestamppb.Timestamp {
	base := time.Date(2012, 4, 21, 11, 30, 0, 0, time.UTC)
	return timestamppb.New(base.Add([]time.Duration{0, time.Second / 2, time.Microsecond, -time.Hour, 500 * time.Nanosecond}[r.IntN(5)]))
}

func randomTree(r *rand.Rand, depth int) *allkinds.Tree {
	t := &allkinds.Tree{Name: randomText(r)}
	if depth < 3 {
		t.Next = maybe(r, func() *allkinds.Tree { return randomTree(r, depth+1) })
		for range r.IntN(3) {
			t.Children = append(t.Children, randomTree(r, depth+1))
		}
	}
	return t
}

func randomDocument(r *rand.Rand) *allkinds.Document {
	m := &allkinds.Document{
		Author: maybe(r, func() *allkinds.Person { return randomPerson(r) }),
		Tree:   maybe(r, func() *allkinds.Tree { return randomTree(r, 0) }),
	}
	for range r.IntN(3) {
		m.Editors = append(m.Editors, randomPerson(r))
		m.Words = append(m.Words, randomText(r))
	}
	keys := []string{"smith", `a "b`, "$.x"}
	for _, k := range keys[:r.IntN(4)] {
		if m.Reviews == nil {
			m.Reviews, m.Labels, m.Stamps = map[string]*allkinds.Review{}, map[string]string{}, map[string]*timestamppb.Timestamp{}
		}
		m.Reviews[k] = &allkinds.Review{Stars: int32(r.IntN(5)), Reviewer: maybe(r, func() *allkinds.Person { return randomPerson(r) })}
		m.Labels[k], m.Stamps[k] = randomText(r), randomTime(r)
	}
	if r.IntN(2) == 0 {
		m.Weights = map[int64]float64{7: float64(r.IntN(3)) / 2, -1 << 63: 1}
		m.Flags = map[bool]allkinds.Color{r.IntN(2) == 0: allkinds.Color(r.IntN(2))}
		m.Counters = map[uint64]uint64{1<<64 - 1: []uint64{1, 2, 1<<64 - 1}[r.IntN(3)]}
		m.Form = &allkinds.Document_Shop{Shop: randomAddress(r)}
	}
	return m
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
					}
				}
			}
		}
		for _, of := range []truth{1, 0, -1} {
			assert.Greater(t, seen[of], 1000, "messages of which a filter is %d", of)
		}
	})
}

func selects(t *testing.T, s crud.Store[*allkinds.Document, int64], filter string) map[int64]bool {
	t.Helper()
	page, err := s.List(t.Context(), crud.Query{Filter: filter, PageSize: 1000})
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
