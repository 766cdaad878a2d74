package filter

import "strings"

// A node is a part of a filter's tree. The parser makes comparisons and words its
// leaves; the checker turns these into tests.
type node any

type (
	// allOf are two or more nodes joined by AND or white space.
	allOf []node
	// anyOf are two or more nodes joined by OR.
	anyOf []node
	// negation is NOT or -.
	negation struct{ node }
	// A comparison is a field, a comparator and a literal.
	comparison struct {
		path  string // as it is written
		at    int    // the offset of path, from 0
		op    comparator
		value literal
	}
	// A word is a literal that stands alone.
	word struct{ literal }
)

// A literal is a value as it is written: without its quotes, but with its escapes
// and wildcards.
type literal struct {
	raw   string
	quote byte // 0 for a bare one
	at    int  // the offset of its first byte, from 0
}

// bare reports whether the literal is text without quotes.
func (l literal) bare(text string) bool { return l.quote == 0 && l.raw == text }

func (l literal) String() string {
	if l.quote == 0 {
		return l.raw
	}
	return string(l.quote) + l.raw + string(l.quote)
}

// A comparator is what stands between a field and a literal.
type comparator uint8

const (
	noComparator comparator = iota
	has
	equals
	differs
	less
	atMost
	more
	atLeast
)

var comparatorTexts = [...]string{has: ":", equals: "=", differs: "!=", less: "<", atMost: "<=", more: ">", atLeast: ">="}

func (c comparator) String() string { return comparatorTexts[c] }

// ordering reports whether the comparator asks which of two values comes first.
func (c comparator) ordering() bool { return c >= less }

// A Filter is a filter that obeys the grammar. Whether it has a meaning depends on a
// [Schema].
type Filter struct {
	text string
	root node // nil matches everything
}

// String returns the filter in its plainest spelling: AND between all terms, NOT
// instead of -, parentheses only where a group needs them.
func (f *Filter) String() string {
	var b strings.Builder
	printNode(&b, f.root)
	return b.String()
}

func printNode(b *strings.Builder, n node) {
	switch n := n.(type) {
	case allOf:
		printGroup(b, n, " AND ")
	case anyOf:
		printGroup(b, n, " OR ")
	case negation:
		b.WriteString("NOT ")
		printMember(b, n.node)
	case comparison:
		b.WriteString(n.path)
		if n.op == has {
			b.WriteByte(':')
		} else {
			b.WriteString(" " + n.op.String() + " ")
		}
		b.WriteString(n.value.String())
	case word:
		b.WriteString(n.String())
	}
}

func printGroup(b *strings.Builder, members []node, operator string) {
	for i, n := range members {
		if i > 0 {
			b.WriteString(operator)
		}
		if _, negated := n.(negation); negated {
			printNode(b, n)
		} else {
			printMember(b, n)
		}
	}
}

// printMember puts in parentheses what is more than a leaf.
func printMember(b *strings.Builder, n node) {
	switch n.(type) {
	case comparison, word:
		printNode(b, n)
	default:
		b.WriteByte('(')
		printNode(b, n)
		b.WriteByte(')')
	}
}
