package filter

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// insideTest writes a test of a value inside JSON, or its negation. A value that is not
// there is zero or unset where the message that holds it is there; where it is not, the
// test is neither true nor false.
func (w *writer) insideTest(t *test, negated bool) {
	f := t.field
	known := f.at.message >= 0 && (negated || t.is == unset || t.holdsForNull(negated))
	if known {
		w.text("(")
	}
	switch {
	case f.at.element != nil:
		w.someElement(t, negated)
	case t.is == hasKey:
		w.hasKey(t, negated)
	case f.Kind == Map:
		w.anyEntry(f, negated)
	case t.is == impossible:
		w.impossibleInside(f, negated)
	case t.is == present && f.at.entry: // m.k:* asks what m:k does
		w.json(f.at.base, f.at.steps)
		w.text(isNull(negated))
	case t.nullCheck():
		w.json(f.at.base, f.at.steps)
		w.text(isNull((t.is == unset) != negated))
	case t.holdsForNull(negated):
		w.text("(")
		w.plainInside(t, negated)
		w.text(" OR ")
		w.json(f.at.base, f.at.steps)
		w.text(" IS NULL)")
	default:
		w.plainInside(t, negated)
	}
	if known {
		w.text(" AND ")
		w.json(f.at.base, f.at.steps[:f.at.message])
		w.text(" IS NOT NULL)")
	}
}

func isNull(is bool) string {
	if is {
		return " IS NULL"
	}
	return " IS NOT NULL"
}

// impossibleInside writes an equality that never holds.
func (w *writer) impossibleInside(f *Field, negated bool) {
	switch {
	case !negated:
		w.text("false")
	case f.at.entry:
		w.json(f.at.base, f.at.steps)
		w.text(" IS NOT NULL")
	default:
		w.text("true")
	}
}

// someElement writes that an element of a list passes the test.
func (w *writer) someElement(t *test, negated bool) {
	f := t.field
	if negated {
		w.text("NOT ")
	}
	alias, _, _ := strings.Cut(f.at.element.at.base, ".")
	w.text("EXISTS (SELECT 1 FROM ")
	if w.dialect == SQLite {
		w.text("json_each(")
		w.json(f.at.base, f.at.steps)
		w.text(") AS ", alias, " WHERE ")
	} else {
		w.text("jsonb_array_elements(")
		w.json(f.at.base, f.at.steps)
		w.text(") AS ", alias, "(value) WHERE ")
	}
	inner := *t
	inner.field = f.at.element
	if t.is == present && inner.field.at.element == nil && len(inner.field.at.steps) == 0 {
		w.text("true")
	} else {
		w.insideTest(&inner, false)
	}
	w.text(")")
}

// hasKey writes that a map has a key.
func (w *writer) hasKey(t *test, negated bool) {
	f := t.field
	if negated {
		w.text("NOT ")
	}
	if w.dialect == SQLite {
		w.text("EXISTS (SELECT 1 FROM json_each(")
		w.json(f.at.base, f.at.steps)
		w.text(") AS " + elementAlias + " WHERE " + elementAlias + ".key = ?)")
	} else {
		w.text("coalesce(jsonb_exists(")
		w.json(f.at.base, f.at.steps)
		w.text(", CAST(? AS text)), false)")
	}
	w.arg(t.value)
}

// anyEntry writes that a map has an entry.
func (w *writer) anyEntry(f *Field, negated bool) {
	if negated {
		w.text("NOT ")
	}
	w.text("coalesce(")
	w.json(f.at.base, f.at.steps)
	w.text(" <> '{}', false)")
}

// plainInside writes a test of a value that is there.
func (w *writer) plainInside(t *test, negated bool) {
	f := t.field
	switch t.is {
	case matches:
		w.typed(f)
		w.match("", t.value.(pattern), negated)
	case present:
		w.typed(f)
		w.compare("", differs, negated)
		w.arg(f.encodeInside(f.rule().zero, w.dialect))
	default:
		w.typed(f)
		w.compare("", t.op, negated)
		w.arg(f.encodeInside(t.value, w.dialect))
	}
}

// json writes the JSON at the end of steps.
func (w *writer) json(base string, steps []jsonStep) { w.path(base, steps, " -> ") }

// text of a value, or in SQLite the value itself.
func (w *writer) value(f *Field) {
	at := f.at
	if len(at.steps) > 0 {
		w.path(at.base, at.steps, " ->> ")
		return
	}
	if w.dialect == Postgres {
		w.text("(", at.base, " #>> '{}')")
		return
	}
	w.text(at.base)
}

