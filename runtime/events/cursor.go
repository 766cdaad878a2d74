package events

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A cursor is how far the consumer of a name is, and the lease of the process that works
// for it. The database's clock rules, since those of processes differ.
type cursor struct {
	db     crud.DB
	sqlite bool
	name   string
	holder string
	holds  time.Duration // without a sign of life
}

const (
	cursorInsert = `INSERT INTO crud_event_cursors (name, position, holder, lease_time) VALUES ($1, $2, '', @now) ON CONFLICT (name) DO NOTHING`
	cursorTake   = `UPDATE crud_event_cursors SET holder = $2, lease_time = @later WHERE name = $1 AND (holder = $2 OR holder = '' OR lease_time <= @now)`
	cursorRenew  = `UPDATE crud_event_cursors SET lease_time = @later WHERE name = $1 AND holder = $2`
	cursorStore  = `UPDATE crud_event_cursors SET position = $4, lease_time = @later WHERE name = $1 AND holder = $2`
	cursorLeave  = `UPDATE crud_event_cursors SET holder = '' WHERE name = $1 AND holder = $2`
	cursorSelect = `SELECT c.position FROM crud_event_cursors AS c WHERE c.name = $1`
	cursorDelete = `DELETE FROM crud_event_cursors WHERE crud_event_cursors.name = $1`
)

// errLost is the end of a lease that another process has taken.
var errLost = errors.New("events: another process has taken over")

// sql writes the database's time, and that of a lease from now.
func (c *cursor) sql(text string) string {
	now, later := "now()", "now() + CAST($3 AS bigint) * interval '1 microsecond'"
	if c.sqlite {
		now = "CAST(unixepoch('subsec') * 1000000 AS INTEGER)"
		later = now + " + $3"
	}
	return strings.NewReplacer("@now", now, "@later", later).Replace(text)
}

// take makes this process the one that works; ok is false while another one is. from is
// where a consumer that is new begins.
func (c *cursor) take(ctx context.Context, from func() (int64, error)) (position int64, ok bool, err error) {
	err = c.db.QueryRow(ctx, cursorSelect, c.name).Scan(&position)
	if errors.Is(err, pgx.ErrNoRows) {
		if position, err = from(); err == nil {
			_, err = c.db.Exec(ctx, c.sql(cursorInsert), c.name, position)
		}
	}
	if err != nil {
		return 0, false, err
	}
	if ok, err = c.set(ctx, cursorTake, c.holds.Microseconds()); !ok || err != nil {
		return 0, false, err
	}
	err = c.db.QueryRow(ctx, cursorSelect, c.name).Scan(&position) // as its holder before left it
	return position, err == nil, err
}

// set runs an UPDATE of the row that this process holds; ok is false if it does not.
func (c *cursor) set(ctx context.Context, sql string, args ...any) (ok bool, err error) {
	tag, err := c.db.Exec(ctx, c.sql(sql), append([]any{c.name, c.holder}, args...)...)
	return err == nil && tag.RowsAffected() > 0, err
}

func (c *cursor) renew(ctx context.Context) error {
	return held(c.set(ctx, cursorRenew, c.holds.Microseconds()))
}

// store notes that everything up to a position was handled.
func (c *cursor) store(ctx context.Context, position int64) error {
	return held(c.set(ctx, cursorStore, c.holds.Microseconds(), position))
}

// storeLast is store also when the context has ended.
func (c *cursor) storeLast(ctx context.Context, position int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTimeout)
	defer cancel()
	return c.store(ctx, position)
}

func held(ok bool, err error) error {
	if err == nil && !ok {
		return errLost
	}
	return err
}

// leaveTimeout bounds the last statement, after the context has ended.
const leaveTimeout = 5 * time.Second

// leave lets another process go on at once.
func (c *cursor) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTimeout)
	defer cancel()
	_, _ = c.set(ctx, cursorLeave) // else the lease ends by itself
}
