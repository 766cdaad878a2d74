package sqlite

import (
	"fmt"
	"math"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// stmt is a compiled statement of one connection.
type stmt struct {
	sql      string
	handle   uintptr // sqlite3_stmt*; 0 for a text that holds no statement
	readOnly bool
	kept     bool // by the connection's cache, which finalises it
	command  command
	params   int // of $1 to $n the n
	fields   []pgconn.FieldDescription
	columns  int
	// compiled counts how often SQLite compiled the statement again by itself,
	// after the schema had changed.
	compiled int32
	// borrowed lists the parameters whose texts and blobs are to be freed.
	borrowed []int32
}

// compile compiles the first statement of sql and returns what follows it, "" if
// that is no statement.
func (c *conn) compile(sql string) (st *stmt, rest string, err error) {
	if strings.IndexByte(sql, 0) >= 0 {
		return nil, "", newError(stateSyntax, "a statement cannot hold the character NUL")
	}
	if len(sql) >= math.MaxInt32 {
		return nil, "", newError(stateProgramLimit, "the statement is too long: %d bytes", len(sql))
	}
	text := copyOut(c.tls, bytesOf(sql))
	if text == 0 {
		return nil, "", errNoMemory()
	}
	defer sqlite3.Xsqlite3_free(c.tls, text)
	params, err := numberParams(sql, memoryAt(text, len(sql)))
	if err != nil {
		return nil, "", err
	}
	rc := sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, text, int32(len(sql))+1,
		sqlite3.SQLITE_PREPARE_PERSISTENT, c.out, c.out+uintptr(pointerSize))
	if rc != sqlite3.SQLITE_OK {
		return nil, "", c.failure(rc)
	}
	end := int(c.outPointer(1) - text)
	st = &stmt{sql: sql[:end], handle: c.outPointer(0)}
	if st.handle != 0 {
		st.describe(c)
	}
	rest = sql[end:]
	if onlyBlank(rest) {
		rest = ""
		if st.params != params {
			st.finalize(c)
			return nil, "", newError(stateSyntax, "the statement has %d parameters to SQLite, not %d", st.params, params)
		}
	}
	return st, rest, nil
}

func (st *stmt) describe(c *conn) {
	st.readOnly = sqlite3.Xsqlite3_stmt_readonly(c.tls, st.handle) != 0
	st.command = commandOf(st.sql)
	st.params = int(sqlite3.Xsqlite3_bind_parameter_count(c.tls, st.handle))
	st.describeColumns(c)
}

func (st *stmt) describeColumns(c *conn) {
	st.columns = int(sqlite3.Xsqlite3_column_count(c.tls, st.handle))
	st.fields = make([]pgconn.FieldDescription, st.columns)
	for i := range st.fields {
		st.fields[i].Name = libc.GoString(sqlite3.Xsqlite3_column_name(c.tls, st.handle, int32(i)))
	}
}

// followSchema looks at the columns again if the first step compiled the
// statement again.
func (st *stmt) followSchema(c *conn) {
	n := sqlite3.Xsqlite3_stmt_status(c.tls, st.handle, sqlite3.SQLITE_STMTSTATUS_REPREPARE, 0)
	if n != st.compiled {
		st.compiled = n
		st.describeColumns(c)
	}
}

func (st *stmt) finalize(c *conn) {
	// The result is that of the last step, which has been reported.
	sqlite3.Xsqlite3_finalize(c.tls, st.handle)
	st.handle = 0
}

// reset makes the statement ready for its next use and frees what was bound.
//
// Parameters are not set to NULL at large: SQLite plans some statements by the
// value of a parameter and would plan them again.
func (c *conn) reset(st *stmt) {
	sqlite3.Xsqlite3_reset(c.tls, st.handle) // reports the last step's error again
	for _, i := range st.borrowed {
		sqlite3.Xsqlite3_bind_null(c.tls, st.handle, i)
	}
	st.borrowed = st.borrowed[:0]
}

// step goes on to the next row and reports whether there is one. A statement
// whose context has ended is not begun.
func (c *conn) step(st *stmt) (bool, error) {
	if err := c.watch.err(); err != nil {
		return false, err
	}
	switch rc := sqlite3.Xsqlite3_step(c.tls, st.handle); rc {
	case sqlite3.SQLITE_ROW:
		return true, nil
	case sqlite3.SQLITE_DONE:
		return false, nil
	default:
		return false, c.failure(rc)
	}
}

// bind binds args, which must be as many as the parameters.
func (c *conn) bind(st *stmt, args []any) error {
	if len(args) != st.params {
		return &argumentError{fmt.Errorf("expected %d arguments, got %d", st.params, len(args))}
	}
	for i, arg := range args {
		v, err := toValue(arg)
		if err != nil {
			return newArgumentError(i+1, err)
		}
		if err := c.bindValue(st, int32(i)+1, &v); err != nil {
			return newArgumentError(i+1, err)
		}
	}
	return nil
}

func (c *conn) bindValue(st *stmt, i int32, v *value) error {
	var rc int32
	switch v.kind {
	case kindInteger:
		rc = sqlite3.Xsqlite3_bind_int64(c.tls, st.handle, i, v.num)
	case kindReal:
		rc = sqlite3.Xsqlite3_bind_double(c.tls, st.handle, i, v.real)
	case kindNull:
		rc = sqlite3.Xsqlite3_bind_null(c.tls, st.handle, i)
	default:
		return c.bindBytes(st, i, v)
	}
	if rc != sqlite3.SQLITE_OK {
		return c.failure(rc)
	}
	return nil
}

// bindBytes gives SQLite a copy that it frees, on failure too.
func (c *conn) bindBytes(st *stmt, i int32, v *value) error {
	p := copyOut(c.tls, v.raw)
	if p == 0 {
		return errNoMemory()
	}
	var rc int32
	if v.kind == kindText {
		rc = sqlite3.Xsqlite3_bind_text64(c.tls, st.handle, i, p, uint64(len(v.raw)), freeFunc, sqlite3.SQLITE_UTF8)
	} else {
		rc = sqlite3.Xsqlite3_bind_blob64(c.tls, st.handle, i, p, uint64(len(v.raw)), freeFunc)
	}
	if rc != sqlite3.SQLITE_OK {
		return c.failure(rc)
	}
	st.borrowed = append(st.borrowed, i)
	return nil
}

// column reads a column of the current row. Texts and blobs are SQLite's memory,
// which is gone with the row.
func (c *conn) column(st *stmt, i int) value {
	n := int32(i)
	switch k := kind(sqlite3.Xsqlite3_column_type(c.tls, st.handle, n)); k {
	case kindInteger:
		return integerValue(sqlite3.Xsqlite3_column_int64(c.tls, st.handle, n))
	case kindReal:
		return value{kind: k, real: sqlite3.Xsqlite3_column_double(c.tls, st.handle, n)}
	case kindText:
		p := sqlite3.Xsqlite3_column_text(c.tls, st.handle, n)
		return value{kind: k, raw: memoryAt(p, int(sqlite3.Xsqlite3_column_bytes(c.tls, st.handle, n)))}
	case kindBlob:
		p := sqlite3.Xsqlite3_column_blob(c.tls, st.handle, n)
		return value{kind: k, raw: memoryAt(p, int(sqlite3.Xsqlite3_column_bytes(c.tls, st.handle, n)))}
	default:
		return nullValue()
	}
}
