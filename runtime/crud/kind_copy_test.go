package crud_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A copy shares nothing that can be changed: what a hook does to one message does
// not show in another.
func TestCopySharesNothing(t *testing.T) {
	t.Parallel()
	b := &box[[]byte]{Scalar: []byte("a"), Opt: []byte("b"), OptSet: true, List: [][]byte{[]byte("c")}}
	out := copied(bytesBox, b)
	assert.Equal(t, b, out)
	b.Scalar[0], b.Opt[0], b.List[0][0] = 'x', 'x', 'x'
	assert.Equal(t, &box[[]byte]{Scalar: []byte("a"), Opt: []byte("b"), OptSet: true, List: [][]byte{[]byte("c")}}, out)

	ts := &box[*timestamppb.Timestamp]{Scalar: &timestamppb.Timestamp{Seconds: 1}, List: []*timestamppb.Timestamp{{Seconds: 2}}}
	at := copied(timestampBox, ts)
	ts.Scalar.Seconds, ts.List[0].Seconds = 9, 9
	assert.EqualValues(t, 1, at.Scalar.Seconds)
	assert.EqualValues(t, 2, at.List[0].Seconds)

	d := &box[*durationpb.Duration]{Scalar: &durationpb.Duration{Seconds: 1}, List: []*durationpb.Duration{{Seconds: 2}}}
	took := copied(durationBox, d)
	d.Scalar.Seconds, d.List[0].Seconds = 9, 9
	assert.EqualValues(t, 1, took.Scalar.Seconds)
	assert.EqualValues(t, 2, took.List[0].Seconds)

	s := &box[string]{List: []string{"a", "b"}}
	texts := copied(stringBox, s)
	s.List[0] = "x"
	assert.Equal(t, []string{"a", "b"}, texts.List)
}

// What is unset is unset in the copy too.
func TestCopyUnset(t *testing.T) {
	t.Parallel()
	full := &box[string]{Scalar: "a", Opt: "b", OptSet: true, List: []string{"c"}}
	for _, c := range stringBox.columns()[1:] {
		c.Copy(full, &box[string]{})
	}
	assert.Equal(t, &box[string]{}, full)
	moment := &box[*timestamppb.Timestamp]{Scalar: &timestamppb.Timestamp{}}
	c := timestampBox.scalarColumn()
	c.Copy(moment, &box[*timestamppb.Timestamp]{})
	assert.Nil(t, moment.Scalar)
}

func copied[V any](k boxKind[V], src *box[V]) *box[V] {
	dst := &box[V]{ID: src.ID}
	for _, c := range k.columns()[1:] {
		c.Copy(dst, src)
	}
	return dst
}

// Two values are equal when the same would be stored.
func TestEqual(t *testing.T) {
	t.Parallel()
	nan, negative := math.NaN(), math.Copysign(0, -1)
	assert.True(t, equalScalar(doubleBox, nan, nan))
	assert.False(t, equalScalar(doubleBox, 0, negative))
	assert.False(t, equalScalar(doubleBox, 1, 2))
	assert.True(t, equalScalar(bytesBox, nil, []byte{}))
	assert.True(t, equalScalar(timestampBox, &timestamppb.Timestamp{Nanos: 1999}, &timestamppb.Timestamp{Nanos: 1000}))
	assert.False(t, equalScalar(timestampBox, &timestamppb.Timestamp{Nanos: 1999}, &timestamppb.Timestamp{Nanos: 2000}))
	assert.False(t, equalScalar(timestampBox, nil, &timestamppb.Timestamp{}))
	assert.True(t, equalScalar(durationBox, &durationpb.Duration{Nanos: -1999}, &durationpb.Duration{Nanos: -1000}))
	assert.False(t, equalScalar(durationBox, &durationpb.Duration{Seconds: 1}, &durationpb.Duration{Seconds: -1}))

	c := stringBox.optColumn()
	set := &box[string]{OptSet: true}
	assert.False(t, c.Equal(set, &box[string]{}))
	assert.True(t, c.Equal(set, set))
	list := stringBox.listColumn()
	assert.True(t, list.Equal(&box[string]{}, &box[string]{List: []string{}}))
	assert.False(t, list.Equal(&box[string]{List: []string{"a", "b"}}, &box[string]{List: []string{"b", "a"}}))
}

func equalScalar[V any](k boxKind[V], a, b V) bool {
	c := k.scalarColumn()
	return c.Equal(&box[V]{Scalar: a}, &box[V]{Scalar: b})
}

// A field is set as protobuf has it.
func TestHas(t *testing.T) {
	t.Parallel()
	has := func(v float64) bool {
		c := doubleBox.scalarColumn()
		return c.Has(&box[float64]{Scalar: v})
	}
	assert.False(t, has(0))
	assert.True(t, has(math.Copysign(0, -1)))
	assert.True(t, has(math.NaN()))
	c := bytesBox.scalarColumn()
	assert.False(t, c.Has(&box[[]byte]{Scalar: []byte{}}))
	opt := bytesBox.optColumn()
	b := &box[[]byte]{Opt: []byte{}, OptSet: true}
	assert.True(t, opt.Has(b))
	opt.Clear(b)
	assert.False(t, opt.Has(b))
	list := bytesBox.listColumn()
	assert.False(t, list.Has(&box[[]byte]{List: [][]byte{}}))
	assert.True(t, list.Has(&box[[]byte]{List: [][]byte{nil}}))
}

// What the constructors and options say of a column.
func TestColumnInfo(t *testing.T) {
	t.Parallel()
	required, key := uuidBox.scalarColumn(crud.Required), uuidBox.scalarColumn(crud.PrimaryKey)
	assert.True(t, required.Info().NotNull)
	assert.True(t, key.Info().NotNull)
	assert.False(t, uuidBox.scalarColumn().Info().NotNull)
	assert.True(t, stringBox.scalarColumn().Info().NotNull)
	assert.True(t, uuidBox.listColumn().Info().NotNull)
	assert.False(t, stringBox.optColumn().Info().NotNull)
	assert.True(t, stringBox.optColumn().Info().Presence)
	assert.True(t, stringBox.optColumn(crud.NotNull).Info().NotNull)
	assert.True(t, timestampBox.scalarColumn().Info().Presence)
	assert.False(t, timestampBox.scalarColumn().Info().NotNull)
	assert.True(t, timestampBox.scalarColumn(crud.CreateTime).Info().NotNull)
	assert.Equal(t, []string{"other"}, stringBox.listColumn(crud.ColumnName("other")).Info().Names)
	assert.True(t, stringBox.listColumn().Info().Repeated)
}
