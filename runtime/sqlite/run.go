package sqlite

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite/lib"
)

// errWrites says that a statement that was tried on a reader belongs to the
// writer.
var errWrites = errors.New("sqlite: the statement writes")

// buffer keeps the rows of a statement that was run to its end.
type buffer struct {
	fields []pgconn.FieldDescription
	cells  []value
	bytes  []byte
	rows   int
}

// add copies the current row of st.
func (b *buffer) add(c *conn, st *stmt) {
	for i := range st.columns {
		v := c.column(st, i)
		if v.raw != nil {
			start := len(b.bytes)
			b.bytes = append(b.bytes, v.raw...)
			v.raw = b.bytes[start:len(b.bytes):len(b.bytes)]
		}
		b.cells = append(b.cells, v)
	}
	b.rows++
}

// runAll runs one statement to its end and keeps its rows in out, unless out is
// nil. The caller watches the context.
func (c *conn) runAll(sql string, args []any, out *buffer) (pgconn.CommandTag, error) {
	st, rest, err := c.prepare(sql)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	defer c.done(st)
	if rest != "" {
		return pgconn.CommandTag{}, errSeveral()
	}
	return c.runPrepared(st, args, out)
}

func errSeveral() error {
	return newError(stateSyntax, "cannot run several statements at once here: only Exec without arguments can")
}

func (c *conn) runPrepared(st *stmt, args []any, out *buffer) (pgconn.CommandTag, error) {
	if err := c.bind(st, args); err != nil {
		return pgconn.CommandTag{}, err
	}
	if st.handle == 0 {
		return pgconn.CommandTag{}, nil
	}
	returned := int64(0)
	more, err := c.step(st)
	if out != nil {
		st.followSchema(c)
		out.fields = st.fields
	}
	for ; more && err == nil; more, err = c.step(st) {
		returned++
		if out != nil {
			out.add(c, st)
		}
	}
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	return st.command.tag(sqlite3.Xsqlite3_changes64(c.tls, c.db), returned), nil
}

// control runs BEGIN, COMMIT, ROLLBACK and the like.
func (c *conn) control(sql string) error {
	_, err := c.runAll(sql, nil, nil)
	return err
}

// runScript runs all statements of sql one after the other and returns the last
// one's tag. Only one that stands alone may have parameters, to be told that
// arguments are missing.
func (c *conn) runScript(sql string, inTx bool) (pgconn.CommandTag, error) {
	var tag pgconn.CommandTag
	for alone := true; !onlyBlank(sql); alone = false {
		if err := refuse(sql, inTx); err != nil {
			return pgconn.CommandTag{}, err
		}
		st, rest, err := c.prepare(sql)
		if err != nil {
			return pgconn.CommandTag{}, err
		}
		if alone = alone && rest == ""; st.params > 0 && !alone {
			err = newError(stateUndefinedParameter, "there is no parameter $1 where there are several statements")
		} else {
			tag, err = c.runPrepared(st, nil, nil)
		}
		c.done(st)
		if err != nil {
			return pgconn.CommandTag{}, err
		}
		sql = rest
	}
	return tag, nil
}

// execWriter runs sql on the writer outside of a transaction. Several statements
// are one implicit transaction, as with PostgreSQL.
func (c *conn) execWriter(ctx context.Context, sql string, args []any) (pgconn.CommandTag, error) {
	c.watch.start(ctx)
	defer c.watch.stop()
	st, rest, err := c.prepare(sql)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	if rest == "" {
		defer c.done(st)
		return c.runPrepared(st, args, nil)
	}
	c.done(st)
	if len(args) > 0 {
		return pgconn.CommandTag{}, errSeveral()
	}
	if err := c.control(sqlBegin); err != nil {
		return pgconn.CommandTag{}, err
	}
	tag, err := c.runScript(sql, false)
	if err == nil {
		err = c.control(sqlCommit)
	}
	if err != nil {
		return pgconn.CommandTag{}, err // whoever takes the writer back rolls back
	}
	return tag, nil
}

// execReader runs sql on a reader, or returns errWrites.
func (c *conn) execReader(ctx context.Context, sql string, args []any) (pgconn.CommandTag, error) {
	c.watch.start(ctx)
	defer c.watch.stop()
	st, rest, err := c.prepare(sql)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	defer c.done(st)
	if rest != "" || !st.readOnly {
		return pgconn.CommandTag{}, errWrites
	}
	return c.runPrepared(st, args, nil)
}

// queryAll runs sql to its end and returns its rows, which need the connection no
// more.
func (c *conn) queryAll(ctx context.Context, sql string, args []any) (*rows, error) {
	c.watch.start(ctx)
	defer c.watch.stop()
	out := &buffer{}
	tag, err := c.runAll(sql, args, out)
	if err != nil {
		return nil, err
	}
	return &rows{buf: out, fields: out.fields, tag: tag}, nil
}

// query begins a statement and returns its rows, which keep the connection and
// the watch until they are closed and then give the connection back to from. With
// readOnly set it returns errWrites for a statement that writes. The deferred
// functions let go of the statement and the watch whenever there are no rows.
func (c *conn) query(ctx context.Context, sql string, args []any, readOnly bool) (r *rows, err error) {
	c.watch.start(ctx)
	defer func() {
		if r == nil { // also when an argument's own code panics
			c.watch.stop()
		}
	}()
	st, rest, err := c.prepare(sql)
	if err != nil {
		return nil, err
	}
	defer func() {
		if r == nil {
			c.done(st)
		}
	}()
	if readOnly && (rest != "" || !st.readOnly) {
		return nil, errWrites
	}
	if rest != "" {
		return nil, errSeveral()
	}
	return c.firstRow(st, args)
}

// firstRow binds args and makes the first step.
func (c *conn) firstRow(st *stmt, args []any) (*rows, error) {
	if err := c.bind(st, args); err != nil {
		return nil, err
	}
	more, err := c.step(st)
	if err != nil {
		return nil, err
	}
	st.followSchema(c)
	return &rows{c: c, st: st, fields: st.fields, ahead: more, drained: !more}, nil
}

// rewrite applies what pgx allows before the arguments: a rewriter of the query,
// such as pgx.NamedArgs, is asked; how to talk to a server means nothing here.
func rewrite(ctx context.Context, sql string, args []any) (string, []any, error) {
	var rewriter pgx.QueryRewriter
	for len(args) > 0 {
		switch x := args[0].(type) {
		case pgx.QueryExecMode, pgx.QueryResultFormats, pgx.QueryResultFormatsByOID:
		case pgx.QueryRewriter:
			rewriter = x
		default:
			return rewriteWith(ctx, rewriter, sql, args)
		}
		args = args[1:]
	}
	return rewriteWith(ctx, rewriter, sql, args)
}

func rewriteWith(ctx context.Context, rewriter pgx.QueryRewriter, sql string, args []any) (string, []any, error) {
	if rewriter == nil {
		return sql, args, nil
	}
	sql, args, err := rewriter.RewriteQuery(ctx, nil, sql, args)
	if err != nil {
		return "", nil, &argumentError{err}
	}
	return sql, args, nil
}
