package crudtest

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// recordedTx is a transaction of a Recorder. It embeds the transaction it wraps
// because pgx adds methods to Tx in minor releases.
type recordedTx struct {
	pgx.Tx
	log     *statementLog
	words   txWords
	dialect crud.Dialect
}

// txWords is how the ends of a transaction are noted.
type txWords struct{ begin, commit, rollback string }

var (
	transactionWords = txWords{"BEGIN", "COMMIT", "ROLLBACK"}
	savepointWords   = txWords{"SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT"}
)

func (t *recordedTx) Dialect() crud.Dialect { return t.dialect }

func (t *recordedTx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	t.log.add(sql)
	return t.Tx.Exec(ctx, sql, args...)
}

func (t *recordedTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	t.log.add(sql)
	return t.Tx.Query(ctx, sql, args...)
}

func (t *recordedTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	t.log.add(sql)
	return t.Tx.QueryRow(ctx, sql, args...)
}

func (t *recordedTx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	for _, query := range b.QueuedQueries {
		t.log.add(query.SQL)
	}
	return t.Tx.SendBatch(ctx, b)
}

// CopyFrom notes the COPY that stands for the rows.
func (t *recordedTx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	quoted := make([]string, len(columns))
	for i, column := range columns {
		quoted[i] = pgx.Identifier{column}.Sanitize()
	}
	t.log.add("COPY " + table.Sanitize() + " (" + strings.Join(quoted, ", ") + ") FROM STDIN")
	return t.Tx.CopyFrom(ctx, table, columns, rows)
}

func (t *recordedTx) Begin(ctx context.Context) (pgx.Tx, error) {
	t.log.add(savepointWords.begin)
	tx, err := t.Tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &recordedTx{Tx: tx, log: t.log, words: savepointWords, dialect: t.dialect}, nil
}

func (t *recordedTx) Commit(ctx context.Context) error {
	return t.end(t.words.commit, t.Tx.Commit(ctx))
}

func (t *recordedTx) Rollback(ctx context.Context) error {
	return t.end(t.words.rollback, t.Tx.Rollback(ctx))
}

// end notes word when it was sent, which only err tells.
func (t *recordedTx) end(word string, err error) error {
	if !errors.Is(err, pgx.ErrTxClosed) {
		t.log.add(word)
	}
	return err
}
