package emit

import (
	"slices"
	"strconv"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// info writes what the proto declares about a service, custom RPCs included.
func (p *printer) info(s *model.Service) {
	declares := "its methods and their tables."
	if limited(s) {
		declares = "its methods, their tables and rate limits."
	}
	p.comment(s.Names.Info + " is what " + printable(p.proto.Desc.Path()) + " declares about " + s.Service.GoName + ": " + declares)
	p.mark(s.Names.Info, s.Service.Location)
	p.P("var ", s.Names.Info, " = ", p.crud("ServiceInfo"), "{")
	p.P("Name: ", strconv.Quote(string(s.Service.Desc.FullName())), ",")
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

// limited reports whether a service or a method of it has a rate limit.
func limited(s *model.Service) bool {
	return len(s.Limits) > 0 || slices.ContainsFunc(s.Methods, func(m *model.Method) bool { return len(m.Limits) > 0 })
}

func (p *printer) methodInfo(m *model.Method) {
	what := "FullName: " + fullMethodName(m.Method) + ", Kind: " + p.crud(methodKinds[m.Kind])
	if m.Store != nil {
		what += ", Table: " + p.declaredIn(m.Store.Model, m.Store.Model.Names.Table)
	}
	if m.RequestID != nil {
		what += ", RequestID: true"
	}
	if len(m.Limits) == 0 {
		p.P("{", what, "},")
		return
	}
	p.P("{")
	p.P(what, ",")
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
}
