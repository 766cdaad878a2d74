package crud_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/protocrud/protoc-gen-go-crud/internal/bookpb"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crudtest"
)

// writableFields are the fields of a book that an Update of the repository writes,
// whatever a client may do.
var writableFields = []string{
	"title", "isbn", "owner_id", "genre", "pages", "price", "tags", "language", "note", "state", "publish_time",
}

// ignoredFields may be in a mask too.
var ignoredFields = []string{"name", "create_time", "update_time"}

// twoBooks are two messages of one book, with all fields set and all different.
func twoBooks(name string) (a, b *bookpb.Book) {
	a = &bookpb.Book{
		Name: name, Title: "A", Isbn: new("1"), OwnerId: new(int64(1)), Genre: bookpb.Genre_GENRE_POETRY,
		Pages: 1, Price: 0.5, Tags: []string{"a"}, Language: "is", Note: "a", State: "a",
		PublishTime: &timestamppb.Timestamp{Seconds: 1},
	}
	b = &bookpb.Book{
		Name: name, Title: "B", Isbn: new("2"), OwnerId: new(int64(2)), Genre: bookpb.Genre_GENRE_SAGA,
		Pages: 2, Price: 1.5, Tags: []string{"b", "c"}, Language: "en", Note: "b", State: "b",
		PublishTime: &timestamppb.Timestamp{Seconds: 2},
		CreateTime:  &timestamppb.Timestamp{Seconds: 3}, UpdateTime: &timestamppb.Timestamp{Seconds: 4},
	}
	return a, b
}

// withFields returns a copy of m in which fields are as in from, unset if they are
// unset there.
func withFields(m, from *bookpb.Book, fields ...string) *bookpb.Book {
	out := proto.Clone(m).(*bookpb.Book)
	for _, f := range fields {
		fd := out.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(f))
		out.ProtoReflect().Clear(fd)
		if src := from.ProtoReflect(); src.Has(fd) {
			out.ProtoReflect().Set(fd, src.Get(fd))
		}
	}
	return out
}

// updated demands that got is want but for its time, which is later.
func updated(t testing.TB, want, got *bookpb.Book, msgAndArgs ...any) {
	t.Helper()
	assert.True(t, got.GetUpdateTime().AsTime().After(want.GetUpdateTime().AsTime()), msgAndArgs...)
	sameMessage(t, withFields(want, got, "update_time"), got, msgAndArgs...)
}

// TestMaskPaths: what each mask writes, through a repository.
func TestMaskPaths(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		mask   *fieldmaskpb.FieldMask
		writes []string
	}{
		{"absent", nil, writableFields},
		{"empty", mask(), writableFields},
		{"all", mask("*"), writableFields},
		{"one", mask("title"), []string{"title"}},
		{"two", mask("tags", "publish_time"), []string{"tags", "publish_time"}},
		{"in any order", mask("price", "isbn"), []string{"isbn", "price"}},
		{"twice", mask("title", "pages", "title"), []string{"title", "pages"}},
		{"every one", mask(slices.Concat(writableFields, ignoredFields)...), writableFields},
		{"the key", mask("name"), nil},
		{"the key and more", mask("name", "genre"), []string{"genre"}},
		{"the server's times", mask("update_time", "create_time"), nil},
		{"output only", mask("state"), []string{"state"}},
		{"immutable", mask("language"), []string{"language"}},
		{"input only", mask("note"), []string{"note"}},
	}
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		a, b := twoBooks("shelves/a/books/x")
		_, err := books.Create(ctx, a)
		require.NoError(t, err)
		for _, test := range tests {
			before, err := books.Update(ctx, a, mask("*"))
			require.NoError(t, err)
			given := proto.Clone(b).(*bookpb.Book)
			got, err := books.Update(ctx, given, test.mask)
			require.NoError(t, err, test.name)
			updated(t, withFields(before, b, test.writes...), got, test.name)
			sameMessage(t, b, given, test.name)
			again, err := books.Get(ctx, bookKey(t, a))
			require.NoError(t, err)
			sameMessage(t, got, again, test.name)
		}
	})
}

