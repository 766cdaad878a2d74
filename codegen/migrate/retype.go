package migrate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
)

// retype changes the type of a column, or says why not.
func (p *planner) retype(t *pair, old, c *catalog.Column) {
	there, back := castOf(old, c), castOf(c, old)
	field := t.model.Message + ": column " + t.want.String() + "." + quote(c.Name)
	switch {
	case there.using == "":
		p.problem("%s is %s, and no cast leads to %s; give the field another column, or write this migration by hand", field, typeText(old), typeText(c))
		return
	case !there.safe && !p.Destructive:
		p.problem("%s is %s, and a value of it may not be one of %s; allow destructive steps, or give the field another column", field, typeText(old), typeText(c))
		return
	}
	s := Step{}
	if old.Default != "" {
		s.Up = append(s.Up, p.alter(t, c.Name, "DROP DEFAULT"))
	}
	s.Up = append(s.Up, p.alter(t, c.Name, "TYPE "+typeText(c)+there.clause()))
	if !there.safe {
		s.Notes = append(s.Notes, destructive+"a value that the new type does not have is changed, or fails the migration.")
	}
	if there.rewrites {
		s.Notes = append(s.Notes, rewrites)
	} else {
		s.Notes = append(s.Notes, "Builds the column's indexes again, and locks out readers and writers meanwhile.")
	}
	if back.using == "" {
		s.DownNotes = append(s.DownNotes, fmt.Sprintf("No cast leads from %s back to %s.", typeText(c), typeText(old)))
	} else {
		s.Down = []string{p.alter(t, c.Name, "TYPE "+typeText(old)+back.clause())}
		if old.Default != "" {
			s.Down = append(s.Down, p.alter(t, c.Name, "SET DEFAULT "+old.Default))
		}
	}
	old.Default = ""
	p.add(Retyping, s)
}

const destructive = "DESTRUCTIVE: "

// A cast is a way from a type to another.
type cast struct {
	// using is the expression; empty where there is no way.
	using string
	// safe says that every value stays what it is.
	safe bool
	// rewrites says that the rows are written anew.
	rewrites bool
	plain    bool
}

func (c cast) clause() string {
	if c.plain {
		return ""
	}
	return " USING " + c.using
}

// The numbers, from the narrowest on.
var (
	integers = []string{"smallint", "integer", "bigint"}
	floats   = []string{"real", "double precision"}
)

func castOf(from, to *catalog.Column) cast {
	column := quote(from.Name)
	if to.Name != from.Name {
		column = quote(to.Name)
	}
	a, aList := strings.CutSuffix(from.Type, "[]")
	b, bList := strings.CutSuffix(to.Type, "[]")
	switch {
	case aList && bList:
		c := castBetween(column, a, b, from.Enum.Name != "", to.Enum.Name != "")
		if c.using != "" {
			c.using = column + "::text[]::" + to.Type
			if !text(a) && !text(b) && from.Enum.Name == "" && to.Enum.Name == "" {
				c.using = column + "::" + to.Type
			}
		}
		return c
	case bList:
		c := castBetween(column, a, b, from.Enum.Name != "", to.Enum.Name != "")
		if c.using == "" {
			return cast{}
		}
		return cast{using: "CASE WHEN " + column + " IS NOT NULL THEN ARRAY[" + c.using + "] END", rewrites: true}
	case aList:
		c := castBetween(column+"[1]", a, b, from.Enum.Name != "", to.Enum.Name != "")
		c.safe, c.plain, c.rewrites = false, false, true
		return c
	}
	return castBetween(column, a, b, from.Enum.Name != "", to.Enum.Name != "")
}

// castBetween is the cast between types that are no arrays.
func castBetween(value, a, b string, fromEnum, toEnum bool) cast {
	switch {
	case a == b:
		return cast{using: value, safe: true, plain: true} // another collation
	case text(a) && text(b):
		return cast{using: value + "::" + b, safe: b == "text" || b == "citext", plain: true}
	case a == "json" && b == "jsonb", a == "jsonb" && b == "json":
		return cast{using: value + "::" + b, safe: b == "jsonb", rewrites: true}
	case wider(integers, a, b), wider(floats, a, b):
		return cast{using: value + "::" + b, safe: true, rewrites: true, plain: true}
	case number(a) && number(b):
		return cast{using: value + "::" + b, rewrites: true}
	case a == "boolean" && number(b):
		return cast{using: value + "::integer::" + b, rewrites: true}
	case number(a) && b == "boolean":
		return cast{using: "(" + value + " <> 0)", rewrites: true}
	case text(b) && (number(a) || fromEnum || a == "boolean" || a == "uuid"):
		return cast{using: value + viaText(b), safe: true, rewrites: true}
	case text(a) && (number(b) || toEnum || b == "boolean" || b == "uuid" || strings.HasPrefix(b, "timestamp")),
		text(b) && strings.HasPrefix(a, "timestamp"), fromEnum && toEnum:
		return cast{using: value + viaText(b), rewrites: true}
	case strings.HasPrefix(a, "timestamp") && strings.HasPrefix(b, "timestamp"):
		return cast{using: value + "::" + b, rewrites: true}
	}
	return cast{}
}

// viaText casts by the text of a value.
func viaText(to string) string {
	if to == "text" {
		return "::text"
	}
	return "::text::" + to
}

func wider(order []string, a, b string) bool {
	i, j := slices.Index(order, a), slices.Index(order, b)
	return i >= 0 && i < j
}

func number(t string) bool {
	return slices.Contains(integers, t) || slices.Contains(floats, t) || strings.HasPrefix(t, "numeric")
}

func text(t string) bool {
	return t == "text" || t == "citext" || t == "name" || strings.HasPrefix(t, "character")
}
