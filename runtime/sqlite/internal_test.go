package sqlite

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
	"pgregory.net/rapid"
)

// A memory file behaves like a slice of bytes that grows.
func TestMemoryFileProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := &memoryFile{}
		var model []byte
		offsets := rapid.OneOf(rapid.Int64Range(0, 3*chunkSize), rapid.SampledFrom([]int64{0, chunkSize - 1, chunkSize, chunkSize + 1}))
		sizes := rapid.OneOf(rapid.IntRange(0, 100), rapid.SampledFrom([]int{chunkSize, 2*chunkSize + 3}))
		t.Repeat(map[string]func(*rapid.T){
			"write": func(t *rapid.T) {
				at, n := offsets.Draw(t, "offset"), sizes.Draw(t, "size")
				p := make([]byte, n)
				fill := rapid.Byte().Draw(t, "byte")
				for i := range p {
					p[i] = fill + byte(i)
				}
				f.writeAt(p, at)
				if end := int(at) + n; end > len(model) {
					model = append(model, make([]byte, end-len(model))...)
				}
				copy(model[at:], p)
			},
			"truncate": func(t *rapid.T) {
				n := offsets.Draw(t, "size")
				f.truncate(n)
				if int(n) < len(model) {
					model = model[:n:n]
				}
			},
			"read": func(t *rapid.T) {
				at, n := offsets.Draw(t, "offset"), sizes.Draw(t, "size")
				got := make([]byte, n)
				for i := range got {
					got[i] = 0xee
				}
				whole := f.readAt(got, at)
				want := make([]byte, n)
				if int(at) < len(model) {
					copy(want, model[at:])
				}
				require.Equal(t, want, got)
				require.Equal(t, int(at)+n <= len(model) || n == 0, whole)
			},
			"": func(t *rapid.T) { require.Equal(t, int64(len(model)), f.length()) },
		})
	})
}

func TestFileLocks(t *testing.T) {
	t.Parallel()
	const (
		none, shared, reserved = sqlite3.SQLITE_LOCK_NONE, sqlite3.SQLITE_LOCK_SHARED, sqlite3.SQLITE_LOCK_RESERVED
		exclusive              = sqlite3.SQLITE_LOCK_EXCLUSIVE
		ok, busy               = int32(sqlite3.SQLITE_OK), int32(sqlite3.SQLITE_BUSY)
	)
	f := &memoryFile{}
	a, b, c := &openFile{file: f}, &openFile{file: f}, &openFile{file: f}
	assert.Equal(t, ok, f.acquire(a, shared))
	assert.Equal(t, ok, f.acquire(a, shared), "again")
	assert.Equal(t, ok, f.acquire(b, shared))
	assert.Equal(t, ok, f.acquire(a, reserved))
	assert.True(t, f.isReserved())
	assert.Equal(t, busy, f.acquire(b, reserved))
	assert.Equal(t, ok, f.acquire(c, shared), "one may read beside who will write")
	assert.Equal(t, busy, f.acquire(a, exclusive))
	f.release(c, none)
	assert.Equal(t, busy, f.acquire(c, shared), "new readers wait")
	assert.Equal(t, busy, f.acquire(b, exclusive))
	f.release(b, none)
	assert.Equal(t, ok, f.acquire(a, exclusive))
	assert.Equal(t, busy, f.acquire(b, shared))
	f.release(a, shared)
	assert.False(t, f.isReserved())
	assert.Equal(t, ok, f.acquire(b, shared))
	f.release(a, none)
	f.release(a, none)
	assert.Equal(t, ok, f.acquire(b, exclusive), "without a reserved lock before")
	f.release(b, none)
	assert.Zero(t, f.shared)
}

