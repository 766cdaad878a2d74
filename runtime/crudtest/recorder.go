package crudtest

import (
	"context"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A Recorder is a DB that notes the statements sent through it, in its
// transactions too, and passes them on. It is safe for concurrent use when the DB
// it wraps is; the order of statements that run at the same time is then any.
//
//	db := crudtest.NewRecorder(crudtest.Postgres(t))
//	books := libraryv1.NewBookRepository(db)
//	…
//	assert.Equal(t, []string{"BEGIN", "INSERT …", "COMMIT"}, db.Statements())
//
// It has the methods of [crud.DB] and Dialect alone: what else the wrapped DB can
// do, such as SendBatch, is not seen by who is given the Recorder.
type Recorder struct {
	db  crud.DB
	log *statementLog
}

var _ crud.DB = (*Recorder)(nil)

// NewRecorder returns a Recorder that passes statements on to db.
func NewRecorder(db crud.DB) *Recorder {
	return &Recorder{db: db, log: &statementLog{}}
}

// Statements returns the statements sent since the last Reset, oldest first. Each
// is the text as it was given, whether it succeeded or not. The ends of
// transactions are BEGIN, COMMIT and ROLLBACK; those of a transaction in a
// transaction are SAVEPOINT, RELEASE SAVEPOINT and ROLLBACK TO SAVEPOINT. A Commit
// or Rollback of a transaction that has ended already sends nothing and is not
// noted.
func (r *Recorder) Statements() []string { return r.log.copy() }

// Reset forgets the statements sent so far.
func (r *Recorder) Reset() { r.log.reset() }

// Dialect returns the dialect of the wrapped DB.
func (r *Recorder) Dialect() crud.Dialect { return crud.DialectOf(r.db) }

// Exec notes sql and runs it.
func (r *Recorder) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	r.log.add(sql)
	return r.db.Exec(ctx, sql, args...)
}

// Query notes sql and runs it.
func (r *Recorder) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	r.log.add(sql)
	return r.db.Query(ctx, sql, args...)
}

// QueryRow notes sql and runs it.
func (r *Recorder) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	r.log.add(sql)
	return r.db.QueryRow(ctx, sql, args...)
}

// Begin opens a transaction whose statements are noted too. When r wraps a
// transaction, this is a savepoint in it.
func (r *Recorder) Begin(ctx context.Context) (pgx.Tx, error) {
	words := transactionWords
	if isTransaction(r.db) {
		words = savepointWords
	}
	r.log.add(words.begin)
	tx, err := r.db.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &recordedTx{Tx: tx, log: r.log, words: words, dialect: r.Dialect()}, nil
}

func isTransaction(db crud.DB) bool {
	switch db.(type) {
	case pgx.Tx, *crud.Tx:
		return true
	}
	return false
}

// A statementLog is shared by a Recorder and its transactions.
type statementLog struct {
	mu         sync.Mutex
	statements []string
}

func (l *statementLog) add(sql string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.statements = append(l.statements, sql)
}

func (l *statementLog) copy() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.statements)
}

func (l *statementLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.statements = nil
}
