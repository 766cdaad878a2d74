package server

import (
	"fmt"
	"slices"

	"google.golang.org/grpc"

	"github.com/protocrud/protoc-gen-go-crud/runtime/crud"
)

// A Service is one that is served, with what its proto declares. Of makes it.
type Service struct {
	register func(grpc.ServiceRegistrar)
	info     crud.ServiceInfo
	plain    bool
}

// A Declared service is one that still needs an implementation. S is the interface that
// protoc-gen-go-grpc generates.
type Declared[S any] struct {
	register func(grpc.ServiceRegistrar, S)
	info     crud.ServiceInfo
	plain    bool
}

// Of returns the service that register registers, as protoc-gen-go-grpc generates it.
// info is what the service's proto declares, as protoc-gen-go-crud generates it for
// every service.
//
//	server.Of(libraryv1.RegisterLibraryServiceServer, libraryv1.LibraryServiceInfo).By(impl)
func Of[S any](register func(grpc.ServiceRegistrar, S), info crud.ServiceInfo) Declared[S] {
	return Declared[S]{register: register, info: info}
}

// Plain returns a service that nothing is declared of, such as one of another team's
// module. No limit holds for it and no permission is asked for, unless
// Config.DefaultDeny refuses its calls; Run says so in the log.
func Plain[S any](register func(grpc.ServiceRegistrar, S)) Declared[S] {
	return Declared[S]{register: register, plain: true}
}

// By returns the service as impl implements it.
func (d Declared[S]) By(impl S) Service {
	return Service{register: func(r grpc.ServiceRegistrar) { d.register(r, impl) }, info: d.info, plain: d.plain}
}

// A served service is one whose registration was looked at.
type served struct {
	Service
	desc *grpc.ServiceDesc
	impl any
}

// RegisterService notes what is registered. It is a grpc.ServiceRegistrar.
func (s *served) RegisterService(desc *grpc.ServiceDesc, impl any) {
	s.desc, s.impl = desc, impl
}

// look registers a service with nobody. The error says that its Info is of another.
func look(service Service) (*served, error) {
	s := &served{Service: service}
	if service.register == nil {
		return nil, fmt.Errorf("a Service is empty; make it with Of")
	}
	service.register(s)
	switch {
	case s.desc == nil:
		return nil, fmt.Errorf("the register function of a service registers nothing")
	case s.plain:
		s.info = crud.ServiceInfo{Name: s.desc.ServiceName}
		for _, m := range methodsOf(s.desc) {
			s.info.Methods = append(s.info.Methods, crud.MethodInfo{FullName: m})
		}
	case s.info.Name == "":
		return nil, fmt.Errorf("%s has no Info, so that nothing that its proto says would hold; give its generated Info to Of", s.desc.ServiceName)
	case s.info.Name != s.desc.ServiceName:
		return nil, fmt.Errorf("%s has the Info of %s", s.desc.ServiceName, s.info.Name)
	}
	declared := make([]string, len(s.info.Methods))
	for i, m := range s.info.Methods {
		declared[i] = m.FullName
	}
	for _, m := range methodsOf(s.desc) {
		if !slices.Contains(declared, m) {
			return nil, fmt.Errorf("%s is not in the Info of its service; generate both files from one proto", m)
		}
	}
	return s, nil
}

// methodsOf returns the full names of the methods of a service.
func methodsOf(desc *grpc.ServiceDesc) []string {
	var names []string
	for _, m := range desc.Methods {
		names = append(names, "/"+desc.ServiceName+"/"+m.MethodName)
	}
	for _, m := range desc.Streams {
		names = append(names, "/"+desc.ServiceName+"/"+m.StreamName)
	}
	return names
}
