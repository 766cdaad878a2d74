package emit

import (
	"strings"

	"google.golang.org/protobuf/compiler/protogen"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// pattern writes the pattern of the resource names.
func (p *printer) pattern(m *model.Model) {
	if m.Key.Pattern == nil {
		return
	}
	p.comment(m.Names.Pattern + " is the pattern of the resource names of " + m.Message.GoIdent.GoName + ".")
	p.P("var ", m.Names.Pattern, " = ", p.crud("MustPattern"), `("`, m.Key.Pattern.Text, `")`)
	p.P()
}

// keyType returns the Go type of the key, as this file writes it.
func (p *printer) keyType(m *model.Model) string {
	if m.Keyless {
		return p.crud("NoKey")
	}
	if m.Key.Scalar() {
		return scalarTypes[m.Key.Columns[0].Kind]
	}
	return p.name(m.Message.GoIdent.GoImportPath.Ident(m.Names.Key))
}

// keyLiteral returns the key whose values are the expressions, in key order.
func (p *printer) keyLiteral(m *model.Model, values []string) string {
	if m.Key.Scalar() {
		return values[0]
	}
	fields := make([]string, len(values))
	for i, v := range values {
		fields[i] = m.Names.KeyFields[i] + ": " + v
	}
	return p.keyType(m) + "{" + strings.Join(fields, ", ") + "}"
}

// keyOf returns the key that the key fields of the message in variable hold.
func (p *printer) keyOf(m *model.Model, variable string) string {
	return p.keyLiteral(m, reads(variable, keyFields(m)))
}

// keyFields returns the fields that provide the key columns.
func keyFields(m *model.Model) []*protogen.Field {
	fields := make([]*protogen.Field, len(m.Key.Columns))
	for i, c := range m.Key.Columns {
		fields[i] = c.Field
	}
	return fields
}

func reads(variable string, fields []*protogen.Field) []string {
	values := make([]string, len(fields))
	for i, f := range fields {
		values[i] = read(variable, f)
	}
	return values
}

// keyFuncs writes the fields of a table by which keys get into messages and out.
func (p *printer) keyFuncs(m *model.Model) {
	if m.Keyless {
		return
	}
	message := p.name(m.Message.GoIdent)
	if m.Key.Reordered() {
		p.P("KeyOrder: ", stringList(columnNames(m.Key.Columns)), ",")
	}
	switch {
	case m.Key.Scalar():
		p.P("Key: ", p.getter(m.Key.Columns[0].Field), ",")
		p.P("SetKey: ", p.setter(m.Key.Columns[0]), ",")
		return
	case m.Key.Fields():
		p.P("Key: func(m *", message, ") ", p.keyType(m), " { return ", p.keyOf(m, "m"), " },")
	}
	if m.Key.Name != nil {
		p.P("Pattern: ", m.Names.Pattern, ",")
		p.P("ParseName: ", m.Names.ParseKey, ",")
	}
	p.setKey(m)
	p.P("KeyValues: func(k ", p.keyType(m), ") []any { return []any{", parts(m, "k."), "} },")
}

// setKey writes the func that sets a message's key fields and its name.
func (p *printer) setKey(m *model.Model) {
	var statements []string
	if m.Key.Fields() {
		for i, f := range keyFields(m) {
			statements = append(statements, p.write("m", f, "k."+m.Names.KeyFields[i]))
		}
	}
	if m.Key.Name != nil {
		statements = append(statements, p.write("m", m.Key.Name, "k.String()"))
	}
	signature := "func(m *" + p.name(m.Message.GoIdent) + ", k " + p.keyType(m) + ")"
	if len(statements) == 1 {
		p.P("SetKey: ", signature, " { ", statements[0], " },")
		return
	}
	p.P("SetKey: ", signature, " {")
	for _, s := range statements {
		p.P(s)
	}
	p.P("},")
}

// parts returns the fields of a key struct, each after prefix, separated by commas.
func parts(m *model.Model, prefix string) string {
	all := make([]string, len(m.Names.KeyFields))
	for i, f := range m.Names.KeyFields {
		all[i] = prefix + f
	}
	return strings.Join(all, ", ")
}

// key writes the key struct of a model that has one, and its text form: the resource
// name, or in the plain style the values joined with slashes.
func (p *printer) key(m *model.Model) {
	if m.Keyless || m.Key.Scalar() {
		return
	}
	p.keyStruct(m)
	p.keyString(m)
	p.parseKey(m)
}

func (p *printer) keyStruct(m *model.Model) {
	what := list(columnNames(m.Key.Columns))
	if m.Key.Pattern != nil {
		what = "the variables of " + m.Key.Pattern.Text
	}
	p.comment(m.Names.Key + " is the key of " + m.Message.GoIdent.GoName + ": " + printable(what) + ".")
	p.mark(m.Names.Key, m.Message.Location)
	p.P("type ", m.Names.Key, " struct {")
	for i, f := range m.Names.KeyFields {
		p.P(f, " ", scalarTypes[m.Key.Columns[i].Kind])
	}
	p.P("}")
	p.P()
}

func (p *printer) keyString(m *model.Model) {
	doc, call := "String returns the values joined with slashes.", p.crud("JoinKey")
	if m.Key.Pattern != nil {
		doc, call = "String returns the resource name.", m.Names.Pattern+".Format"
	}
	p.comment(doc)
	p.mark(m.Names.Key+".String", m.Message.Location)
	p.P("func (k ", m.Names.Key, ") String() string { return ", call, "(", parts(m, "k."), ") }")
	p.P()
}

func (p *printer) parseKey(m *model.Model) {
	n := m.Names
	what, call := "the text of a key", p.crud("SplitKey")+"(text"
	argument := "text"
	if m.Key.Pattern != nil {
		what, call, argument = "a resource name", n.Pattern+".Parse(name", "name"
	}
	p.comment(n.ParseKey + " parses " + what + ". " + p.parseErrors(m))
	p.mark(n.ParseKey, m.Message.Location)
	p.P("func ", n.ParseKey, "(", argument, " string) (", n.Key, ", error) {")
	p.P("var k ", n.Key)
	p.P("err := ", call, ", ", parts(m, "&k."), ")")
	p.P("return k, err")
	p.P("}")
	p.P()
}

// parseErrors says what the error of a key's parser means.
func (p *printer) parseErrors(m *model.Model) string {
	for _, c := range m.Key.Columns {
		if scalarTypes[c.Kind] != "string" {
			return "Its error is " + p.crud("ErrNoSuchKey") + " where the form is right but a number is none, " +
				"so that no row has the key; any other error says what is wrong with the form."
		}
	}
	return "Its error says what is wrong with the form."
}
