// Package history reads a directory of migrations, as goose, golang-migrate, Atlas and psql
// have them, and applies the way up to a database that is made for it and dropped again.
package history

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A History is the migrations of a directory, in the order in which they run.
type History struct {
	Migrations []Migration
	// Ignored are the names of the .sql files that are no migrations, for they have no
	// version.
	Ignored []string

	format format
}

// A Migration is the way up of one file.
type Migration struct {
	// Path is the directory's and the name of the file.
	Path string
	// messages are what is sent, in order, each answered before the next.
	messages []statement
	// transaction says that one is around all of them.
	transaction bool
}

// A format says how a tool reads its directory.
type format struct {
	// versioned says that only files with a version are migrations, and that they run in
	// the order of these numbers. Otherwise it is that of all names.
	versioned bool
	// up and down are the ends of names; an empty up takes all.
	up, down string
	parse    func(path, text string) (Migration, error)
}

var formats = map[string]format{
	"goose":          {versioned: true, parse: parseGoose},
	"golang-migrate": {versioned: true, up: ".up.sql", down: ".down.sql", parse: parseWhole},
	"atlas":          {parse: parseAtlas},
	"plain":          {versioned: true, down: ".down.sql", parse: parsePlain},
}

var versioned = regexp.MustCompile(`^(\d+)_.+\.(sql|go)$`)

// Read reads the migrations of a directory, which must exist. The format is one of
// migrate.Formats. goose, golang-migrate and psql run files by the number that their names
// begin with, Atlas all .sql files by their names, from the last checkpoint on. Files with
// other extensions than .sql are no migrations, and neither are directories.
//
// The error names the file, and the line where there is one: of a file that is of another
// format, of two with the same number, of a goose migration in Go, and of what only its tool
// can run.
func Read(dir, name string) (*History, error) {
	entries, err := os.ReadDir(dir) // which sorts them by their names
	if err != nil {
		return nil, err
	}
	f, ok := formats[name]
	if !ok {
		return nil, fmt.Errorf("unknown format %q", name)
	}
	h := &History{format: f}
	var files []string
	for _, e := range entries {
		file := e.Name()
		switch of, err := f.kind(file); {
		case e.IsDir() || of == other:
		case err != nil:
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, file), err)
		case of == unversioned:
			h.Ignored = append(h.Ignored, file)
		case of == up:
			files = append(files, file)
		}
	}
	if err := f.sort(dir, files); err != nil {
		return nil, err
	}
	return h, h.read(dir, files, f)
}

func (h *History) read(dir string, files []string, f format) error {
	for _, file := range files {
		path := filepath.Join(dir, file)
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if !f.versioned && isCheckpoint(string(text)) {
			h.Migrations = nil
		}
		m, err := f.parse(path, string(text))
		if err != nil {
			return err
		}
		if err := m.refuseCopy(); err != nil {
			return err
		}
		h.Migrations = append(h.Migrations, m)
	}
	return nil
}

// A kind is what a file is to a format.
type kind int

const (
	other kind = iota
	unversioned
	down
	up
)

func (f format) kind(file string) (kind, error) {
	version := versioned.FindStringSubmatch(file)
	switch {
	case strings.HasSuffix(file, "_test.go"):
		return other, nil
	case version != nil && version[2] == "go":
		return up, fmt.Errorf("a migration in Go cannot be run here; plan from the database")
	case filepath.Ext(file) != ".sql":
		return other, nil
	case !f.versioned && strings.HasSuffix(file, ".down.sql"):
		return up, fmt.Errorf("the way down has no file in Atlas; give the directory's --format")
	case f.versioned && version == nil:
		return unversioned, nil
	case f.down != "" && strings.HasSuffix(file, f.down):
		return down, nil
	case f.up != "" && !strings.HasSuffix(file, f.up):
		return up, fmt.Errorf("the name ends neither in %s nor in %s; give the directory's --format", f.up, f.down)
	}
	return up, nil
}

// compare compares the names of migrations by when they run.
func (f format) compare(a, b string) int {
	if !f.versioned {
		return cmp.Compare(a, b)
	}
	a, b = number(a), number(b)
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// number is the version of a migration, which can have more digits than an integer.
func number(file string) string {
	return strings.TrimLeft(versioned.FindStringSubmatch(file)[1], "0")
}

// sort puts migrations in the order in which they run.
func (f format) sort(dir string, files []string) error {
	slices.SortStableFunc(files, f.compare)
	for i := 1; i < len(files); i++ {
		if f.compare(files[i-1], files[i]) == 0 {
			return fmt.Errorf("%s: its version is that of %s", filepath.Join(dir, files[i]), files[i-1])
		}
	}
	return nil
}

// Behind returns the path of a migration that runs behind a file of that name, which
// Files of a migrate.Plan has given; empty if none does.
func (h *History) Behind(name string) string {
	for _, m := range slices.Backward(h.Migrations) {
		if h.format.compare(name, filepath.Base(m.Path)) <= 0 {
			return m.Path
		}
	}
	return ""
}

var copyIn = regexp.MustCompile(`(?is)^COPY\b.*\bFROM\s+STDIN\b`)

// refuseCopy refuses rows that stand in the file, which only psql sends.
func (m Migration) refuseCopy() error {
	for _, message := range m.messages {
		for _, s := range split(message.text, message.line) {
			if copyIn.MatchString(s.text) {
				return fmt.Errorf("%s:%d: COPY FROM STDIN can be run by psql alone; write an INSERT, or plan from the database", m.Path, s.line)
			}
		}
	}
	return nil
}
