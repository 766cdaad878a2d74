package introspect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// A message is a table's.
type message struct {
	table *catalog.Table
	name  string
	key   key
	model bool
	// existing is the model of a file that is there, nil for a new message.
	existing *model.Model
	// known says that the file has the message, as one that is no model.
	known bool
	rowid bool // SQLite numbers the rows
	// numbered says that a column of the key is made by the database.
	numbered bool
	enums    []*enum
	fields   []*field
	notes    []string
	resource string
}

// keyless reports whether nothing tells the rows apart.
func (m *message) keyless() bool { return len(m.key.columns) == 0 }

// readOnly reports whether rows can only be read.
func (m *message) readOnly() bool { return m.table.Kind == "v" || m.table.Kind == "m" }

// A writer makes the messages of tables.
type writer struct {
	config      Config
	db          *Database
	packageName string
	types       typing
	messages    []*message
	byTable     map[catalog.Name]*message
	enums       map[catalog.Name]*enum
	taken       names
	// relations are the names of tables and indexes that are in use, and owner the tables
	// of those that are a unique field's.
	relations map[string]bool
	owner     map[string]catalog.Name
	warnings  []string
	// file is what is there, and done are the enum types whose values have been compared.
	file *Existing
	done map[catalog.Name]bool
}

func (w *writer) warn(format string, args ...any) {
	w.warnings = append(w.warnings, fmt.Sprintf(format, args...))
}

// describe makes the message of a table that no file has.
func (w *writer) describe(m *message) {
	named := w.fieldNames(m)
	number := 0
	if m.resource != "" {
		number++
		m.fields = append(m.fields, &field{
			name: "name", number: number, kind: kind{proto: "string"}, behavior: []string{"IDENTIFIER"},
			comment: []string{"The name of the resource, " + strings.Trim(m.resource, "/") + "."}, column: &catalog.Column{},
		})
	}
	for _, c := range m.table.Columns {
		if !w.config.wants(m.table, c.Name) && !slices.Contains(m.key.columns, c.Name) {
			w.left(m, c)
			continue
		}
		f, why := w.field(m, c, named[c.Name])
		if f == nil {
			m.notes = append(m.notes, omitted(c, why))
			w.warn("column %s of %s is left out: %s", c.Name, m.table.Name, why)
			continue
		}
		number = next(number)
		f.number = number
		m.fields = append(m.fields, f)
	}
	if m.keyless() && len(m.fields) == 0 {
		m.model = false
	}
}

// left warns of a column that is not wanted and that no row can be without.
func (w *writer) left(m *message, c *catalog.Column) {
	if w.db.notNull(c) && c.Default == "" && c.Identity == "" && !c.Generated && !m.readOnly() {
		w.warn("column %s of %s is not taken, and no row can be made without it", c.Name, m.table.Name)
	}
}

// next is the number behind one, outside of those that protobuf keeps.
func next(number int) int {
	if number++; number >= 19000 && number <= 19999 {
		return 20000
	}
	return number
}

// omitted is the comment on a column that has no field.
func omitted(c *catalog.Column, why string) string {
	return fmt.Sprintf("Column %s is left out: %s.", strings.Join(commentLines(c.Name), " "), why)
}

// fieldNames are the names of the fields of a new message, by column.
func (w *writer) fieldNames(m *message) map[string]string {
	taken, out := names{}, map[string]string{}
	if m.resource != "" {
		taken.add("name")
	}
	for _, c := range m.table.Columns {
		if !w.config.wants(m.table, c.Name) && !slices.Contains(m.key.columns, c.Name) {
			continue
		}
		name := c.Name
		if m.resource != "" && name == "name" {
			name = "display_name" // as AIP-148 has it
		}
		out[c.Name] = fieldName(name, func(n string) bool { return taken[jsonName(n)] })
		taken.add(jsonName(out[c.Name]))
	}
	return out
}

// options are those of the model.
func (w *writer) options(m *message) record {
	var r record
	if model.DefaultTable(m.name) != m.table.Name.Name {
		r.add("table", m.table.Name.Name)
	}
	if m.table.Schema != "" {
		r.add("schema", m.table.Schema)
	}
	if m.keyless() {
		r.add("keyless", true)
	}
	if len(m.key.columns) > 1 {
		var fields []string
		for _, c := range m.key.columns {
			fields = append(fields, m.fieldOf(c))
		}
		r.add("primary_key", texts(fields))
	}
	if indexes := w.indexes(m); len(indexes) > 0 {
		r.add("indexes", indexes)
	}
	keys, notes := w.foreignKeys(m)
	if len(keys) > 0 {
		r.add("foreign_keys", keys)
	}
	for _, note := range notes {
		m.notes = append(m.notes, note)
		w.warn("%s: %s", m.table.Name, note)
	}
	if w.deleteTime(m) != nil && !w.softDeleted(m) {
		r.add("soft_delete", false)
	}
	return r
}

