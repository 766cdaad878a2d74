package emit

import (
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// A methodWriter writes one standard method. It holds the names of the method's
// parameters.
type methodWriter struct {
	*printer
	*model.Method
	service *model.Service

	server, ctx, req string
}

// method writes a standard method: its comment, its signature and one call into the
// runtime. RPCs without a store are left to the embedded Unimplemented server.
func (p *printer) method(s *model.Service, m *model.Method) {
	if m.Store == nil {
		return
	}
	w := methodWriter{printer: p, Method: m, service: s, server: p.local("s"), ctx: p.local("ctx"), req: p.local("req")}
	w.doc()
	w.signature()
	switch m.Kind {
	case model.Get:
		w.byKey("Get")
	case model.List:
		w.list()
	case model.Create:
		w.create()
	case model.Update:
		w.update()
	case model.Delete:
		w.byKey("Delete")
	}
	p.P("}")
	p.P()
}

// doc writes the RPC's own comment, or a sentence where it has none, and the status
// codes that a caller can see.
func (w methodWriter) doc() {
	rpc := w.Method.Method
	errors := "Errors: " + strings.Join(codes(w.Method), ", ") + "."
	if len(commentLines(rpc.Comments.Leading)) == 0 {
		w.comment(summary(w.Method) + " " + errors)
	} else {
		w.quoted(rpc.Comments.Leading)
		w.P("//")
		w.comment(errors)
	}
	opts, _ := rpc.Desc.Options().(*descriptorpb.MethodOptions)
	if opts.GetDeprecated() && !saysDeprecated(rpc.Comments.Leading) {
		w.P("//")
		w.comment(deprecation)
	}
}

func (w methodWriter) signature() {
	rpc := w.Method.Method
	w.mark(w.service.Names.Server+"."+rpc.GoName, rpc.Location)
	w.P("func (", w.server, " ", w.service.Names.Server, ") ", rpc.GoName,
		"(", w.ctx, " ", contextPackage.Ident("Context"), ", ", w.req, " *", rpc.Input.GoIdent, ") (*",
		rpc.Output.GoIdent, ", error) {")
}

// invocation returns the beginning of a runtime function's call. Every one of them
// takes the table and the store first.
func (w methodWriter) invocation(function string) string {
	m := w.Store.Model
	return w.crud(function) + "(" + w.ctx + ", " + w.declaredIn(m, m.Names.Table) + ", " + w.server + "." + w.Store.GoName
}

// call writes the return of a runtime function's result.
func (w methodWriter) call(function string, args ...string) {
	w.P("return ", w.invocation(function), ", ", strings.Join(args, ", "), ")")
}

// field returns the value of a request field, or otherwise if the request has none.
func (w methodWriter) field(f *protogen.Field, otherwise string) string {
	if f == nil {
		return otherwise
	}
	return read(w.req, f)
}

// byKey writes a method that a name or a key asks for.
func (w methodWriter) byKey(function string) {
	if w.Name != nil {
		w.call(function+"Named", read(w.req, w.Name))
		return
	}
	args := []string{w.keyLiteral(w.Store.Model, reads(w.req, w.KeyFields))}
	if presence := w.keyPresence(); presence != "" {
		args = append(args, presence)
	}
	w.call(function, args...)
}

// keyPresence returns the option that says which key fields are set, where zero can
// be a key because a field has presence.
func (w methodWriter) keyPresence() string {
	set := make([]string, len(w.KeyFields))
	presence := false
	for i, f := range w.KeyFields {
		set[i] = isSet(w.req, f)
		presence = presence || f.Desc.HasPresence()
	}
	if !presence {
		return ""
	}
	return w.crud("KeyPresence") + "(" + strings.Join(set, ", ") + ")"
}

func (w methodWriter) create() {
	resource := read(w.req, w.Resource)
	if w.Parent == nil && w.ID == nil && w.Store.Model.Key.Fields() {
		w.call("Create", resource)
		return
	}
	w.call("CreateNamed", w.field(w.Parent, `""`), w.field(w.ID, `""`), resource)
}

func (w methodWriter) update() {
	w.call("Update", read(w.req, w.Resource), w.field(w.UpdateMask, "nil"))
}

func (w methodWriter) list() {
	page, err := w.local("page"), w.local("err")
	w.P(page, ", ", err, " := ", w.invocation("List"), ", ", w.crud("Query"), "{")
	w.P("Method: ", fullMethodName(w.Method.Method), ",")
	if w.Parent != nil {
		w.P("Parent: ", read(w.req, w.Parent), ",")
	}
	w.P("PageSize: ", read(w.req, w.PageSize), ",")
	w.P("PageToken: ", read(w.req, w.PageToken), ",")
	w.P("})")
	w.P("if ", err, " != nil {")
	w.P("return nil, ", err)
	w.P("}")
	w.response(page)
}

// response writes the return of a page.
func (w methodWriter) response(page string) {
	output := w.Method.Method.Output
	items, token := page+".Items", page+".NextPageToken"
	if open(output) {
		if pointer(w.NextPageToken) {
			token = w.name(protoPackage.Ident("String")) + "(" + token + ")"
		}
		w.P("return &", output.GoIdent, "{", w.Items.GoName, ": ", items, ", ", w.NextPageToken.GoName, ": ", token, "}, nil")
		return
	}
	res := w.local("res")
	w.P(res, " := &", output.GoIdent, "{}")
	w.P(write(res, w.Items, items))
	w.P(write(res, w.NextPageToken, token))
	w.P("return ", res, ", nil")
}
