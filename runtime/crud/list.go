package crud

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/Masterminds/squirrel"
	"github.com/jackc/pgx/v5"
)

// List returns one page in the order of the key. It reads one row more than the
// page holds, to know whether there is a next one, and seeks to the row after the
// token's: the cost of a page does not depend on how deep it is.
func (r *Repository[M, K]) List(ctx context.Context, q Query) (*Page[M], error) {
	size, err := r.pageSize(q)
	if err != nil {
		return nil, err
	}
	l, err := r.newListing(ctx, q)
	if err != nil {
		return nil, err
	}
	if err := l.seek(ctx, q); err != nil {
		return nil, err
	}
	items, err := r.fetch(ctx, l, size+1)
	if err != nil {
		return nil, err
	}
	if len(items) == 0 && q.PageToken == "" {
		return &Page[M]{}, r.checkParent(ctx, l)
	}
	page := &Page[M]{Items: items}
	if len(items) > size {
		page.Items = items[:size]
		page.NextPageToken, err = l.token(ctx, q, page.Items[size-1])
	}
	return page, err
}

// pageSize applies the model's default and maximum (AIP-158).
func (r *Repository[M, K]) pageSize(q Query) (int, error) {
	switch info := &r.table.info; {
	case q.PageSize < 0:
		return 0, invalid(r.domain, invalidField("page_size", "must not be negative"))
	case q.PageSize == 0:
		return int(info.DefaultPageSize), nil
	default:
		return int(min(q.PageSize, info.MaxPageSize)), nil
	}
}

// A listing is one List or All: the arguments of its statement, in order, and what
// its text depends on.
type listing[M any, K comparable] struct {
	*core[M, K]
	parent []any // values of the leading key columns
	scope  []any // values of the scope columns
	cursor []any // values of the other key columns in the row before
	extra  []squirrel.Sqlizer
	// never is a parent that no row can have.
	never bool
	query Query
	bound []byte // the binding, once it is needed
}

func (r *Repository[M, K]) newListing(ctx context.Context, q Query) (*listing[M, K], error) {
	l := &listing[M, K]{core: r.core, query: q}
	if err := l.setParent(q.Parent); err != nil {
		return nil, err
	}
	values, err := r.scope.values(ctx)
	if err != nil {
		return nil, err
	}
	l.scope = r.bindScope(values)
	if l.extra, err = r.scope.predicates(ctx); err != nil {
		return nil, err
	}
	if q.Where != nil {
		l.extra = append(l.extra, parens{q.Where})
	}
	return l, nil
}

// setParent turns the parent's name into values of the leading key columns.
func (l *listing[M, K]) setParent(parent string) error {
	p := l.table.info.Parent
	switch {
	case p == nil && parent != "":
		return invalid(l.domain, invalidField("parent", "the resource has no parent"))
	case p == nil:
		return nil
	case parent == "":
		return invalid(l.domain, missingField("parent"))
	}
	values, err := p.Pattern.split(parent)
	if err != nil {
		return invalid(l.domain, invalidField("parent", err.Error()))
	}
	for i, text := range values {
		c := l.table.keyColumns[i]
		v, ok := keyFromText(c.Kind, text)
		arg, fits := c.codec.bind(v, l.dialect)
		l.never = l.never || !ok || !fits
		l.parent = append(l.parent, arg)
	}
	return nil
}

// seek opens the page token.
func (l *listing[M, K]) seek(ctx context.Context, q Query) error {
	if q.PageToken == "" {
		return nil
	}
	binding, err := l.binding(ctx)
	if err != nil {
		return err
	}
	values, ok := l.tokens.open(q.PageToken, binding)
	if !ok || len(values) != len(l.seekColumns()) {
		return l.badToken()
	}
	for i, v := range values {
		arg, ok := l.table.keyColumns[len(l.parent)+i].codec.bind(v, l.dialect)
		if !ok {
			return l.badToken()
		}
		l.cursor = append(l.cursor, arg)
	}
	return nil
}

func (l *listing[M, K]) badToken() *Error {
	return invalid(l.domain, Violation{"page_token", "is not a token of this list", ReasonInvalidPageToken})
}

// seekColumns are the key columns that order the rows: all but the parent's.
func (l *listing[M, K]) seekColumns() []string { return l.table.info.Key[len(l.parent):] }

// token seals the place after m.
func (l *listing[M, K]) token(ctx context.Context, _ Query, m M) (string, error) {
	key, err := l.table.KeyOf(m)
	if err != nil {
		return "", internal(l.domain, fmt.Errorf("crud: a stored key does not parse: %w", err))
	}
	binding, err := l.binding(ctx)
	if err != nil {
		return "", err
	}
	return l.tokens.seal(l.table.values(key)[len(l.parent):], binding)
}

// fetch reads up to limit rows.
func (r *Repository[M, K]) fetch(ctx context.Context, l *listing[M, K], limit int) ([]M, error) {
	if l.never {
		return nil, nil
	}
	rows, err := r.rowsOf(ctx, l, limit)
	if err != nil {
		return nil, err
	}
	items, err := r.table.many(rows, r.dialect, limit)
	if err != nil {
		return nil, classify(ctx, r.domain, err)
	}
	return items, nil
}

