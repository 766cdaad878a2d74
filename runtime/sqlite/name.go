package sqlite

import (
	"fmt"
	"strings"
)

// location is where a database is kept: in a file, or in memory when path is
// empty.
type location struct {
	path string
}

func (l location) inMemory() bool { return l.path == "" }

// String returns what error messages call the database.
func (l location) String() string {
	if l.inMemory() {
		return ":memory:"
	}
	return l.path
}

// parseName reads the name given to Open.
func parseName(name string) (location, error) {
	path, isURL := strings.CutPrefix(name, "sqlite:")
	if path == ":memory:" {
		return location{}, nil
	}
	if isURL {
		return parseURL(name, path)
	}
	return checkPath(name, path)
}

// parseURL reads what follows "sqlite:". Both sqlite:PATH and the form with an
// empty host, sqlite:///PATH, are in use.
func parseURL(name, path string) (location, error) {
	if strings.Contains(path, "?") {
		return location{}, nameError(name, "a sqlite: URL takes no parameters after \"?\"")
	}
	if rest, ok := strings.CutPrefix(path, "//"); ok {
		if !strings.HasPrefix(rest, "/") {
			return location{}, nameError(name, "write sqlite:PATH, or sqlite:///PATH with an absolute path")
		}
		path = rest
	}
	return checkPath(name, path)
}

func checkPath(name, path string) (location, error) {
	switch {
	case path == "":
		return location{}, nameError(name, "name a file, or \":memory:\"")
	case strings.ContainsRune(path, 0):
		return location{}, nameError(name, "a path cannot hold a NUL byte")
	case strings.HasPrefix(path, "file:"), strings.Contains(path, "://"):
		return location{}, nameError(name, "give a path, not a URL")
	}
	return location{path: path}, nil
}

func nameError(name, what string) error {
	return fmt.Errorf("sqlite: open %q: %s", name, what)
}
