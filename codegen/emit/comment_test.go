package emit

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/compiler/protogen"
	"pgregory.net/rapid"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		text  string
		width int
		want  []string
	}{
		{"fits", "one two", 7, []string{"one two"}},
		{"breaks between words", "one two", 6, []string{"one", "two"}},
		{"a long word keeps whole", "a incomprehensible b", 5, []string{"a", "incomprehensible", "b"}},
		{"spaces are one", " one \n two ", 20, []string{"one two"}},
		{"nothing", "", 20, []string{""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, wrap(tt.text, tt.width))
		})
	}
}

func TestWrapKeepsWordsAndWidth(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,12}`), 1, 60).Draw(t, "words")
		width := rapid.IntRange(1, 80).Draw(t, "width")
		lines := wrap(strings.Join(words, " "), width)
		assert.Equal(t, words, strings.Fields(strings.Join(lines, " ")))
		for _, line := range lines {
			assert.True(t, len(line) <= width || !strings.Contains(line, " "), line)
		}
	})
}

func TestCommentLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		comment protogen.Comments
		want    []string
	}{
		{"none", "", nil},
		{"blank", " \n\n\t\n", nil},
		{"one line", " Gets it.\n", []string{" Gets it."}},
		{"blank lines around", "\n\n a\n\n b\n\n", []string{" a", "", " b"}},
		{"end of a block comment", " a */ b\n", []string{" a */ b"}},
		{"windows", " a\r\n b\r\n", []string{" a", " b"}},
		{"a lone carriage return", " a\rb\n", []string{" a b"}},
		{"tabs", "\tcode\n", []string{"\tcode"}},
		{"not ASCII", " größe 書\n", []string{" größe 書"}},
		{"what Go does not take", " a\x00b\ufeffc\xffd\n", []string{" a\ufffdb\ufffdc\ufffdd"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, tt.want, commentLines(tt.comment))
		})
	}
}

// Whatever a proto's comment holds, it is a Go comment and not a directive.
func TestQuotedCommentsAreComments(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.String(),
			rapid.SampledFrom([]string{"go:noinline", "line x.go:1", "export f", "*/ var x", "\r\nvar x", "\u2028var x"}),
		).Draw(t, "comment")
		p := &printer{GeneratedFile: (&protogen.Plugin{}).NewGeneratedFile("a.go", "a")}
		p.P("package a")
		p.P()
		p.quoted(protogen.Comments(text))
		p.P("func f() {}")
		content, err := p.Content()
		require.NoError(t, err)
		file, err := parser.ParseFile(token.NewFileSet(), "a.go", content, parser.ParseComments)
		require.NoError(t, err)
		assert.Len(t, file.Decls, 1)
		for _, group := range file.Comments {
			for _, c := range group.List {
				assert.Regexp(t, `^//([ \t]|$)`, c.Text)
			}
		}
	})
}

func TestSaysDeprecated(t *testing.T) {
	t.Parallel()
	assert.True(t, saysDeprecated(" Gets it.\n\n Deprecated: use that.\n"))
	assert.False(t, saysDeprecated(" Gets what is not Deprecated: no.\n"))
	assert.False(t, saysDeprecated(""))
}

func TestList(t *testing.T) {
	t.Parallel()
	assert.Empty(t, list(nil))
	assert.Equal(t, "a", list([]string{"a"}))
	assert.Equal(t, "a and b", list([]string{"a", "b"}))
	assert.Equal(t, "a, b and c", list([]string{"a", "b", "c"}))
}
