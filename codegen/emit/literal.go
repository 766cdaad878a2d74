package emit

import (
	"strconv"
	"strings"
	"unicode"
)

// literal returns text as a raw Go string, the form in which SQL can be read. What a
// raw string cannot hold is added in quotes.
func literal(text string) string {
	var parts []string
	for text != "" {
		raw := strings.IndexFunc(text, notRaw)
		if raw < 0 {
			raw = len(text)
		}
		if raw > 0 {
			parts = append(parts, "`"+text[:raw]+"`")
			text = text[raw:]
			continue
		}
		end := strings.IndexFunc(text, func(r rune) bool { return !notRaw(r) })
		if end < 0 {
			end = len(text)
		}
		parts = append(parts, strconv.Quote(text[:end]))
		text = text[end:]
	}
	if len(parts) == 0 {
		return `""`
	}
	return strings.Join(parts, " + ")
}

func notRaw(r rune) bool {
	return r == '`' || r == unicode.ReplacementChar || r != '\n' && r != '\t' && !unicode.IsPrint(r)
}

// compose returns text as a Go expression that names the constant for the part of
// text that it holds.
func compose(text, constant, part string) string {
	before, after, found := strings.Cut(text, part)
	if !found {
		return literal(text)
	}
	sum := constant
	if before != "" {
		sum = literal(before) + " + " + sum
	}
	if after != "" {
		sum += " + " + literal(after)
	}
	return sum
}

// stringList returns a []string literal.
func stringList(list []string) string {
	all := make([]string, len(list))
	for i, s := range list {
		all[i] = strconv.Quote(s)
	}
	return "[]string{" + strings.Join(all, ", ") + "}"
}
