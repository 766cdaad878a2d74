package model

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

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
	case len(name) > sqlname.MaxBytes:
		return fmt.Sprintf("has %d bytes, an SQL name has at most %d", len(name), sqlname.MaxBytes)
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
	return sqlname.Shorten(strings.Join(parts, "_"), "")
}

func sqlNames(columns []*Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return names
}
