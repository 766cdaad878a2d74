package emit

import (
	"strconv"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// batch writes a method over several resources.
func (w methodWriter) batch() {
	function, args, opts := w.batchCall()
	err := w.local("err")
	if w.Items == nil {
		w.arguments("_, "+err+" := "+w.invocation(function), append(args, opts...))
		w.P("if ", err, " != nil {")
		w.P("return nil, ", err)
		w.P("}")
		w.P("return &", w.Method.Method.Output.GoIdent, "{}, nil")
		return
	}
	items := w.local("items")
	w.arguments(items+", "+err+" := "+w.invocation(function), append(args, opts...))
	w.P("if ", err, " != nil {")
	w.P("return nil, ", err)
	w.P("}")
	w.respond(pageValue{w.Items, items})
}

// arguments writes a call, whose arguments stand in lines of their own where they
// are long.
func (w methodWriter) arguments(call string, args []string) {
	line := call + ", " + strings.Join(args, ", ") + ")"
	if len(line) <= usualLine {
		w.P(line)
		return
	}
	w.P(call, ",")
	for _, arg := range args {
		w.P(arg, ",")
	}
	w.P(")")
}

// usualLine is the length up to which a call stands in one line.
const usualLine = 130

// batchCall returns the runtime's function, its arguments and its options.
func (w methodWriter) batchCall() (function string, args, opts []string) {
	list := strconv.Quote(string(w.Batch.List.Desc.Name()))
	named := w.named()
	if named {
		args = append(args, w.field(w.Parent, `""`))
	}
	switch w.Kind {
	case model.BatchCreate:
		function, args, opts = "BatchCreate", append(args, w.creations(named)), w.writeOptions()
	case model.BatchUpdate:
		args, opts = []string{w.field(w.UpdateMask, "nil"), w.changes()}, w.writeOptions()
		if w.Parent != nil {
			return "BatchUpdateNamed", append([]string{read(w.req, w.Parent)}, args...), opts
		}
		return "BatchUpdate", args, opts
	case model.BatchGet:
		function, args, opts = "BatchGet", append(args, w.keys(named), list), w.readOptions()
	default:
		function, args, opts = "BatchDelete", append(args, w.keys(named), list), w.writeOptions()
	}
	if named {
		function += "Named"
	}
	return function, args, opts
}

// named reports whether the elements are named, or created below a parent.
func (w methodWriter) named() bool {
	e := w.Batch.Element
	switch {
	case w.Kind == model.BatchCreate:
		return w.Parent != nil || e.Parent != nil || e.ID != nil || !w.Store.Model.Key.Fields()
	case e != nil:
		return e.Name != nil
	}
	return w.Batch.List.Desc.Name() == "names" && w.Store.Model.Key.Name != nil
}

// keys returns the names or the keys of the elements.
func (w methodWriter) keys(named bool) string {
	e := w.Batch.Element
	switch {
	case e == nil:
		return read(w.req, w.Batch.List)
	case named:
		return w.each(w.getter(e.Name))
	case len(e.KeyFields) == 1:
		return w.each(w.getter(e.KeyFields[0]))
	}
	return w.each(w.function(w.keyType(w.Store.Model), func(request string) string {
		return w.keyLiteral(w.Store.Model, reads(request, e.KeyFields))
	}))
}

// creations returns the resources to create, with their places if they are named.
func (w methodWriter) creations(named bool) string {
	e := w.Batch.Element
	if !named {
		return w.each(w.getter(e.Resource))
	}
	return w.each(w.element("NewResource", func(request string) []string {
		return given(request, []placed{{"Parent", e.Parent}, {"ID", e.ID}, {"Resource", e.Resource}})
	}))
}

// changes returns the changes of a BatchUpdate.
func (w methodWriter) changes() string {
	e := w.Batch.Element
	return w.each(w.element("Change", func(request string) []string {
		fields := given(request, []placed{{"Message", e.Resource}, {"Mask", e.UpdateMask}})
		if e.AllowMissing != nil {
			fields = append(fields, "Options: []"+w.crud("WriteOption")+"{"+w.crud("AllowMissing")+"("+read(request, e.AllowMissing)+")}")
		}
		return fields
	}))
}

// A placed is a field of a struct literal and the request's field that it is read from.
type placed struct {
	name  string
	field *protogen.Field
}

// given returns the fields of a struct literal that the request has.
func given(request string, all []placed) []string {
	var fields []string
	for _, p := range all {
		if p.field != nil {
			fields = append(fields, p.name+": "+read(request, p.field))
		}
	}
	return fields
}

// element returns a func from one of the requests to a generic struct of the runtime.
func (w methodWriter) element(name string, fields func(request string) []string) string {
	kind := w.crud(name) + "[*" + w.name(w.Store.Model.Message.GoIdent) + "]"
	return w.function(kind, func(request string) string {
		return kind + "{" + strings.Join(fields(request), ", ") + "}"
	})
}

// function returns a func from one of the requests to a result.
func (w methodWriter) function(result string, body func(request string) string) string {
	r := w.local("r")
	return "func(" + r + " *" + w.name(w.Batch.List.Message.GoIdent) + ") " + result + " { return " + body(r) + " }"
}

// each returns what a func makes of the requests.
func (w methodWriter) each(function string) string {
	return w.crud("Each") + "(" + read(w.req, w.Batch.List) + ", " + function + ")"
}
