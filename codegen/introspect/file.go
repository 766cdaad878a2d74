package introspect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/protocrud/protoc-gen-go-crud/codegen/migrate/catalog"
	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// File returns a file for the tables: a new one, or one that is there with what it
// lacks. existing is nil for a new one.
func File(db *Database, c Config, existing *Existing) (Result, error) {
	w := &writer{
		config: c, db: db, packageName: c.Package, byTable: map[catalog.Name]*message{}, enums: map[catalog.Name]*enum{},
		done: map[catalog.Name]bool{}, taken: names{}, relations: map[string]bool{}, owner: map[string]catalog.Name{},
	}
	var e *editor
	if existing == nil {
		header := "syntax = \"proto3\";\n\npackage " + c.Package + ";\n\noption go_package = " + quote(c.GoPackage) + ";\n"
		existing = &Existing{Text: header, Path: "new.proto"}
	}
	e, err := newEditor(existing)
	if err != nil {
		return Result{}, err
	}
	w.packageName, w.file = e.inPackage(), existing
	w.plan(existing)
	for _, m := range w.messages {
		if m.existing == nil && !m.known {
			w.describe(m)
		}
	}
	for _, m := range w.messages {
		w.apply(e, m)
	}
	w.gone(existing)
	r := Result{Text: e.text(), Warnings: w.warnings, views: map[string]bool{}}
	for _, m := range w.messages {
		if name := w.fullName(m); m.model && m.existing == nil {
			r.created = append(r.created, name)
			r.views[name] = m.readOnly()
		}
	}
	return r, nil
}

// plan finds the messages of the tables, and names the new ones.
func (w *writer) plan(existing *Existing) {
	w.taken.add(existing.names()...)
	keys := map[*catalog.Table]key{}
	for _, t := range w.db.Tables {
		keys[t] = w.db.keyOf(t)
		w.relations[t.Name.Name] = true
	}
	w.types = w.db.typed(keys)
	for _, t := range w.db.Tables {
		if why := unnamed(t.Name.Name); why != "" {
			w.warn("%s is left out: %s", t.Name, why)
			continue
		}
		m := &message{table: t, key: keys[t], model: true}
		if m.existing = existing.modelOf(t.Name); m.existing != nil {
			m.name = string(m.existing.Message.Desc.Name())
			w.keep(m)
		} else if m.known = m.keyless() && existing.has(camel(singular(snake(t.Name.Name)))); m.known {
			m.name, m.model = camel(singular(snake(t.Name.Name))), false
		}
		w.messages = append(w.messages, m)
		w.byTable[t.Name] = m
	}
	for _, m := range w.messages {
		if m.name == "" {
			m.name = w.taken.message(m.table.Name.Name)
		}
		if m.existing == nil && !m.known {
			w.place(m)
		}
	}
	w.knownEnums()
}

// keep gives a message that is there the key that its model has, whatever that of the
// table is now.
func (w *writer) keep(m *message) {
	var columns []string
	for _, c := range m.existing.Key.Columns {
		columns = append(columns, c.Name)
	}
	if m.existing.Keyless && !m.keyless() && m.key.note == "" {
		w.warn("the key of %s is (%s), and message %s is keyless: mark the fields of the key instead, and its rows can be read, changed and deleted",
			m.table.Name, strings.Join(m.key.columns, ", "), m.name)
		m.key = key{}
		return
	}
	same := slices.EqualFunc(columns, m.key.columns, strings.EqualFold)
	if !same && len(m.key.columns) > 0 && m.key.note == "" && !w.db.unique(m.table, columns) {
		w.warn("the key of %s is (%s), and that of message %s is (%s): no two rows may be taken for one, so change it by hand",
			m.table.Name, strings.Join(m.key.columns, ", "), m.name, strings.Join(columns, ", "))
	}
	m.key = key{columns: columns}
}

// place settles what the whole of a new message depends on.
func (w *writer) place(m *message) {
	switch {
	case m.key.guessed:
		w.warn("%s has no key; the rows are taken to have different ids", m.table.Name)
	case m.keyless() && m.readOnly():
		w.warn("%s has no key, so its rows are only listed", m.table.Name)
	case m.keyless():
		w.warn("%s has no key, so its rows are only listed and created", m.table.Name)
	}
	if len(m.key.columns) == 1 && w.db.SQLite && m.table.Kind == "r" {
		c := m.table.Column(m.key.columns[0])
		m.rowid = strings.EqualFold(c.Type, "INTEGER")
	}
	if !w.config.Named || m.keyless() {
		return
	}
	variable := model.SnakeCase(m.name)
	if only := m.key.columns; len(only) == 1 && (only[0] == variable+"_id" || snake(only[0]) == "id") {
		collection := camel(model.Plural(variable))
		m.resource = strings.ToLower(collection[:1]) + collection[1:] + "/{" + variable + "}"
		return
	}
	w.warn("%s has no resource names: its key is neither id nor %s_id", m.table.Name, variable)
}

// knownEnums are the enums that models of the file have.
func (w *writer) knownEnums() {
	for _, m := range w.messages {
		if m.existing == nil {
			continue
		}
		for _, c := range m.existing.Columns {
			live := m.table.Column(c.Name)
			if c.EnumType != "" && c.Field != nil && live != nil && live.Enum.Name == c.EnumType && w.enums[live.Enum] == nil {
				w.enums[live.Enum] = &enum{name: relative(string(c.Field.Enum.Desc.FullName()), w.packageName), of: w.db.Enum(live.Enum)}
			}
		}
	}
}

func relative(full, in string) string { return strings.TrimPrefix(full, in+".") }

// apply writes a message into the file.
func (w *writer) apply(e *editor, m *message) {
	if m.existing != nil || m.known {
		w.merge(e, m)
		return
	}
	e.Append("\n" + w.write(m))
	if m.model {
		e.Import(optionsProto)
	}
	if m.resource != "" {
		e.Import(resourceProto)
	}
	for _, f := range m.fields {
		e.Import(f.imports()...)
	}
}

// gone warns of messages whose tables are not there.
func (w *writer) gone(existing *Existing) {
	for _, m := range existing.Models {
		stays := slices.ContainsFunc(w.messages, func(x *message) bool { return x.existing == m })
		if !stays && m.Schema == w.schema() && !w.config.Some {
			w.warn("%s of message %s is no table of the database; the message stays", fmt.Sprint(catalog.Name{Schema: m.Schema, Name: m.Table}), m.Message.Desc.Name())
		}
	}
}

// schema is that of the tables, as messages state it.
func (w *writer) schema() string {
	for _, t := range w.db.Tables {
		return t.Schema
	}
	return ""
}