// path writes the way into JSON, of which the last step is written by an operator of
// its own. In SQLite a key that is an argument is looked for among the keys: an operator
// would read some as paths.
func (w *writer) path(base string, steps []jsonStep, last string) {
	if w.dialect == SQLite {
		for i := len(steps) - 1; i >= 0; i-- {
			if steps[i].key {
				w.text("(SELECT value FROM json_each(")
				w.path(base, steps[:i], " -> ")
				w.text(") WHERE key = ?)")
				w.arg(steps[i].name)
				w.labels(steps[i+1:], last)
				return
			}
		}
	}
	if len(steps) > 0 {
		w.text("(")
		defer w.text(")")
	}
	w.text(base)
	w.labels(steps, last)
}

func (w *writer) labels(steps []jsonStep, last string) {
	for i, s := range steps {
		operator := " -> "
		if i == len(steps)-1 {
			operator = last
		}
		if s.key {
			w.text(operator, "CAST(? AS text)")
			w.arg(s.name)
		} else {
			w.text(operator, sqlText(s.name))
		}
	}
}

// typed writes a value as one of its field's type, that encodeInside gives too.
func (w *writer) typed(f *Field) {
	if f.Kind == Timestamp {
		w.instant(f)
		return
	}
	if w.dialect == SQLite {
		w.typedSQLite(f)
		return
	}
	switch f.Kind {
	case Bool:
		w.cast(f, "boolean")
	case Int32, Int64, Uint32, Uint64:
		w.cast(f, "numeric")
	case Float:
		w.cast(f, "real")
	case Double:
		w.cast(f, "double precision")
	case Duration:
		w.text("trunc(CAST(rtrim(")
		w.value(f)
		w.text(", 's') AS numeric) * 1000000)")
	default:
		w.text("(")
		w.value(f)
		w.text(` COLLATE "C")`)
	}
}

func (w *writer) cast(f *Field, to string) {
	w.text("CAST(")
	w.value(f)
	w.text(" AS ", to, ")")
}

func (w *writer) typedSQLite(f *Field) {
	switch f.Kind {
	case Int64:
		w.cast(f, "INTEGER")
	case Uint64: // is text, of which numbers of as many digits have the right order
		w.text("substr('00000000000000000000' || ")
		w.value(f)
		w.text(", -20)")
	case Float, Double:
		w.text("CASE ")
		w.value(f)
		w.text(" WHEN 'Infinity' THEN 9e999 WHEN '-Infinity' THEN -9e999 ELSE ")
		w.value(f)
		w.text(" END")
	case Duration:
		w.microsSQLite(f)
	default:
		w.value(f)
	}
}

// instant writes a time as text to the microsecond, which sorts.
func (w *writer) instant(f *Field) {
	w.text("(substr(rtrim(")
	w.value(f)
	w.text(", 'Z') || CASE WHEN ")
	w.value(f)
	w.text(" LIKE '%.%' THEN '' ELSE '.' END || '000000', 1, 26)")
	if w.dialect == Postgres {
		w.text(` COLLATE "C"`)
	}
	w.text(")")
}

// microsSQLite writes a duration in microseconds, as whole numbers.
func (w *writer) microsSQLite(f *Field) {
	w.text("(CAST(")
	w.value(f)
	w.text(" AS INTEGER) * 1000000 + CASE WHEN instr(")
	w.value(f)
	w.text(", '.') = 0 THEN 0 ELSE CASE WHEN ")
	w.value(f)
	w.text(" LIKE '-%' THEN -1 ELSE 1 END * CAST(substr(rtrim(substr(")
	w.value(f)
	w.text(", instr(")
	w.value(f)
	w.text(", '.') + 1), 's') || '000000', 1, 6) AS INTEGER) END)")
}

// encodeInside returns a value as it is compared with one inside JSON.
func (f *Field) encodeInside(v any, d Dialect) any {
	switch f.Kind {
	case Enum:
		return f.enumName(protoreflect.EnumNumber(v.(int64)))
	case Bytes:
		return base64.StdEncoding.EncodeToString(v.([]byte))
	case Timestamp:
		return time.UnixMicro(v.(int64)).UTC().Format("2006-01-02T15:04:05.000000")
	}
	if d == SQLite {
		return f.encodeInsideSQLite(v)
	}
	return encode(f.Kind, v, d)
}

func (f *Field) encodeInsideSQLite(v any) any {
	switch f.Kind {
	case Uint64:
		return fmt.Sprintf("%020d", v)
	case Float: // as JSON has it, in its shortest form
		short, err := strconv.ParseFloat(strconv.FormatFloat(v.(float64), 'g', -1, 32), 64)
		if err == nil {
			return short
		}
	}
	return encodeSQLite(v)
}