func TestSharedMemoryLocks(t *testing.T) {
	t.Parallel()
	const ok, busy = int32(sqlite3.SQLITE_OK), int32(sqlite3.SQLITE_BUSY)
	m := &sharedMemory{}
	a, b := &openFile{}, &openFile{}
	assert.Equal(t, ok, m.lock(a, 3, 1, false))
	assert.Equal(t, ok, m.lock(a, 3, 1, false), "again")
	assert.Equal(t, ok, m.lock(b, 3, 1, false))
	assert.Equal(t, busy, m.lock(b, 0, 8, true))
	m.unlock(a, 3, 1)
	assert.Equal(t, busy, m.lock(a, 3, 1, true), "b still shares it")
	m.unlock(b, 3, 1)
	m.unlock(b, 3, 1)
	assert.Equal(t, ok, m.lock(a, 0, 8, true))
	assert.Equal(t, busy, m.lock(b, 7, 1, false))
	m.unlock(b, 7, 1)
	assert.Equal(t, busy, m.lock(b, 7, 1, true), "only the holder unlocks")
	m.unlock(a, 1, 2)
	assert.Equal(t, ok, m.lock(b, 1, 1, true))
	assert.Equal(t, busy, m.lock(b, 3, 1, true))
	m.unlock(a, 0, 8)
	m.unlock(b, 0, 8)
	assert.Zero(t, m.locks)
}

// It is not parallel, because it looks at what all databases share.
func TestMemoryStoreLeavesNothing(t *testing.T) {
	db, err := Open(":memory:")
	require.NoError(t, err)
	_, err = db.Exec(t.Context(), "CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)")
	require.NoError(t, err)
	rows, err := db.Query(t.Context(), "SELECT a FROM t")
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.True(t, rows.Next(), "the memory is there for those who read it")
	rows.Close()

	files := 0
	openFiles.Range(func(any, any) bool { files++; return true })
	conns := 0
	openConns.Range(func(any, any) bool { conns++; return true })
	assert.Zero(t, files)
	assert.Zero(t, conns)
	assert.Empty(t, memoryFiles.byPath)
}

func TestStatementCacheIsBounded(t *testing.T) {
	t.Parallel()
	db, err := Open(":memory:", WithReaders(1))
	require.NoError(t, err)
	defer db.Close()
	for round := range 3 {
		for i := range cacheSize * 2 {
			var n int
			require.NoError(t, db.QueryRow(t.Context(), fmt.Sprintf("SELECT %d + $1", i), round).Scan(&n))
			require.Equal(t, i+round, n)
		}
	}
	c := db.readers.idle[0]
	assert.Equal(t, cacheSize, c.stmts.recent.Len())
	assert.Len(t, c.stmts.byText, cacheSize)
	kept := c.stmts.get("SELECT 255 + $1")
	require.NotNil(t, kept)
	assert.Nil(t, c.stmts.get("SELECT 0 + $1"))
	assert.Empty(t, kept.borrowed)

	_, err = db.Exec(t.Context(), "SELECT 255 + $1", 1)
	require.NoError(t, err)
	assert.Same(t, kept, c.stmts.get("SELECT 255 + $1"))
	assert.Equal(t, cacheSize, liveStatements(c), "what was thrown out was finalised")
}

func liveStatements(c *conn) int {
	n := 0
	for h := sqlite3.Xsqlite3_next_stmt(c.tls, c.db, 0); h != 0; h = sqlite3.Xsqlite3_next_stmt(c.tls, c.db, h) {
		n++
	}
	return n
}

// Texts and blobs are not kept with the statement that they were bound to.
func TestBoundTextsAreFreed(t *testing.T) {
	t.Parallel()
	db, err := Open(":memory:", WithReaders(1))
	require.NoError(t, err)
	defer db.Close()
	var s string
	require.NoError(t, db.QueryRow(t.Context(), "SELECT $1 || $2", "secret", int64(5)).Scan(&s))
	require.Equal(t, "secret5", s)
	c := db.readers.idle[0]
	st := c.stmts.get("SELECT $1 || $2")
	text := sqlite3.Xsqlite3_expanded_sql(c.tls, st.handle)
	defer sqlite3.Xsqlite3_free(c.tls, text)
	assert.NotContains(t, libc.GoString(text), "secret")
}

func TestBrokenWriterIsReplaced(t *testing.T) {
	t.Parallel()
	db, err := Open(":memory:")
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(t.Context(), "CREATE TABLE t (a INTEGER)")
	require.NoError(t, err)
	c, err := db.writer.acquire(t.Context())
	require.NoError(t, err)
	require.NoError(t, c.control(sqlBegin))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	c.watch.ctx = ended // so no statement can be run, ROLLBACK neither
	db.writer.release(c)
	assert.Zero(t, c.db, "it was closed")
	_, err = db.Exec(t.Context(), "INSERT INTO t VALUES (1)")
	require.NoError(t, err)
}

