package crud

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/Masterminds/squirrel"
	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// A SelectQuery is a SELECT of a repository's columns for hand-written methods. Its
// table, columns and scope are set; conditions are squirrel's. Each method returns a
// new query. Conditions are put in parentheses, so that an OR in one stays in it and
// cannot reach past the scope.
//
//	books.Select(ctx).Where(sq.Gt{"books.pages": 500}).OrderBy("books.title").Limit(10).All(ctx)
type SelectQuery[M proto.Message] struct{ query selectQuery }

// A selectQuery is a SelectQuery without the type of its messages.
type selectQuery struct {
	r   *repository
	sql squirrel.SelectBuilder
	err error
}

// Select is [Repository.Select].
func (r *repository) Select(ctx context.Context) selectQuery {
	q := selectQuery{r: r, sql: squirrel.Select(strings.TrimSpace(r.table.sql.Columns)).
		From(r.name).PlaceholderFormat(squirrel.Dollar)}
	var conditions []squirrel.Sqlizer
	conditions, q.err = r.conditions(ctx)
	for _, c := range conditions {
		q.sql = q.sql.Where(c)
	}
	return q
}

// conditions are the scope of a call as squirrel has it.
func (r *repository) conditions(ctx context.Context) ([]squirrel.Sqlizer, error) {
	values, err := r.scope.values(ctx)
	if err != nil {
		return nil, err
	}
	var all []squirrel.Sqlizer
	for i, v := range r.bindScope(values) {
		all = append(all, squirrel.Expr(r.column(r.scope.columns[i].name)+" = ?", v))
	}
	wheres, err := r.scope.predicates(ctx)
	return append(all, wheres...), err
}

// whereOf returns what squirrel's Where takes, in parentheses.
func whereOf(pred any, args []any) squirrel.Sqlizer {
	switch pred := pred.(type) {
	case string:
		return parens{squirrel.Expr(pred, args...)}
	case map[string]any:
		return parens{squirrel.Eq(pred)}
	case squirrel.Sqlizer:
		return parens{pred}
	}
	return parens{failing{errors.New("crud: Where takes a string, a map or a squirrel condition")}}
}

// failing is a condition that cannot be written.
type failing struct{ err error }

func (f failing) ToSql() (string, []any, error) { return "", nil, f.err }

func (q *SelectQuery[M]) with(sql squirrel.SelectBuilder) *SelectQuery[M] {
	return &SelectQuery[M]{selectQuery{q.query.r, sql, q.query.err}}
}

// Where adds a condition: a string with ? and its arguments, a map, or squirrel's
// own. All conditions must hold.
func (q *SelectQuery[M]) Where(pred any, args ...any) *SelectQuery[M] {
	return q.with(q.query.sql.Where(whereOf(pred, args)))
}

// Join and LeftJoin add a table: Join("authors ON authors.id = books.author_id").
// Its rows are not bound by this repository's scope.
func (q *SelectQuery[M]) Join(join string, args ...any) *SelectQuery[M] {
	return q.with(q.query.sql.Join(join, args...))
}

// LeftJoin is Join that keeps rows without a match.
func (q *SelectQuery[M]) LeftJoin(join string, args ...any) *SelectQuery[M] {
	return q.with(q.query.sql.LeftJoin(join, args...))
}

// OrderBy sorts the rows. The texts are SQL: never pass a caller's.
func (q *SelectQuery[M]) OrderBy(orders ...string) *SelectQuery[M] {
	return q.with(q.query.sql.OrderBy(orders...))
}

// Limit is the largest number of rows.
func (q *SelectQuery[M]) Limit(n uint64) *SelectQuery[M] {
	return q.with(q.query.sql.Limit(n))
}

// Offset skips rows.
func (q *SelectQuery[M]) Offset(n uint64) *SelectQuery[M] {
	return q.with(q.query.sql.Offset(n))
}

// Suffix is SQL behind the query, such as FOR UPDATE.
func (q *SelectQuery[M]) Suffix(sql string, args ...any) *SelectQuery[M] {
	return q.with(q.query.sql.Suffix(sql, args...))
}

