package emit

import (
	"strconv"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// info writes what the proto declares about a service, custom RPCs included.
func (p *printer) info(s *model.Service) {
	p.comment(s.Names.Info + " is what " + printable(p.proto.Desc.Path()) + " declares about " + s.Service.GoName +
		": its methods and their tables.")
	p.mark(s.Names.Info, s.Service.Location)
	p.P("var ", s.Names.Info, " = ", p.crud("ServiceInfo"), "{")
	p.P("Name: ", strconv.Quote(string(s.Service.Desc.FullName())), ",")
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

func (p *printer) methodInfo(m *model.Method) {
	table := ""
	if m.Store != nil {
		table = ", Table: " + p.declaredIn(m.Store.Model, m.Store.Model.Names.Table)
	}
	if m.RequestID != nil {
		table += ", RequestID: true"
	}
	p.P("{FullName: ", fullMethodName(m.Method), ", Kind: ", p.crud(methodKinds[m.Kind]), table, "},")
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
