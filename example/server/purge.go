package server

import (
	"context"
	"log/slog"
	"sync"
	"time"

	libraryv1 "github.com/protocrud/protoc-gen-go-crud/example/library/v1"
	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// purgeBatch is how many books are removed by one statement.
const purgeBatch = 500

// Purge removes the books whose purge_time has come and the request ids that nobody
// will repeat any more. It returns the number of books. Call it from time to time, in
// as many processes as there are.
func Purge(ctx context.Context, db crud.DB) (books int64, err error) {
	repository := libraryv1.NewBookRepository(db)
	for {
		n, err := repository.Purge(ctx, purgeBatch)
		books += n
		if err != nil {
			return books, err
		}
		if n < purgeBatch {
			break
		}
	}
	_, err = crud.PurgeRequests(ctx, db)
	return books, err
}

// StartPurges calls Purge after each period. end has it stop, and waits until it has.
func StartPurges(ctx context.Context, db crud.DB, period time.Duration) (end func()) {
	ctx, stop := context.WithCancel(ctx)
	var purger sync.WaitGroup
	purger.Go(func() {
		ticks := time.NewTicker(period)
		defer ticks.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticks.C:
			}
			if n, err := Purge(ctx, db); err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "purge", "error", err)
			} else if n > 0 {
				slog.InfoContext(ctx, "purge", "books", n)
			}
		}
	})
	return func() {
		stop()
		purger.Wait()
	}
}
