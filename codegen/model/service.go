package model

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/compiler/protogen"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// A server is a service while it is read.
type server struct {
	*loader
	*Service
	file   *protogen.File
	words  *vocabulary
	stores map[*draft]*Store
	stated bool // one of the project's options is set on it or on a method
	groups map[string]limitGroupUse
}

// addService reads a service. It is nil if the service has nothing to do with models.
func (l *loader) addService(f *protogen.File, s *protogen.Service) *Service {
	sv := &server{
		loader:  l,
		Service: &Service{Service: s, Names: serviceNames(s)},
		file:    f,
		words:   l.vocabulary(f),
		stores:  map[*draft]*Store{},
		groups:  map[string]limitGroupUse{},
	}
	opts, stated := crudOption[*protocrudv1.Service](&l.reports, s.Desc, protocrudv1.E_Service)
	sv.stated = stated
	sv.Permissions = sv.readPermissions(s.Desc, servicePermissions, opts.GetPermissions())
	sv.Limits = sv.readLimits(s.Desc, serviceLimits, opts.GetRateLimits(), s.Methods)
	for _, m := range s.Methods {
		sv.Methods = append(sv.Methods, sv.readMethod(m))
	}
	sv.checkFields()
	if !sv.stated && len(sv.Stores) == 0 {
		return nil
	}
	return sv.Service
}

// store returns the place of a model in the server, which it takes if it has none.
func (sv *server) store(m *protogen.Method, d *draft) *Store {
	if s := sv.stores[d]; s != nil {
		return s
	}
	d.served = true
	for other, s := range sv.stores {
		if s.GoName == d.plural {
			sv.add(at(m.Desc), fmt.Sprintf("the service has two models whose stores would be named %s: %s and %s", d.plural, placed(other), placed(d)),
				"give one of them another plural in google.api.resource, or move its methods to another service")
		}
	}
	s := &Store{Model: d.Model, GoName: d.plural}
	sv.stores[d] = s
	sv.Stores = append(sv.Stores, s)
	return s
}

// checkFields reports stores whose name an RPC has: a Go struct cannot have a field
// and a method of one name.
func (sv *server) checkFields() {
	for _, s := range sv.Stores {
		i := slices.IndexFunc(sv.Methods, func(m *Method) bool { return m.Method.GoName == s.GoName })
		switch {
		case i >= 0:
			sv.add(at(sv.Methods[i].Method.Desc), fmt.Sprintf("the name is that of the field %s, the store of %s (%s), in the generated server",
				s.GoName, s.Model.Message.Desc.FullName(), at(s.Model.Message.Desc)), "rename the rpc, or give the model another plural in google.api.resource")
		case s.GoName == "Unimplemented"+sv.Service.Service.GoName+"Server":
			sv.add(at(s.Model.Message.Desc), fmt.Sprintf("the plural %s is the name of what the generated server embeds", s.GoName), "give the model another plural in google.api.resource")
		}
	}
}
