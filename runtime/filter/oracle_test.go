package filter_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.einride.tech/aip/filtering"
	"google.golang.org/genproto/googleapis/api/expr/v1alpha1"

	"github.com/protocrud/protoc-gen-go-crud/runtime/filter"
)

// TestAnotherParserAgrees (6.1): another implementation of AIP-160 gives the same trees
// for the part of the grammar that it has, and refuses what is refused.
func TestAnotherParserAgrees(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	parsed := 0
	for range 20_000 {
		text := randomGrammar(random, 3)
		if random.IntN(3) == 0 {
			text = damaged(random, text)
		}
		want, refused := anotherShape(text)
		f, err := filter.Parse(text)
		require.Equal(t, refused, err != nil, "%s: %v", text, err)
		if err == nil {
			parsed++
			require.Equal(t, want, filter.Shape(f), text)
		}
	}
	require.Greater(t, parsed, 10_000)
}

// randomGrammar returns comparisons of fields with texts in quotes, joined in every
// way. The other parser reads numbers and bare texts in ways of its own.
func randomGrammar(random *rand.Rand, depth int) string {
	if depth == 0 || random.IntN(3) == 0 {
		field := [...]string{"a", "b_1", "a.b", "c.d.e"}[random.IntN(4)]
		operator := [...]string{"=", " !=", "<", " <=", ">", ">=", ":"}[random.IntN(7)]
		return field + operator + [...]string{`"x"`, `'y_z'`, `"*"`, `""`}[random.IntN(4)]
	}
	members := make([]string, 1+random.IntN(3))
	for i := range members {
		members[i] = randomGrammar(random, depth-1)
		if random.IntN(2) == 0 {
			members[i] = "(" + members[i] + ")"
		}
		if random.IntN(4) == 0 && !strings.HasPrefix(members[i], "NOT ") && !strings.HasPrefix(members[i], "-") {
			members[i] = [...]string{"NOT ", "-"}[random.IntN(2)] + members[i]
		}
	}
	return strings.Join(members, [...]string{" ", " AND ", " OR "}[random.IntN(3)])
}

// damaged returns the text without one of its parts.
func damaged(random *rand.Rand, text string) string {
	parts := strings.SplitAfter(text, " ")
	i := random.IntN(len(parts))
	return strings.Join(append(parts[:i:i], parts[i+1:]...), "")
}

// anotherShape is filter.Shape of the other parser's tree.
func anotherShape(text string) (shape string, refused bool) {
	if strings.TrimSpace(text) == "" {
		return "?", false
	}
	var p filtering.Parser
	p.Init(text)
	tree, err := p.Parse()
	if err != nil {
		return "", true
	}
	return exprShape(tree.GetExpr()), false
}

func exprShape(e *expr.Expr) string {
	switch call := e.GetCallExpr(); call.GetFunction() {
	case filtering.FunctionAnd, filtering.FunctionFuzzyAnd:
		return "(and" + exprShapes(call, filtering.FunctionAnd, filtering.FunctionFuzzyAnd) + ")"
	case filtering.FunctionOr:
		return "(or" + exprShapes(call, filtering.FunctionOr) + ")"
	case filtering.FunctionNot:
		return "(not " + exprShape(call.GetArgs()[0]) + ")"
	case "":
		return "?"
	default:
		return "(" + call.GetFunction() + " " + exprPath(call.GetArgs()[0]) + " " + call.GetArgs()[1].GetConstExpr().GetStringValue() + ")"
	}
}

func exprShapes(call *expr.Expr_Call, same ...string) string {
	text := ""
	for _, arg := range call.GetArgs() {
		inner := arg.GetCallExpr()
		joined := false
		for _, function := range same {
			joined = joined || inner.GetFunction() == function
		}
		if joined {
			text += exprShapes(inner, same...)
		} else {
			text += " " + exprShape(arg)
		}
	}
	return text
}

func exprPath(e *expr.Expr) string {
	if s := e.GetSelectExpr(); s != nil {
		return exprPath(s.GetOperand()) + "." + s.GetField()
	}
	return e.GetIdentExpr().GetName()
}
