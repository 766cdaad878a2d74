package allkinds_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/genproto/googleapis/type/decimal"
	"google.golang.org/genproto/googleapis/type/timeofday"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/allkinds"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

func day(year, month, day int32) *date.Date { return &date.Date{Year: year, Month: month, Day: day} }

func clock(hours, minutes, seconds, nanos int32) *timeofday.TimeOfDay {
	return &timeofday.TimeOfDay{Hours: hours, Minutes: minutes, Seconds: seconds, Nanos: nanos}
}

// Dates and times of a day are columns: they are filtered by, they order pages, and masks
// go into them, on both engines.
func TestDates(t *testing.T) {
	t.Parallel()
	dates := []*date.Date{day(1, 1, 1), day(1969, 12, 31), day(1970, 1, 1), day(2024, 2, 29), day(9999, 12, 31), nil}
	times := []*timeofday.TimeOfDay{clock(0, 0, 0, 0), clock(11, 30, 0, 0), clock(11, 30, 0, 1000), clock(23, 59, 59, 999_999_000), clock(24, 0, 0, 0), nil}
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		var all []*allkinds.Document
		for i := range 12 {
			m, err := s.Create(t.Context(), &allkinds.Document{
				IssueDate: dates[i%6], Opening: times[(i*5+i/6)%6], Reprints: dates[:i%3], Bells: times[:i%3],
				ReadFields: &fieldmaskpb.FieldMask{Paths: []string{"a.b", "c"}[:i%3]},
			})
			require.NoError(t, err)
			all = append(all, m)
		}
		for filter, want := range map[string]int{
			"issue_date = 2024-02-29": 2, `issue_date != "2024-02-29"`: 10, "issue_date < 1970-01-01": 4, "NOT issue_date < 1970-01-01": 8,
			"issue_date = null": 2, "issue_date:*": 10, "reprints:0001-01-01": 8, "reprints:1969-12-31": 4, "NOT reprints:1969-12-31": 8,
			"opening = 11:30:00": 2, "opening > 11:30:00": 6, "opening <= 11:30:00.0000005": 4, "opening = 11:30:00.0000005": 0,
			"opening = 24:00:00": 2, "bells:00:00:00": 8, "opening >= 23:59:59.999999": 4,
			`read_fields:"c"`: 4, `read_fields:"a.b"`: 8, "read_fields:*": 8, "read_fields:a*": 8,
		} {
			page, err := s.List(t.Context(), crud.Query{Filter: filter})
			require.NoError(t, err, filter)
			assert.Len(t, page.Items, want, filter)
		}
		for filter, want := range map[string]string{
			"issue_date = 2023-02-29": "issue_date takes a date", "issue_date = 2023-2-9": "issue_date takes a date", "opening = 25:00:00": "opening takes a time of day",
			"opening = 11:30": "opening takes a time of day", "issue_date.year = 2024": `"issue_date" has no fields of its own`,
		} {
			_, err := s.List(t.Context(), crud.Query{Filter: filter})
			assert.Contains(t, violation(err), want, filter)
		}
		for _, q := range []crud.Equality{crud.Equal("issue_date", day(2024, 2, 29), true), crud.EqualAny("issue_date", []*date.Date{day(2024, 2, 29), day(2023, 1, 1)}), crud.EqualAny("opening", times[1:2])} {
			page, err := s.List(t.Context(), crud.Query{Equal: []crud.Equality{q}})
			require.NoError(t, err)
			assert.Len(t, page.Items, 2)
		}
		_, err := s.List(t.Context(), crud.Query{Equal: []crud.Equality{crud.Equal("issue_date", day(2024, 2, 30), true)}})
		assert.Equal(t, []string{"issue_date"}, fields(err))

		want := slices.Clone(all)
		number := func(d *date.Date) int32 {
			if d == nil {
				return 1 << 30
			}
			return d.GetYear()*10_000 + d.GetMonth()*100 + d.GetDay()
		}
		slices.SortStableFunc(want, func(a, b *allkinds.Document) int {
			return cmp.Or(cmp.Compare(number(a.GetIssueDate()), number(b.GetIssueDate())), cmp.Compare(b.GetId(), a.GetId()))
		})
		q := crud.Query{OrderBy: "issue_date, id desc", PageSize: 5}
		var got []int64
		for {
			page, err := s.List(t.Context(), q)
			require.NoError(t, err)
			for _, m := range page.Items {
				got = append(got, m.GetId())
			}
			if q.PageToken = page.NextPageToken; q.PageToken == "" {
				break
			}
		}
		for i, m := range want {
			assert.Equal(t, m.GetId(), got[i])
		}
	})
}

