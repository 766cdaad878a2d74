package rest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// A route is an HTTP verb and a path template of a method.
type route struct {
	method  protoreflect.MethodDescriptor
	input   protoreflect.MessageType
	verb    string
	body    string   // "", "*", or a field
	bound   []string // the fields that the path sets
	matches *regexp.Regexp
}

// service returns the full name of the method's service.
func (r *route) service() string { return string(r.method.Parent().FullName()) }

// routes are by verb and template, as the gateway's patterns print it.
type routes map[string]*route

// variable is one of a template: {id}, {book.name=shelves/*/books/*}.
var variable = regexp.MustCompile(`\{([\w.]+)(?:=([^}]*))?\}`)

// add adds the routes of a service.
func (rs routes) add(service string) error {
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service))
	if err != nil {
		return fmt.Errorf("the service %s is not linked into this program: %w", service, err)
	}
	desc, ok := found.(protoreflect.ServiceDescriptor)
	if !ok {
		return fmt.Errorf("%s is not a service", service)
	}
	known := len(rs)
	for i := range desc.Methods().Len() {
		method := desc.Methods().Get(i)
		rule, _ := proto.GetExtension(method.Options(), annotations.E_Http).(*annotations.HttpRule)
		if rule == nil {
			continue
		}
		input, err := protoregistry.GlobalTypes.FindMessageByName(method.Input().FullName())
		if err != nil {
			return fmt.Errorf("%s: %w", method.FullName(), err)
		}
		for _, r := range append([]*annotations.HttpRule{rule}, rule.GetAdditionalBindings()...) {
			rs.addRule(&route{method: method, input: input, body: r.GetBody()}, r)
		}
	}
	if len(rs) == known {
		return fmt.Errorf("no method of %s has a google.api.http", service)
	}
	return nil
}

func (rs routes) addRule(r *route, rule *annotations.HttpRule) {
	var template string
	switch p := rule.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		r.verb, template = "GET", p.Get
	case *annotations.HttpRule_Put:
		r.verb, template = "PUT", p.Put
	case *annotations.HttpRule_Post:
		r.verb, template = "POST", p.Post
	case *annotations.HttpRule_Delete:
		r.verb, template = "DELETE", p.Delete
	case *annotations.HttpRule_Patch:
		r.verb, template = "PATCH", p.Patch
	case *annotations.HttpRule_Custom:
		r.verb, template = strings.ToUpper(p.Custom.GetKind()), p.Custom.GetPath()
	}
	for _, v := range variable.FindAllStringSubmatch(template, -1) {
		r.bound = append(r.bound, v[1])
	}
	r.matches = regexp.MustCompile("^" + expression(template) + "$")
	rs[r.verb+" "+printed(template)] = r
}

// of returns the route of a request that the gateway has matched.
func (rs routes) of(verb string, pattern runtime.Pattern) *route {
	return rs[verb+" "+pattern.String()]
}

// verbs returns those that a path has, in their order.
func (rs routes) verbs(path string) []string {
	var verbs []string
	for _, r := range rs {
		if r.matches.MatchString(path) {
			verbs = append(verbs, r.verb)
			if r.verb == "GET" {
				verbs = append(verbs, "HEAD")
			}
		}
	}
	slices.Sort(verbs)
	return slices.Compact(verbs)
}

// printed returns a template as a pattern prints it, where {id} is {id=*}.
func printed(template string) string {
	return variable.ReplaceAllStringFunc(template, func(v string) string {
		if strings.Contains(v, "=") {
			return v
		}
		return strings.TrimSuffix(v, "}") + "=*}"
	})
}

// expression returns the regular expression of the paths of a template.
func expression(template string) string {
	flat := variable.ReplaceAllStringFunc(template, func(v string) string {
		if _, segments, ok := strings.Cut(strings.Trim(v, "{}"), "="); ok {
			return segments
		}
		return "*"
	})
	quoted := regexp.QuoteMeta(flat)
	return strings.ReplaceAll(strings.ReplaceAll(quoted, `\*\*`, ".+"), `\*`, "[^/]+")
}
