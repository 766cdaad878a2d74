package crud_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

const (
	badText      = "must be valid UTF-8 without NUL"
	badUUID      = "must be a lower-case UUID"
	badTimestamp = "must be a valid timestamp in the years 1 to 9999"
	badDuration  = "must be a valid duration of at most 10,000 years"
)

// What a column cannot hold is said before it is written.
func TestCheck(t *testing.T) {
	t.Parallel()
	checks(t, stringBox, "a\x00", badText)
	checks(t, stringBox, "\xff", badText)
	checks(t, stringBox, "\xed\xa0\x80", badText) // a surrogate
	checks(t, stringBox, "ä€😀", "", crud.MaxLength(3))
	checks(t, stringBox, "ä€😀!", "must have at most 3 characters", crud.MaxLength(3))
	checks(t, uuidBox, "8C5F4A1E-0000-4000-8000-000000000000", badUUID)
	checks(t, uuidBox, "8c5f4a1e000040008000000000000000", badUUID)
	checks(t, uuidBox, "8c5f4a1e-0000-4000-8000-00000000000g", badUUID)
	checks(t, uuidBox, "8c5f4a1e-0000-4000-8000+000000000000", badUUID)
	checks(t, uuidBox, "{8c5f4a1e-0000-4000-8000-000000000000}", badUUID)
	checks(t, uuidBox, "8c5f4a1e-0000-4000-8000-000000000000", "")
	checks(t, timestampBox, &timestamppb.Timestamp{Seconds: maxSecond + 1}, badTimestamp)
	checks(t, timestampBox, &timestamppb.Timestamp{Seconds: minSecond - 1}, badTimestamp)
	checks(t, timestampBox, &timestamppb.Timestamp{Nanos: -1}, badTimestamp)
	checks(t, timestampBox, &timestamppb.Timestamp{Nanos: 1e9}, badTimestamp)
	checks(t, durationBox, &durationpb.Duration{Seconds: maxDuration + 1}, badDuration)
	checks(t, durationBox, &durationpb.Duration{Seconds: 1, Nanos: -1}, badDuration)
	checks(t, durationBox, &durationpb.Duration{Nanos: -1e9}, badDuration)
	checks(t, enumBox, -5, "")
	checks(t, bytesBox, []byte{0xff, 0}, "")
}

// checks expects one finding for a value in every shape, on both engines.
func checks[V any](t *testing.T, k boxKind[V], v V, want string, opts ...crud.ColumnOption) {
	t.Run(fmt.Sprintf("%s %v", k.name, v), func(t *testing.T) {
		for _, d := range []crud.Dialect{crud.Postgres, crud.SQLite} {
			assert.Equal(t, want, checkScalar(k, v, d, opts...))
			assert.Equal(t, want, checkOpt(k, v, d, opts...))
			if want != "" {
				want := "element 0 " + want
				assert.Equal(t, want, checkList(k, v, d, opts...))
			}
		}
	})
}

func checkScalar[V any](k boxKind[V], v V, d crud.Dialect, opts ...crud.ColumnOption) string {
	c := k.scalarColumn(opts...)
	return c.Check(&box[V]{Scalar: v}, d)
}

func checkOpt[V any](k boxKind[V], v V, d crud.Dialect, opts ...crud.ColumnOption) string {
	if k.opt == nil {
		return checkScalar(k, v, d, opts...)
	}
	c := k.optColumn(opts...)
	return c.Check(&box[V]{Opt: v, OptSet: true}, d)
}

func checkList[V any](k boxKind[V], v V, d crud.Dialect, opts ...crud.ColumnOption) string {
	c := k.listColumn(opts...)
	return c.Check(&box[V]{List: []V{v}}, d)
}

// The empty string is NULL in a UUID field without presence. Elsewhere it would come
// back as something else.
func TestCheckEmptyUUID(t *testing.T) {
	t.Parallel()
	for _, d := range []crud.Dialect{crud.Postgres, crud.SQLite} {
		assert.Empty(t, checkScalar(uuidBox, "", d))
		assert.Equal(t, badUUID, checkOpt(uuidBox, "", d))
		assert.Equal(t, "element 0 "+badUUID, checkList(uuidBox, "", d))
	}
}

// An element that is nil cannot be told from an empty message on the wire.
func TestCheckNilElement(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "element 0 "+badTimestamp, checkList(timestampBox, nil, crud.Postgres))
	assert.Equal(t, "element 0 "+badDuration, checkList(durationBox, nil, crud.Postgres))
}