// A mask goes into a date, of which what is not named stays; what is no date then is
// refused, as is a part of one.
func TestDateMasks(t *testing.T) {
	t.Parallel()
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		m, err := s.Create(t.Context(), &allkinds.Document{IssueDate: day(2024, 2, 29), Opening: clock(11, 30, 0, 1999), RoughDate: day(2024, 0, 0)})
		require.NoError(t, err)
		assert.Equal(t, int32(1000), m.GetOpening().GetNanos(), "what is finer is dropped")
		assert.Equal(t, int32(2024), m.GetRoughDate().GetYear(), "JSON holds a part of a date")
		update := func(issue *date.Date, paths ...string) (*allkinds.Document, error) {
			return s.Update(t.Context(), &allkinds.Document{Id: m.GetId(), IssueDate: issue, Opening: clock(9, 0, 0, 0)}, &fieldmaskpb.FieldMask{Paths: paths})
		}
		got, err := update(day(2028, 1, 1), "issue_date.year", "opening.hours")
		require.NoError(t, err)
		equal(t, day(2028, 2, 29), got.GetIssueDate())
		equal(t, clock(9, 30, 0, 1000), got.GetOpening())
		for _, path := range []string{"issue_date.year", "issue_date"} {
			_, err = update(&date.Date{Year: 2027}, path)
			assert.Equal(t, []string{"issue_date"}, fields(err), path)
		}
		_, err = update(nil, "issue_date.month")
		assert.Equal(t, []string{"issue_date"}, fields(err))
		got, err = update(day(2001, 2, 3))
		require.NoError(t, err)
		equal(t, day(2001, 2, 3), got.GetIssueDate())
		got, err = s.Get(t.Context(), m.GetId(), crud.ReadMask(&fieldmaskpb.FieldMask{Paths: []string{"issue_date.month"}}))
		require.NoError(t, err)
		equal(t, &allkinds.Document{IssueDate: &date.Date{Month: 2}}, got)
		_, err = update(nil, "issue_date.week")
		assert.Contains(t, violation(err), "names no field of issue_date")
	})
}

// What is no date, no time of a day and no path is refused by its field.
func TestWrongDates(t *testing.T) {
	t.Parallel()
	eachDocuments(t, func(t *testing.T, s crud.Store[*allkinds.Document, int64]) {
		for field, messages := range map[string][]*allkinds.Document{
			"issue_date":  {{IssueDate: &date.Date{}}, {IssueDate: day(2023, 2, 29)}, {IssueDate: day(10_000, 1, 1)}, {IssueDate: day(2023, 1, 0)}, {IssueDate: day(-1, 1, 1)}},
			"reprints":    {{Reprints: []*date.Date{day(2023, 1, 1), nil}}},
			"opening":     {{Opening: clock(24, 0, 0, 1)}, {Opening: clock(23, 59, 60, 0)}, {Opening: clock(-1, 0, 0, 0)}, {Opening: clock(0, 0, 0, -1)}},
			"read_fields": {{ReadFields: &fieldmaskpb.FieldMask{Paths: []string{"a", "\x00"}}}},
		} {
			for _, m := range messages {
				_, err := s.Create(t.Context(), m)
				assert.Equal(t, []string{field}, fields(err), m)
			}
		}
	})
}

// A decimal is a number: its order, and its spelling.
func TestDecimals(t *testing.T) {
	t.Parallel()
	typeds := allkinds.NewTypedRepository(typedDB(t, "UTC"))
	for _, text := range []string{"10", "9.5", "-1e3", "+0.50"} {
		_, err := typeds.Create(t.Context(), &allkinds.Typed{Cost: &decimal.Decimal{Value: text}, Fees: []*decimal.Decimal{{Value: text}}})
		require.NoError(t, err)
	}
	page, err := typeds.List(t.Context(), crud.Query{OrderBy: "cost", Filter: "cost < 10 fees:9.50"})
	require.NoError(t, err)
	require.Len(t, page.Items, 1)
	page, err = typeds.List(t.Context(), crud.Query{OrderBy: "cost"})
	require.NoError(t, err)
	var got []string
	for _, m := range page.Items {
		got = append(got, m.GetCost().GetValue())
	}
	assert.Equal(t, []string{"-1000", "0.50", "9.5", "10"}, got)
	for _, text := range []string{"", "x", "1,5", "NaN"} {
		_, err := typeds.Create(t.Context(), &allkinds.Typed{Cost: &decimal.Decimal{Value: text}})
		assert.Equal(t, []string{"cost"}, fields(err), text)
	}
	_, err = typeds.Create(t.Context(), &allkinds.Typed{Fee: &decimal.Decimal{Value: "0.125"}})
	assert.Equal(t, []string{"fee"}, fields(err))
	page, err = typeds.List(t.Context(), crud.Query{Equal: []crud.Equality{crud.EqualAny("cost", []*decimal.Decimal{{Value: "10.00"}})}})
	require.NoError(t, err)
	assert.Len(t, page.Items, 1)
}
