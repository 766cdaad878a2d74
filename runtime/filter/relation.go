package filter

import (
	"strconv"
	"strings"
)

// A Relation is a message field, or a repeated one, whose values are the rows of
// another table. Paths go on below it.
type Relation struct {
	// Path is the field's name.
	Path string
	// Many says that it is repeated: a test is of some element then.
	Many bool
	// Key is the path, in the related table's schema, of what tells its rows apart:
	// tags:x asks for it. It is empty where that is not one field.
	Key string
	// Schema is that of the related table under an alias. It is asked for again and again.
	Schema func(alias string) *Schema
	// Rows writes the FROM and WHERE of the related rows: those of a row of the outer
	// table, the related table under the alias. The text has ? for its arguments.
	Rows func(alias, outer string, d Dialect) (sql string, args []any)
}

// existence is a leaf: that a row is related of which a condition holds.
type existence struct {
	relation     *Relation
	alias, outer string
	condition    node // nil for every row
	at           int  // the offset of the comparison, from 0
}

// WithRelations returns the schema with relations, whose paths are no fields'.
func (s *Schema) WithRelations(relations ...Relation) *Schema {
	with := *s
	with.relations = relations
	return &with
}

// relationAt returns the relation that a path goes into and the path below it.
func (s *Schema) relationAt(path string) (r *Relation, below string) {
	name, below, _ := strings.Cut(path, ".")
	for i := range s.relations {
		if s.relations[i].Path == name {
			return &s.relations[i], below
		}
	}
	return nil, ""
}

// maxRelations is how many relations a path goes through: each is a subquery.
const maxRelations = 5

// related reads a comparison of a related row.
func (c *checker) related(r *Relation, below string, n comparison) (node, error) {
	e := &existence{relation: r, alias: "crud_r" + strconv.Itoa(c.depth+1), outer: c.schema.table, at: n.at}
	switch {
	case c.depth == maxRelations:
		return nil, c.fail(n.at, "%s goes through more than %d relations", quote(n.path), maxRelations)
	case below == "" && n.op != has:
		return nil, c.fail(n.at, "%s is a relation; write %s", quote(r.Path), r.examples())
	case below == "" && n.value.bare("*"):
		return e, nil
	case below == "" && r.Key == "":
		return nil, c.fail(n.at, "%s is a relation to rows without a key of one field; write %s", quote(r.Path), r.examples())
	case below == "":
		below, n.op = r.Key, equals
	case r.Many && n.op != has:
		return nil, c.fail(n.at, "%s goes into %s, which is repeated; write %s:%s", quote(n.path), r.Path, n.path, quote(n.value.String()))
	}
	n.path = below
	inner := checker{schema: r.Schema(e.alias), text: c.text, depth: c.depth + 1, some: c.some || r.Many}
	var err error
	e.condition, err = inner.comparison(n)
	return e, err
}

// examples are comparisons that a relation goes with.
func (r *Relation) examples() string {
	if r.Key == "" {
		return r.Path + ":* to ask whether there is one, or name a field below it"
	}
	return r.Path + ":KEY, " + r.Path + ":*, or name a field below it"
}

// existence writes that a related row exists, or the negation. Of a single one that is
// not there, a condition is neither true nor false, and neither is its negation.
func (w *writer) existence(e *existence, negated bool) {
	within := negated && !e.relation.Many && e.condition != nil
	if negated && !within {
		w.text("NOT ")
	}
	sql, args := e.relation.Rows(e.alias, e.outer, w.dialect)
	w.text("EXISTS (SELECT 1 ", sql)
	for _, arg := range args {
		w.arg(arg)
	}
	if e.condition != nil {
		w.text(and)
		w.node(e.condition, within, true)
	}
	w.text(")")
}
