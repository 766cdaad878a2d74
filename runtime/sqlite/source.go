package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// source opens connections to one database.
type source struct {
	location    location
	busyTimeout time.Duration
	store       *memoryStore // nil for a file; held until release
}

// release gives up the database in memory. Connections that are open keep it.
func (s *source) release() {
	if s.store != nil {
		s.store.release()
	}
}

// openWriter opens the connection that writes and makes the database one that can
// be read meanwhile.
func (s *source) openWriter() (*conn, error) {
	return s.open(func(c *conn) error {
		if err := c.whileBusy(c.useWriteAheadLog); err != nil {
			return err
		}
		return c.pragmas("synchronous = NORMAL", "foreign_keys = ON")
	})
}

func (c *conn) useWriteAheadLog() error {
	mode, err := c.pragma("journal_mode = WAL")
	if err == nil && mode != "wal" {
		err = fmt.Errorf("the write-ahead log is not possible there: the journal mode stays %q", mode)
	}
	return err
}

// whileBusy repeats f as long as it finds the file locked and the busy timeout
// allows. SQLite does not wait by itself when somebody else changes the journal
// mode or closes the file as the last one.
func (c *conn) whileBusy(f func() error) error {
	for n := int32(0); ; n++ {
		err := f()
		var e *pgconn.PgError
		if !errors.As(err, &e) || e.Code != stateLockNotAvailable || !c.waitBusy(n) {
			return err
		}
	}
}

// openReader opens a connection that cannot write, whatever it is asked.
func (s *source) openReader() (*conn, error) {
	return s.open(func(c *conn) error { return c.pragmas("query_only = ON") })
}

func (s *source) open(setUp func(*conn) error) (*conn, error) {
	path, vfs := s.location.path, ""
	if s.store != nil {
		path, vfs = s.store.path, memoryVFS
	}
	c, err := openConn(path, vfs, s.busyTimeout)
	if err != nil {
		return nil, s.explain(err)
	}
	if s.store != nil {
		s.store.hold()
		c.onClose = s.store.release
	}
	if err := c.pragmas("case_sensitive_like = ON"); err != nil {
		return nil, closeAfter(c, err)
	}
	if err := setUp(c); err != nil {
		return nil, closeAfter(c, err)
	}
	return c, nil
}

// explain adds to SQLite's "unable to open database file" what can be seen of
// the path.
func (s *source) explain(err error) error {
	if s.location.inMemory() {
		return err
	}
	if info, statErr := os.Stat(s.location.path); statErr == nil && info.IsDir() {
		return fmt.Errorf("it is a directory: %w", err)
	}
	dir := filepath.Dir(s.location.path)
	if _, statErr := os.Stat(dir); errors.Is(statErr, fs.ErrNotExist) {
		return fmt.Errorf("the directory %q does not exist: %w", dir, err)
	}
	return err
}

// closeAfter closes a connection that failed to be set up; err says why.
func closeAfter(c *conn, err error) error {
	_ = c.close()
	return err
}

func (c *conn) pragmas(pragmas ...string) error {
	for _, p := range pragmas {
		if _, err := c.pragma(p); err != nil {
			return err
		}
	}
	return nil
}