// One returns the only row. Errors: NOT_FOUND for none; INTERNAL for more than one,
// which a query for one row must not have.
func (q *SelectQuery[M]) One(ctx context.Context) (m M, err error) {
	items, err := q.Limit(2).All(ctx)
	switch {
	case err != nil:
		return m, err
	case len(items) == 0:
		return m, &Error{
			Code: codes.NotFound, Reason: ReasonResourceNotFound, Domain: q.query.r.domain,
			Message:  "no such " + q.query.r.table.info.Resource,
			Resource: &Resource{Type: q.query.r.table.info.Resource},
		}
	case len(items) > 1:
		return m, internal(q.query.r.domain, errors.New("crud: One found several rows"))
	}
	return items[0], nil
}

// All returns all rows, nil for none.
func (q *SelectQuery[M]) All(ctx context.Context) ([]M, error) {
	var items []M
	for m, err := range q.Each(ctx) {
		if err != nil {
			return nil, err
		}
		items = append(items, m)
	}
	return items, nil
}

// Each returns the rows as they are read. The sequence ends after the first error; a
// break ends the query.
func (q *SelectQuery[M]) Each(ctx context.Context) iter.Seq2[M, error] {
	return func(yield func(M, error) bool) {
		err := q.query.each(ctx, func(m proto.Message) bool { return yield(as[M](m), nil) })
		if err != nil && !errors.Is(err, errStopped) {
			var none M
			yield(none, err)
		}
	}
}

func (q selectQuery) each(ctx context.Context, yield func(proto.Message) bool) error {
	if q.err != nil {
		return q.err
	}
	sql, args, err := q.sql.ToSql()
	if err != nil {
		return internal(q.r.domain, err)
	}
	rows, err := q.r.db.Query(ctx, sql, args...)
	if err != nil {
		return classify(ctx, q.r.domain, err)
	}
	_, err = q.r.each(ctx, rows, nil, yield)
	return err
}

// An UpdateQuery is an UPDATE of several rows for hand-written methods, within the
// scope. It runs no hooks and writes no events.
type UpdateQuery struct {
	r     *repository
	sql   squirrel.UpdateBuilder
	set   []string
	where bool
	// silent says that it may write no events.
	silent bool
	scope  []squirrel.Sqlizer
	err    error
}

// UpdateWhere is [Repository.UpdateWhere].
func (r *repository) UpdateWhere(ctx context.Context) *UpdateQuery {
	q := &UpdateQuery{r: r, sql: squirrel.Update(r.name).PlaceholderFormat(squirrel.Dollar)}
	q.scope, q.err = r.conditions(ctx)
	return q
}

// Set gives a column, by its SQL name, a value: a Go value or a squirrel
// expression. A scope column cannot be set.
func (q *UpdateQuery) Set(column string, value any) *UpdateQuery {
	out := *q
	if q.r.scope.covers(column) && q.err == nil {
		out.err = internal(q.r.domain, errors.New("crud: Set of the scope column "+column))
	}
	out.set = append(slices.Clip(q.set), column)
	out.sql = q.sql.Set(sqlname.Quote(column), value)
	return &out
}

// Where adds a condition, see [SelectQuery.Where].
func (q *UpdateQuery) Where(pred any, args ...any) *UpdateQuery {
	out := *q
	out.where = true
	out.sql = q.sql.Where(whereOf(pred, args))
	return &out
}

// WithoutEvents lets the update run where the model has events: it writes none, so that
// watchers and consumers do not learn of the change. Without this word Exec refuses to run
// there.
func (q *UpdateQuery) WithoutEvents() *UpdateQuery {
	out := *q
	out.silent = true
	return &out
}

// Exec runs the update and returns the number of rows it changed. The time of their
// update and what their etags are made of are set too, unless Set did.
func (q *UpdateQuery) Exec(ctx context.Context) (int64, error) {
	switch {
	case q.err != nil:
		return 0, q.err
	case !q.where:
		return 0, internal(q.r.domain, errNoWhere)
	case q.r.emits() && !q.silent:
		return 0, internal(q.r.domain, errNoEvents)
	}
	b := q.sql
	if i := q.r.table.updateTime; i >= 0 && !slices.Contains(q.set, q.r.table.columns[i].Names[0]) {
		b = b.Set(sqlname.Quote(q.r.table.columns[i].Names[0]), squirrel.Expr(q.r.laterTime(i), bindTime(q.r.now(), q.r.dialect)))
	}
	if i := q.r.table.revision; i >= 0 && !slices.Contains(q.set, q.r.table.columns[i].Names[0]) {
		b = b.Set(sqlname.Quote(q.r.table.columns[i].Names[0]), squirrel.Expr(q.r.revision()+" + 1"))
	}
	for _, c := range q.scope {
		b = b.Where(c)
	}
	return q.r.exec(ctx, b)
}

