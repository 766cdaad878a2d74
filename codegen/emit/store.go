package emit

import (
	"go/token"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

func (p *printer) hooks(m *model.Model) {
	n := m.Names
	p.comment(n.Hooks + " run around writes to " + m.Message.GoIdent.GoName + ", inside the write's transaction. " +
		"An error rolls the write back and is returned to the caller. A nil hook costs nothing.")
	p.mark(n.Hooks, m.Message.Location)
	p.P("type ", n.Hooks, " = ", p.crud("Hooks"), "[*", m.Message.GoIdent, "]")
	p.P()
}

// store writes the interface between the server and the storage.
func (p *printer) store(m *model.Model) {
	n := m.Names
	keyless := ""
	if m.Keyless {
		keyless = " No key tells the messages apart: methods that ask for one answer UNIMPLEMENTED."
	}
	p.comment(n.Store + " keeps the messages of type " + m.Message.GoIdent.GoName + ". " + n.Repository +
		" is the SQL one; wrap it to cache, audit or partition, or replace it in tests." + keyless)
	p.mark(n.Store, m.Message.Location)
	p.P("type ", n.Store, " interface {")
	p.P(p.crud("Store"), "[*", m.Message.GoIdent, ", ", p.keyType(m), "]")
	for i, columns := range m.Lookups() {
		p.P()
		p.prose(memberWidth, lookupDoc(m, i, columns))
		p.P(n.LookupMethods[i], p.lookupSignature(m, columns))
	}
	p.P("}")
	p.P()
}

func (p *printer) repository(m *model.Model) {
	n := m.Names
	p.comment(n.Repository + " is the " + n.Store + " over the table " + dotted(m.Schema, m.Table) +
		". It is safe for concurrent use when its DB is.")
	p.mark(n.Repository, m.Message.Location)
	p.P("type ", n.Repository, " struct{ *", p.crud("Repository"), "[*", m.Message.GoIdent, ", ", p.keyType(m), "] }")
	p.P()
	p.P("var _ ", n.Store, " = ", n.Repository, "{}")
	p.P()

	p.comment(n.New + " returns a repository that runs its statements on db: a *pgxpool.Pool, a *pgx.Conn, " +
		"a pgx.Tx or the embedded engine. " + constructorPanics(len(m.Scope) > 0))
	p.mark(n.New, m.Message.Location)
	p.P("func ", n.New, "(db ", p.crud("DB"), ", opts ...", p.crud("Option"), ") ", n.Repository, " {")
	p.P("return ", n.Repository, "{", p.crud("NewRepository"), "(db, ", n.Table, ", opts...)}")
	p.P("}")
	p.P()

	p.comment("WithTx returns the same repository, hooks and scope included, running on tx.")
	p.mark(n.Repository+".WithTx", m.Message.Location)
	p.P("func (r ", n.Repository, ") WithTx(tx *", p.crud("Tx"), ") ", n.Repository, " {")
	p.P("return ", n.Repository, "{r.Repository.WithTx(tx)}")
	p.P("}")
	p.P()

	for i, columns := range m.Lookups() {
		p.lookup(m, i, columns)
	}
}

// constructorPanics says which programming errors stop a repository's constructor.
func constructorPanics(scoped bool) string {
	if scoped {
		return "It panics on hooks of another message and where a column of the scope has no value among opts."
	}
	return "It panics on hooks of another message."
}

func (p *printer) lookup(m *model.Model, i int, columns []*model.Column) {
	n := m.Names
	values := make([]string, len(columns))
	for i, c := range columns {
		values[i] = argument(c)
	}
	p.comment(lookupDoc(m, i, columns))
	p.mark(n.Repository+"."+n.LookupMethods[i], columns[0].Field.Location)
	p.P("func (r ", n.Repository, ") ", n.LookupMethods[i], p.lookupSignature(m, columns), " {")
	p.P("return r.GetBy(ctx, ", strconv.Quote(lookupName(columns)), ", []any{", strings.Join(values, ", "), "}, opts...)")
	p.P("}")
	p.P()
}

// lookupName is the name of a lookup in the table: its fields.
func lookupName(columns []*model.Column) string { return strings.Join(fieldNames(columns), ",") }

func fieldNames(columns []*model.Column) []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = string(c.Field.Desc.Name())
	}
	return names
}

func lookupDoc(m *model.Model, i int, columns []*model.Column) string {
	return m.Names.LookupMethods[i] + " returns the " + m.Message.GoIdent.GoName + " with the given " +
		list(fieldNames(columns)) + ". Errors: NOT_FOUND."
}

func (p *printer) lookupSignature(m *model.Model, columns []*model.Column) string {
	parameters := []string{"ctx " + p.name(contextPackage.Ident("Context"))}
	for i, c := range columns {
		parameter, kind := argument(c), p.valueType(c)
		if i+1 == len(columns) || p.valueType(columns[i+1]) != kind {
			parameter += " " + kind
		}
		parameters = append(parameters, parameter)
	}
	return "(" + strings.Join(parameters, ", ") + ", opts ..." + p.crud("GetOption") + ") (*" + p.name(m.Message.GoIdent) + ", error)"
}

// argument returns the name of a lookup's parameter: the field's, unless Go or the
// method has another use for it.
func argument(c *model.Column) string {
	first, size := utf8.DecodeRuneInString(c.Field.GoName)
	name := string(unicode.ToLower(first)) + c.Field.GoName[size:]
	switch {
	case token.IsKeyword(name), name == "ctx", name == "opts", name == "r":
		return name + "_"
	}
	return name
}
