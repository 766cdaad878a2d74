package filter

import (
	"fmt"
	"strings"
)

// The limits of a filter. Whatever is beyond them is an error.
const (
	maxLength       = 8 << 10 // bytes
	maxDepth        = 50      // parentheses in parentheses
	maxNodes        = 200     // comparisons, words, NOTs, and groups of AND and OR
	maxAlternatives = 100     // terms of one OR
)

// Parse reads a filter. Its error is an [*Error].
func Parse(text string) (*Filter, error) {
	p := parser{scanner: scanner{text: text}}
	if err := p.check(); err != nil {
		return nil, err
	}
	f := &Filter{text: text}
	if p.space(); p.done() {
		return f, nil
	}
	var err error
	if f.root, err = p.conjunction(); err != nil {
		return nil, err
	}
	if !p.done() {
		return nil, p.fail(`")" without a "("`)
	}
	return f, nil
}

// A parser is a recursive descent; maxDepth bounds the recursion.
type parser struct {
	scanner
	depth, nodes int
}

func (p *parser) fail(reason string) error { return p.failAt(p.pos, reason) }

// expected is the error of something else than what.
func (p *parser) expected(what string) error {
	if p.done() {
		return p.fail("expected " + what + " at the end")
	}
	found := p.text[p.pos : p.pos+1]
	if !endsName(found[0]) {
		mark := p.pos
		found = p.run(endsName)
		p.pos = mark
	}
	return p.fail("expected " + what + " before " + quote(found))
}

// count counts a node that begins at an offset.
func (p *parser) count(at int) error {
	if p.nodes++; p.nodes > maxNodes {
		return p.failAt(at, fmt.Sprintf("more than %d terms and operators", maxNodes))
	}
	return nil
}

// conjunction reads terms with white space or AND between them, up to the end or a
// closing parenthesis. OR binds tighter than both.
func (p *parser) conjunction() (node, error) {
	start := p.pos
	first, err := p.disjunction()
	if err != nil || p.closes() {
		return first, err
	}
	all := allOf{first}
	for !p.closes() {
		if !p.afterSpace() {
			return nil, p.expected("white space")
		}
		if _, err := p.keyword("AND"); err != nil {
			return nil, err
		}
		next, err := p.disjunction()
		if err != nil {
			return nil, err
		}
		all = append(all, next)
	}
	return all, p.count(start)
}

// closes skips white space and reports whether a group ends there.
func (p *parser) closes() bool {
	p.space()
	return p.done() || p.at(')')
}

// disjunction reads terms with OR between them, and the white space behind them.
func (p *parser) disjunction() (node, error) {
	start := p.pos
	first, err := p.term()
	if err != nil {
		return nil, err
	}
	or, err := p.or()
	if err != nil || !or {
		return first, err
	}
	alternatives := anyOf{first}
	for or {
		if len(alternatives) == maxAlternatives {
			return nil, p.fail(fmt.Sprintf("more than %d alternatives of one OR", maxAlternatives))
		}
		next, err := p.term()
		if err != nil {
			return nil, err
		}
		alternatives = append(alternatives, next)
		if or, err = p.or(); err != nil {
			return nil, err
		}
	}
	return alternatives, p.count(start)
}

// or skips white space and, if it is next, an OR.
func (p *parser) or() (bool, error) {
	if p.space(); !p.afterSpace() {
		return false, nil
	}
	return p.keyword("OR")
}

// keyword skips a keyword that is next, and the white space that must be behind it.
func (p *parser) keyword(word string) (bool, error) {
	if !p.atKeyword(word) {
		return false, nil
	}
	p.pos += len(word)
	if p.done() {
		return false, p.expected("a term")
	}
	if !isSpace(p.text[p.pos]) {
		return false, p.expected("white space behind " + word)
	}
	p.space()
	return true, nil
}

func (p *parser) atKeyword(word string) bool {
	end := p.pos + len(word)
	return strings.HasPrefix(p.text[p.pos:], word) && (end == len(p.text) || endsName(p.text[end]))
}

// term reads one alternative: a restriction or a group, or the negation of either.
func (p *parser) term() (node, error) {
	start := p.pos
	negated, err := p.negated()
	if err != nil {
		return nil, err
	}
	if negated {
		if err := p.count(start); err != nil {
			return nil, err
		}
	}
	var n node
	if p.at('(') {
		n, err = p.parentheses()
	} else {
		n, err = p.restriction()
	}
	if negated {
		n = negation{n}
	}
	return n, err
}

// negated skips NOT and its white space, or - that has none.
func (p *parser) negated() (bool, error) {
	start := p.pos
	if p.at('-') {
		if p.pos++; p.done() || isSpace(p.text[p.pos]) {
			return false, p.failAt(start, `"-" stands directly before what it negates`)
		}
	} else if not, err := p.keyword("NOT"); err != nil || !not {
		return false, err
	}
	if p.at('-') || p.atKeyword("NOT") {
		return false, p.fail("a negation of a negation needs parentheses, as in NOT (NOT a)")
	}
	return true, nil
}

func (p *parser) parentheses() (node, error) {
	open := p.pos
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(fmt.Sprintf("parentheses deeper than %d", maxDepth))
	}
	p.pos++
	p.space()
	n, err := p.conjunction()
	if err != nil {
		return nil, err
	}
	if p.done() {
		return nil, p.fail(fmt.Sprintf(`expected ")" for the "(" at offset %d`, open+1))
	}
	p.pos++
	p.depth--
	return n, nil
}
