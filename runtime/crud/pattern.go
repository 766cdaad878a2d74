package crud

import (
	"errors"
	"fmt"
	"strings"
)

// ErrNoSuchKey is the error of a key that is well-formed but cannot be a value of
// its column, such as text where the column holds numbers. No row has it, so a
// server answers NOT_FOUND.
var ErrNoSuchKey = errors.New("no row can have this key")

// A Pattern is the pattern of resource names, shelves/{shelf}/books/{book}
// (AIP-122). It is immutable and safe for concurrent use.
type Pattern struct {
	text     string
	segments []string // literal, or "" for a variable
	vars     int
}

// MustPattern returns the pattern that text states. It panics when text is none,
// which the generator never writes.
func MustPattern(text string) *Pattern {
	p := &Pattern{text: text, segments: strings.Split(text, "/")}
	for i, s := range p.segments {
		switch {
		case strings.HasPrefix(s, "{") && strings.HasSuffix(s, "}") && len(s) > 2:
			p.segments[i] = ""
			p.vars++
		case s == "" || strings.ContainsAny(s, "{}"):
			panic(fmt.Sprintf("crud: %q is not a resource name pattern", text))
		}
	}
	return p
}

// String returns the pattern's text.
func (p *Pattern) String() string { return p.text }

// Format returns the name with the variables' values, which are strings or
// integers, in order.
func (p *Pattern) Format(values ...any) string {
	var b strings.Builder
	i := 0
	for n, s := range p.segments {
		if n > 0 {
			b.WriteByte('/')
		}
		if s == "" {
			s = keyText(values[i])
			i++
		}
		b.WriteString(s)
	}
	return b.String()
}

// Parse reads a name's variables into dst: one *string, *int32, *int64, *uint32 or
// *uint64 each. Its error is ErrNoSuchKey when the name has the pattern's form but
// a number does not parse; any other error says in words what is wrong with the
// name.
func (p *Pattern) Parse(name string, dst ...any) error {
	values, err := p.split(name)
	if err != nil {
		return err
	}
	for i, v := range values {
		if err := parseKeyValue(v, dst[i]); err != nil {
			return err
		}
	}
	return nil
}

// wildcard stands for any id (AIP-159).
const wildcard = "-"

// split returns the variables' values.
func (p *Pattern) split(name string) ([]string, error) { return p.values(name, false) }

// values returns the variables' values; wildcards too, if they are allowed.
func (p *Pattern) values(name string, wildcards bool) ([]string, error) {
	if !storable(name) {
		return nil, errors.New(notStorable)
	}
	values := make([]string, 0, p.vars)
	rest, more := name, true
	for _, want := range p.segments {
		if !more {
			return nil, p.mismatch()
		}
		var got string
		got, rest, more = strings.Cut(rest, "/")
		switch {
		case want != "" && got != want, got == "":
			return nil, p.mismatch()
		case want != "":
		case got == wildcard && !wildcards:
			return nil, errors.New("must not hold the wildcard -")
		default:
			values = append(values, got)
		}
	}
	if more {
		return nil, p.mismatch()
	}
	return values, nil
}

func (p *Pattern) mismatch() error {
	return fmt.Errorf("must have the form %s", p.text)
}

// child returns the name of the resource with that id below parent, which is empty
// for a top-level pattern.
func (p *Pattern) child(parent, id string) string {
	collection := p.segments[len(p.segments)-2]
	if parent == "" {
		return collection + "/" + id
	}
	return parent + "/" + collection + "/" + id
}