// deleteTime is the column of the field that soft-deleted rows have, nil if there is none.
func (w *writer) deleteTime(m *message) *catalog.Column {
	named := w.fieldNames(m)
	i := slices.IndexFunc(m.table.Columns, func(c *catalog.Column) bool {
		return named[c.Name] == "delete_time" && w.types[place{m.table.Name, c.Name}].proto == "google.protobuf.Timestamp"
	})
	if i < 0 {
		return nil
	}
	return m.table.Columns[i]
}

// softDeleted reports whether Delete of a new message keeps the row.
func (w *writer) softDeleted(m *message) bool {
	c := w.deleteTime(m)
	return c != nil && !m.keyless() && !w.db.notNull(c)
}

// fieldOf returns the name of a column's field, empty if it has none.
func (m *message) fieldOf(column string) string {
	for _, f := range m.fields {
		if f.column.Name == column {
			return f.name
		}
	}
	if c := m.column(column); c != nil {
		return string(c.Field.Desc.Name())
	}
	return ""
}

// indexes are those that the model states; unique ones of a single field it has already.
func (w *writer) indexes(m *message) list {
	var all list
	for _, k := range m.table.Constraints {
		if k.Kind == catalog.Unique && !slices.Equal(k.Columns, m.key.columns) {
			all = w.index(all, m, stated{columns: k.Columns, unique: true, name: k.Name})
		}
	}
	for _, x := range m.table.Indexes {
		s, ok := indexOf(x)
		if x.Valid && (!ok || !w.states(m, s)) {
			m.notes = append(m.notes, fmt.Sprintf("Index %s is not stated: the option has no word for it.", strings.Join(commentLines(x.Name), " ")))
			continue
		}
		if x.Valid && !(s.unique && x.Key && slices.Equal(s.columns, m.key.columns)) {
			all = w.index(all, m, s)
		}
	}
	return all
}

// states reports whether the model can have the index.
func (w *writer) states(m *message, s stated) bool {
	if s.unique && s.method != "" || unnamed(s.name) != "" || strings.HasPrefix(strings.ToLower(s.name), "crud_") {
		return false
	}
	for _, c := range s.columns {
		k := w.types[place{m.table.Name, c}]
		whole := k.repeated || k.json
		if m.fieldOf(c) == "" || s.method == "gin" && !whole || s.method == "brin" && whole || s.unique && whole {
			return false
		}
	}
	return true
}

func (w *writer) index(all list, m *message, s stated) list {
	var fields []string
	for _, c := range s.columns {
		name := m.fieldOf(c)
		if name == "" {
			return all
		}
		fields = append(fields, name)
	}
	suffix := "idx"
	if s.unique {
		suffix = "key"
	}
	standard := derived(append(append([]string{m.table.Name.Name}, s.columns...), suffix)...)
	if plain := s.unique && s.where == "" && len(s.expressions) == 0; plain && len(fields) == 1 && m.unique(fields[0]) {
		return all
	}
	var r record
	if len(fields) > 0 {
		r.add("fields", texts(fields))
	}
	if s.unique {
		r.add("unique", true)
	}
	if s.where != "" {
		r.add("where", s.where)
	}
	if s.method != "" {
		r.add("method", s.method)
	}
	if s.name != standard || len(s.expressions) > 0 {
		r.add("name", s.name)
	}
	if len(s.expressions) > 0 {
		r.add("expressions", texts(s.expressions))
	}
	return append(all, r)
}

func (m *message) unique(name string) bool {
	for _, f := range m.fields {
		if f.name == name {
			return slices.ContainsFunc(f.options, func(e entry) bool { return e.name == "unique" })
		}
	}
	return false
}

// write writes a new message.
func (w *writer) write(m *message) string {
	var options record
	if m.model {
		options = w.options(m)
	}
	var b strings.Builder
	lines := commentLines(m.table.Comment)
	if m.key.note != "" {
		lines = append(lines, m.key.note)
	}
	b.WriteString(comment("", append(lines, m.notes...)))
	fmt.Fprintf(&b, "message %s {\n", m.name)
	gap := false
	if m.resource != "" {
		b.WriteString("  option (google.api.resource) = {\n    type: " + quote(w.config.Domain+"/"+m.name) + "\n    pattern: " + quote(m.resource) + "\n  };\n")
		gap = true
	}
	if m.model {
		b.WriteString("  option (protocrud.v1.model) = " + options.write("  ", false) + ";\n")
		gap = true
	}
	for _, e := range m.enums {
		if gap {
			b.WriteByte('\n')
		}
		b.WriteString(e.write())
		gap = true
	}
	for i, f := range m.fields {
		if gap && i == 0 || i > 0 && (len(f.comment) > 0 || len(m.fields[i-1].comment) > 0) {
			b.WriteByte('\n')
		}
		b.WriteString(f.write())
	}
	b.WriteString("}\n")
	return strings.Replace(b.String(), " {\n}\n", " {}\n", 1)
}
