package crud

import (
	"strings"

	"github.com/Masterminds/squirrel"
)

// A seek is the condition of the rows behind a place in an order. Its shapes are
// those that an index answers: a row comparison where all columns go one way and
// none is NULL; else the first column bounds the scan, and alternatives tell the
// rest. A first column that can be NULL splits the list into two halves, which a
// single condition would make a scan of the whole index.
//
// The text depends on which values are NULL, never on the others.
type seek struct {
	order []orderKey
	place []any // bound values; nil is NULL
	// term writes what the rows are ordered by.
	term func(*orderKey) string
	// at says that rows at the place are among those behind it.
	at bool
}

// A fragment is a part of a statement with its arguments.
type fragment struct {
	text strings.Builder
	args []any
}

func (f *fragment) add(text string, args ...any) {
	f.text.WriteString(text)
	f.args = append(f.args, args...)
}

// ToSql makes it a squirrel condition.
func (f *fragment) ToSql() (string, []any, error) { return f.text.String(), f.args, nil }

var _ squirrel.Sqlizer = (*fragment)(nil)

// inNulls reports whether the place is among the rows whose first column is NULL, and
// the condition is of these alone.
func (s seek) inNulls() bool { return !s.at && s.place[0] == nil }

// half is the condition of all rows whose first column is NULL, or is not.
func (s seek) half(null bool) squirrel.Sqlizer {
	if null {
		return squirrel.Expr(s.term(&s.order[0]) + " IS NULL")
	}
	return squirrel.Expr(s.term(&s.order[0]) + " IS NOT NULL")
}

// rows is the condition of the rows behind the place: in its own half, or in both if
// those at the place are among them, which are read as they are.
func (s seek) rows() *fragment {
	f := &fragment{}
	s.write(f, !s.at)
	return f
}

// args are the arguments of rows.
func (s seek) args() []any {
	if s.uniform() {
		return s.place
	}
	return s.rows().args
}

// write writes the condition of the rows behind the place, of its own half only if
// half.
func (s seek) write(f *fragment, half bool) {
	if len(s.order) == 0 { // at the place
		f.add("true")
		return
	}
	first, v := s.order[0], s.place[0]
	name := s.term(&first)
	switch {
	case s.uniform():
		s.writeRow(f)
	case v == nil && first.desc && !half: // NULL is before all others
		f.add("(" + name + " IS NOT NULL OR (" + name + " IS NULL AND ")
		s.writeRest(f, "))")
	case v == nil:
		f.add("(" + name + " IS NULL AND ")
		s.writeRest(f, ")")
	case first.nullable && !first.desc && !half: // NULL is behind all others
		f.add("("+name+" > ? OR "+name+" IS NULL OR ("+name+" = ? AND ", v, v)
		s.writeRest(f, "))")
	default: // the bound, which the alternatives imply, is where an index begins
		f.add("("+name+first.behind()+"= ? AND ("+name+first.behind()+" ? OR ("+name+" = ? AND ", v, v, v)
		s.writeRest(f, ")))")
	}
}

func (s seek) writeRest(f *fragment, end string) {
	seek{s.order[1:], s.place[1:], s.term, s.at}.write(f, false)
	f.add(end)
}

// uniform reports whether a row comparison tells the order.
func (s seek) uniform() bool {
	if s.at {
		return false
	}
	for _, k := range s.order {
		if k.nullable || k.desc != s.order[0].desc {
			return false
		}
	}
	return true
}

func (s seek) writeRow(f *fragment) {
	names := make([]string, len(s.order))
	for i, k := range s.order {
		names[i] = s.term(&k)
	}
	right := squirrel.Placeholders(len(names))
	if len(names) > 1 {
		right = "(" + right + ")"
	}
	f.add(tuple(names)+s.order[0].behind()+" "+right, s.place...)
}

// tuple writes a row of columns; one column is itself.
func tuple(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return "(" + strings.Join(names, ", ") + ")"
}

func (k *orderKey) behind() string {
	if k.desc {
		return " <"
	}
	return " >"
}
