package model

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// Fields of the option (protocrud.v1.method), as parts of a location's path.
const (
	methodModel = 1
	methodSkip  = 2
)

const skipMethodHint = "write the method by hand with option (protocrud.v1.method) = {skip: true}"

// readMethod recognises an RPC.
func (sv *server) readMethod(m *protogen.Method) *Method {
	method := &Method{Method: m}
	opts, stated := crudOption[*protocrudv1.Method](&sv.reports, m.Desc, protocrudv1.E_Method)
	sv.stated = sv.stated || stated
	method.Limits = sv.readLimits(m.Desc, methodLimits, opts.GetRateLimits(), []*protogen.Method{m})
	method.Permissions = sv.readPermissions(m.Desc, methodPermissions, opts.GetPermissions())
	sv.readWithout(method, opts)
	if opts.GetSkip() {
		method.Kind = Skipped
		if opts.Model != nil {
			sv.add(atOption(m.Desc, crudNumber, methodModel), "option (protocrud.v1.method).model is set with skip", "keep one of the two")
		}
		return method
	}
	v, d := sv.claimByName(m)
	if opts.GetModel() != "" {
		v, d = sv.claimByOption(m, opts.GetModel())
	} else if opts.Model != nil {
		return method // reported with the options
	}
	if d == nil {
		return method
	}
	if d.Singleton() && v.kind != Get && v.kind != Update {
		sv.add(at(m.Desc), fmt.Sprintf("%s is a method of %s, which is a singleton: it is there as long as its parent is (AIP-156)", m.Desc.Name(), d.Message.Desc.FullName()),
			"remove the method, or "+skipMethodHint)
		return method
	}
	if !d.Serves(v.kind) {
		sv.refuseMethod(m.Desc, d)
		return method
	}
	method.Kind = v.kind
	method.Store = sv.store(m, d)
	if (d.keyed || d.Keyless) && !sv.refuseForm(method, v) {
		s := shape{server: sv, Method: method, model: d, verb: v, request: m.Input}
		s.read()
	}
	return method
}

// refuseForm reports what no standard method can be.
func (sv *server) refuseForm(m *Method, v verb) bool {
	desc := m.Method.Desc
	switch {
	case (v.name == "Stream" || v.kind == Watch) && !desc.IsStreamingServer():
		sv.add(at(desc, methodOutput), fmt.Sprintf("%s does not return a stream", desc.Name()), "write stream before its output, or "+skipMethodHint)
	case desc.IsStreamingClient(), desc.IsStreamingServer() && v.kind != List && v.kind != Watch:
		sv.add(at(desc), fmt.Sprintf("%s is a streaming method, and %s is not", desc.Name(), v.name), "remove stream, or "+skipMethodHint)
	case desc.Output().FullName() == "google.longrunning.Operation":
		sv.add(at(desc, methodOutput), "long-running operations are not supported yet by this version", skipMethodHint)
	default:
		return false
	}
	return true
}

// claimByName returns the verb and the model that a method's name claims; nil if it is
// a custom one.
func (sv *server) claimByName(m *protogen.Method) (verb, *draft) {
	name := string(m.Desc.Name())
	claims := sv.words.methods[name]
	switch {
	case len(claims) > 1:
		sv.add(at(m.Desc), fmt.Sprintf("the name is that of %s of %s and of %s", claims[0].verb.name, placed(claims[0].model), placed(claims[1].model)),
			fmt.Sprintf("say which with option (protocrud.v1.method) = {model: %q}, or %q", claims[0].model.Message.Desc.FullName(), claims[1].model.Message.Desc.FullName()))
	case len(claims) == 1:
		return claims[0].verb, claims[0].model
	case sv.words.lookup(name) != nil:
		return verb{name: "Get", kind: GetBy}, sv.words.lookup(name)
	case len(sv.words.missed[fold(name)]) > 0:
		right := sv.words.missed[fold(name)][0]
		sv.add(at(m.Desc), fmt.Sprintf("the %s method of %s is named %s", right.verb.name, right.model.Message.Desc.FullName(), right.verb.methodOf(right.model)),
			"rename it, or "+skipMethodHint)
	}
	return verb{}, nil
}

// claimByOption returns the model that the option names and the verb that the name
// begins with.
func (sv *server) claimByOption(m *protogen.Method, name string) (verb, *draft) {
	where := atOption(m.Desc, crudNumber, methodModel)
	message := sv.resolve(m.Desc.Parent().FullName(), name)
	if message == nil {
		sv.add(where, fmt.Sprintf("model %q is no message that the file sees", name), "import its file and write its full name")
		return verb{}, nil
	}
	d := sv.byName[message.Desc.FullName()]
	if d == nil {
		sv.add(where, fmt.Sprintf("model %q is no model", name), "add option (protocrud.v1.model) = {} to the message")
		return verb{}, nil
	}
	v, ok := verbOf(string(m.Desc.Name()))
	if !ok {
		sv.add(at(m.Desc), fmt.Sprintf("%s begins with none of Get, List, Create, Update, Delete, and the option model makes it a standard method", m.Desc.Name()),
			"rename it, or remove the option")
		return verb{}, nil
	}
	return v, d
}

// resolve finds a message that the file sees, as a proto in that scope would name it.
func (sv *server) resolve(scope protoreflect.FullName, name string) *protogen.Message {
	if rest, ok := strings.CutPrefix(name, "."); ok {
		scope, name = "", rest
	}
	for {
		full := protoreflect.FullName(name)
		if scope != "" {
			full = scope + "." + full
		}
		if m := sv.messages[full]; m != nil && sv.sees(sv.file, sv.gen.FilesByPath[m.Desc.ParentFile().Path()]) {
			return m
		}
		if scope == "" {
			return nil
		}
		scope = scope.Parent()
	}
}