// TestMaskOfUnsetFields: a field that a mask names and the message does not set is
// cleared, and without a mask it is left as it is.
func TestMaskOfUnsetFields(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		input  *bookpb.Book
		mask   *fieldmaskpb.FieldMask
		writes []string
	}{
		{"absent", &bookpb.Book{Pages: 9}, nil, []string{"pages"}},
		{"absent, with zeros", &bookpb.Book{Pages: 0, Title: "", Tags: []string{}}, nil, nil},
		{"absent, with a set zero", &bookpb.Book{Isbn: new(""), OwnerId: nil}, nil, []string{"isbn"}},
		{"all", &bookpb.Book{Title: "T"}, mask("*"), writableFields},
		{"optional unset", &bookpb.Book{}, mask("isbn", "owner_id"), []string{"isbn", "owner_id"}},
		{"optional zero", &bookpb.Book{Isbn: new("")}, mask("isbn"), []string{"isbn"}},
		{"list", &bookpb.Book{}, mask("tags"), []string{"tags"}},
		{"message", &bookpb.Book{}, mask("publish_time"), []string{"publish_time"}},
		{"scalars", &bookpb.Book{}, mask("title", "pages", "price", "genre"), []string{"title", "pages", "price", "genre"}},
	}
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		full, _ := twoBooks("shelves/a/books/x")
		_, err := books.Create(ctx, full)
		require.NoError(t, err)
		for _, test := range tests {
			before, err := books.Update(ctx, full, mask("*"))
			require.NoError(t, err)
			input := proto.Clone(test.input).(*bookpb.Book)
			input.Name = full.GetName()
			got, err := books.Update(ctx, input, test.mask)
			require.NoError(t, err, test.name)
			updated(t, withFields(before, input, test.writes...), got, test.name)
			again, err := books.Get(ctx, bookKey(t, full))
			require.NoError(t, err)
			sameMessage(t, got, again, test.name)
		}
	})
}

// TestWrongMasks: a path that names no column is refused with what is wrong, and
// nothing is sent.
func TestWrongMasks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		paths []string
		want  []string // descriptions
	}{
		{[]string{"*", "title"}, []string{"* must be the only path"}},
		{[]string{"title", "*"}, []string{"* must be the only path"}},
		{[]string{"*", "*"}, []string{"* must be the only path", "* must be the only path"}},
		{[]string{"titel"}, []string{`path "titel" names no field; did you mean "title"?`}},
		{[]string{"publishTime"}, []string{`path "publishTime" names no field; did you mean "publish_time"?`}},
		{[]string{"TITLE"}, []string{`path "TITLE" names no field; did you mean "title"?`}},
		{[]string{" title"}, []string{`path " title" names no field; did you mean "title"?`}},
		{[]string{"tile", "pagse"}, []string{
			`path "tile" names no field; did you mean "title"?`, `path "pagse" names no field; did you mean "pages"?`,
		}},
		{[]string{"author"}, []string{`path "author" names no field`}},
		{[]string{"shelf_id"}, []string{`path "shelf_id" names no field`}},
		{[]string{"title.x"}, []string{`path "title.x" goes into title, which is written as a whole`}},
		{[]string{"publish_time.seconds"}, []string{`path "publish_time.seconds" goes into publish_time, which is written as a whole`}},
		{[]string{"tags.0"}, []string{`path "tags.0" goes into tags, which is repeated`}},
		{[]string{"tags.*"}, []string{`path "tags.*" has a wildcard, which stands for a field only if it is the whole mask`}},
		{[]string{"title."}, []string{`path "title." has an empty or unended part`}},
		{[]string{""}, []string{`path "" has an empty or unended part`}},
		{[]string{"title", ""}, []string{`path "" has an empty or unended part`}},
		{[]string{"."}, []string{`path "." has an empty or unended part`}},
		{[]string{".title"}, []string{`path ".title" has an empty or unended part`}},
		{[]string{"a\x00\xffb"}, []string{`path "a\x00\xffb" names no field`}},
		{[]string{strings.Repeat("t", 5000)}, []string{`path "` + strings.Repeat("t", 100) + `"… names no field`}},
		{slices.Repeat([]string{"title"}, 1001), []string{"has 1001 paths, more than 1000"}},
	}
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		books := bookpb.NewBookRepository(rec)
		for _, test := range tests {
			m := book("shelves/a/books/x", "X")
			_, err := books.Update(ctx, m, mask(test.paths...))
			assert.Equal(t, test.want, maskProblems(t, err))
			_, err = updateBook(ctx, books, m, test.paths...)
			assert.Equal(t, test.want, maskProblems(t, err))
		}
		assert.Empty(t, rec.Statements())
	})
}

// maskProblems returns the descriptions of a mask's violations.
func maskProblems(t testing.TB, err error) (problems []string) {
	t.Helper()
	st := refused(t, err, codes.InvalidArgument, crud.ReasonInvalidFieldMask)
	for _, bad := range details[*errdetails.BadRequest](st) {
		for _, v := range bad.GetFieldViolations() {
			assert.Equal(t, "update_mask", v.GetField())
			problems = append(problems, v.GetDescription())
		}
	}
	return problems
}

