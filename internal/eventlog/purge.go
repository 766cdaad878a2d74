package eventlog

import (
	"context"

	"github.com/jackc/pgx/v5"
)

const (
	purgeFloor  = `SELECT COALESCE(min(c.position), -1) FROM crud_event_cursors AS c`
	purgeSelect = `SELECT crud_event_positions.purged_position FROM crud_event_positions WHERE crud_event_positions.id = 1`
	purgeDelete = `DELETE FROM crud_events WHERE crud_events.position > $1 AND crud_events.position <= $2`
	purgeUpdate = `UPDATE crud_event_positions SET purged_position = $1 WHERE id = 1`
)

// Purge removes up to limit events that were appended before a time, in microseconds since
// 1970, and returns how many. It removes the first ones in the order of positions, up to
// one that is younger or that a cursor has not passed.
func (l Log) Purge(ctx context.Context, before int64, limit int) (n int64, err error) {
	err = l.inTx(ctx, func(tx pgx.Tx) error {
		if _, _, err := l.lockPositions(ctx, tx, "\nFOR UPDATE"); err != nil {
			return err
		}
		var purged, floor int64
		if err := tx.QueryRow(ctx, purgeSelect).Scan(&purged); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, purgeFloor).Scan(&floor); err != nil {
			return err
		}
		upTo, err := l.oldest(ctx, tx, purged, floor, before, limit)
		if err != nil || upTo == purged {
			return err
		}
		tag, err := tx.Exec(ctx, purgeDelete, purged, upTo)
		if err != nil {
			return err
		}
		n = tag.RowsAffected()
		_, err = tx.Exec(ctx, purgeUpdate, upTo)
		return err
	})
	if err != nil {
		n = 0
	}
	return n, err
}

// oldest returns the position up to which events can go; purged if none can.
func (l Log) oldest(ctx context.Context, tx pgx.Tx, purged, floor, before int64, limit int) (int64, error) {
	rows, err := tx.Query(ctx, `SELECT e.position, `+l.micros("e.event_time")+` FROM crud_events AS e
WHERE e.position > $1 ORDER BY e.position LIMIT $2`, purged, int64(limit))
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	upTo := purged
	for rows.Next() {
		var position, at int64
		if err := rows.Scan(&position, &at); err != nil {
			return 0, err
		}
		if at >= before || floor >= 0 && position > floor {
			break
		}
		upTo = position
	}
	rows.Close()
	return upTo, rows.Err()
}
