package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/protocrud/protoc-gen-go-crud/runtime/sqlite"
)

// group runs functions at the same time and reports their errors.
type group struct {
	wg   sync.WaitGroup
	mu   sync.Mutex
	errs []error
}

func (g *group) run(f func() error) {
	g.wg.Go(func() {
		if err := f(); err != nil {
			g.mu.Lock()
			defer g.mu.Unlock()
			g.errs = append(g.errs, err)
		}
	})
}

func (g *group) wait() error {
	g.wg.Wait()
	return errors.Join(g.errs...)
}

// Money moves between accounts in transactions and in single statements while
// readers add it up: no sum is ever wrong, and nobody gets an error.
func TestReadersAndWriters(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		const accounts, total, transfers, reads = 10, 1000, 150, 150
		ctx := t.Context()
		mustExec(t, db, "CREATE TABLE accounts (id INTEGER PRIMARY KEY, n INTEGER NOT NULL) STRICT")
		for i := range accounts {
			mustExec(t, db, "INSERT INTO accounts VALUES ($1, $2)", i, total/accounts)
		}
		g := &group{}
		for w := range 4 {
			g.run(func() error {
				for i := range transfers {
					from, to := (w+i)%accounts, (w*3+i*7+1)%accounts
					if err := transfer(ctx, db, from, to, i%3 == 0); err != nil {
						return fmt.Errorf("transfer: %w", err)
					}
				}
				return nil
			})
		}
		for range 4 {
			g.run(func() error {
				for range reads {
					if err := checkSum(ctx, db, total); err != nil {
						return err
					}
				}
				return nil
			})
		}
		require.NoError(t, g.wait())
		require.NoError(t, checkSum(ctx, db, total))
		assert.Equal(t, "ok", one[string](t, db, "PRAGMA integrity_check"))
	})
}

func transfer(ctx context.Context, db *sqlite.DB, from, to int, single bool) error {
	if single {
		_, err := db.Exec(ctx, `UPDATE accounts SET n = n + CASE id WHEN $1 THEN -1 ELSE 1 END
			WHERE id IN ($1, $2) AND $1 <> $2`, from, to)
		return err
	}
	return pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		var n int64
		if err := tx.QueryRow(ctx, "UPDATE accounts SET n = n - 1 WHERE id = $1 RETURNING n", from).Scan(&n); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE accounts SET n = n + 1 WHERE id = $1", to)
		return err
	})
}

// checkSum adds the rows up one by one, so that the read takes a while.
func checkSum(ctx context.Context, db *sqlite.DB, want int64) error {
	rows, err := db.Query(ctx, "SELECT n FROM accounts")
	if err != nil {
		return err
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	sum := int64(0)
	for _, n := range got {
		sum += n
	}
	if sum != want {
		return fmt.Errorf("the sum is %d, not %d", sum, want)
	}
	return nil
}

func TestCancelInterrupts(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		mustExec(t, db, booksDDL)
		insert := "INSERT INTO books (title) SELECT 'n' FROM (" + endless + ")"
		for name, run := range map[string]func(context.Context) error{
			"exec a read": func(ctx context.Context) error { _, err := db.Exec(ctx, endless); return err },
			"query":       func(ctx context.Context) error { _, err := db.Query(ctx, endless); return err },
			"query row":   func(ctx context.Context) error { return db.QueryRow(ctx, endless).Scan(new(int)) },
			"exec":        func(ctx context.Context) error { _, err := db.Exec(ctx, insert); return err },
			"returning":   func(ctx context.Context) error { _, err := db.Query(ctx, insert+" RETURNING id"); return err },
			"script":      func(ctx context.Context) error { _, err := db.Exec(ctx, addBook+";"+insert); return err },
			"a later row": func(ctx context.Context) error { return readAll(ctx, db) },
			"in a transaction": func(ctx context.Context) error {
				return pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error { return readAll(ctx, tx) })
			},
			"between rows": func(ctx context.Context) error {
				rows, err := db.Query(ctx, "SELECT value FROM json_each('[1, 2, 3]')")
				if err != nil {
					return err
				}
				defer rows.Close()
				<-ctx.Done()
				for rows.Next() {
				}
				return rows.Err()
			},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			err := run(ctx)
			cancel()
			require.ErrorIs(t, err, context.DeadlineExceeded, name)

			ctx, cancel = context.WithCancel(t.Context())
			timer := time.AfterFunc(10*time.Millisecond, cancel)
			err = run(ctx)
			timer.Stop()
			cancel()
			require.ErrorIs(t, err, context.Canceled, name)

			require.ErrorIs(t, run(ctx), context.Canceled, name)
		}
		assert.Equal(t, int64(0), countBooks(t, db), "what was interrupted was undone")
	})
}

// readAll gets a first row and then waits for a second one that never comes.
func readAll(ctx context.Context, q interface {
	Query(context.Context, string, ...any) (pgx.Rows, error)
},
) error {
	rows, err := q.Query(ctx, "SELECT 1 UNION ALL SELECT * FROM ("+endless+")")
	if err != nil {
		return err
	}
	_, err = pgx.CollectRows(rows, pgx.RowTo[int64])
	return err
}

