package filter

import "strings"

// restriction reads a word, or a field with a comparator and a literal.
func (p *parser) restriction() (node, error) {
	if err := p.count(p.pos); err != nil {
		return nil, err
	}
	m, err := p.member()
	if err != nil {
		return nil, err
	}
	p.space()
	op, err := p.comparator()
	if err != nil {
		return nil, err
	}
	if op == noComparator {
		return p.word(m)
	}
	if m.first.quote != 0 {
		return nil, p.failAt(m.first.at, "expected a field before "+quote(op.String())+": a quoted text stands behind it")
	}
	p.space()
	value, err := p.argument(op)
	return comparison{path: m.path, at: m.first.at, op: op, value: value}, err
}

// A member is names with dots between them: a path, or a word.
type member struct {
	path           string
	first          literal
	dotted, quoted bool
}

func (p *parser) member() (m member, err error) {
	for _, k := range [...]string{"AND", "OR", "NOT"} {
		if p.atKeyword(k) {
			return m, p.expected("a term")
		}
	}
	m.first, err = p.name("a term")
	m.quoted = m.first.quote != 0
	for err == nil && p.at('.') {
		p.pos++
		m.dotted = true
		var next literal
		next, err = p.name(`a name behind "."`)
		m.quoted = m.quoted || next.quote != 0
	}
	m.path = p.text[m.first.at:p.pos]
	if err == nil && !m.quoted && p.at('(') {
		err = p.failAt(m.first.at, "there is no function "+quote(m.path))
	}
	return m, err
}

// word returns a member that stands alone. In quotes it has no dots.
func (p *parser) word(m member) (node, error) {
	switch {
	case m.quoted && m.dotted:
		return nil, p.expected("a comparator")
	case m.quoted:
		return word{m.first}, nil
	}
	return word{literal{raw: m.path, at: m.first.at}}, p.escapes(m.path, m.first.at)
}

// name reads a name or a quoted one; what says what is expected there.
func (p *parser) name(what string) (literal, error) {
	if !p.done() && isQuote(p.text[p.pos]) {
		return p.quoted()
	}
	l := literal{at: p.pos}
	if l.raw = p.run(endsName); l.raw == "" {
		return l, p.expected(what)
	}
	return l, nil
}

// comparator reads one, if there is one.
func (p *parser) comparator() (comparator, error) {
	for _, c := range [...]comparator{atMost, atLeast, differs, less, more, equals, has} {
		if strings.HasPrefix(p.text[p.pos:], c.String()) {
			p.pos += len(c.String())
			return c, nil
		}
	}
	if p.at('!') {
		return noComparator, p.fail(`"!" is no comparator; write != or NOT`)
	}
	return noComparator, nil
}

// argument reads the literal behind a comparator.
func (p *parser) argument(op comparator) (literal, error) {
	switch {
	case p.at('('):
		return literal{}, p.fail(`expected one value: write a = 1 OR a = 2 instead of a = (1 OR 2)`)
	case !p.done() && isQuote(p.text[p.pos]):
		return p.quoted()
	}
	l := literal{at: p.pos}
	if l.raw = p.run(endsValue); l.raw == "" {
		return l, p.expected("a value behind " + quote(op.String()))
	}
	if i := strings.IndexAny(l.raw, "<>=!"); i >= 0 {
		return l, p.failAt(l.at+i, "unexpected "+quote(l.raw[i:i+1])+" in a value: put the value in quotes")
	}
	switch {
	case p.at('('):
		return l, p.failAt(l.at, "there is no function "+quote(l.raw))
	case l.raw == "AND" || l.raw == "OR" || l.raw == "NOT":
		return l, p.failAt(l.at, l.raw+" is a keyword: put the value in quotes")
	}
	return l, p.escapes(l.raw, l.at)
}
