package sqlite

import "container/list"

// cacheSize is how many statements a connection keeps compiled.
const cacheSize = 128

// stmtCache keeps the statements that were used last, by their text. SQLite
// compiles them again by itself when the schema has changed.
type stmtCache struct {
	byText map[string]*list.Element // of *stmt
	recent *list.List               // the one used last is in front
}

func (sc *stmtCache) init() {
	sc.byText = make(map[string]*list.Element)
	sc.recent = list.New()
}

func (sc *stmtCache) get(sql string) *stmt {
	e, ok := sc.byText[sql]
	if !ok {
		return nil
	}
	sc.recent.MoveToFront(e)
	return e.Value.(*stmt)
}

// put keeps st, and finalises the statement that was not used for the longest
// time when there are too many. None is in use then: a connection runs one
// statement at a time.
func (sc *stmtCache) put(c *conn, st *stmt) {
	st.kept = true
	sc.byText[st.sql] = sc.recent.PushFront(st)
	if sc.recent.Len() <= cacheSize {
		return
	}
	last := sc.recent.Back()
	old := sc.recent.Remove(last).(*stmt)
	delete(sc.byText, old.sql)
	old.finalize(c)
}

// clear finalises all statements.
func (sc *stmtCache) clear(c *conn) {
	for e := sc.recent.Front(); e != nil; e = e.Next() {
		e.Value.(*stmt).finalize(c)
	}
	sc.init()
}

// prepare returns the compiled statement for sql, from the cache if it is there,
// and what follows it in the text. A statement that is not kept is to be given to
// done after its use, as every other.
func (c *conn) prepare(sql string) (*stmt, string, error) {
	if st := c.stmts.get(sql); st != nil {
		return st, "", nil
	}
	st, rest, err := c.compile(sql)
	if err != nil {
		return nil, "", err
	}
	if rest == "" && st.worthKeeping() {
		st.sql = sql
		c.stmts.put(c, st)
	}
	return st, rest, nil
}

// worthKeeping leaves out what is run once: DDL, PRAGMAs and the like.
func (st *stmt) worthKeeping() bool {
	if st.handle == 0 {
		return false
	}
	switch st.command.verb {
	case verbSelect, verbInsert, verbUpdate, verbDelete, verbTransaction, verbRollback, verbSavepoint:
		return true
	default:
		return false
	}
}

// done ends the use of a statement.
func (c *conn) done(st *stmt) {
	if st == nil || st.handle == 0 {
		return
	}
	c.reset(st)
	if !st.kept {
		st.finalize(c)
	}
}
