package emit

import (
	"slices"
	"strconv"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// info writes what the proto declares about a service, custom RPCs included.
func (p *printer) info(s *model.Service) {
	p.comment(s.Names.Info + " is what " + printable(p.proto.Desc.Path()) + " declares about " + s.Service.GoName +
		": " + declared(s) + ".")
	p.mark(s.Names.Info, s.Service.Location)
	p.P("var ", s.Names.Info, " = ", p.crud("ServiceInfo"), "{")
	p.P("Name: ", strconv.Quote(string(s.Service.Desc.FullName())), ",")
	p.strings("Permissions", s.Permissions)
	p.limits(s.Limits)
	if len(s.Methods) > 0 {
		p.P("Methods: []", p.crud("MethodInfo"), "{")
		for _, m := range s.Methods {
			p.methodInfo(m)
		}
		p.P("},")
	}
	p.P("}")
	p.P()
}

// declared returns what a service's Info holds.
func declared(s *model.Service) string {
	some := func(have func(*model.Method) bool) bool { return slices.ContainsFunc(s.Methods, have) }
	their := []string{"tables"}
	if len(s.Permissions) > 0 || some(func(m *model.Method) bool { return len(m.Permissions) > 0 }) {
		their = append(their, "permissions")
	}
	if len(s.Limits) > 0 || some(func(m *model.Method) bool { return len(m.Limits) > 0 }) {
		their = append(their, "rate limits")
	}
	if len(their) == 1 {
		return "its methods and their tables"
	}
	return "its methods, their " + list(their)
}

// strings writes a field of a struct literal, unless it is empty.
func (p *printer) strings(field string, all []string) {
	if len(all) > 0 {
		p.P(field, ": ", stringList(all), ",")
	}
}

func (p *printer) methodInfo(m *model.Method) {
	what := "FullName: " + fullMethodName(m.Method) + ", Kind: " + p.crud(methodKinds[m.Kind])
	if m.Store != nil {
		what += ", Table: " + p.declaredIn(m.Store.Model, m.Store.Model.Names.Table)
	}
	if m.RequestID != nil {
		what += ", RequestID: true"
	}
	if len(m.Permissions) == 0 && len(m.Without) == 0 && len(m.Limits) == 0 {
		p.P("{", what, "},")
		return
	}
	p.P("{")
	p.P(what, ",")
	p.strings("Permissions", m.Permissions)
	p.strings("Without", m.Without)
	p.limits(m.Limits)
	p.P("},")
}

var methodKinds = map[model.MethodKind]string{
	model.Custom:      "MethodCustom",
	model.Skipped:     "MethodCustom",
	model.Get:         "MethodGet",
	model.List:        "MethodList",
	model.Create:      "MethodCreate",
	model.Update:      "MethodUpdate",
	model.Delete:      "MethodDelete",
	model.Undelete:    "MethodUndelete",
	model.GetBy:       "MethodGet",
	model.BatchGet:    "MethodBatchGet",
	model.BatchCreate: "MethodBatchCreate",
	model.BatchUpdate: "MethodBatchUpdate",
	model.BatchDelete: "MethodBatchDelete",
	model.Watch:       "MethodWatch",
}
