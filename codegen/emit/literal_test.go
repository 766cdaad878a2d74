package emit

import (
	"go/constant"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// valueOf returns what a constant Go expression means.
func valueOf(t require.TestingT, expr string, constants map[string]string) string {
	scope := types.NewPackage("p", "p")
	for name, value := range constants {
		scope.Scope().Insert(types.NewConst(token.NoPos, scope, name, types.Typ[types.UntypedString], constant.MakeString(value)))
	}
	tv, err := types.Eval(token.NewFileSet(), scope, token.NoPos, expr)
	require.NoError(t, err, expr)
	return constant.StringVal(tv.Value)
}

func TestLiteral(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"":                 `""`,
		"SELECT 1":         "`SELECT 1`",
		"SELECT\n\t1":      "`SELECT\n\t1`",
		`"a"."b\c"`:        "`\"a\".\"b\\c\"`",
		"a`b":              "`a` + \"`\" + `b`",
		"`":                "\"`\"",
		"a\r\n":            "`a` + \"\\r\" + `\n`",
		"\ufeffa":          "\"\\ufeff\" + `a`",
		"größe":            "`größe`",
		"a\u202eb":         "`a` + \"\\u202e\" + `b`",
		"bad \xff\xfe end": "`bad ` + \"\\xff\\xfe\" + ` end`",
	}
	for text, want := range tests {
		assert.Equal(t, want, literal(text))
		assert.Equal(t, text, valueOf(t, want, nil))
	}
}

func TestLiteralMeansItsText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching("[a`\r\n\ufeff\"\\\\]*")).Draw(t, "text")
		assert.Equal(t, text, valueOf(t, literal(text), nil))
	})
}

func TestCompose(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "`SELECT` + c + ` FROM t`", compose("SELECT a FROM t", "c", " a"))
	assert.Equal(t, "c + ` FROM t`", compose("a FROM t", "c", "a"))
	assert.Equal(t, "`SELECT ` + c", compose("SELECT a", "c", "a"))
	assert.Equal(t, "c", compose("a", "c", "a"))
	assert.Equal(t, "`SELECT a`", compose("SELECT a", "c", "b"))
}

func TestComposeMeansItsText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.StringN(1, 20, -1).Draw(t, "part")
		text := rapid.String().Draw(t, "before") + part + rapid.String().Draw(t, "after")
		expr := compose(text, "c", part)
		assert.Contains(t, expr, "c")
		assert.Equal(t, text, valueOf(t, expr, map[string]string{"c": part}))
	})
}

func TestStringList(t *testing.T) {
	t.Parallel()
	assert.Equal(t, `[]string{}`, stringList(nil))
	assert.Equal(t, `[]string{"a", "b\"c"}`, stringList([]string{"a", `b"c`}))
	assert.Equal(t, 1, strings.Count(stringList([]string{"a, b"}), ","))
}
