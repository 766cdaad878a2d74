package introspect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
)

// A field is a column as a message has it.
type field struct {
	column   *catalog.Column
	kind     kind
	name     string
	label    string // optional, repeated or none
	present  bool   // it can be unset without a label
	behavior []string
	options  record
	comment  []string
	number   int
}

// imports are the files that the field's declaration needs.
func (f *field) imports() []string {
	var all []string
	if f.kind.from != "" {
		all = append(all, f.kind.from)
	}
	if len(f.behavior) > 0 {
		all = append(all, behaviorProto)
	}
	if len(f.options) > 0 {
		all = append(all, optionsProto)
	}
	return all
}

// write writes the declaration.
func (f *field) write() string {
	var b strings.Builder
	b.WriteString(comment("  ", f.comment))
	b.WriteString("  ")
	if f.label != "" {
		b.WriteString(f.label + " ")
	}
	fmt.Fprintf(&b, "%s %s = %d", f.kind.proto, f.name, f.number)
	var options []string
	indent := "  "
	if len(f.behavior)+min(len(f.options), 1) > 1 {
		indent = "    "
	}
	for _, behavior := range f.behavior {
		options = append(options, "(google.api.field_behavior) = "+behavior)
	}
	if len(f.options) > 0 {
		options = append(options, "(protocrud.v1.field) = "+f.options.write(indent, false))
	}
	switch len(options) {
	case 0:
	case 1:
		b.WriteString(" [" + options[0] + "]")
	default:
		b.WriteString(" [\n    " + strings.Join(options, ",\n    ") + "\n  ]")
	}
	b.WriteString(";\n")
	return b.String()
}

// kept are the names of fields whose values the server makes, which it need not do for a
// column of that name.
var kept = map[string]bool{"etag": true, "uid": true}

// fieldName names the field of a column.
func fieldName(column string, taken func(string) bool) string {
	name := snake(column)
	switch {
	case name == "":
		name = "column"
	case kept[name]:
		name += "_value"
	}
	return free(name, taken)
}

// serverTimes are the fields whose values the server sets.
var serverTimes = []string{"create_time", "update_time"}

// field makes the field of a column; nil, with the reason, if it has none.
func (w *writer) field(m *message, c *catalog.Column, name string) (f *field, why string) {
	k := w.types[place{m.table.Name, c.Name}]
	if why = unnamed(c.Name); why == "" {
		why = k.none
	}
	if why != "" {
		return nil, why
	}
	f = &field{column: c, kind: k, name: name, comment: commentLines(c.Comment)}
	if k.note != "" {
		f.comment = append(f.comment, k.note)
	}
	if k.enum != nil {
		w.enumOf(m, f)
	}
	if f.name != c.Name && m.model {
		f.options.add("column", c.Name)
	}
	if !m.model {
		f.shape(w.db.notNull(c), false)
		return f, ""
	}
	if f.kind.sql != "" {
		f.options.add("type", f.kind.sql)
	}
	w.keyed(m, f)
	return f, ""
}

// keyed adds what a field's options say of keys, of who makes the value and of others.
func (w *writer) keyed(m *message, f *field) {
	c := f.column
	inKey := slices.Contains(m.key.columns, c.Name)
	if inKey {
		f.generated(m)
	} else {
		f.ordinary(w, m)
	}
	if !inKey && w.sole(m.table, c.Name) && !f.kind.repeated && !f.kind.json {
		if name := derived(m.table.Name.Name, c.Name, "key"); !w.relations[name] || w.owner[name] == m.table.Name {
			w.relations[name], w.owner[name] = true, m.table.Name
			f.options.add("unique", true)
		}
	}
	w.reference(m, f)
	if f.kind.enum != nil {
		f.options.add("enum_as", word("POSTGRES"))
	}
}

// generated says who makes the value of a key.
func (f *field) generated(m *message) {
	c := f.column
	integer := f.kind.proto == "int32" || f.kind.proto == "int64"
	refers, alone := false, false
	for _, k := range m.table.Constraints {
		if k.Kind == catalog.ForeignKey && slices.Contains(k.Columns, c.Name) {
			refers, alone = true, alone || len(k.Columns) == 1
		}
	}
	serial := c.Serial() || m.rowid
	if len(m.key.columns) == 1 && f.name != "id" && m.resource == "" {
		f.options.add("primary_key", true)
	}
	switch {
	case integer && serial && len(m.key.columns) > 1 && !refers && !m.numbered:
		m.numbered = true
		f.options.add("generated", word("IDENTITY"))
	case integer && !serial && len(m.key.columns) == 1 && !alone:
		f.options.add("generated", word("NONE"))
	case strings.Contains(c.Default, "uuid") && f.kind.sql == "uuid" && !refers && !strings.Contains(c.Default, "v7"):
		f.options.add("generated", word("UUID_V4"))
	case c.Default != "" && !integer && f.kind.sql != "uuid":
		f.comment = append(f.comment, "The caller gives it; the default of the column is not used.")
	}
	if integer && serial && !refers {
		f.behavior = append(f.behavior, "OUTPUT_ONLY")
	}
}

// ordinary says what a field that is no key may be without.
func (f *field) ordinary(w *writer, m *message) {
	c := f.column
	expression := c.Default
	if c.Identity != "" {
		expression = "nextval(pg_get_serial_sequence('" + strings.ReplaceAll(m.table.Name.String(), "'", "''") + "', '" + strings.ReplaceAll(c.Name, "'", "''") + "'))"
	}
	if strings.HasPrefix(expression, "NULL::") || strings.EqualFold(expression, "NULL") {
		expression = ""
	}
	if f.kind.proto == "google.protobuf.Timestamp" && slices.Contains(serverTimes, f.name) && !f.kind.repeated {
		f.behavior = append(f.behavior, "OUTPUT_ONLY")
		return
	}
	if strings.ContainsAny(expression, ";?\x00") {
		f.comment = append(f.comment, "The default of the column is not used: the option cannot state it.")
		expression = ""
	}
	f.shape(w.db.notNull(c), expression != "")
	switch {
	case c.Generated:
		f.comment = append(f.comment, "The database computes it.")
		f.behavior = []string{"OUTPUT_ONLY"}
		if expression == "" { // SQLite's catalog has none; with a default, Create leaves the column out
			expression = "NULL"
		}
	case c.Serial():
		f.behavior = []string{"OUTPUT_ONLY"}
	}
	if expression != "" {
		f.options.add("default", expression)
	}
}

// shape says whether the field can be unset, and whether it may.
func (f *field) shape(notNull, filled bool) {
	switch {
	case f.kind.repeated:
		f.label = "repeated"
	case f.kind.from != "": // a message can always be unset
	case !notNull && !f.kind.absent, filled, f.kind.enum != nil:
		f.label = "optional"
	case !notNull:
		f.label = "optional"
	}
	if notNull && !filled && f.kind.absent && !f.kind.repeated {
		f.behavior = append(f.behavior, "REQUIRED")
	}
}
