package history

import (
	"fmt"
	"regexp"
	"strings"
)

// parseWhole makes the file one message, as golang-migrate does. PostgreSQL puts a
// transaction around the statements of a message, unless they say otherwise.
func parseWhole(path, text string) (Migration, error) {
	return Migration{Path: path, messages: []statement{{text, 1}}}, refuseGoose(path, text)
}

// parsePlain makes each statement a message, as psql does.
func parsePlain(path, text string) (Migration, error) {
	return Migration{Path: path, messages: split(text, 1)}, refuseGoose(path, text)
}

// refuseGoose refuses a file whose way down would be run.
func refuseGoose(path, text string) error {
	for i, line := range strings.Split(text, "\n") {
		if _, ok := gooseAnnotation(line); ok {
			return fmt.Errorf("%s:%d: this is for goose; give the directory's --format", path, i+1)
		}
	}
	return nil
}

var gooseLine = regexp.MustCompile(`(?i)^\s*--\s*\+goose\s+(.*?)\s*$`)

// gooseAnnotation returns what a line tells goose, in lower case.
func gooseAnnotation(line string) (string, bool) {
	m := gooseLine.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	return strings.ToLower(strings.Join(strings.Fields(m[1]), " ")), true
}

// A gooseParser goes through the lines of a file.
type gooseParser struct {
	alone, up, down, block bool
	lines                  []string // of the text that is not a message yet
	first                  int      // their number
	parts                  []part
}

// A part is some lines, between StatementBegin and StatementEnd if it is a block.
type part struct {
	statement
	block bool
}

// parseGoose keeps what stands between Up and Down. With a transaction it is one message,
// of which the annotations are comments; without one, each statement is.
func parseGoose(path, text string) (Migration, error) {
	p := &gooseParser{first: 1}
	for i, line := range strings.Split(text, "\n") {
		if err := p.line(i+1, line); err != nil {
			return Migration{}, fmt.Errorf("%s:%d: %w", path, i+1, err)
		}
	}
	switch {
	case !p.up:
		return Migration{}, fmt.Errorf(`%s:1: there is no "-- +goose Up"; give the directory's --format`, path)
	case p.block:
		return Migration{}, fmt.Errorf(`%s:%d: "-- +goose StatementBegin" has no StatementEnd`, path, p.first-1)
	}
	if !p.down {
		p.end(0)
	}
	m := Migration{Path: path, transaction: !p.alone}
	var whole strings.Builder
	for _, part := range p.parts {
		switch {
		case m.transaction:
			// In the line that it has in the file.
			whole.WriteString(strings.Repeat("\n", part.line-1-strings.Count(whole.String(), "\n")) + part.text)
		case part.block:
			m.messages = append(m.messages, part.statement)
		default:
			m.messages = append(m.messages, split(part.text, part.line)...)
		}
	}
	if m.transaction {
		m.messages = []statement{{whole.String(), 1}}
	}
	return m, nil
}

func (p *gooseParser) line(number int, line string) error {
	annotation, ok := gooseAnnotation(line)
	switch {
	case !ok:
		p.lines = append(p.lines, line)
	case annotation == "no transaction":
		p.alone, p.lines = true, append(p.lines, line)
	case strings.HasPrefix(annotation, "envsub"):
		return fmt.Errorf("ENVSUB is goose's own; plan from the database")
	case p.down:
		return nil // what goes on there is not run
	case annotation == "up" && !p.up:
		p.up, p.lines, p.first = true, nil, number+1
	case annotation == "down" && p.up && !p.block:
		p.end(number)
		p.down = true
	case annotation == "statementbegin" && p.up && !p.block:
		p.end(number)
		p.block = true
	case annotation == "statementend" && p.block:
		p.end(number)
		p.block = false
	default:
		return fmt.Errorf("goose has no %q here", annotation)
	}
	return nil
}

// end makes a part of the lines up to that of an annotation.
func (p *gooseParser) end(number int) {
	p.parts = append(p.parts, part{statement{strings.Join(p.lines, "\n"), p.first}, p.block})
	p.lines, p.first = nil, number+1
}

// An Atlas directive is a comment.
var atlasLine = regexp.MustCompile(`(?m)^-- *atlas:([a-z]+)(?: +(\S.*?))?\s*$`)

func isCheckpoint(text string) bool {
	for _, m := range atlasLine.FindAllStringSubmatch(text, -1) {
		if m[1] == "checkpoint" {
			return true
		}
	}
	return false
}

// parseAtlas makes the file one message in a transaction, or each statement a message if
// there is to be none.
func parseAtlas(path, text string) (Migration, error) {
	m := Migration{Path: path, messages: []statement{{text, 1}}, transaction: true}
	for _, at := range atlasLine.FindAllStringSubmatchIndex(text, -1) {
		name, value := text[at[2]:at[3]], ""
		if at[4] >= 0 {
			value = text[at[4]:at[5]]
		}
		switch {
		case name == "txmode" && value == "none":
			m.messages, m.transaction = split(text, 1), false
		case name == "delimiter", name == "txtar":
			line := 1 + strings.Count(text[:at[0]], "\n")
			return m, fmt.Errorf("%s:%d: atlas:%s is Atlas's own; plan from the database", path, line, name)
		}
	}
	return m, refuseGoose(path, text)
}