// After many cancelled calls, plain ones see nothing of it.
func TestCancelStorm(t *testing.T) {
	t.Parallel()
	onEachEngine(t, func(t *testing.T, db *sqlite.DB) {
		mustExec(t, db, booksDDL)
		var cancelled atomic.Int64
		g := &group{}
		for i := range 64 {
			g.run(func() error {
				for j := range 5 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration((i+j)%20)*time.Millisecond)
					err := stormCall(ctx, db, i+j)
					cancel()
					switch {
					case errors.Is(err, context.DeadlineExceeded):
						cancelled.Add(1)
					case err != nil:
						return err
					}
				}
				return nil
			})
		}
		require.NoError(t, g.wait())
		assert.NotZero(t, cancelled.Load())
		before := countBooks(t, db)
		for i := range int64(200) {
			mustExec(t, db, addBook)
			require.Equal(t, before+i+1, countBooks(t, db))
		}
	})
}

func stormCall(ctx context.Context, db *sqlite.DB, i int) error {
	switch i % 4 {
	case 0:
		_, err := db.Exec(ctx, endless)
		return err
	case 1:
		_, err := db.Exec(ctx, "INSERT INTO books (title) SELECT 'n' FROM ("+endless+")")
		return err
	case 2:
		return readAll(ctx, db)
	default:
		return pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, addBook)
			return err
		})
	}
}

// A context that ends just when a statement does must not harm the next one.
func TestCancelRacesWithTheEnd(t *testing.T) {
	t.Parallel()
	db := openBooks(t, sqlite.WithReaders(1))
	for i := range 2000 {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			cancel()
		}()
		_, err := db.Exec(ctx, "SELECT 1")
		if err != nil {
			require.ErrorIs(t, err, context.Canceled)
		}
		_, err = db.Exec(t.Context(), "SELECT 1")
		require.NoError(t, err, i)
		<-done
	}
}

func TestWaitingForTheWriterHonoursTheContext(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	tx := begin(t, db)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := db.Exec(ctx, addBook)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "waiting for the writer")
	_, err = db.Begin(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, tx.Commit(t.Context()))
	mustExec(t, db, addBook)
}

// A transaction that several goroutines use at the same time, against the rules,
// answers with errors.
func TestMisusedTransaction(t *testing.T) {
	t.Parallel()
	db := openBooks(t)
	for range 20 {
		tx := begin(t, db)
		g := &group{}
		for i := range 8 {
			g.run(func() error {
				for range 20 {
					rows, _ := tx.Query(t.Context(), "SELECT value FROM json_each('[1, 2, 3]')")
					for rows.Next() {
						_ = rows.Scan(new(int))
					}
					rows.Close()
				}
				if i == 3 {
					_ = tx.Rollback(t.Context())
				}
				return nil
			})
		}
		require.NoError(t, g.wait())
		require.ErrorIs(t, tx.Commit(t.Context()), pgx.ErrTxClosed)
	}
	mustExec(t, db, addBook)
}

func TestCloseUnderLoad(t *testing.T) {
	t.Parallel()
	for _, name := range []string{":memory:", t.TempDir() + "/test.db"} {
		db, err := sqlite.Open(name)
		require.NoError(t, err)
		mustExec(t, db, booksDDL)
		g := &group{}
		started := make(chan struct{}, 8)
		for i := range 8 {
			g.run(func() error {
				for n := 0; ; n++ {
					if n == 3 {
						started <- struct{}{}
					}
					sql := "SELECT count(*) FROM books"
					if i%2 == 0 {
						sql = addBook
					}
					if _, err := db.Exec(context.Background(), sql); err != nil {
						if err.Error() == "sqlite: database is closed" {
							return nil
						}
						return err
					}
				}
			})
		}
		for range 8 {
			<-started
		}
		require.NoError(t, db.Close())
		require.NoError(t, g.wait())
	}
}

func TestOpenAndCloseAtTheSameTime(t *testing.T) {
	t.Parallel()
	path := t.TempDir() + "/test.db"
	keep := openAt(t, path)
	mustExec(t, keep, booksDDL)
	g := &group{}
	for i := range 16 {
		g.run(func() error {
			name, sql := ":memory:", booksDDL
			if i%2 == 0 {
				name, sql = path, addBook
			}
			db, err := sqlite.Open(name)
			if err != nil {
				return err
			}
			_, err = db.Exec(context.Background(), sql)
			return errors.Join(err, db.Close())
		})
	}
	require.NoError(t, g.wait())
	assert.Equal(t, int64(8), countBooks(t, keep))
}

// Many that open a file which is not there yet, and close it as the last, do not
// get into each other's way.
func TestFreshFileOpenedAtOnce(t *testing.T) {
	t.Parallel()
	const opens, rounds = 12, 3
	path := t.TempDir() + "/fresh.db"
	g := &group{}
	for range opens {
		g.run(func() error {
			for range rounds {
				db, err := sqlite.Open(path)
				if err != nil {
					return err
				}
				_, err = db.Exec(context.Background(), "CREATE TABLE IF NOT EXISTS t (a INTEGER); INSERT INTO t VALUES (1)")
				if err := errors.Join(err, db.Close()); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, g.wait())
	assert.Equal(t, int64(opens*rounds), one[int64](t, openAt(t, path), "SELECT count(*) FROM t"))
}
