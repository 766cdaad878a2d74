package crudtest

import (
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// maskField is how violations name the mask.
const maskField = "update_mask"

func (t *storeTest[M, K]) updateMissingIsNotFound() {
	m := t.create(0)
	_, err := t.store.Delete(t.ctx, t.key(m))
	require.NoError(t, err, "Delete")
	for _, mask := range []*fieldmaskpb.FieldMask{nil, maskOf("*"), maskOf(t.fields...)} {
		_, err = t.store.Update(t.ctx, m, mask)
		t.refusedKey(err, codes.NotFound, t.key(m), "Update of a missing resource")
	}
	require.Empty(t, t.list(), "an Update of a missing resource created one")
}

// updateWritesTheMask updates each field by itself and each pair. What the message
// holds beside them must not be written.
func (t *storeTest[M, K]) updateWritesTheMask() {
	m := t.create(0)
	for i, a := range t.fields {
		for j, b := range t.fields[i:] {
			from := t.suite.New((i + j + 1) % 2)
			input := clone(from)
			copyFields(input, m, t.model.key...)
			got, err := t.store.Update(t.ctx, input, maskOf(a, b))
			require.NoError(t, err, "Update of %s and %s", a, b)
			copyFields(m, from, a, b)
			t.sameButTime(m, got, "what an Update of %s and %s returned", a, b)
			t.same(got, t.get(t.key(m)), "Get differs from what Update returned")
			m = got
		}
	}
}

func (t *storeTest[M, K]) updateNilMaskWritesWhatIsSet() {
	m := t.create(0)
	for i, f := range t.fields {
		for _, mask := range []*fieldmaskpb.FieldMask{nil, {}} {
			input := t.input(m, t.suite.New((i+1)%2), f)
			got, err := t.store.Update(t.ctx, input, mask)
			require.NoError(t, err, "Update without a mask")
			if hasField(input, f) {
				copyFields(m, input, f)
			}
			t.sameButTime(m, got, "what an Update without a mask, with %s set, returned", f)
			t.same(got, t.get(t.key(m)), "Get differs from what Update returned")
			m = got
		}
	}
}

func (t *storeTest[M, K]) updateStarWritesEverything() {
	m := t.create(0)
	for _, unset := range [][]string{nil, t.model.clearable} {
		input := t.suite.New(1)
		copyFields(input, m, t.model.key...)
		for _, f := range unset {
			clearField(input, f)
		}
		got, err := t.store.Update(t.ctx, input, maskOf("*"))
		require.NoError(t, err, "Update of *")
		copyFields(m, input, t.model.writable...)
		t.sameButTime(m, got, "what an Update of * returned")
		t.same(got, t.get(t.key(m)), "Get differs from what Update returned")
	}
}

func (t *storeTest[M, K]) updateLeavesOthers() {
	m, other := t.create(0), t.create(2)
	t.update(m, t.suite.New(1), t.fields...)
	t.same(other, t.get(t.key(other)), "an Update changed another resource")
}

func (t *storeTest[M, K]) updateLeavesItsArguments() {
	m := t.create(0)
	input, mask := t.input(m, t.suite.New(1), t.fields...), maskOf(t.fields...)
	before, maskBefore := clone(input), clone(mask)
	got, err := t.store.Update(t.ctx, input, mask)
	require.NoError(t, err, "Update")
	t.same(before, input, "Update changed the message that it was given")
	require.Equal(t, maskBefore.GetPaths(), mask.GetPaths(), "the mask that Update was given")
	want := clone(got)
	proto.Reset(input)
	mask.Paths = nil
	t.same(want, t.get(t.key(want)), "the stored resource follows the message that Update was given")
}

func (t *storeTest[M, K]) updateReturnsACopy() {
	m := t.update(t.create(0), t.suite.New(1), t.fields...)
	want := clone(m)
	proto.Reset(m)
	t.same(want, t.get(t.key(want)), "the stored resource follows the message that Update returned")
}

// updateRefusesBadMasks also demands that a good path beside a bad one is not
// written.
func (t *storeTest[M, K]) updateRefusesBadMasks() {
	m := t.create(0)
	input := t.input(m, t.suite.New(1), t.fields...)
	bad := [][]string{{"no_such_field"}, {""}, {"."}, {"*", "*"}, {t.model.key[0] + ".x"}}
	for _, f := range t.fields {
		bad = append(bad, []string{f, "no_such_field"}, []string{"*", f}, []string{f + "."}, []string{"." + f}, []string{f + ".no_such_field"})
	}
	for _, paths := range bad {
		_, err := t.store.Update(t.ctx, input, maskOf(paths...))
		t.refusedField(err, maskField, "Update with the mask "+quoted(paths))
	}
	t.same(m, t.get(t.key(m)), "the resource after Updates with bad masks")
}

// updateIgnoresTheKey names what no Update writes: the key and the store's times.
func (t *storeTest[M, K]) updateIgnoresTheKey() {
	m := t.create(0)
	input := clone(m)
	paths := append(t.model.times(), t.model.key...)
	for _, f := range t.model.times() {
		setMessage(input, f, &timestamppb.Timestamp{})
	}
	got, err := t.store.Update(t.ctx, input, maskOf(paths...))
	require.NoError(t, err, "Update of the key and of the store's times")
	t.sameButTime(m, got, "what an Update of the key and of the store's times returned")
	t.same(got, t.get(t.key(m)), "Get differs from what Update returned")
	if f := t.model.updateTime; f != "" {
		require.True(t, timeOf(got, f).After(timeOf(m, f)), "%s must be later than before", f)
	}
}

func (t *storeTest[M, K]) updateMovesTheTime() {
	f := t.model.updateTime
	m := t.create(0)
	masks := []*fieldmaskpb.FieldMask{nil, maskOf(t.fields...), maskOf(t.model.key...), maskOf("*")}
	for range 3 {
		for _, mask := range masks {
			got, err := t.store.Update(t.ctx, m, mask)
			require.NoError(t, err, "Update")
			require.True(t, timeOf(got, f).After(timeOf(m, f)), "%s after an Update of %v must be later than %s, is %s",
				f, mask.GetPaths(), timeOf(m, f), timeOf(got, f))
			m = got
		}
	}
}

func (t *storeTest[M, K]) updateRefusesATakenValue() {
	taken, m := t.create(0), t.create(2)
	for _, f := range t.model.unique {
		_, err := t.store.Update(t.ctx, t.input(m, taken, f), maskOf(f))
		t.refusedKey(err, codes.AlreadyExists, t.key(m), "Update to a taken "+f)
		t.same(m, t.get(t.key(m)), "the resource after an Update to a taken %s", f)
	}
}
