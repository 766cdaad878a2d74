// Package texttype knows the types of PostgreSQL that a string can be kept as: how a
// value of each is spelled, and what can be asked of it. The generator and the runtime
// share it, so that a type which the one accepts is one that the other can read.
package texttype

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/internal/nearest"
)

// A Type is a type of PostgreSQL, with its modifiers.
type Type struct {
	// Name is the catalog's name of a type that is known here, and the author's of
	// another one.
	Name string
	// SQL is the type as a column's definition has it.
	SQL string
	// Precision and Scale are those of numeric(p,s); a Precision of 0 is none stated.
	Precision, Scale int
	// Length is that of varchar, bpchar, bit and varbit; 0 is no limit.
	Length int
	// Known says that the package knows the type. Of others nothing can be asked.
	Known bool

	form form
}

// A form is what the package knows of a type.
type form struct {
	// takes says what a value is.
	takes string
	// canonical returns a value as it is spelled here; ok is false for what is no value.
	// It reads PostgreSQL's spelling too. Nil is for the types that only the database can
	// read.
	canonical func(t *Type, text string) (string, bool)
	// lenient types take every spelling of a value. The others take one, so that what is
	// stored comes back equal.
	lenient bool
	// compared types have = and an order, in which PostgreSQL and the keys of pages agree.
	compared bool
	// keyed types can be keys: two values are equal only if their texts are.
	keyed bool
	// textual types hold the empty text and are matched by patterns. In the others it is
	// no value, and stands for NULL.
	textual bool
	// args is how many modifiers the type takes, at most.
	args int
}

var forms = map[string]form{
	"text":    {textual: true, compared: true, keyed: true},
	"varchar": {textual: true, compared: true, keyed: true, args: 1},
	"citext":  {takes: "a text", canonical: anyText, textual: true, compared: true},
	"bpchar":  {takes: "a text without blanks at its end", canonical: paddedText, compared: true, keyed: true, args: 1},
	"bit":     {takes: "a text of 0 and 1", canonical: bits, compared: true, keyed: true, args: 1},
	"varbit":  {takes: "a text of 0 and 1", canonical: bits, compared: true, keyed: true, args: 1},
	"numeric": {takes: "a decimal number", canonical: decimal, lenient: true, compared: true, args: 2},

	"inet":     {takes: "an IP address such as 192.0.2.1 or 2001:db8::/32, in its shortest form", canonical: inet, compared: true, keyed: true},
	"cidr":     {takes: "a network such as 192.0.2.0/24 or 2001:db8::/32, in its shortest form", canonical: cidr, compared: true, keyed: true},
	"macaddr":  {takes: "a MAC address such as 08:00:2b:01:02:03, in lower case", canonical: macaddr, compared: true, keyed: true},
	"macaddr8": {takes: "a MAC address such as 08:00:2b:01:02:03:04:05, in lower case", canonical: macaddr8, compared: true, keyed: true},

	"date":        {takes: "a date such as 2012-04-21", canonical: date, compared: true, keyed: true},
	"time":        {takes: "a time of day such as 11:30:00.5, of microseconds without zeros at its end", canonical: timeOfDay, compared: true, keyed: true},
	"timestamp":   {takes: "a date and time such as 2012-04-21T11:30:00.5, of microseconds without zeros at its end", canonical: timestamp, compared: true, keyed: true},
	"timestamptz": {takes: "a time such as 2012-04-21T11:30:00.5Z, in UTC, of microseconds without zeros at its end", canonical: timestamptz, compared: true, keyed: true},
	"interval":    {takes: "an ISO 8601 duration such as P1Y2M3DT4H5M6.5S, with less than 12 months, 60 minutes and 60 seconds beside greater units", canonical: interval, compared: true},

	"int4range": {takes: "a range of whole numbers such as [1,6), with its upper bound left out", canonical: int4range, compared: true},
	"int8range": {takes: "a range of whole numbers such as [1,6), with its upper bound left out", canonical: int8range, compared: true},
	"numrange":  {takes: "a range of decimal numbers such as [1.5,2.5]", canonical: numrange, compared: true},
	"daterange": {takes: "a range of dates such as [2012-04-21,2012-05-01), with its upper bound left out", canonical: daterange, compared: true},
	"tsrange":   {takes: "a range of times such as [2012-04-21T11:30:00,2012-04-21T12:00:00)", canonical: tsrange, compared: true},
	"tstzrange": {takes: "a range of times such as [2012-04-21T11:30:00Z,2012-04-21T12:00:00Z), in UTC", canonical: tstzrange, compared: true},

	"json":     {takes: "JSON", canonical: jsonText},
	"jsonb":    {takes: "JSON without \\u0000", canonical: jsonbText, lenient: true},
	"xml":      {takes: "XML"},
	"tsvector": {takes: "a tsvector"},
}

// aliases are other names of types.
var aliases = map[string]string{
	"decimal":                     "numeric",
	"character varying":           "varchar",
	"character":                   "bpchar",
	"char":                        "bpchar",
	"bit varying":                 "varbit",
	"int":                         "integer",
	"int4":                        "integer",
	"int8":                        "bigint",
	"int2":                        "smallint",
	"float4":                      "real",
	"float8":                      "double precision",
	"bool":                        "boolean",
	"timestamp with time zone":    "timestamptz",
	"timestamp without time zone": "timestamp",
	"time without time zone":      "time",
}

// syntax is a type with its modifiers, which are whole numbers. Names with other
// characters than these are in double quotes.
var syntax = regexp.MustCompile(`^((?:[A-Za-z_][A-Za-z0-9_$]*|"[^"\x00]+")(?:[ .](?:[A-Za-z_][A-Za-z0-9_$]*|"[^"\x00]+"))*)\s*(?:\(\s*(-?\d{1,9})\s*(?:,\s*(-?\d{1,9})\s*)?\))?$`)

