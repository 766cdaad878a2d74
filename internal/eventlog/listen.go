package eventlog

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	firstRetry   = 100 * time.Millisecond
	lastRetry    = 10 * time.Second
	closeTimeout = time.Second
)

// A connector opens a connection of its own, which takes none of a pool's.
type connector func(ctx context.Context) (*pgx.Conn, error)

// listener returns how to connect to a log's database for notifications; nil where that is
// not known or there are none.
func listener(l Log) connector {
	pool, ok := l.DB.(interface{ Config() *pgxpool.Config })
	if !ok || l.SQLite {
		return nil
	}
	return func(ctx context.Context) (*pgx.Conn, error) {
		config := pool.Config()
		if config.BeforeConnect != nil {
			if err := config.BeforeConnect(ctx, config.ConnConfig); err != nil {
				return nil, err
			}
		}
		if _, bounded := config.ConnConfig.RuntimeParams["idle_session_timeout"]; bounded {
			config.ConnConfig.RuntimeParams["idle_session_timeout"] = "0"
		}
		return pgx.ConnectConfig(ctx, config.ConnConfig)
	}
}

// listen pokes the follower with every notification. It connects again as long as ctx
// lasts; meanwhile, and where notifications do not arrive, the follower looks by itself.
func (f *Follower) listen(ctx context.Context, connect connector) {
	retry := firstRetry
	for ctx.Err() == nil {
		if f.hear(ctx, connect) {
			retry = firstRetry
		}
		timer := time.NewTimer(retry/2 + rand.N(retry))
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
		retry = min(2*retry, lastRetry)
	}
}

// hear listens until the connection or ctx ends. It returns whether it could.
func (f *Follower) hear(ctx context.Context, connect connector) bool {
	conn, err := connect(ctx)
	if err != nil {
		return false
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
		defer cancel()
		_ = conn.Close(ctx)
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return false
	}
	for {
		f.Poke() // for what was told before, too
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return true
		}
	}
}