// Whoever waits for the writer gets it in the order of arrival.
func TestWritersWaitInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, err := Open(":memory:")
		require.NoError(t, err)
		defer db.Close()
		tx, err := db.Begin(t.Context())
		require.NoError(t, err)
		var order []int
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				c, err := db.writer.acquire(t.Context())
				if assert.NoError(t, err) {
					order = append(order, i)
					db.writer.release(c)
				}
			})
			synctest.Wait()
		}
		require.NoError(t, tx.Rollback(t.Context()))
		wg.Wait()
		assert.Len(t, order, 20)
		assert.IsIncreasing(t, order)
	})
}

func TestErrorsOfOtherCodes(t *testing.T) {
	t.Parallel()
	for code, want := range map[int32]string{
		5: "55P03", 5 | 1<<8: "55P03", 5 | 2<<8: "40001", 6: "55P03", 8: "25006", 8 | 4<<8: "25006",
		9: "57014", 13: "53100", 18: "54000", 19: "23000", 19 | 2<<8: "23000", 20: "22P02",
		2067: "23505", 1555: "23505", 2579: "23505", 787: "23503", 1299: "23502", 275: "23514",
		1811: "23000", 3091: "22P02", 7: "53200", 10: "58030", 10 | 3<<8: "58030", 11: "XX001",
		14: "58030", 15: "55P03", 23: "42501", 25: "42P02", 26: "XX001", 3: "42501", 1: "XX000", 99: "XX000",
	} {
		assert.Equal(t, want, engineError(code, "what happened", -1).Code, code)
	}
	assert.Equal(t, "23503", engineError(1811, "FOREIGN KEY constraint failed", -1).Code)
}

func TestMessagesThatAreNotUnderstoodDescribeNothing(t *testing.T) {
	t.Parallel()
	for _, code := range []int32{2067, 1299, 3091} {
		e := engineError(code, "something else", -1)
		assert.Empty(t, e.TableName+e.ColumnName+e.ConstraintName+e.Detail+e.DataTypeName)
		assert.Zero(t, e.Position)
	}
}

func TestBusyDelays(t *testing.T) {
	t.Parallel()
	total := int64(0)
	for n := range int32(200) {
		delay, waited := busyDelay(n)
		assert.Equal(t, total, waited.Milliseconds())
		assert.LessOrEqual(t, delay, maxBusyDelay)
		assert.Positive(t, delay)
		total += delay.Milliseconds()
	}
}

// The lexer ends on any text, loses nothing but blanks and comments, and agrees
// with SQLite about where a text holds no statement.
func FuzzLexer(f *testing.F) {
	for _, s := range []string{
		"", " ;", "SELECT 1", "'", "''''", "'a''b'c", "\"a\"\"", "[a]b", "`", "-- a\n;", "/* a", "/**/x", "a/*b*/--c",
		"WITH x AS (SELECT ')') DELETE FROM t", "\ufeffSELECT", "x'00'", "$1::text", "EXPLAIN", "é",
	} {
		f.Add(s)
	}
	db, err := Open(":memory:")
	require.NoError(f, err)
	f.Cleanup(func() { _ = db.Close() })
	f.Fuzz(func(t *testing.T, s string) {
		l := lexer{src: s}
		for last := -1; ; {
			tok := l.next()
			if tok == "" {
				break
			}
			require.Greater(t, l.pos, last)
			last = l.pos
		}
		require.Equal(t, len(s), l.pos)
		_, _, _ = mayRead(s), commandOf(s), refuse(s, true)
		if !onlyBlank(s) {
			return
		}
		tag, err := db.Exec(t.Context(), s)
		if err == nil {
			require.Empty(t, tag.String())
		}
	})
}

// Should a write ever reach a reader, SQLite refuses it.
func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	db, err := Open(":memory:")
	require.NoError(t, err)
	defer db.Close()
	_, err = db.Exec(t.Context(), "CREATE TABLE t (a INTEGER)")
	require.NoError(t, err)
	c, err := db.readers.acquire(t.Context())
	require.NoError(t, err)
	defer db.readers.release(c)
	_, err = c.runAll("INSERT INTO t VALUES (1)", nil, nil)
	var e *pgconn.PgError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "25006", e.Code)
}
