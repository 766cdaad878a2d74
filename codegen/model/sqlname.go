package model

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxIdentifier is the length of a PostgreSQL identifier, in bytes. The server cuts
// longer ones silently.
const maxIdentifier = 63

// identifierProblem says what is wrong with an SQL name, "" if nothing is.
//
// A question mark and a dollar are refused because placeholders are made of them, and
// a backquote because the statements stand in Go raw strings.
func identifierProblem(name string) string {
	switch {
	case name == "":
		return "is empty"
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "holds a character that no SQL name can have"
	case strings.ContainsAny(name, "\"?$`"):
		return "holds one of \" ? $ `"
	case len(name) > maxIdentifier:
		return fmt.Sprintf("has %d bytes, an SQL name has at most %d", len(name), maxIdentifier)
	}
	return ""
}

// reservedPrefixes begin the names of tables and indexes that are not a model's.
var reservedPrefixes = []struct{ prefix, whose string }{
	{"crud_", "the runtime's own tables, which begin with crud_"},
	{"sqlite_", "SQLite's own tables, which begin with sqlite_"},
}

// reservedFor says for what a name of a table or an index is reserved, "" if it is
// not.
func reservedFor(name string) string {
	for _, r := range reservedPrefixes {
		if strings.HasPrefix(strings.ToLower(name), r.prefix) {
			return r.whose
		}
	}
	return ""
}

// systemColumns are the columns that every PostgreSQL table has.
var systemColumns = map[string]bool{
	"tableoid": true, "xmin": true, "cmin": true, "xmax": true, "cmax": true, "ctid": true,
}

// derivedName joins the parts of a constraint's or an index's name. What is too long
// is cut and gets a hash of the whole, so that it stays the same and stays unique.
func derivedName(parts ...string) string {
	name := strings.Join(parts, "_")
	if len(name) <= maxIdentifier {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	suffix := "_" + hex.EncodeToString(sum[:4])
	cut := maxIdentifier - len(suffix)
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + suffix
}

func sqlNames(columns []*Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}
