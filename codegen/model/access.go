package model

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	protocrudv1 "github.com/protocrud/protoc-gen-go-crud/options/protocrud/v1"
)

// Fields of the options, as parts of a location's path.
const (
	servicePermissions = 2
	methodPermissions  = 4
	methodWithout      = 5
)

// The interceptors that the permissions and limits of a method belong to, by the names
// of the option without.
const (
	Authenticate = "authenticate"
	Limit        = "limit"
	Authorize    = "authorize"
)

// interceptors are all that a method can opt out of, in the order of runtime/server.
var interceptors = []string{"trace", "log", "metrics", Authenticate, Limit, Authorize, "validate"}

// readPermissions reads those of a service or a method.
func (sv *server) readPermissions(desc protoreflect.Descriptor, number int32, all []string) []string {
	for i, p := range all {
		where := atOption(desc, crudNumber, number, int32(i))
		switch {
		case p == "": // reported with the options
		case strings.TrimSpace(p) != p:
			sv.add(where, fmt.Sprintf("permission %q has spaces around it", p), "remove them")
		case slices.Contains(all[:i], p):
			sv.add(where, fmt.Sprintf("permission %q is there twice", p), "remove one")
		}
	}
	return all
}

// readWithout reads which interceptors a method opts out of.
func (sv *server) readWithout(m *Method, opts *protocrudv1.Method) {
	desc := m.Method.Desc
	m.Without = opts.GetWithout()
	for i, name := range m.Without {
		where := atOption(desc, crudNumber, methodWithout, int32(i))
		switch {
		case name == "": // reported with the options
		case name == "recover":
			sv.add(where, "a method cannot be without recover, since its panic would end the process", "remove it")
		case !slices.Contains(interceptors, name):
			sv.add(where, fmt.Sprintf("without names no interceptor: %q", name), `write one of "`+strings.Join(interceptors, `", "`)+`"`)
		case slices.Contains(m.Without[:i], name):
			sv.add(where, fmt.Sprintf("without has %q twice", name), "remove one")
		}
	}
	at := atOption(desc, crudNumber, methodWithout)
	asked := len(m.Permissions) > 0 || len(sv.Permissions) > 0
	switch {
	case slices.Contains(m.Without, Authorize) && len(m.Permissions) > 0:
		sv.add(at, "the method has permissions, and is without authorize", "keep one of the two")
	case slices.Contains(m.Without, Authenticate) && !slices.Contains(m.Without, Authorize) && asked:
		sv.add(at, "the method is without authenticate, and asks for permissions that nobody has then", `write without: ["authenticate", "authorize"], or remove it`)
	}
	if slices.Contains(m.Without, Limit) && len(m.Limits) > 0 {
		sv.add(at, "the method has rate_limits, and is without limit", "keep one of the two")
	}
}
