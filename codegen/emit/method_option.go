package emit

import (
	"strconv"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// readOptions returns the options of a Get: one for each request field that switches
// something on.
func (w methodWriter) readOptions() []string {
	var opts []string
	if w.ReadMask != nil {
		opts = append(opts, w.crud("ReadMask")+"("+read(w.req, w.ReadMask)+")")
	}
	if w.View != nil {
		opts = append(opts, w.crud("View")+"("+read(w.req, w.View)+")")
	}
	return opts
}

// writeOptions returns those of a write.
func (w methodWriter) writeOptions() []string {
	var opts []string
	add := func(f *protogen.Field, option string) {
		if f != nil {
			opts = append(opts, w.crud(option)+"("+read(w.req, f)+")")
		}
	}
	add(w.Etag, "IfEtag")
	add(w.AllowMissing, "AllowMissing")
	add(w.Force, "Force")
	add(w.ValidateOnly, "ValidateOnly")
	if w.RequestID != nil {
		opts = append(opts, w.crud("RequestID")+"("+fullMethodName(w.Method.Method)+", "+read(w.req, w.RequestID)+", "+w.req+")")
	}
	return opts
}

// query writes the fields of a crud.Query.
func (w methodWriter) query() {
	w.P("Method: ", fullMethodName(w.Method.Method), ",")
	for _, f := range []struct {
		name  string
		field *protogen.Field
	}{
		{"Parent", w.Parent},
		{"PageSize", w.PageSize},
		{"PageToken", w.PageToken},
		{"Filter", w.Filter},
		{"OrderBy", w.OrderBy},
		{"Skip", w.Skip},
		{"ShowDeleted", w.ShowDeleted},
		{"ReadMask", w.ReadMask},
		{"View", w.View},
		{"ResumeToken", w.ResumeToken},
	} {
		if f.field != nil {
			w.P(f.name, ": ", read(w.req, f.field), ",")
		}
	}
	if w.TotalSize != nil {
		w.P("CountTotal: true,")
	}
	if len(w.Equal) > 0 {
		w.P("Equal: []", w.crud("Equality"), "{")
		for _, e := range w.Equal {
			w.P(w.equality(e), ",")
		}
		w.P("},")
	}
}

// equality returns the condition of a request field that is named like a stored one.
func (w methodWriter) equality(e model.Equality) string {
	f := e.Field
	value := read(w.req, f)
	args := []string{strconv.Quote(string(e.Column.Field.Desc.Name())), value}
	function := "EqualAny"
	if !f.Desc.IsList() {
		function = "Equal"
		set := filters(w.req, f)
		if model.Wrapped(f) {
			args[1] = value + ".GetValue()"
		}
		args = append(args, set)
	}
	call := w.crud(function) + "(" + strings.Join(args, ", ") + ")"
	if e.Required {
		call += ".Require()"
	}
	return call
}

// filters returns whether a field of the message in variable asks for something: a
// field without presence does unless it is zero.
func filters(variable string, f *protogen.Field) string {
	switch {
	case f.Message != nil:
		return read(variable, f) + " != nil"
	case f.Desc.HasPresence():
		return isSet(variable, f)
	case f.Desc.Kind() == protoreflect.BoolKind:
		return read(variable, f)
	case f.Desc.Kind() == protoreflect.BytesKind:
		return "len(" + read(variable, f) + ") > 0"
	}
	return isSet(variable, f)
}
