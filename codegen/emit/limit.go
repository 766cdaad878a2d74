package emit

import (
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/protocrud/protoc-gen-go-crud/codegen/model"
)

// limits writes the rate limits of a service or a method.
func (p *printer) limits(limits []*model.RateLimit) {
	if len(limits) == 0 {
		return
	}
	p.P("Limits: []", p.rateLimit("Limit"), "{")
	for _, l := range limits {
		p.oneLimit(l)
	}
	p.P("},")
}

// rateLimit returns an identifier of the limiter as this file writes it.
func (p *printer) rateLimit(name string) string { return p.name(limitPackage.Ident(name)) }

// oneLimit writes a limit in a line, unless it reads requests.
func (p *printer) oneLimit(l *model.RateLimit) {
	parts := []string{"MaxCalls: " + strconv.FormatInt(l.MaxCalls, 10), "Period: " + duration(p, l.Period)}
	if l.Group != "" {
		parts = append(parts, "Group: "+strconv.Quote(l.Group))
	}
	if l.TokenBucket {
		parts = append(parts, "Algorithm: "+p.rateLimit("TokenBucket"))
	}
	if l.Burst > 0 {
		parts = append(parts, "Burst: "+strconv.FormatInt(l.Burst, 10))
	}
	what := strings.Join(parts, ", ")
	keys := "Keys: []" + p.rateLimit("Key") + "{"
	switch {
	case len(l.Keys) == 0:
		p.P("{", what, "},")
	case slices.ContainsFunc(l.Keys, func(k model.LimitKey) bool { return k.Kind == model.RequestKey }):
		p.P("{")
		p.P(what, ",")
		p.P(keys)
		for _, k := range l.Keys {
			p.limitKey(k)
		}
		p.P("},")
		p.P("},")
	default:
		all := make([]string, len(l.Keys))
		for i, k := range l.Keys {
			all[i] = p.plainKey(k)
		}
		p.P("{", what, ", ", keys, strings.Join(all, ", "), "}},")
	}
}

// plainKey returns a key that reads no request.
func (p *printer) plainKey(k model.LimitKey) string {
	switch k.Kind {
	case model.PeerKey:
		return p.rateLimit("Peer") + "()"
	case model.PrincipalKey:
		return p.rateLimit("Principal") + "()"
	case model.MetadataKey:
		return p.rateLimit("Metadata") + "(" + strconv.Quote(k.Name) + ")"
	default:
		return p.rateLimit("Func") + "(" + strconv.Quote(k.Name) + ")"
	}
}

// limitKey writes a key in lines of its own.
func (p *printer) limitKey(k model.LimitKey) {
	if k.Kind != model.RequestKey {
		p.P(p.plainKey(k), ",")
		return
	}
	p.P(p.rateLimit("Request"), "(", strconv.Quote(k.Name), ",")
	for _, path := range k.Paths {
		p.requestValue(path)
	}
	p.P("),")
}

// requestValue writes the func that reads the value of a path. It is missing where a
// message on the way is not set, and where the last field has presence and is not.
func (p *printer) requestValue(path model.RequestPath) {
	r, m := p.local("r"), p.local("m")
	last := path.Fields[len(path.Fields)-1]
	begin := p.rateLimit("From") + "(func(" + r + " *" + p.name(path.Request.GoIdent) + ") " + p.rateLimit("Value") + " {"
	switch within := path.Fields[:len(path.Fields)-1]; {
	case len(within) > 0:
		holder := r
		for _, f := range within {
			holder = read(holder, f)
		}
		p.P(begin)
		p.P(m, " := ", holder)
		p.P("return ", p.rateLimit("If"), "(", p.hasValue(m, last), ", ", p.limitValue(m, last), ")")
		p.P("}),")
	case last.Desc.HasPresence():
		p.P(begin)
		p.P("return ", p.rateLimit("If"), "(", p.isPresent(r, last), ", ", p.limitValue(r, last), ")")
		p.P("}),")
	default:
		p.P(begin, " return ", p.limitValue(r, last), " }),")
	}
}

// limitValue returns the value of a field of the message in an expression.
func (p *printer) limitValue(holder string, f *protogen.Field) string {
	function := "Int"
	switch f.Desc.Kind() {
	case protoreflect.StringKind, protoreflect.BytesKind:
		function = "Text"
	case protoreflect.BoolKind:
		function = "Bool"
	case protoreflect.Uint32Kind, protoreflect.Uint64Kind, protoreflect.Fixed32Kind, protoreflect.Fixed64Kind:
		function = "Uint"
	}
	return p.rateLimit(function) + "(" + read(holder, f) + ")"
}

// hasValue returns whether a message in variable, which may be nil, has a field.
func (p *printer) hasValue(variable string, f *protogen.Field) string {
	set := variable + " != nil"
	if f.Desc.HasPresence() {
		set += " && " + p.isPresent(variable, f)
	}
	return set
}

// isPresent returns whether a field with presence is set.
func (p *printer) isPresent(variable string, f *protogen.Field) string {
	if open(f.Parent) && model.InOneof(f) {
		return p.crud("IsArm") + "[*" + p.name(f.GoIdent) + "](" + variable + "." + f.Oneof.GoName + ")"
	}
	return isSet(variable, f)
}
