package introspect

import (
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/internal/sqlname"
)

// derived is the name that the generator gives to an index or a constraint.
func derived(parts ...string) string { return sqlname.Shorten(strings.Join(parts, "_"), "") }

// A stated index is what the option says of one.
type stated struct {
	columns, expressions []string
	where, method, name  string
	unique               bool
}

// indexOf reads the definition of an index, as PostgreSQL writes it; ok is false for one
// that the option cannot state: another order, class or collation of its columns.
func indexOf(x *catalog.Index) (s stated, ok bool) {
	rest, ok := strings.CutPrefix(x.Definition, " USING ")
	if !ok {
		return s, false
	}
	method, rest, ok := strings.Cut(rest, " ")
	end := closing(rest)
	if !ok || end < 0 {
		return s, false
	}
	s.unique, s.name = x.Unique, x.Name
	if method != "btree" {
		s.method = method
	}
	for _, part := range split(rest[1:end]) {
		i := slices.IndexFunc(x.Columns, func(c string) bool { return sqlname.Quote(c) == part || quoted(c) == part })
		switch {
		case i >= 0 && len(s.expressions) == 0:
			s.columns = append(s.columns, x.Columns[i])
		case strings.HasSuffix(part, ")"):
			s.expressions = append(s.expressions, part)
		default:
			return s, false
		}
	}
	if tail := rest[end+1:]; tail != "" {
		if s.where, ok = strings.CutPrefix(tail, " WHERE "); !ok {
			return s, false
		}
		if closing(s.where) == len(s.where)-1 {
			s.where = s.where[1 : len(s.where)-1]
		}
	}
	return s, !strings.ContainsAny(s.where+strings.Join(s.expressions, ""), ";?")
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// closing returns where the parenthesis ends that the text begins with, -1 if it begins
// with none.
func closing(sql string) int {
	depth := 0
	for i := 0; i < len(sql); i++ {
		switch sql[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		case '\'', '"':
			end := strings.IndexByte(sql[i+1:], sql[i])
			if end < 0 {
				return -1
			}
			i += end + 1
		}
		if depth == 0 {
			return -1
		}
	}
	return -1
}

// split returns the parts between the commas that are in no parenthesis.
func split(sql string) []string {
	var parts []string
	depth, from := 0, 0
	for i := 0; i < len(sql); i++ {
		switch sql[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '\'', '"':
			i += strings.IndexByte(sql[i+1:], sql[i]) + 1
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(sql[from:i]))
				from = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(sql[from:]))
}