func (r *Repository[M, K]) rowsOf(ctx context.Context, l *listing[M, K], limit int) (pgx.Rows, error) {
	sql, args, err := l.statement(limit)
	if err != nil {
		return nil, internal(r.domain, err)
	}
	rows, err := r.db.Query(ctx, sql, args...)
	if err != nil {
		return nil, classify(ctx, r.domain, err)
	}
	return rows, nil
}

// statement returns the text and the arguments. Without extra conditions the text
// depends on a few facts only and is assembled once for each.
func (l *listing[M, K]) statement(limit int) (string, []any, error) {
	if len(l.extra) > 0 {
		return l.build(limit)
	}
	shape := [...]byte{flag(len(l.parent) > 0), flag(len(l.cursor) > 0), flag(limit > 0)}
	sql, err := l.lists.get(shape[:], func() (string, error) {
		sql, _, err := l.build(limit)
		return sql, err
	})
	args := make([]any, 0, len(l.parent)+len(l.scope)+len(l.cursor)+1)
	args = append(append(append(args, l.parent...), l.scope...), l.cursor...)
	if limit > 0 {
		args = append(args, limit)
	}
	return sql, args, err
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

// build assembles the statement.
func (l *listing[M, K]) build(limit int) (string, []any, error) {
	b := squirrel.Select(strings.TrimSpace(l.table.sql.Columns)).From(l.name).PlaceholderFormat(squirrel.Dollar)
	for i, arg := range l.parent {
		b = b.Where(l.column(l.table.info.Key[i])+" = ?", arg)
	}
	for i, arg := range l.scope {
		b = b.Where(l.column(l.columns()[i])+" = ?", arg)
	}
	if len(l.cursor) > 0 {
		b = b.Where(l.after())
	}
	for _, e := range l.extra {
		b = b.Where(e)
	}
	for _, name := range l.table.info.Key {
		b = b.OrderBy(l.column(name))
	}
	if limit > 0 {
		b = b.Suffix("LIMIT ?", limit)
	}
	return b.ToSql()
}

// columns are the names of the scope's columns.
func (c *core[M, K]) columns() []string {
	names := make([]string, len(c.scope.columns))
	for i, s := range c.scope.columns {
		names[i] = s.name
	}
	return names
}

// after is the predicate of the rows behind the cursor: a row comparison, which an
// index on the key serves.
func (l *listing[M, K]) after() squirrel.Sqlizer {
	names := l.seekColumns()
	if len(names) == 1 {
		return squirrel.Expr(l.column(names[0])+" > ?", l.cursor...)
	}
	columns := make([]string, len(names))
	for i, n := range names {
		columns[i] = l.column(n)
	}
	return squirrel.Expr(fmt.Sprintf("(%s) > (%s)", strings.Join(columns, ", "), squirrel.Placeholders(len(names))), l.cursor...)
}

// checkParent answers NOT_FOUND for an empty collection whose parent does not exist.
func (r *Repository[M, K]) checkParent(ctx context.Context, l *listing[M, K]) error {
	p := r.table.info.Parent
	if p == nil || !p.Check {
		return nil
	}
	for i := range r.table.info.References {
		ref := &r.table.info.References[i]
		if !ref.Parent {
			continue
		}
		if !l.never {
			found, err := r.exists(ctx, r.db, ref, l.parent)
			if err != nil || found {
				return err
			}
		}
		return notFound(r.domain, ref.Resource, l.query.Parent)
	}
	return nil
}

// All returns all resources that q selects, in the order of the key. See [Store].
func (r *Repository[M, K]) All(ctx context.Context, q Query) iter.Seq2[M, error] {
	return func(yield func(M, error) bool) {
		var none M
		if err := r.walk(ctx, q, func(m M) bool { return yield(m, nil) }); err != nil && !errors.Is(err, errStopped) {
			yield(none, err)
		}
	}
}

// errStopped ends a walk whose caller has enough.
var errStopped = errors.New("crud: stopped")

func (r *Repository[M, K]) walk(ctx context.Context, q Query, yield func(M) bool) error {
	switch {
	case q.PageSize < 0:
		return invalid(r.domain, invalidField("page_size", "must not be negative"))
	case q.PageToken != "":
		return invalid(r.domain, Violation{"page_token", "must be empty: a stream has no pages", ReasonInvalidPageToken})
	}
	l, err := r.newListing(ctx, q)
	if err != nil {
		return err
	}
	n := 0
	if !l.never {
		rows, err := r.rowsOf(ctx, l, int(q.PageSize))
		if err != nil {
			return err
		}
		if n, err = r.each(ctx, rows, yield); err != nil {
			return err
		}
	}
	if n == 0 {
		return r.checkParent(ctx, l)
	}
	return nil
}

// each yields the rows one by one. Each message has memory of its own: a caller may
// keep one of very many.
func (r *Repository[M, K]) each(ctx context.Context, rows pgx.Rows, yield func(M) bool) (n int, err error) {
	defer rows.Close()
	reader := r.table.reader(rows, r.dialect, 1)
	for rows.Next() {
		m := r.table.New()
		if err := reader.read(m); err != nil {
			return n, classify(ctx, r.domain, err)
		}
		n++
		if !yield(m) {
			return n, errStopped
		}
	}
	if err := rows.Err(); err != nil {
		return n, classify(ctx, r.domain, err)
	}
	return n, nil
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
