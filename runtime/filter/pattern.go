package filter

import "strings"

// A pattern is a text with wildcards: the texts before, between and behind its stars.
// It has one text more than stars.
type pattern []string

// hasStar reports whether a raw literal has a star that is a wildcard.
func hasStar(raw string) bool {
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '*':
			return true
		}
	}
	return false
}

// newPattern reads a raw literal. Stars side by side are one.
func newPattern(raw string) pattern {
	var p pattern
	start := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '*':
			if i > start || p == nil {
				p = append(p, unescape(raw[start:i]))
			}
			start = i + 1
		}
	}
	return append(p, unescape(raw[start:]))
}

// containing is the pattern of a text around what p matches.
func (p pattern) containing() pattern {
	around := make(pattern, 0, len(p)+2)
	if p[0] != "" || len(p) == 1 {
		around = append(around, "")
	}
	around = append(around, p...)
	if p[len(p)-1] != "" {
		around = append(around, "")
	}
	return around
}

// matchesEmpty reports whether the empty text matches.
func (p pattern) matchesEmpty() bool {
	for _, text := range p {
		if text != "" {
			return false
		}
	}
	return true
}

var (
	likeEscapes = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
	globEscapes = strings.NewReplacer(`*`, `[*]`, `?`, `[?]`, `[`, `[[]`)
)

// like returns the argument of PostgreSQL's LIKE.
func (p pattern) like() string { return p.write(likeEscapes, '%') }

// glob returns the argument of SQLite's GLOB, which minds the case of letters; its
// LIKE does not.
func (p pattern) glob() string { return p.write(globEscapes, '*') }

func (p pattern) write(escapes *strings.Replacer, star byte) string {
	var b strings.Builder
	for i, text := range p {
		if i > 0 {
			b.WriteByte(star)
		}
		b.WriteString(escapes.Replace(text))
	}
	return b.String()
}