// Parse reads a type as a column's definition has it. Its error says what is wrong, in
// words that follow the type.
func Parse(text string) (Type, error) {
	m := syntax.FindStringSubmatch(strings.Join(strings.Fields(text), " "))
	if m == nil {
		return Type{}, fmt.Errorf("is no type of a column")
	}
	t := Type{Name: m[1]}
	folded := strings.ToLower(m[1])
	if name, ok := aliases[folded]; ok {
		folded = name
	}
	t.form, t.Known = forms[folded]
	if t.Known || plain(folded) {
		t.Name = folded
	}
	if !t.Known && !strings.ContainsAny(m[1], `."`) {
		if name := nearest.Of(folded, names); name != "" && !plain(folded) {
			return t, fmt.Errorf("is not known; did you mean %s? One of your own is written with its schema", name)
		}
	}
	return t, t.modify(folded == "bpchar" && strings.EqualFold(m[1], "char") || strings.EqualFold(m[1], "character"), m[2], m[3])
}

// names are the types that a misspelled one may be meant for.
var names = func() []string {
	var out []string
	for name := range forms {
		out = append(out, name)
	}
	for alias, name := range aliases {
		out = append(out, alias, name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}()

// plain are the types that other fields than strings have.
func plain(name string) bool {
	switch name {
	case "smallint", "integer", "bigint", "real", "double precision", "boolean", "bytea", "uuid", "money":
		return true
	}
	return false
}

// modify takes the modifiers. char says that one which is not stated is 1.
func (t *Type) modify(char bool, first, second string) error {
	t.SQL = t.Name
	given := 0
	for _, arg := range []string{first, second} {
		if arg != "" {
			given++
		}
	}
	if given > 0 {
		t.SQL += "(" + strings.Join([]string{first, second}[:given], ",") + ")"
	}
	if !t.Known {
		return nil
	}
	if given > t.form.args {
		return fmt.Errorf("has too many numbers behind it")
	}
	a, _ := strconv.Atoi(first)
	b, _ := strconv.Atoi(second)
	switch {
	case t.Name == "numeric" && given > 0:
		t.Precision, t.Scale = a, b
		if a < 1 || a > maxDigits || b < 0 || b > a {
			return fmt.Errorf("needs a precision of 1 to %d digits and a scale of 0 to that", maxDigits)
		}
	case given > 0:
		if t.Length = a; a < 1 {
			return fmt.Errorf("needs a length from 1 on")
		}
	case char, t.Name == "bit":
		t.Length = 1
		t.SQL += "(1)"
	}
	return nil
}

// Takes says what a value of the type is.
func (t *Type) Takes() string {
	switch {
	case t.Name == "numeric" && t.Precision > 0:
		return fmt.Sprintf("a decimal number with at most %d digits before and %d behind the point", t.Precision-t.Scale, t.Scale)
	case t.Name == "bit":
		return fmt.Sprintf("a text of %d times 0 or 1", t.Length)
	case t.Length > 0:
		return fmt.Sprintf("%s, of at most %d characters", t.form.takes, t.Length)
	case t.form.takes == "":
		return "a " + t.Name
	}
	return t.form.takes
}

// Checked reports whether values are checked here. Of other types only the database
// knows what is one.
func (t *Type) Checked() bool { return t.form.canonical != nil || t.form.textual }

// Compared reports whether values can be compared, and rows be ordered by them.
func (t *Type) Compared() bool { return t.form.compared }

// Order returns the order of the type's values, of which texts that are spelled in
// different ways can be equal; nil where only the database knows it.
func (t *Type) Order() func(a, b string) int {
	if t.Name == "numeric" {
		return orderNumerics
	}
	return nil
}

// Keyed reports whether the type can be that of a key.
func (t *Type) Keyed() bool { return t.form.keyed }

// Textual reports whether the empty text is a value. Else it stands for NULL.
func (t *Type) Textual() bool { return t.form.textual }

// PlainText reports whether the type is text or varchar, which are text in every way.
func (t *Type) PlainText() bool { return t.Name == "text" || t.Name == "varchar" }

// Write returns what is stored of a text; ok is false if it is no value, or not spelled
// as the type is spelled.
func (t *Type) Write(text string) (stored string, ok bool) {
	if t.form.canonical == nil {
		return text, t.form.textual || text != ""
	}
	stored, ok = t.form.canonical(t, text)
	return stored, ok && (t.form.lenient || stored == text)
}

// Operand returns a text that values are compared with. It need not fit into the type's
// modifiers: a number with more decimals lies between others.
func (t *Type) Operand(text string) (value string, ok bool) {
	free := *t
	free.Precision, free.Scale, free.Length = 0, 0, 0
	if t.Name == "bit" || t.Name == "varbit" {
		free.Name = "varbit"
	}
	return free.Write(text)
}

// Read returns a value as it is spelled here. One that has no such spelling, infinity
// or a date before our era, is as PostgreSQL spells it.
func (t *Type) Read(text string) string {
	if t.form.canonical == nil {
		return text
	}
	if value, ok := t.form.canonical(t, text); ok {
		return value
	}
	return text
}

// ArrayText returns the text of an array, which PostgreSQL takes for one of any type.
func ArrayText(values []string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, v := range values {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		for j := range len(v) {
			if v[j] == '"' || v[j] == '\\' {
				b.WriteByte('\\')
			}
			b.WriteByte(v[j])
		}
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}