// errNoEvents is a write that watchers would not see, which nobody said to be right.
var errNoEvents = errors.New("crud: UpdateWhere and DeleteWhere write no events, and the model has some; WithoutEvents says that none are wanted")

// errNoWhere is an update or delete of every row that nobody asked for.
var errNoWhere = errors.New(`crud: an update or delete of several rows needs a Where; Where("true") means every row`)

// A DeleteQuery is a DELETE of several rows for hand-written methods, within the
// scope. It runs no hooks and writes no events.
type DeleteQuery struct {
	r     *repository
	sql   squirrel.DeleteBuilder
	where bool
	// silent says that it may write no events.
	silent bool
	scope  []squirrel.Sqlizer
	err    error
}

// DeleteWhere is [Repository.DeleteWhere].
func (r *repository) DeleteWhere(ctx context.Context) *DeleteQuery {
	q := &DeleteQuery{r: r, sql: squirrel.Delete(r.name).PlaceholderFormat(squirrel.Dollar)}
	q.scope, q.err = r.conditions(ctx)
	return q
}

// Where adds a condition, see [SelectQuery.Where].
func (q *DeleteQuery) Where(pred any, args ...any) *DeleteQuery {
	out := *q
	out.where = true
	out.sql = q.sql.Where(whereOf(pred, args))
	return &out
}

// WithoutEvents lets the deletion run where the model has events, as
// [UpdateQuery.WithoutEvents] does an update.
func (q *DeleteQuery) WithoutEvents() *DeleteQuery {
	out := *q
	out.silent = true
	return &out
}

// Exec runs the deletion and returns the number of rows that are gone.
func (q *DeleteQuery) Exec(ctx context.Context) (int64, error) {
	switch {
	case q.err != nil:
		return 0, q.err
	case !q.where:
		return 0, internal(q.r.domain, errNoWhere)
	case q.r.emits() && !q.silent:
		return 0, internal(q.r.domain, errNoEvents)
	}
	return q.r.exec(ctx, q.within())
}

// within is the deletion with its scope.
func (q *DeleteQuery) within() squirrel.DeleteBuilder {
	b := q.sql
	for _, c := range q.scope {
		b = b.Where(c)
	}
	return b
}

func (r *repository) exec(ctx context.Context, b squirrel.Sqlizer) (int64, error) {
	sql, args, err := b.ToSql()
	if err != nil {
		return 0, internal(r.domain, err)
	}
	var tag pgconn.CommandTag
	err = r.retried(ctx, func() error {
		tag, err = r.db.Exec(ctx, sql, args...)
		return err
	})
	if err != nil {
		_, deletes := b.(squirrel.DeleteBuilder)
		return 0, r.bulkError(ctx, err, deletes)
	}
	return tag.RowsAffected(), nil
}

// bulkError maps an error of a statement over several rows, none of which it names.
func (r *repository) bulkError(ctx context.Context, err error, deletes bool) *Error {
	e := classify(ctx, r.domain, err)
	var pg *pgconn.PgError
	switch {
	case !errors.As(err, &pg) || e.Code == codes.Canceled || e.Code == codes.DeadlineExceeded:
		return e
	case pg.Code == stateUnique:
		return r.duplicate(pg, err, r.table.New())
	case deletes && referredTo(pg):
		return r.childrenExist(err, r.table.info.Resource)
	}
	return e
}

// ScopeKey is [Repository.ScopeKey].
func (r *repository) ScopeKey(ctx context.Context) (string, error) {
	if len(r.scope.wheres) > 0 {
		return "", internal(r.domain, errors.New("crud: a scope with crud.Where has no key"))
	}
	values, err := r.scope.values(ctx)
	if err != nil || len(values) == 0 {
		return "", err
	}
	return JoinKey(values...), nil
}
