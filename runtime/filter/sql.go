package filter

import "github.com/Masterminds/squirrel"

// A Condition is a predicate in SQL: text for a WHERE clause, in which ? stands for an
// argument. Filters of one shape have the same text, so that databases can keep its
// plan: only wildcards, null, and values that a field cannot hold make another shape.
//
// Each argument is of a Go type that pgx or the embedded engine binds to its column.
// None of the text comes from the filter.
type Condition struct {
	SQL  string
	Args []any
}

var _ squirrel.Sqlizer = Condition{}

// ToSql implements squirrel.Sqlizer.
func (c Condition) ToSql() (string, []any, error) { return c.SQL, c.Args, nil }

// SQL writes the predicate. An empty filter is the condition true.
func (p *Predicate) SQL(d Dialect) Condition {
	w := writer{dialect: d}
	if p.root == nil {
		return Condition{SQL: "true"}
	}
	w.sql = make([]byte, 0, usualText)
	w.node(p.root, false, false)
	return Condition{SQL: string(w.sql), Args: w.args}
}

// Compile parses, checks and writes a filter. Its error is an [*Error].
func (s *Schema) Compile(text string, d Dialect) (Condition, error) {
	f, err := Parse(text)
	if err != nil {
		return Condition{}, err
	}
	p, err := s.Check(f)
	if err != nil {
		return Condition{}, err
	}
	return p.SQL(d), nil
}

// usualText is the length up to which a condition is written without growing.
const usualText = 256

// A writer writes a condition in negation normal form: NOT is carried down to the
// tests, each of which then says what it means for NULL. A test that is not negated is
// a plain comparison, which an index serves.
type writer struct {
	dialect Dialect
	sql     []byte
	args    []any
}

// node writes n, or its negation; grouped says that a group is around it.
func (w *writer) node(n node, negated, grouped bool) {
	all, either := and, or
	if negated {
		all, either = or, and
	}
	switch n := n.(type) {
	case allOf:
		w.group(n, all, negated, grouped)
	case anyOf:
		w.group(n, either, negated, grouped)
	case negation:
		w.node(n.node, !negated, grouped)
	case *test:
		w.test(n, negated)
	case *existence:
		w.existence(n, negated)
	}
}

const (
	and = " AND "
	or  = " OR "
)

// group writes members with an operator between them. Alternatives are in parentheses
// even where they are the whole condition, because callers join conditions with AND.
func (w *writer) group(members []node, operator string, negated, grouped bool) {
	parens := grouped || operator == or
	if parens {
		w.text("(")
	}
	for i, n := range members {
		if i > 0 {
			w.text(operator)
		}
		w.node(n, negated, true)
	}
	if parens {
		w.text(")")
	}
}

func (w *writer) text(parts ...string) {
	for _, p := range parts {
		w.sql = append(w.sql, p...)
	}
}

func (w *writer) arg(v any) {
	if w.args == nil {
		w.args = make([]any, 0, 4)
	}
	w.args = append(w.args, v)
}
