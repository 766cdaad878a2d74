package apitest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/protocrud/protoc-gen-go-crud/internal/apitest"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// writeFull is a resource with all that a client can write.
const writeFull = "title: 'T' UNIQUE: 'u' NUMBER: 7 tags: ['a', 'b'] language: 'is' note: 'n' genre: GENRE_SAGA"

// TestWrite_4_1_Masks: what each mask writes, and what it leaves.
func TestWrite_4_1_Masks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   string
		mask *fieldmaskpb.FieldMask
		want string // what has changed in the text of writeFull
	}{
		{"absent: the fields that are set", "title: 'U' tags: ['c']", nil, "title: 'U' tags: ['c']"},
		{"without paths: the fields that are set", "NUMBER: 8", writeMask(), "NUMBER: 8"},
		{"absent and set to empty", "UNIQUE: ''", nil, "UNIQUE: ''"},
		{"absent and nothing set", "", nil, ""},
		{"one path", "title: 'U' NUMBER: 8", writeMask("NUMBER"), "NUMBER: 8"},
		{"an unset field is cleared", "", writeMask("NUMBER", "tags", "genre"), "NUMBER: 0 tags: [] genre: GENRE_UNSPECIFIED"},
		{"an unset optional field is cleared", "", writeMask("UNIQUE"), "UNIQUE: NULL"},
		{"twice the same path", "title: 'U'", writeMask("title", "title"), "title: 'U'"},
		{"the key", "NUMBER: 8", writeMask("KEY", "NUMBER"), "NUMBER: 8"},
		{"the key alone", "NUMBER: 8", writeMask("KEY"), ""},
		{"the etag", "NUMBER: 8", writeMask("etag", "NUMBER"), "NUMBER: 8"},
		{"OUTPUT_ONLY", "state: 'forged' NUMBER: 8", writeMask("state", "create_time", "update_time", "delete_time", "purge_time", "NUMBER"), "NUMBER: 8"},
		{"OUTPUT_ONLY that is set and not named", "state: 'forged' create_time: {seconds: 1} delete_time: {seconds: 1}", nil, ""},
		{"IMMUTABLE with the same value", "language: 'is' NUMBER: 8", writeMask("language", "NUMBER"), "NUMBER: 8"},
		{"IMMUTABLE that is set and the same", "language: 'is' NUMBER: 8", nil, "NUMBER: 8"},
		{"IMMUTABLE that is not named", "language: 'en' NUMBER: 8", writeMask("NUMBER"), "NUMBER: 8"},
		{"all", "title: 'U' language: 'is'", writeMask("*"), "title: 'U' UNIQUE: NULL NUMBER: 0 tags: [] genre: GENRE_UNSPECIFIED note: ''"},
		{"all, twice the same value", writeFull, writeMask("*"), ""},
	}
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		for _, test := range tests {
			before := w.made(t, strings.Replace(writeFull, "'u'", "'"+test.name+"'", 1))
			in := strings.Replace(test.in, "'u'", "'"+test.name+"'", 1)
			got, err := w.update(t.Context(), w.message(t, w.key(before), in), writeCall{mask: w.mask(test.mask)})
			require.NoError(t, err, test.name)
			want := w.patched(t, before, test.want)
			assert.True(t, got.GetUpdateTime().AsTime().After(before.GetUpdateTime().AsTime()), test.name)
			assert.NotEqual(t, before.GetEtag(), got.GetEtag(), test.name)
			writeSame(t, want, w.timeless(got), test.name)
			writeSame(t, want, w.timeless(w.stored(t, before)), test.name)
		}
	})
}

