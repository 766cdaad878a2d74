package crudtest

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	connectTimeout = 10 * time.Second
	// lockTimeout makes a lock that a test left behind an error, rather than a test
	// that never ends.
	lockTimeout = "10s"
	maxIdle     = 2
)

// admin keeps connections on which schemas are made and dropped. To connect takes
// several times as long as either.
var admin adminConns

type adminConns struct {
	mu   sync.Mutex
	idle []adminConn
}

type adminConn struct {
	url  string // what conn was made from
	conn *pgx.Conn
}

// exec runs sql, one statement, on the server named by url. It is safe for
// concurrent use.
func (a *adminConns) exec(ctx context.Context, url, sql string) error {
	c, err := a.get(ctx, url)
	if err != nil {
		return err
	}
	_, err = c.conn.PgConn().Exec(ctx, sql).ReadAll()
	a.put(ctx, c)
	return err
}

func (a *adminConns) get(ctx context.Context, url string) (adminConn, error) {
	for c, ok := a.takeIdle(); ok; c, ok = a.takeIdle() {
		// The server may have been restarted, or a test have ended the connection.
		if c.url == url && c.conn.Ping(ctx) == nil {
			return c, nil
		}
		_ = c.conn.Close(ctx)
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return adminConn{}, err
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	config.RuntimeParams["lock_timeout"] = lockTimeout
	conn, err := pgx.ConnectConfig(ctx, config)
	return adminConn{url: url, conn: conn}, err
}

func (a *adminConns) takeIdle() (adminConn, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	last := len(a.idle) - 1
	if last < 0 {
		return adminConn{}, false
	}
	c := a.idle[last]
	a.idle = a.idle[:last]
	return c, true
}

// put keeps c for the next, or closes it when enough are kept or it is broken.
func (a *adminConns) put(ctx context.Context, c adminConn) {
	a.mu.Lock()
	keep := len(a.idle) < maxIdle && !c.conn.IsClosed()
	if keep {
		a.idle = append(a.idle, c)
	}
	a.mu.Unlock()
	if !keep {
		_ = c.conn.Close(ctx)
	}
}
