package protoedit_test

import (
	"strings"
	"testing"

	"github.com/bufbuild/protocompile/ast"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/protocrud/protoc-gen-go-crud/codegen/protoedit"
)

// Without an edit a file is what it was, to the byte; with one it is but for that, however
// its lines end.
func TestFilesKeepTheirBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		b.WriteString(rapid.SampledFrom([]string{"", "\ufeff"}).Draw(t, "mark"))
		for _, word := range []string{`syntax = "proto3";`, "package p;", "message A {", "int64 id = 1", ";", "}"} {
			b.WriteString(word)
			b.WriteString(rapid.SampledFrom([]string{"\n", "\r\n", "\n\n", " ", " // x\n", " /* y */\r\n", "\t"}).Draw(t, "space"))
		}
		f, err := protoedit.Parse("a.proto", b.String())
		require.NoError(t, err)
		assert.Equal(t, b.String(), f.Text())
		a := f.AST.Decls[1]
		f.Insert(f.Start(a), "/* here */ ")
		assert.Equal(t, strings.Replace(b.String(), "message", "/* here */ message", 1), f.Text())
	})
}

const text = `syntax = "proto3";
package p;
import "c.proto"; // last
// Detached.

// Of A.
/* Too. */
message A { // begins
  int64 id = 1; // the id
  int64 no = 2; int64 yes = 3;
  A a = 4 [deprecated = true]
  ; /* four */
}
enum E { ZERO = 0; }`

func parse(t *testing.T) (*protoedit.File, *ast.MessageNode) {
	t.Helper()
	f, err := protoedit.Parse("a.proto", text)
	require.NoError(t, err)
	return f, f.AST.Decls[2].(*ast.MessageNode)
}

// Lines begin before the comments of what is on them and end behind one, but for those
// that have other code.
func TestPlaces(t *testing.T) {
	t.Parallel()
	f, a := parse(t)
	line := func(n ast.Node) string { return f.Source[f.LineStart(n):f.LineEnd(n)] }
	assert.Equal(t, "// Of A.\n/* Too. */\n", f.Source[f.Commented(a):f.Start(a)])
	assert.Equal(t, "  int64 id = 1; // the id", line(a.Decls[0]))
	assert.Equal(t, "  int64 no = 2;", line(a.Decls[1]))
	assert.Equal(t, "int64 yes = 3;", line(a.Decls[2]))
	assert.Equal(t, "  A a = 4 [deprecated = true]\n  ; /* four */", line(a.Decls[3]))
	assert.Equal(t, "int64 id = 1;", f.Code(a.Decls[0]))
	assert.Equal(t, "  int64 no", f.Source[f.NextLine(a.Decls[0]):][:10])
	enum := f.AST.Decls[3]
	assert.Equal(t, len(f.Source), f.NextLine(enum))
	assert.Equal(t, "enum E { ZERO = 0; }", line(enum))
}

// Imports are sorted in between those that stay.
func TestImports(t *testing.T) {
	t.Parallel()
	f, _ := parse(t)
	f.Import("d.proto", "b.proto", "c.proto", "b.proto")
	assert.True(t, f.Imported("b.proto"))
	assert.Contains(t, f.Text(), "package p;\nimport \"b.proto\";\nimport \"c.proto\"; // last\nimport \"d.proto\";\n// Detached.")

	f, _ = parse(t)
	c := f.Imports()[0]
	f.Replace(f.LineStart(c), f.NextLine(c), "")
	f.Import("d.proto")
	assert.Contains(t, f.Text(), "package p;\n\nimport \"d.proto\";\n// Detached.")
}

// What is put into a part that is replaced stays, and what was in it does not.
func TestEdits(t *testing.T) {
	t.Parallel()
	f, a := parse(t)
	from, to := f.Start(a), f.End(a)
	assert.True(t, f.Mentions("deprecated"))
	f.Replace(f.Start(a.Decls[0]), f.End(a.Decls[0]), " // put in")
	f.Replace(from, to, "message B {}")
	f.Append("// the end\n")
	assert.True(t, f.Replaced(f.Start(a.Decls[1]), f.End(a.Decls[1])))
	assert.False(t, f.Mentions("deprecated"))
	assert.True(t, f.Mentions("the end"))
	assert.True(t, f.Amend(from, to, "message C {}"))
	assert.False(t, f.Amend(from, from, "message D {}"))
	assert.Contains(t, f.Text(), "message C {} // put in\nenum E")
	assert.True(t, strings.HasSuffix(f.Text(), "}\n// the end\n"))
}