// TestClientsDoNotWriteOutputOnly: the server's functions leave out what a repository
// takes.
func TestClientsDoNotWriteOutputOnly(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx := t.Context()
		books := bookpb.NewBookRepository(db)
		a, b := twoBooks("shelves/a/books/x")
		before, err := books.Create(ctx, a)
		require.NoError(t, err)
		got, err := updateBook(ctx, books, b, "state", "create_time", "title")
		require.NoError(t, err)
		want := withFields(before, b, "title")
		want.Note = "" // is input only
		updated(t, want, got)
		b.Language = a.GetLanguage()
		got, err = updateBook(ctx, books, b, "*")
		require.NoError(t, err)
		stored, err := books.Get(ctx, bookKey(t, a))
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "a"}, []string{got.GetState(), stored.GetState()})
	})
}

// TestOnlyNamedColumnsAreWritten: what another wrote meanwhile into a column outside
// the mask stays, on each way of an Update.
func TestOnlyNamedColumnsAreWritten(t *testing.T) {
	t.Parallel()
	eachEngine(t, func(t *testing.T, db crud.DB) {
		ctx, rec := t.Context(), crudtest.NewRecorder(db)
		stale := createBook(t, bookpb.NewBookRepository(db), "shelves/a/books/x", "X")
		_, err := db.Exec(ctx, "UPDATE books SET pages = 99, note = 'behind its back'")
		require.NoError(t, err)
		stale.Title = "Y"
		for name, opts := range map[string][]crud.WriteOption{"at once": nil, "locked": {crud.Unchanged("language")}} {
			got, err := bookpb.NewBookRepository(rec).Update(ctx, stale, mask("title"), opts...)
			require.NoError(t, err)
			assert.EqualValues(t, 99, got.GetPages(), name)
			assert.Equal(t, "behind its back", got.GetNote(), name)
		}
		hooked := bookpb.NewBookRepository(rec, bookpb.BookHooks{BeforeUpdate: func(context.Context, *write) error { return nil }})
		got, err := hooked.Update(ctx, stale, mask("title"))
		require.NoError(t, err)
		assert.EqualValues(t, 99, got.GetPages())
		updates := 0
		for _, sql := range rec.Statements() {
			if rest, ok := strings.CutPrefix(sql, "UPDATE books SET "); ok {
				set, _, _ := strings.Cut(rest, " WHERE ")
				assert.Regexp(t, `^title = \$1, update_time = [^,]+(, coalesce[^,]+, 0\) \+ 1\)|, books\.update_time \+ interval '1 microsecond'\))$`, set)
				updates++
			}
		}
		assert.Equal(t, 3, updates)
	})
}

// FuzzMask: any paths are refused as a whole or name fields, which are then what is
// written.
func FuzzMask(f *testing.F) {
	for _, seed := range []string{
		"", "*", "title", "title\npages", "*\ntitle", "title.x", "tags.0", "name", "update_time", "titel", "\x00", "\xff\n\n",
		strings.Join(slices.Concat(writableFields, ignoredFields), "\n"),
	} {
		f.Add(seed)
	}
	db := crudtest.SQLiteMemory(f)
	createTables(f, db)
	books := bookpb.NewBookRepository(db)
	a, b := twoBooks("shelves/a/books/x")
	_, err := books.Create(f.Context(), a)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, text string) {
		ctx := t.Context()
		var paths []string
		if text != "" {
			paths = strings.Split(text, "\n")
		}
		before, err := books.Update(ctx, a, mask("*"))
		require.NoError(t, err)
		got, err := books.Update(ctx, b, mask(paths...))
		if !knownMask(paths) {
			assert.NotEmpty(t, maskProblems(t, err))
			assert.LessOrEqual(t, len(status.Convert(err).Message()), 1000)
			got, err = books.Get(ctx, bookKey(t, a))
			require.NoError(t, err)
			sameMessage(t, before, got)
			return
		}
		require.NoError(t, err)
		writes := slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return slices.Contains(ignoredFields, p) })
		if len(paths) == 0 || paths[0] == "*" {
			writes = writableFields
		}
		updated(t, withFields(before, b, writes...), got)
	})
}

// knownMask reports whether all paths are fields, or * is the only one.
func knownMask(paths []string) bool {
	if len(paths) == 1 && paths[0] == "*" {
		return true
	}
	return len(paths) <= 1000 && !slices.ContainsFunc(paths, func(p string) bool {
		return !slices.Contains(writableFields, p) && !slices.Contains(ignoredFields, p)
	})
}
