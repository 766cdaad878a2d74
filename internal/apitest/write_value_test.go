package apitest_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// writeBoundaries are books with values at the ends of their types.
func writeBoundaries() []*apitest.Book {
	return []*apitest.Book{
		{Title: "T"},
		{Title: strings.Repeat("𝕋", 40), Summary: strings.Repeat("s", 100_000), Isbn: new("")},
		{
			Title: "T", Pages: math.MinInt32, Copies: math.MaxUint64, Price: math.MaxFloat64, Signed: true,
			Cover: []byte{0, 255, '\'', '\\'}, Tags: []string{""}, Genre: math.MaxInt32,
			PublishTime: &timestamppb.Timestamp{Seconds: -62_135_596_800}, ReadingTime: &durationpb.Duration{Seconds: 315_576_000_000},
		},
		{
			Title: "T", Pages: math.MaxInt32, Copies: 1 << 63, Price: math.SmallestNonzeroFloat64, Genre: math.MinInt32,
			Tags:        []string{"{", "}", `"`, `\`, ",", "NULL", "null", "", " ", "'", "{{}}", "[]", "é", "\n", "a,b"},
			PublishTime: &timestamppb.Timestamp{Seconds: 253_402_300_799, Nanos: 999_999_000},
			ReadingTime: &durationpb.Duration{Seconds: -315_576_000_000},
		},
		{Title: "T", Price: math.Inf(1), PublishTime: &timestamppb.Timestamp{Seconds: -1, Nanos: 1000}, ReadingTime: &durationpb.Duration{Nanos: -1000}},
		{Title: "T", Price: math.Inf(-1), PublishTime: &timestamppb.Timestamp{}, ReadingTime: &durationpb.Duration{}},
	}
}

// TestWrite_11_ValuesComeBack equal from every write.
func TestWrite_11_ValuesComeBack(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		w := writeBooks(s)
		for i, book := range writeBoundaries() {
			want := w.timeless(book)
			same := func(m writeResource, err error, what string) {
				t.Helper()
				require.NoError(t, err, "%s %d", what, i)
				got := w.timeless(m).(*apitest.Book)
				got.Name, got.CreateTime = "", nil
				writeSame(t, want, got, "%s %d", what, i)
			}
			m, err := w.create(t.Context(), book, writeCall{})
			same(m, err, "Create")
			same(w.stored(t, m), nil, "Get")
			plain := w.made(t, "title: 'plain' tags: 'x'")
			book.Name = w.key(plain)
			book.Isbn = nil
			want.(*apitest.Book).Isbn = nil
			m, err = w.update(t.Context(), book, writeCall{mask: writeMask("*")})
			same(m, err, "Update")
			same(w.stored(t, m), nil, "Get")
			book.Name = w.numbered(i)
			m, err = w.update(t.Context(), book, writeCall{allowMissing: true})
			same(m, err, "upsert")
			_, err = w.remove(t.Context(), w.key(m), writeCall{})
			require.NoError(t, err)
			m, err = w.undelete(t.Context(), w.key(m), writeCall{})
			same(m, err, "Undelete")
		}
	})
}

// TestWrite_11_Microseconds: what is finer is cut off, never rounded.
func TestWrite_11_Microseconds(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		w := writeBooks(s)
		for _, test := range []struct{ seconds, want int64 }{{253_402_300_799, 999_999_000}, {-62_135_596_800, 999_999_000}, {0, 999_999_000}} {
			m, err := w.create(t.Context(), &apitest.Book{Title: "T", PublishTime: &timestamppb.Timestamp{Seconds: test.seconds, Nanos: 999_999_999}}, writeCall{})
			require.NoError(t, err)
			for _, m := range []writeResource{m, w.stored(t, m)} {
				got := m.(*apitest.Book).GetPublishTime()
				assert.Equal(t, []int64{test.seconds, test.want}, []int64{got.GetSeconds(), int64(got.GetNanos())})
			}
		}
	})
}

// TestWrite_11_Refused values name their field, and nothing is stored.
func TestWrite_11_Refused(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		w := writeBooks(s)
		m := w.made(t, writeFull)
		for _, test := range []struct {
			book  *apitest.Book
			field string
		}{
			{&apitest.Book{Title: strings.Repeat("x", 41)}, "title"},
			{&apitest.Book{Title: "a\x00"}, "title"},
			{&apitest.Book{Title: "T", Summary: "\x00"}, "summary"},
			{&apitest.Book{Title: "T", Isbn: new("\x00")}, "isbn"},
			{&apitest.Book{Title: "T", Note: "\x00"}, "note"},
			{&apitest.Book{Title: "T", Secret: "\x00"}, "secret"},
			{&apitest.Book{Title: "T", Tags: []string{"a", "b\x00"}}, "tags"},
			{&apitest.Book{Title: "T", PublishTime: &timestamppb.Timestamp{Seconds: 253_402_300_800}}, "publish_time"},
			{&apitest.Book{Title: "T", PublishTime: &timestamppb.Timestamp{Nanos: -1}}, "publish_time"},
			{&apitest.Book{Title: "T", PublishTime: &timestamppb.Timestamp{Nanos: 1_000_000_000}}, "publish_time"},
			{&apitest.Book{Title: "T", ReadingTime: &durationpb.Duration{Seconds: 315_576_000_001}}, "reading_time"},
			{&apitest.Book{Title: "T", ReadingTime: &durationpb.Duration{Seconds: 1, Nanos: -1}}, "reading_time"},
		} {
			_, err := w.create(t.Context(), test.book, writeCall{})
			writeViolated(t, err, crud.ReasonInvalidField, "book."+test.field)
			test.book.Name = w.key(m)
			for _, mask := range [][]string{nil, {test.field}} {
				_, err = w.update(t.Context(), test.book, writeCall{mask: writeMask(mask...)})
				writeViolated(t, err, crud.ReasonInvalidField, "book."+test.field)
			}
			test.book.Name = w.absent
			_, err = w.update(t.Context(), test.book, writeCall{allowMissing: true})
			writeViolated(t, err, crud.ReasonInvalidField, "book."+test.field)
		}
		assert.Equal(t, 1, w.count(t, "books"))
		writeSame(t, m, w.stored(t, m))
	})
}

// TestWrite_11_Floats: what an engine cannot keep is refused, never
// changed.
func TestWrite_11_Floats(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		w := writeBooks(s)
		for _, price := range []float64{math.NaN(), math.Copysign(0, -1)} {
			m, err := w.create(t.Context(), &apitest.Book{Title: "T", Price: price}, writeCall{})
			if s.db.Dialect() == crud.SQLite {
				writeViolated(t, err, crud.ReasonInvalidField, "book.price")
				continue
			}
			require.NoError(t, err)
			for _, m := range []writeResource{m, w.stored(t, m)} {
				assert.Equal(t, math.Float64bits(price), math.Float64bits(m.(*apitest.Book).GetPrice()))
			}
		}
	})
}
