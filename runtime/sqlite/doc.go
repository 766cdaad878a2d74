// Package sqlite is the embedded engine: SQLite without cgo, behind the
// interface that pgx users know. It needs no server and no set-up.
//
//	db, err := sqlite.Open("library.db")
//	if err != nil {
//		return err
//	}
//	defer db.Close()
//	rows, err := db.Query(ctx, "SELECT id, title FROM books WHERE author_id = $1", id)
//
// A [DB] has Exec, Query, QueryRow and Begin with pgx's signatures, so that
// pgx.BeginFunc, pgx.CollectRows and the pgx.RowTo functions work on it, and so
// does everything that asks for a crud.DB. Errors of the engine are
// *pgconn.PgError with PostgreSQL's SQLSTATE; no rows is pgx.ErrNoRows.
//
// # Concurrency
//
// SQLite has a single writer. A DB has one connection that writes and a pool of
// connections that read. Reads see what was committed before they began and
// never wait for the writer; a write that has returned is seen by the next read.
// Writers wait for each other in order of arrival, no longer than their context
// and the busy timeout allow, and then fail with SQLSTATE 55P03. A transaction
// holds the writer from Begin to Commit or Rollback, so keep it short, and write
// through it alone: a write through the DB from within the transaction waits for
// the transaction itself.
//
// Statements are sent where they belong by what they do: SELECT, VALUES,
// EXPLAIN, WITH and reading PRAGMAs run on a reader, all others on the writer. A
// write that returns rows is run to its end before Query returns.
//
// When a context ends, the statement that runs under it is interrupted, and the
// error returned is that of the context.
//
// # Transactions
//
// They behave as PostgreSQL's: after a statement failed, every other fails with
// SQLSTATE 25P02 until the transaction, or the nested one that holds the failed
// statement, is rolled back; a Commit rolls back and returns
// pgx.ErrTxCommitRollback. BEGIN, COMMIT and ROLLBACK as text are refused.
//
// # Values
//
// SQLite stores INTEGER, REAL, TEXT and BLOB. Go values are kept in them thus:
//
//   - bool as 0 or 1; integers up to 64 bits as they are;
//   - uint64 as an INTEGER that sorts as the uint64 does: its top bit is
//     inverted. A uint64 argument is stored so, and scanning into a *uint64
//     undoes it; so scan a count(*) into an int64, and bind plain numbers as
//     int64;
//   - time.Time as Unix microseconds, what is finer cut off; scanned in UTC;
//   - float64 as REAL. NaN is refused, because SQLite would store NULL;
//   - string as TEXT. NUL and invalid UTF-8 are refused with SQLSTATE 22021, as
//     by PostgreSQL; []byte as BLOB, where empty is not NULL;
//   - slices as the TEXT of a JSON array whose elements are stored as above, so
//     that "x IN (SELECT value FROM json_each($1))" matches; elements of
//     [][]byte are base64;
//   - a nil pointer or slice as NULL, any other pointer as what it points to;
//   - what implements driver.Valuer or one of pgtype's valuers as its value.
//
// Parameters are $1 to $n, in any order and repeated. Use STRICT tables: without
// it SQLite converts values to fit a column.
//
// # Limits
//
//   - One writer at a time, in all processes that use the file.
//   - lower() and upper() fold ASCII letters only. LIKE is case-sensitive, as on
//     PostgreSQL.
//   - There are no numeric and no array types, and no operators on them.
//   - No listening for notifications, no server-side cursors, no large objects.
//   - A setting made by PRAGMA concerns the writer's connection alone; ATTACH is
//     refused; a temporary table is seen by writes and transactions only.
//   - Foreign keys are checked, but SQLite does not say which one failed.
//   - synchronous is NORMAL: a power cut can lose the last transactions but
//     never harms the file.
package sqlite