func TestCheckFloat(t *testing.T) {
	t.Parallel()
	const (
		nan  = "cannot be NaN"
		zero = "cannot be negative zero"
		inf  = "cannot be infinite"
	)
	for _, test := range []struct {
		v            float64
		scalar, list string
	}{
		{math.NaN(), nan, nan},
		{math.Copysign(0, -1), zero, zero},
		{math.Inf(1), "", inf},
		{math.Inf(-1), "", inf},
		{0, "", ""},
		{-1.5, "", ""},
	} {
		t.Run(fmt.Sprint(test.v), func(t *testing.T) {
			t.Parallel()
			list := test.list
			if list != "" {
				list = "element 0 " + list
			}
			assert.Equal(t, test.scalar, checkScalar(doubleBox, test.v, crud.SQLite))
			assert.Equal(t, test.scalar, checkOpt(floatBox, float32(test.v), crud.SQLite))
			assert.Equal(t, list, checkList(doubleBox, test.v, crud.SQLite))
			assert.Equal(t, list, checkList(floatBox, float32(test.v), crud.SQLite))
			assert.Empty(t, checkScalar(doubleBox, test.v, crud.Postgres))
			assert.Empty(t, checkList(floatBox, float32(test.v), crud.Postgres))
		})
	}
}

// An unset field is not looked at.
func TestCheckUnset(t *testing.T) {
	t.Parallel()
	c := stringBox.optColumn()
	assert.Empty(t, c.Check(&box[string]{Opt: "\x00"}, crud.Postgres))
	ts := timestampBox.scalarColumn()
	assert.Empty(t, ts.Check(&box[*timestamppb.Timestamp]{}, crud.Postgres))
}

// A key that cannot be a value of its column is told from one that no row has by
// chance.
func TestKeyValues(t *testing.T) {
	t.Parallel()
	const id = "8c5f4a1e-0000-4000-8000-000000000000"
	binds(t, int32Box, int32(-7), int32(-7), int64(-7))
	binds(t, int32Box, int64(math.MaxInt32), int32(math.MaxInt32), int64(math.MaxInt32))
	binds(t, int64Box, int32(7), int64(7), int64(7))
	binds(t, int64Box, uint64(math.MaxInt64), int64(math.MaxInt64), int64(math.MaxInt64))
	binds(t, uint32Box, uint32(math.MaxUint32), int64(math.MaxUint32), int64(math.MaxUint32))
	binds(t, uint32Box, 7, int64(7), int64(7))
	binds(t, uint64Box, uint64(math.MaxUint64), "18446744073709551615", int64(math.MaxInt64))
	binds(t, uint64Box, int64(0), "0", int64(math.MinInt64))
	binds(t, enumBox, color(3), int32(3), int64(3))
	binds(t, stringBox, "ä", "ä", "ä")
	binds(t, uuidBox, id, id, id)
	binds(t, boolBox, true, true, int64(1))
	binds(t, floatBox, float32(0.5), float64(0.5), float64(0.5))
	binds(t, timestampBox, &timestamppb.Timestamp{Seconds: 1, Nanos: 1999},
		(&timestamppb.Timestamp{Seconds: 1, Nanos: 1000}).AsTime(), int64(1000001))

	noKey(t, int32Box, int64(math.MaxInt32)+1)
	noKey(t, int32Box, uint32(math.MaxUint32))
	noKey(t, int64Box, uint64(math.MaxInt64)+1)
	noKey(t, int64Box, "7")
	noKey(t, uint32Box, int64(-1))
	noKey(t, uint32Box, int64(math.MaxUint32)+1)
	noKey(t, uint64Box, int64(-1))
	noKey(t, uint64Box, "1")
	noKey(t, stringBox, "a\x00")
	noKey(t, stringBox, "\xff")
	noKey(t, stringBox, 7)
	noKey(t, uuidBox, "")
	noKey(t, uuidBox, "8C5F4A1E-0000-4000-8000-000000000000")
	noKey(t, boolBox, 1)
	noKey(t, timestampBox, &timestamppb.Timestamp{Nanos: -1})
	noKey(t, durationBox, &durationpb.Duration{Seconds: maxDuration + 1})
	list := int64Box.listColumn()
	_, ok := list.Bind([]int64{1}, crud.Postgres)
	assert.False(t, ok)
}

func binds[V any](t *testing.T, k boxKind[V], v, postgres, sqlite any) {
	t.Run(fmt.Sprintf("%s %v", k.name, v), func(t *testing.T) {
		c := k.scalarColumn()
		arg, ok := c.Bind(v, crud.Postgres)
		assert.True(t, ok)
		assert.Equal(t, postgres, arg)
		arg, ok = c.Bind(v, crud.SQLite)
		assert.True(t, ok)
		assert.Equal(t, sqlite, arg)
	})
}

func noKey[V any](t *testing.T, k boxKind[V], v any) {
	t.Run(fmt.Sprintf("%s %v", k.name, v), func(t *testing.T) {
		c := k.scalarColumn()
		_, ok := c.Bind(v, crud.Postgres)
		assert.False(t, ok)
	})
}

// The order of what SQLite stores for a uint64 is the order of the values.
func TestUint64Order(t *testing.T) {
	t.Parallel()
	c := uint64Box.scalarColumn()
	rapid.Check(t, func(rt *rapid.T) {
		a, b := uint64Box.values.Draw(rt, "a"), uint64Box.values.Draw(rt, "b")
		x, _ := c.Bind(a, crud.SQLite)
		y, _ := c.Bind(b, crud.SQLite)
		assert.Equal(rt, a < b, x.(int64) < y.(int64))
	})
}
