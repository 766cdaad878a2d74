package emit

import (
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
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
	// sender is the stream that the method sends to.
	sender string
}

// method writes a standard method: its comment, its signature and one call into the
// runtime. RPCs without a store are left to the embedded Unimplemented server.
func (p *printer) method(s *model.Service, m *model.Method) {
	if m.Store == nil {
		return
	}
	w := methodWriter{printer: p, Method: m, service: s, server: p.local("s"), ctx: p.local("ctx"), req: p.local("req"), sender: p.local("stream")}
	if w.Streams() {
		w.ctx = w.sender + ".Context()"
	}
	w.doc()
	w.signature()
	switch m.Kind {
	case model.Get:
		w.byKey("Get", w.readOptions())
	case model.List:
		w.list()
	case model.Create:
		w.create()
	case model.Update:
		w.update()
	case model.Delete:
		w.delete()
	case model.Undelete:
		w.byKey("Undelete", w.writeOptions())
	case model.GetBy:
		w.getBy()
	case model.BatchGet, model.BatchCreate, model.BatchUpdate, model.BatchDelete:
		w.batch()
	case model.Watch:
		w.watch()
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
	if w.Streams() {
		w.P("func (", w.server, " ", w.service.Names.Server, ") ", rpc.GoName,
			"(", w.req, " *", rpc.Input.GoIdent, ", ", w.sender, " ", grpcPackage.Ident("ServerStreamingServer"), "[", rpc.Output.GoIdent, "]) error {")
		return
	}
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

// call writes the return of a runtime function's result. Several options stand in
// lines of their own.
func (w methodWriter) call(function string, args, opts []string) {
	call := w.invocation(function) + ", " + strings.Join(args, ", ")
	if len(opts) < 2 {
		w.P("return ", strings.Join(append([]string{call}, opts...), ", "), ")")
		return
	}
	w.P("return ", call, ",")
	for _, opt := range opts {
		w.P(opt, ",")
	}
	w.P(")")
}

// field returns the value of a request field, or otherwise if the request has none.
func (w methodWriter) field(f *protogen.Field, otherwise string) string {
	if f == nil {
		return otherwise
	}
	return read(w.req, f)
}

// byKey writes a method that a name or a key asks for.
func (w methodWriter) byKey(function string, opts []string) {
	if w.Name != nil {
		w.call(function+"Named", []string{read(w.req, w.Name)}, opts)
		return
	}
	args := []string{w.keyLiteral(w.Store.Model, reads(w.req, w.KeyFields))}
	if presence := w.keyPresence(); presence != "" {
		args = append(args, presence)
	}
	w.call(function, args, opts)
}

func (w methodWriter) delete() {
	function := "Delete"
	if w.Store.Model.SoftDelete() != nil {
		function = "SoftDelete"
	}
	w.byKey(function, w.writeOptions())
}

// getBy writes a Get by a unique field.
func (w methodWriter) getBy() {
	m := w.Store.Model
	i := slices.IndexFunc(m.Lookups(), func(columns []*model.Column) bool { return slices.Equal(columns, []*model.Column{w.Lookup}) })
	args := []string{
		w.declaredIn(m, m.Names.Store) + "." + m.Names.LookupMethods[i],
		strconv.Quote(string(w.LookupField.Desc.Name())), read(w.req, w.LookupField),
	}
	w.call("GetBy", args, w.readOptions())
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
	function, args := "Create", []string{read(w.req, w.Resource)}
	if w.Parent != nil || w.ID != nil || !w.Store.Model.Key.Fields() {
		function = "CreateNamed"
		args = append([]string{w.field(w.Parent, `""`), w.field(w.ID, `""`)}, args...)
	}
	w.call(function, args, w.writeOptions())
}

func (w methodWriter) update() {
	args := []string{read(w.req, w.Resource), w.field(w.UpdateMask, "nil")}
	w.call("Update", args, w.writeOptions())
}

func (w methodWriter) list() {
	if w.Streams() {
		w.stream()
		return
	}
	page, err := w.local("page"), w.local("err")
	w.P(page, ", ", err, " := ", w.invocation("List"), ", ", w.crud("Query"), "{")
	w.query()
	w.P("})")
	w.P("if ", err, " != nil {")
	w.P("return nil, ", err)
	w.P("}")
	w.response(page)
}

// stream writes the return of a streaming List.
func (w methodWriter) stream() {
	w.P("return ", w.invocation("Stream"), ", ", w.crud("Query"), "{")
	w.query()
	w.P("}, ", w.sender, ".Send)")
}

// response writes the return of a page.
func (w methodWriter) response(page string) {
	values := []pageValue{{w.Items, page + ".Items"}, {w.NextPageToken, page + ".NextPageToken"}}
	if w.TotalSize != nil {
		total := page + ".TotalSize"
		if w.TotalSize.Desc.Kind() == protoreflect.Int32Kind {
			total = w.crud("TotalInt32") + "(" + total + ")"
		}
		values = append(values, pageValue{w.TotalSize, total})
	}
	w.respond(values...)
}

// respond writes the return of a response with the values.
func (w methodWriter) respond(values ...pageValue) {
	output := w.Method.Method.Output
	if open(output) {
		fields := make([]string, len(values))
		for i, v := range values {
			fields[i] = v.field.GoName + ": " + w.pointed(v)
		}
		w.P("return &", output.GoIdent, "{", strings.Join(fields, ", "), "}, nil")
		return
	}
	res := w.local("res")
	w.P(res, " := &", output.GoIdent, "{}")
	for _, v := range values {
		w.P(w.write(res, v.field, v.value))
	}
	w.P("return ", res, ", nil")
}

// A pageValue is a field of a response and its value.
type pageValue struct {
	field *protogen.Field
	value string
}

// pointed returns the value as the struct field of the open API has it.
func (w methodWriter) pointed(v pageValue) string {
	if !pointer(v.field) {
		return v.value
	}
	if v.field.Enum != nil {
		return v.value + ".Enum()"
	}
	kinds := map[protoreflect.Kind]string{
		protoreflect.StringKind: "String", protoreflect.Int32Kind: "Int32", protoreflect.Int64Kind: "Int64",
	}
	return w.name(protoPackage.Ident(kinds[v.field.Desc.Kind()])) + "(" + v.value + ")"
}