// TestWrite_4_1_RefusedMasks: each names the path that is wrong, and nothing is written.
func TestWrite_4_1_RefusedMasks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		paths []string
		wrong []string
	}{
		{[]string{"*", "title"}, []string{"*"}},
		{[]string{"title", "*"}, []string{"*"}},
		{[]string{"nothing"}, []string{"nothing"}},
		{[]string{"title", "titel", "nothing"}, []string{"titel", "nothing"}},
		{[]string{"Title"}, []string{"Title"}},
		{[]string{"tags.0"}, []string{"tags.0"}},
		{[]string{"tags.*"}, []string{"tags.*"}},
		{[]string{"tags[0]"}, []string{"tags[0]"}},
		{[]string{"title.length"}, []string{"title.length"}},
		{[]string{"create_time.seconds"}, []string{"create_time.seconds"}},
		{[]string{""}, []string{""}},
		{[]string{"."}, []string{"."}},
		{[]string{"title."}, []string{"title."}},
		{[]string{".title"}, []string{".title"}},
		{[]string{"a..b"}, []string{"a..b"}},
		{[]string{"title,NUMBER"}, []string{"title,NUMBER"}},
		{[]string{" title"}, []string{" title"}},
		{[]string{"title; DROP TABLE books"}, []string{"title; DROP TABLE books"}},
		{[]string{`"title"`}, []string{`\"title\"`}},
	}
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		m := w.made(t, writeFull)
		w.db.Reset()
		for _, test := range tests {
			_, err := w.change(t, m, "title: 'U' NUMBER: 8", test.paths...)
			st := writeRefused(t, err, codes.InvalidArgument, crud.ReasonInvalidFieldMask)
			fields := writeViolations(t, st)
			assert.Equal(t, slices.Repeat([]string{"update_mask"}, len(test.wrong)), fields, "%q", test.paths)
			for i, wrong := range test.wrong {
				assert.Contains(t, writeBadRequest(st)[i].GetDescription(), w.fields(wrong))
			}
		}
		_, err := w.change(t, m, "title: 'U'", slices.Repeat([]string{"title"}, 1001)...)
		writeViolated(t, err, crud.ReasonInvalidFieldMask, "update_mask")
		assert.Empty(t, w.sent())
		writeSame(t, m, w.stored(t, m))
	})
}

// TestWrite_4_1_RequiredInMask: what is REQUIRED cannot be cleared.
func TestWrite_4_1_RequiredInMask(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		m := w.made(t, writeFull)
		for _, paths := range [][]string{{"title"}, {"NUMBER", "title"}, {"*"}} {
			_, err := w.change(t, m, "NUMBER: 8 language: 'is'", paths...)
			writeViolated(t, err, crud.ReasonRequiredFieldMissing, w.field+".title")
		}
		writeSame(t, m, w.stored(t, m))
	})
}

// TestWrite_4_1_ImmutableInMask: another value is refused, and nothing is written.
func TestWrite_4_1_ImmutableInMask(t *testing.T) {
	t.Parallel()
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		m := w.made(t, writeFull)
		for _, test := range []struct {
			in    string
			paths []string
		}{
			{"language: 'en' NUMBER: 8", []string{"language", "NUMBER"}},
			{"NUMBER: 8", []string{"language", "NUMBER"}},
			{"language: 'en' NUMBER: 8", nil},
			{"title: 'U' language: 'en'", []string{"*"}},
		} {
			_, err := w.change(t, m, test.in, test.paths...)
			writeViolated(t, err, crud.ReasonImmutableField, w.field+".language")
		}
		writeSame(t, m, w.stored(t, m))
	})
}

// TestWrite_4_1_MessagesAreReplaced: a message named whole is not merged.
func TestWrite_4_1_MessagesAreReplaced(t *testing.T) {
	t.Parallel()
	writeEach(t, writeConfig{}, func(t *testing.T, s *writeServer) {
		w := writeBooks(s)
		m := w.made(t, "title: 'T' publish_time: {seconds: 5 nanos: 7000} reading_time: {seconds: 60 nanos: 9000}")
		got, err := w.change(t, m, "publish_time: {seconds: 6}", "publish_time", "reading_time")
		require.NoError(t, err)
		assert.EqualValues(t, 6, got.(*apitest.Book).GetPublishTime().GetSeconds())
		assert.Zero(t, got.(*apitest.Book).GetPublishTime().GetNanos())
		assert.Nil(t, got.(*apitest.Book).GetReadingTime())
	})
}
