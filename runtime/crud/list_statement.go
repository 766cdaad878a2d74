package crud

import (
	"encoding/binary"
	"errors"
	"strings"

	"github.com/Masterminds/squirrel"
)

// statement returns the text and the arguments. Without extra conditions the text
// depends on a few facts only and is assembled once for each.
func (l *listing) statement(limit int) (string, []any, error) {
	if len(l.extra) > 0 {
		return l.build(limit)
	}
	var space [usualShape]byte
	sql, err := l.lists.get(l.shape(space[:0], limit), func() (string, error) {
		sql, _, err := l.build(limit)
		return sql, err
	})
	return sql, l.args(limit), err
}

// usualShape is the length up to which a shape is put together without an
// allocation.
const usualShape = 256

// shape appends the facts that the text depends on.
func (l *listing) shape(b []byte, limit int) []byte {
	b = append(b, flag(limit > 0), flag(l.skip() > 0), flag(l.hidesDeleted()), flag(l.placed))
	b = binary.AppendUvarint(b, l.fixed)
	for _, v := range l.cursor {
		b = append(b, 2+flag(v == nil))
	}
	for _, e := range l.equal {
		b = append(append(b, 0, flag(e.any)), e.column.Field...)
	}
	if l.sorted {
		for i := range l.order {
			b = append(append(b, 0, 4+flag(l.order[i].desc), flag(l.order[i].exact)), l.order[i].name...)
		}
	}
	b = append(append(b, 0, 6), l.filter.SQL...)
	return append(append(b, 0), l.selected...)
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// args returns the arguments in the order of build's text.
func (l *listing) args(limit int) []any {
	args := make([]any, 0, len(l.parent)+len(l.scope)+len(l.equal)+len(l.filter.Args)+len(l.cursor)+2)
	args = l.conditionArgs(args)
	if len(l.cursor) > 0 {
		args = append(args, l.seek().args()...)
	}
	if l.halved(limit) {
		most := limit + int(l.query.Skip)
		args = append(l.conditionArgs(append(args, most)), most)
	}
	return l.windowArgs(args, limit)
}

func (l *listing) conditionArgs(args []any) []any {
	args = append(append(args, l.parent...), l.scope...)
	for _, e := range l.equal {
		args = append(args, e.arg)
	}
	return append(args, l.filter.Args...)
}

func (l *listing) windowArgs(args []any, limit int) []any {
	if limit > 0 {
		args = append(args, limit)
	}
	if skip := l.skip(); skip > 0 {
		args = append(args, skip)
	}
	return args
}

// build assembles the statement.
func (l *listing) build(limit int) (string, []any, error) {
	b := l.rows()
	switch {
	case l.halved(limit):
		b = l.halves(limit)
	case len(l.cursor) > 0:
		s := l.seek()
		b = l.ordered(b.Where(s.rows()), s.inNulls())
	default:
		b = l.ordered(b, false)
	}
	return l.window(b, limit).PlaceholderFormat(squirrel.Dollar).ToSql()
}

// halved reports whether the rows whose first column is NULL are read apart from the
// others: on a page that may have some of both, unless the order is an index's as it
// is.
func (l *listing) halved(limit int) bool {
	switch {
	case len(l.order) < 2 || !l.order[0].nullable || l.table.keyless():
		return false
	case len(l.cursor) > 0:
		return l.order[0].desc == l.seek().inNulls()
	}
	return limit > 0 && l.order[0].desc != l.order[1].desc
}

// halves is one statement of two, each of which an index answers.
func (l *listing) halves(limit int) squirrel.SelectBuilder {
	s, null := l.seek(), true
	own := s.half(null)
	if len(l.cursor) > 0 {
		own, null = s.rows(), s.inNulls()
	}
	half := func(where squirrel.Sqlizer, null bool, alias string) squirrel.SelectBuilder {
		rows := l.ordered(l.stored().Where(where), null).Suffix("LIMIT ?", limit+int(l.query.Skip))
		return squirrel.Select(l.table.columnNames(l.selected, quoted)...).FromSelect(rows, alias)
	}
	both := half(own, null, "own").SuffixExpr(squirrel.Expr("UNION ALL ?", half(s.half(!null), !null, "other")))
	if l.table.casts(l.selected) { // what is read as text is ordered before
		of := func(name string) string { return "both_halves." + quoted(name) }
		return squirrel.Select(l.table.readColumns(l.selected, of)...).FromSelect(both, "both_halves").
			Suffix("ORDER BY " + strings.Join(l.orderBy(of, false), ", "))
	}
	return both.Suffix("ORDER BY " + strings.Join(l.orderBy(quoted, false), ", "))
}

// stored is the SELECT of the columns as they are.
func (l *listing) stored() squirrel.SelectBuilder {
	return l.where(squirrel.Select(l.table.columnNames(l.selected, l.column)...).From(l.name))
}

// rows is the SELECT of the rows on all pages.
func (l *listing) rows() squirrel.SelectBuilder {
	return l.where(squirrel.Select(l.table.selection(l.selected, l.column)).Columns(l.exactTexts()...).From(l.name))
}

// where adds the conditions of all pages.
func (l *listing) where(b squirrel.SelectBuilder) squirrel.SelectBuilder {
	at := 0
	for i, name := range l.table.info.Key {
		if l.fixed&(1<<i) != 0 {
			b = b.Where(l.column(name)+" = ?", l.parent[at])
			at++
		}
	}
	for i, arg := range l.scope {
		b = b.Where(l.column(l.core.scope.columns[i].name)+" = ?", arg)
	}
	for _, e := range l.equal {
		b = b.Where(l.equalTo(e))
	}
	if l.filter.SQL != "" {
		b = b.Where(squirrel.Expr(l.filter.SQL, l.filter.Args...))
	}
	if l.hidesDeleted() {
		b = b.Where(l.column(l.table.columns[l.table.deleteTime].Names[0]) + " IS NULL")
	}
	for _, e := range l.extra {
		b = b.Where(e)
	}
	return b
}

func (l *listing) ordered(b squirrel.SelectBuilder, nulls bool) squirrel.SelectBuilder {
	return b.OrderBy(l.orderBy(l.column, nulls)...)
}

// window adds LIMIT and OFFSET. The embedded engine has no OFFSET without a LIMIT.
func (l *listing) window(b squirrel.SelectBuilder, limit int) squirrel.SelectBuilder {
	skip := l.skip()
	switch {
	case limit > 0:
		b = b.Suffix("LIMIT ?", limit)
	case skip > 0 && l.dialect == SQLite:
		b = b.Suffix("LIMIT -1")
	}
	if skip > 0 {
		b = b.Suffix("OFFSET ?", skip)
	}
	return b
}

// skip is how many rows are left out, of those from where the page begins.
func (l *listing) skip() int64 { return l.offset + int64(l.query.Skip) }

func (l *listing) seek() seek {
	term := func(k *orderKey) string { return k.term(l.column(k.name), l.dialect) }
	return seek{l.order, l.cursor, term, l.placed}
}

// parens puts a condition in parentheses, so that an OR in it stays inside. One
// that says nothing is an error: it would select every row.
type parens struct{ squirrel.Sqlizer }

var errEmptyCondition = errors.New("crud: a condition is empty")

func (p parens) ToSql() (string, []any, error) {
	if saysNothing(p.Sqlizer) {
		return "", nil, errEmptyCondition
	}
	sql, args, err := p.Sqlizer.ToSql()
	if err == nil && strings.TrimSpace(sql) == "" {
		err = errEmptyCondition
	}
	return "(" + sql + ")", args, err
}
