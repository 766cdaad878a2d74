package apitest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// writeHostile are strings that break out of statements, patterns, names, lists or
// formats where somebody forgot about them.
var writeHostile = []string{
	// Quotes and what ends a statement.
	`'`, `''`, `"`, `""`, "`", `\`, `\'`, `\\'`, `';`, `');`, `"); --`, `' --`, `'/*`, `*/`, `;`, `; SELECT 1`, `--`, `#`,
	`' OR '1'='1`, `' OR 1=1 --`, `" OR ""="`, `1; DROP TABLE books`, `'; DROP TABLE films; --`, `'); DELETE FROM members; --`,
	`x' UNION SELECT secret FROM books --`, `' || (SELECT version()) || '`, `E'\x27'`, `U&'\0027'`, `x''; y`,
	// Dollar quotes and placeholders.
	`$$`, `$tag$`, `$1`, `$2`, `$0`, `$99`, `?`, `??`, `???`, `:name`, `@p1`, `%s`, `%d`, `%!s(MISSING)`, `{{.}}`, `${HOME}`,
	// Patterns, lists and documents.
	`%`, `_`, `%%`, `\%`, `*`, `[a-z]`, `[^]`, `{}`, `{a,b}`, `{"a":1}`, `[1,2]`, `NULL`, `null`, `DEFAULT`, `true`,
	// Names and paths.
	`/`, `//`, `../..`, `a/b`, `%2F`, `%25`, `-`, `.`, `..`, `shelves/a/books/x`, `*.title`, `title,isbn`,
	// What is hard to see, to compare or to encode.
	" ", "\t", "\n", "\r\n", "\v", "\u0085", "\u2028", "\u00a0", "\ufeff", "\u202e", "\u200b", "\x7f", "\x01", "\x00", "a\x00b",
	"é", "e\u0301", "ﬀ", "İ", "ß", "日本語", "𝕋", "👩‍👩‍👧", "\U0010ffff", "\ufffd", "'\u0301", "ʼ", "＇", "＂",
	strings.Repeat("'", 40), strings.Repeat(`\`, 39) + `'`,
}

// texts are the statements since the last call, without the ends of transactions.
func (s *writeServer) texts() []string {
	texts := slices.DeleteFunc(s.db.Statements(), func(sql string) bool { return !strings.Contains(sql, " ") })
	s.db.Reset()
	return texts
}

// TestWrite_HostileValues: each string comes back as it was given, or its field is
// refused, and no statement's text depends on it.
func TestWrite_HostileValues(t *testing.T) {
	t.Parallel()
	require.GreaterOrEqual(t, len(writeHostile), 60)
	writeEachStyle(t, writeConfig{}, func(t *testing.T, w *writeStyle) {
		var benign []string
		for i, s := range append([]string{"benign"}, writeHostile...) {
			in := w.message(t, "", "")
			writeSetStrings(in, s)
			m, err := w.create(t.Context(), in, writeCall{})
			if strings.Contains(s, "\x00") {
				assert.ElementsMatch(t, w.stringFields(in), writeViolations(t, status.Convert(err)))
				assert.Empty(t, w.texts())
				continue
			}
			require.NoError(t, err, "%q", s)
			w.sameStrings(t, s, m)
			w.sameStrings(t, s, w.stored(t, m))
			other := w.made(t, "title: 'T'")
			_, err = w.remove(t.Context(), w.key(m), writeCall{}) // whose unique value is free then
			require.NoError(t, err)
			got, err := w.update(t.Context(), w.withKey(in, w.key(other)), writeCall{mask: w.mask(writeMask("title", "UNIQUE", "tags", "note"))})
			require.NoError(t, err, "%q", s)
			assert.Equal(t, []string{s, "'" + s + "'"}, got.GetTags())
			assert.Equal(t, s, got.GetTitle())
			_, err = w.remove(t.Context(), w.key(other), writeCall{})
			require.NoError(t, err)
			if i == 0 {
				benign = w.texts()
			}
			assert.Subset(t, benign, w.texts(), "%q", s)
		}
	})
}

// writeSetStrings gives all string fields that a client can write the value s.
func writeSetStrings(m writeResource, s string) {
	r := m.ProtoReflect()
	fields := r.Descriptor().Fields()
	for i := range fields.Len() {
		switch f := fields.Get(i); {
		case f.Kind() != protoreflect.StringKind || f.Name() == "name" || f.Name() == "etag" || f.Name() == "state":
		case f.IsList():
			list := r.Mutable(f).List()
			list.Append(protoreflect.ValueOfString(s))
			list.Append(protoreflect.ValueOfString("'" + s + "'"))
		default:
			r.Set(f, protoreflect.ValueOfString(s))
		}
	}
}

// stringFields are the paths of the fields that writeSetStrings has set.
func (w *writeStyle) stringFields(m writeResource) (paths []string) {
	m.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		paths = append(paths, w.field+"."+string(f.Name()))
		return true
	})
	return paths
}

// sameStrings demands that a resource has s wherever writeSetStrings has put it.
func (w *writeStyle) sameStrings(t testing.TB, s string, m writeResource) {
	t.Helper()
	want := w.blank(w.key(m))
	writeSetStrings(want, s)
	writeClear(want, "note")
	got := w.timeless(m)
	for _, field := range []string{"create_time", "delete_time", "purge_time"} {
		writeClear(got, field)
	}
	writeSame(t, want, got, "%q", s)
}

func (w *writeStyle) withKey(m writeResource, key string) writeResource {
	out := proto.Clone(m).(writeResource)
	proto.Merge(out, w.blank(key))
	return out
}
