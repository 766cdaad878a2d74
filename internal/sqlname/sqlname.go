// Package sqlname writes SQL identifiers. The generator and the runtime share it,
// so that a name has one spelling in static and in assembled statements.
package sqlname

import "strings"

// Quote returns the identifier as it stands in a statement: as it is where both
// engines take it so, else in double quotes. The name must not be empty or hold a
// NUL; the generator's model stage has seen to that.
func Quote(name string) string {
	if plain(name) && !Reserved(name) {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// Qualify returns schema.name, or name alone without a schema.
func Qualify(schema, name string) string {
	if schema == "" {
		return Quote(name)
	}
	return Quote(schema) + "." + Quote(name)
}

// plain reports whether name needs no quotes for its letters: [a-z_][a-z0-9_]*.
func plain(name string) bool {
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', c == '_':
		case '0' <= c && c <= '9' && i > 0:
		default:
			return false
		}
	}
	return name != ""
}

// Reserved reports whether word, in any case, is a keyword that PostgreSQL or
// SQLite does not take as the name of a table or column without quotes.
func Reserved(word string) bool {
	_, ok := reserved[strings.ToLower(word)]
	return ok
}
