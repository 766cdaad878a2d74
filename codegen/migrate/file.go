package migrate

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A File is a migration file, or one of its two halves.
type File struct{ Name, Content string }

// Formats are the tools whose files can be written. plain is for psql.
var Formats = []string{"goose", "golang-migrate", "atlas", "plain"}

// A batch is the steps of one migration.
type batch struct {
	steps []Step
	// alone says that no transaction is around it.
	alone bool
	name  string
}

// batches puts the steps of a phase together. An index that is built beside the calls
// that go on can be in no transaction, so it has a migration of its own.
func (p *Plan) batches() []batch {
	var all []batch
	for i, s := range p.Steps {
		if s.Phase != Indexes && i > 0 && p.Steps[i-1].Phase == s.Phase {
			last := &all[len(all)-1]
			last.steps = append(last.steps, s)
			continue
		}
		all = append(all, batch{steps: []Step{s}, alone: s.Phase == Indexes, name: s.Phase.String()})
	}
	return all
}

// Files returns the migrations of a plan, in the order to run them. Their versions are
// UTC times of 14 digits from at on, a second apart; name is part of the files' names.
func (p *Plan) Files(format, name string, at time.Time) []File {
	var files []File
	for i, b := range p.batches() {
		version := at.UTC().Add(time.Duration(i) * time.Second).Format("20060102150405")
		base := fmt.Sprintf("%s_%s_%s", version, name, b.name)
		switch format {
		case "goose":
			files = append(files, File{base + ".sql", b.goose()})
		case "atlas":
			files = append(files, File{base + ".sql", b.atlas()})
		case "golang-migrate":
			files = append(files, File{base + ".up.sql", joined(b.up())}, File{base + ".down.sql", joined(b.down())})
		default:
			files = append(files, File{base + ".up.sql", b.plain(b.up())}, File{base + ".down.sql", b.plain(b.down())})
		}
	}
	return files
}

// up and down are the statements and comments, in the order to run them.
func (b batch) up() []string {
	var parts []string
	for _, s := range b.steps {
		parts = append(parts, part(s.Notes, s.Up))
	}
	return parts
}

func (b batch) down() []string {
	var parts []string
	for _, s := range slices.Backward(b.steps) {
		if len(s.Down)+len(s.DownNotes) > 0 {
			parts = append(parts, part(s.DownNotes, s.Down))
		}
	}
	if len(parts) == 0 {
		return []string{"-- Nothing is to be undone.\n"}
	}
	return parts
}

func part(notes, statements []string) string {
	var b strings.Builder
	for _, n := range notes {
		b.WriteString("-- " + strings.ReplaceAll(n, "\n", " ") + "\n")
	}
	for _, s := range statements {
		b.WriteString(s + ";\n")
	}
	return b.String()
}

func joined(parts []string) string { return strings.Join(parts, "\n") }

func (b batch) goose() string {
	head := ""
	if b.alone {
		head = "-- +goose NO TRANSACTION\n"
	}
	return head + "-- +goose Up\n" + joined(b.gooseParts(true)) + "\n-- +goose Down\n" + joined(b.gooseParts(false))
}

// gooseParts marks the statements, so that goose does not look for their ends itself:
// a comment of a column can hold a semicolon at the end of a line.
func (b batch) gooseParts(up bool) []string {
	var parts []string
	steps := slices.Clone(b.steps)
	if !up {
		slices.Reverse(steps)
	}
	for _, s := range steps {
		notes, statements := s.Notes, s.Up
		if !up {
			notes, statements = s.DownNotes, s.Down
		}
		text := part(notes, nil)
		for _, statement := range statements {
			text += "-- +goose StatementBegin\n" + statement + ";\n-- +goose StatementEnd\n"
		}
		if text != "" {
			parts = append(parts, text)
		}
	}
	return parts
}

// atlas writes what atlas runs upwards. It works out the way down by itself.
func (b batch) atlas() string {
	if b.alone {
		return "-- atlas:txmode none\n\n" + joined(b.up())
	}
	return joined(b.up())
}

func (b batch) plain(parts []string) string {
	if b.alone {
		return joined(parts)
	}
	return "BEGIN;\n\n" + joined(parts) + "\nCOMMIT;\n"
}

var versionOf = regexp.MustCompile(`^(\d{14})_.*\.sql$`)

// After returns the time of the first version that is free in a directory of
// migrations: now, or behind the last one.
func After(dir string, now time.Time) (time.Time, error) {
	entries, err := os.ReadDir(dir)
	if os.IsNotExist(err) {
		return now, nil
	}
	if err != nil {
		return now, err
	}
	for _, e := range entries {
		m := versionOf.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		if last, err := time.Parse("20060102150405", m[1]); err == nil && !last.Before(now.UTC().Truncate(time.Second)) {
			now = last.Add(time.Second)
		}
	}
	return now, nil
}

// Write writes files into a directory, which it makes if need be. It overwrites none.
func Write(dir string, files []File) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, f := range files {
		out, err := os.OpenFile(filepath.Join(dir, f.Name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		_, err = out.WriteString(f.Content)
		if closed := out.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
	}
	return nil
}
