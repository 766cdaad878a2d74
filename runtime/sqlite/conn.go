package sqlite

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// conn is one connection to SQLite. It is used by one goroutine at a time, which
// whoever hands it out sees to; only its watcher runs beside.
type conn struct {
	tls   *libc.TLS
	db    uintptr // sqlite3*
	out   uintptr // room for two pointers that SQLite returns
	id    uintptr // by which SQLite's callbacks find the conn
	stmts stmtCache
	watch watcher

	busyTimeout time.Duration
	onClose     func()
}

// The connections that are open, by id: SQLite's callbacks get the id alone.
var (
	openConns  sync.Map // uintptr -> *conn
	lastConnID atomic.Uintptr
)

const (
	openFlags = sqlite3.SQLITE_OPEN_READWRITE | sqlite3.SQLITE_OPEN_CREATE |
		sqlite3.SQLITE_OPEN_NOMUTEX | sqlite3.SQLITE_OPEN_EXRESCODE

	pointerSize = int(unsafe.Sizeof(uintptr(0)))

	// progressSteps is how many steps of SQLite's machine pass between two looks
	// at whether the context has ended.
	progressSteps = 1000
)

// openConn opens path in the file system vfs, or in the default one if vfs is "".
func openConn(path, vfs string, busyTimeout time.Duration) (*conn, error) {
	c := &conn{
		tls:         libc.NewTLS(),
		id:          lastConnID.Add(1),
		busyTimeout: busyTimeout,
		onClose:     func() {},
	}
	c.watch.init(c)
	c.stmts.init()
	if err := c.open(path, vfs); err != nil {
		_ = c.close() // err says what is wrong
		return nil, err
	}
	return c, nil
}

func (c *conn) open(path, vfs string) error {
	c.out = allocZeroed(c.tls, 2*pointerSize)
	zPath := copyOut(c.tls, bytesOf(path))
	defer sqlite3.Xsqlite3_free(c.tls, zPath)
	if c.out == 0 || zPath == 0 {
		return errNoMemory()
	}
	var zVFS uintptr
	if vfs != "" {
		zVFS = copyOut(c.tls, bytesOf(vfs))
		defer sqlite3.Xsqlite3_free(c.tls, zVFS)
	}
	rc := sqlite3.Xsqlite3_open_v2(c.tls, zPath, c.out, openFlags, zVFS)
	c.db = c.outPointer(0)
	if rc != sqlite3.SQLITE_OK {
		return c.failure(rc)
	}
	openConns.Store(c.id, c)
	sqlite3.Xsqlite3_busy_handler(c.tls, c.db, funcPointer(onBusy), c.id)
	sqlite3.Xsqlite3_progress_handler(c.tls, c.db, progressSteps, funcPointer(onProgress), c.id)
	return c.refuseQuotedStrings()
}

// refuseQuotedStrings makes "x" a name and never a string: a misspelt column is
// an error then.
func (c *conn) refuseQuotedStrings() error {
	args := allocZeroed(c.tls, 2*8)
	if args == 0 {
		return errNoMemory()
	}
	defer sqlite3.Xsqlite3_free(c.tls, args)
	for _, op := range []int32{sqlite3.SQLITE_DBCONFIG_DQS_DDL, sqlite3.SQLITE_DBCONFIG_DQS_DML} {
		rc := sqlite3.Xsqlite3_db_config(c.tls, c.db, op, libc.VaList(args, int32(0), uintptr(0)))
		if rc != sqlite3.SQLITE_OK {
			return c.failure(rc)
		}
	}
	return nil
}

// close finalises all statements and closes the connection. It may be called
// twice, and on a connection that failed to open.
func (c *conn) close() error {
	if c.tls == nil {
		return nil
	}
	c.stmts.clear(c)
	openConns.Delete(c.id)
	var err error
	if c.db != 0 {
		if rc := sqlite3.Xsqlite3_close_v2(c.tls, c.db); rc != sqlite3.SQLITE_OK {
			err = c.failure(rc)
		}
	}
	sqlite3.Xsqlite3_free(c.tls, c.out)
	c.tls.Close()
	c.tls, c.db, c.out = nil, 0, 0
	c.onClose()
	return err
}

func (c *conn) outPointer(i int) uintptr {
	return *(*uintptr)(pointer(c.out + uintptr(i*pointerSize)))
}

// inTransaction reports whether a transaction is open. SQLite ends one by itself
// after some errors.
func (c *conn) inTransaction() bool {
	return sqlite3.Xsqlite3_get_autocommit(c.tls, c.db) == 0
}

// failure is the error for a result code of the last call: that of the context
// if the context caused it.
func (c *conn) failure(rc int32) error {
	if err := c.watch.cause(rc); err != nil {
		return err
	}
	if c.db == 0 {
		return engineError(rc, libc.GoString(sqlite3.Xsqlite3_errstr(c.tls, rc)), -1)
	}
	message := libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))
	return engineError(rc, message, int(sqlite3.Xsqlite3_error_offset(c.tls, c.db)))
}

func errNoMemory() error { return newError(stateOutOfMemory, "out of memory") }

// pragma runs a PRAGMA and returns the first column of its first row as text.
func (c *conn) pragma(pragma string) (string, error) {
	st, _, err := c.compile("PRAGMA " + pragma)
	if err != nil {
		return "", err
	}
	defer st.finalize(c)
	more, err := c.step(st)
	if err != nil || !more {
		return "", err
	}
	v := c.column(st, 0)
	if v.kind == kindText {
		return v.text(), nil
	}
	return fmt.Sprint(v.any()), nil
}

// onProgress is called by SQLite during long statements; what is not 0 stops
// them.
func onProgress(_ *libc.TLS, id uintptr) int32 {
	if c, ok := openConns.Load(id); ok && c.(*conn).watch.err() != nil {
		return 1
	}
	return 0
}

const maxBusyDelay = 25 * time.Millisecond

// onBusy is called by SQLite when another process holds a lock that it needs, for
// the n-th time counted from 0; 0 gives up.
func onBusy(_ *libc.TLS, id uintptr, n int32) int32 {
	found, ok := openConns.Load(id)
	if !ok {
		return 0
	}
	if found.(*conn).waitBusy(n) {
		return 1
	}
	return 0
}

// waitBusy waits for the n-th time, counted from 0, and reports whether to try
// again.
func (c *conn) waitBusy(n int32) bool {
	delay, waited := busyDelay(n)
	if waited+delay > c.busyTimeout {
		delay = c.busyTimeout - waited
	}
	return delay > 0 && c.watch.sleep(delay)
}

// busyDelay is how long to wait for the n-th time, and how long the waits before
// it were: 1, 2, 3 … 25, 25 … milliseconds.
func busyDelay(n int32) (delay, waited time.Duration) {
	const steps = int64(maxBusyDelay / time.Millisecond)
	k := int64(n)
	if k < steps {
		return time.Duration(k+1) * time.Millisecond, time.Duration(k*(k+1)/2) * time.Millisecond
	}
	rising := time.Duration(steps*(steps+1)/2) * time.Millisecond
	return maxBusyDelay, rising + time.Duration(k-steps)*maxBusyDelay
}
