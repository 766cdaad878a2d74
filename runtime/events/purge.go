package events

import (
	"context"
	"fmt"
	"time"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// Purge removes up to limit events that are older than a time, and returns how many. Call
// it from time to time until it returns fewer than limit. It never goes past an event that
// a consumer has not handled: [Forget] one that is gone for good. Watches whose resume
// tokens are older than what is left are OUT_OF_RANGE, so keep events for longer than
// clients stay away.
func Purge(ctx context.Context, db crud.DB, olderThan time.Duration, limit int) (int64, error) {
	if limit < 1 {
		return 0, fmt.Errorf("events: the limit of a purge is %d; it must be positive", limit)
	}
	return logOf(db).Purge(ctx, time.Now().Add(-olderThan).UnixMicro(), limit)
}

// Forget removes what is known of the consumer of a name, so that events are not kept for
// it. One that works is stopped; under the same name it begins as a new one.
func Forget(ctx context.Context, db crud.DB, name string) error {
	_, err := db.Exec(ctx, cursorDelete, name)
	return err
}
