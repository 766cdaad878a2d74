package eventlog

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// numberBatch is how many events one transaction numbers.
const numberBatch = 1000

const (
	positionsInsert = `INSERT INTO crud_event_positions (id, last_position, purged_position) VALUES (1, 0, 0) ON CONFLICT (id) DO NOTHING`
	positionsSelect = `SELECT crud_event_positions.last_position FROM crud_event_positions WHERE crud_event_positions.id = 1`
	// numberUpdate must be a statement behind the one that locks: only then does it see
	// all that the holder before committed.
	numberUpdate = `UPDATE crud_events SET position = numbered.position
FROM (SELECT e.id, CAST($1 AS bigint) + row_number() OVER (ORDER BY e.id) AS position
	FROM crud_events AS e WHERE e.position IS NULL ORDER BY e.id LIMIT $2) AS numbered
WHERE crud_events.id = numbered.id`
	positionsUpdate = `UPDATE crud_event_positions SET last_position = last_position + $1 WHERE id = 1`
	notify          = `SELECT pg_notify('` + channel + `', '')`
)

// Number gives positions to the events that are committed and have none, up to a limit,
// and returns how many. busy says that somebody else is at it, whom it does not wait for.
// It tells the others when it has numbered some.
func (l Log) Number(ctx context.Context) (n int64, busy bool, err error) {
	err = l.inTx(ctx, func(tx pgx.Tx) error {
		last, locked, err := l.lockPositions(ctx, tx, "\nFOR UPDATE SKIP LOCKED")
		if err != nil || !locked {
			busy = !locked
			return err
		}
		tag, err := tx.Exec(ctx, numberUpdate, last, int64(numberBatch))
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		if _, err := tx.Exec(ctx, positionsUpdate, tag.RowsAffected()); err != nil {
			return err
		}
		n = tag.RowsAffected()
		if !l.SQLite { // one process after the other numbers, so that they do not wait for NOTIFY's lock
			_, err = tx.Exec(ctx, notify)
		}
		return err
	})
	if err != nil {
		n = 0
	}
	return n, busy, err
}

// NumberAll numbers until nothing is left, or somebody else is at it.
func (l Log) NumberAll(ctx context.Context) (busy bool, err error) {
	for {
		n, busy, err := l.Number(ctx)
		if err != nil || busy || n < numberBatch {
			return busy, err
		}
	}
}

// lockPositions locks the row that all who number or purge must hold, and makes it where
// there is none. locked is false if it was skipped.
func (l Log) lockPositions(ctx context.Context, tx pgx.Tx, suffix string) (last int64, locked bool, err error) {
	if l.SQLite { // whose transactions exclude each other as a whole
		suffix = ""
	}
	for range 2 {
		err = tx.QueryRow(ctx, positionsSelect+suffix).Scan(&last)
		if !errors.Is(err, pgx.ErrNoRows) {
			return last, err == nil, err
		}
		if _, err := tx.Exec(ctx, positionsInsert); err != nil {
			return 0, false, err
		}
	}
	return 0, false, nil
}

// rollbackTimeout bounds a rollback after the context has ended.
const rollbackTimeout = 5 * time.Second

func (l Log) inTx(ctx context.Context, f func(tx pgx.Tx) error) error {
	tx, err := l.DB.Begin(ctx)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
		defer cancel()
		_ = tx.Rollback(ctx) // a connection that cannot is dropped
		return err
	}
	return tx.Commit(ctx)
}
