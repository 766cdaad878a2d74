package model

import (
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// protoNames yields the Go identifiers that protoc-gen-go and protoc-gen-go-grpc
// declare for a file, at package level and at every API level.
func protoNames(f *protogen.File, yield func(string, owner)) {
	for _, m := range f.Messages {
		messageNames(m, yield)
	}
	for _, e := range f.Enums {
		enumNames(e, yield)
	}
	for _, x := range f.Extensions {
		extensionNames(x, "", yield)
	}
	for _, s := range f.Services {
		grpcNames(s, yield)
	}
	yield(f.GoDescriptorIdent.GoName, owner{what: "the descriptor of " + f.Desc.Path(), site: at(f.Desc)})
}

func messageNames(m *protogen.Message, yield func(string, owner)) {
	if m.Desc.IsMapEntry() {
		return
	}
	name, me := m.GoIdent.GoName, protoOwner("message", m.Desc)
	yield(name, me)
	yield(name+"_builder", me)
	for _, o := range m.Oneofs {
		yield("is"+o.GoIdent.GoName, protoOwner("oneof", o.Desc))
		yield("case_"+o.GoIdent.GoName, protoOwner("oneof", o.Desc))
	}
	for _, f := range m.Fields {
		if InOneof(f) {
			yield(f.GoIdent.GoName, protoOwner("field", f.Desc))
		}
		if f.Desc.HasDefault() {
			yield("Default_"+name+"_"+f.GoName, protoOwner("field", f.Desc))
		}
	}
	for _, e := range m.Enums {
		enumNames(e, yield)
	}
	for _, x := range m.Extensions {
		extensionNames(x, name+"_", yield)
	}
	for _, nested := range m.Messages {
		messageNames(nested, yield)
	}
}

func enumNames(e *protogen.Enum, yield func(string, owner)) {
	me := protoOwner("enum", e.Desc)
	for _, suffix := range []string{"", "_name", "_value"} {
		yield(e.GoIdent.GoName+suffix, me)
	}
	for _, v := range e.Values {
		yield(v.GoIdent.GoName, protoOwner("enum value", v.Desc))
	}
}

func extensionNames(x *protogen.Extension, prefix string, yield func(string, owner)) {
	yield("E_"+prefix+x.GoName, protoOwner("extension", x.Desc))
}

func grpcNames(s *protogen.Service, yield func(string, owner)) {
	name, me := s.GoName, protoOwner("service", s.Desc)
	unexported := lowerFirst(name)
	for _, declared := range []string{
		name + "Client", unexported + "Client", "New" + name + "Client",
		name + "Server", "Unimplemented" + name + "Server", "Unsafe" + name + "Server",
		"Register" + name + "Server", name + "_ServiceDesc",
	} {
		yield(declared, me)
	}
	for _, m := range s.Methods {
		method := protoOwner("rpc", m.Desc)
		for _, suffix := range []string{"_FullMethodName", "Client", "Server"} {
			yield(name+"_"+m.GoName+suffix, method)
		}
		yield("_"+name+"_"+m.GoName+"_Handler", method)
	}
}

func protoOwner(kind string, d protoreflect.Descriptor) owner {
	return owner{what: kind + " " + string(d.FullName()), site: at(d)}
}
