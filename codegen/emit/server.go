package emit

import (
	"strconv"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// The names that protoc-gen-go-grpc gives to a service's code.

func serverInterface(s *protogen.Service) string { return s.GoName + "Server" }

func unimplementedServer(s *protogen.Service) string { return "Unimplemented" + s.GoName + "Server" }

func fullMethodName(m *protogen.Method) string {
	return m.Parent.GoName + "_" + m.GoName + "_FullMethodName"
}

// declaredIn returns an identifier of a model's package as this file writes it.
func (p *printer) declaredIn(m *model.Model, name string) string {
	return p.name(m.Message.GoIdent.GoImportPath.Ident(name))
}

// server writes the struct that implements the service.
func (p *printer) server(s *model.Service) {
	name := s.Names.Server
	p.comment(serverDoc(s)...)
	p.mark(name, s.Service.Location)
	p.P("type ", name, " struct {")
	p.P(unimplementedServer(s.Service))
	for _, store := range s.Stores {
		p.mark(name+"."+store.GoName, store.Model.Message.Location)
		p.P(store.GoName, " ", p.declaredIn(store.Model, store.Model.Names.Store))
	}
	p.P("}")
	p.P()
	p.P("var _ ", serverInterface(s.Service), " = ", name, "{}")
	p.P()
}

func serverDoc(s *model.Service) []string {
	over := "one store per model"
	if len(s.Stores) == 1 {
		over = "a " + s.Stores[0].Model.Names.Store
	}
	extend := "To change one RPC, embed it in a type of your own and redefine the method; " +
		"call the embedded one for the default."
	if custom := customMethods(s); len(custom) > 0 {
		extend += " RPCs that are not standard methods (here " + list(custom) + ") answer UNIMPLEMENTED until you write them."
	}
	return documented(s, s.Names.Server+" implements "+serverInterface(s.Service)+" over "+over+
		". An RPC whose store is nil answers UNIMPLEMENTED.", extend)
}

// documented returns the paragraphs, and that of its deprecation if the service is
// deprecated.
func documented(s *model.Service, paragraphs ...string) []string {
	opts, _ := s.Service.Desc.Options().(*descriptorpb.ServiceOptions)
	if opts.GetDeprecated() {
		return append(paragraphs, deprecation)
	}
	return paragraphs
}

// customMethods returns the RPCs that are left to their owner.
func customMethods(s *model.Service) []string {
	var names []string
	for _, m := range s.Methods {
		if m.Store == nil {
			names = append(names, m.Method.GoName)
		}
	}
	return names
}

// constructor writes the func that makes a server over repositories.
func (p *printer) constructor(s *model.Service) {
	n := s.Names
	db, opts := p.local("db"), p.local("opts")
	tables := make([]string, len(s.Stores))
	scoped := false
	for i, store := range s.Stores {
		tables[i] = p.declaredIn(store.Model, store.Model.Names.Table)
		scoped = scoped || len(store.Model.Scope) > 0
	}
	p.comment(documented(s, n.New+" returns a server over repositories on db. Each of opts goes to the repositories "+
		"that it concerns. "+serverPanics(scoped))...)
	p.mark(n.New, s.Service.Location)
	p.P("func ", n.New, "(", db, " ", p.crud("DB"), ", ", opts, " ...", p.crud("Option"), ") ", n.Server, " {")
	p.P(p.crud("CheckOptions"), "(", strconv.Quote(string(s.Service.Desc.FullName())), ", ", opts, ", ",
		strings.Join(tables, ", "), ")")
	p.P("return ", n.Server, "{")
	for i, store := range s.Stores {
		p.P(store.GoName, ": ", p.declaredIn(store.Model, store.Model.Names.New),
			"(", db, ", ", tables[i], ".Options(", opts, ")...),")
	}
	p.P("}")
	p.P("}")
	p.P()
}

// serverPanics says which programming errors stop a server's constructor.
func serverPanics(scoped bool) string {
	if scoped {
		return "It panics where one concerns none of them, and where a column of a model's scope has no value among opts."
	}
	return "It panics where one concerns none of them."
}
