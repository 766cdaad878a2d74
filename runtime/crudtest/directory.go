package crudtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

// A directory holds all that a server writes. Its name carries the id of the
// process it belongs to, and that process holds a lock on the file "owner" in it
// while it lives: process ids are not unique where containers share a directory
// for temporary files.
type directory struct {
	path string
	lock *os.File
}

var directoryName = regexp.MustCompile(`^crudtest-(\d+)-\d+$`)

// newDirectory makes a directory for a server that runs as a.
func newDirectory(a *account) (_ *directory, err error) {
	root, err := temporaryRoot(a)
	if err != nil {
		return nil, err
	}
	sweep(root)
	path, err := os.MkdirTemp(root, fmt.Sprintf("crudtest-%d-*", os.Getpid()))
	if err != nil {
		return nil, err
	}
	d := &directory{path: path}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.remove())
		}
	}()
	if d.lock, err = os.Create(d.join("owner")); err != nil {
		return nil, err
	}
	if err = tryLock(d.lock); err != nil {
		return nil, fmt.Errorf("lock %s: %w", d.lock.Name(), err)
	}
	if a != nil {
		err = os.Chown(path, a.uid, a.gid)
	}
	return d, err
}

func (d *directory) join(name string) string { return filepath.Join(d.path, name) }

// remove removes the directory and lets go of its lock.
func (d *directory) remove() error {
	err := os.RemoveAll(d.path)
	if d.lock == nil {
		return err
	}
	return errors.Join(err, d.lock.Close())
}

// sweep removes what processes that are gone left in root. It is done on the side:
// what cannot be removed, because it is another user's or another sweep is at it,
// does not keep a server from starting.
func sweep(root string) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return
	}
	for _, entry := range entries {
		m := directoryName.FindStringSubmatch(entry.Name())
		if m == nil || !entry.IsDir() {
			continue
		}
		path := filepath.Join(root, entry.Name())
		if pid, err := strconv.Atoi(m[1]); err == nil && !alive(pid) && !locked(filepath.Join(path, "owner")) {
			_ = os.RemoveAll(path)
		}
	}
}

// locked reports whether a process holds the lock on the file at path. A file that
// is not there, or not yet, is not locked.
func locked(path string) bool {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return !errors.Is(err, os.ErrNotExist)
	}
	defer f.Close()
	return tryLock(f) != nil
}
