package model

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// A LimitKey is what tells the callers of a rate limit apart.
type LimitKey struct {
	Kind LimitKeyKind
	// Name is that of the metadata or of the function, or the request's path.
	Name string
	// Paths are how a RequestKey is read, one for each type of request that is charged.
	Paths []RequestPath
}

// LimitKeyKind is where a key's value is found.
type LimitKeyKind uint8

const (
	PeerKey LimitKeyKind = iota
	PrincipalKey
	MetadataKey
	RequestKey
	FuncKey
)

// A RequestPath is a path of fields from a request on.
type RequestPath struct {
	Request *protogen.Message
	// Fields are at least one. All but the last are messages, the last is a scalar.
	Fields []*protogen.Field
}

const limitKeyHint = `write "peer", "principal", "metadata:NAME", "request:PATH" or "func:NAME"`

// readKey reads the key at an index of a limit. ok is false if it was reported.
func (r *limitReader) readKey(i int, text string) (key LimitKey, ok bool) {
	if text == "" {
		return key, false // reported with the options
	}
	report := func(problem, hint string) {
		r.add(atOption(r.desc, crudNumber, extend(extend(r.path, limitKeys), int32(i))...), r.name()+": "+problem, hint)
	}
	if slices.Contains(r.opts.GetKeys()[:i], text) {
		report(fmt.Sprintf("key %q is there twice", text), "remove one")
		return key, false
	}
	source, name, named := strings.Cut(text, ":")
	key.Name = name
	switch {
	case text == "peer":
		key.Kind = PeerKey
	case text == "principal":
		key.Kind = PrincipalKey
	case source == "metadata" && named:
		key.Kind = MetadataKey
		if !made(name, isMetadataByte) || strings.HasPrefix(name, "grpc-") {
			report(fmt.Sprintf("%q is no name of metadata that callers send", name), "write lower-case letters, digits, _, - and . only, and not grpc- before them")
			return key, false
		}
	case source == "func" && named:
		key.Kind = FuncKey
		if !made(name, isGroupByte) {
			report(fmt.Sprintf("%q is no name of a function", name), "write letters, digits, _, - and . only, as in ratelimit.WithFunc")
			return key, false
		}
	case source == "request" && named:
		key.Kind = RequestKey
		return key, r.readPaths(&key, report)
	default:
		report(fmt.Sprintf("key %q is unknown", text), limitKeyHint)
		return key, false
	}
	return key, true
}

// readPaths finds a path in all requests that are charged.
func (r *limitReader) readPaths(key *LimitKey, report func(problem, hint string)) bool {
	for _, m := range r.methods {
		if slices.ContainsFunc(key.Paths, func(p RequestPath) bool { return p.Request == m.Input }) {
			continue
		}
		fields, problem := resolvePath(m.Input, key.Name)
		if problem != "" {
			hint := "write the path of a field of the request, parent or book.author_id"
			if len(r.methods) > 1 {
				hint = "write a path that all requests of the service have, or limit the methods that have it"
			}
			report(fmt.Sprintf("path %q does not fit %s: %s", key.Name, m.Desc.Name(), problem), hint)
			return false
		}
		key.Paths = append(key.Paths, RequestPath{m.Input, fields})
	}
	return true
}

// resolvePath returns the fields of a path, or what is wrong with it.
func resolvePath(m *protogen.Message, path string) (fields []*protogen.Field, problem string) {
	for name := range strings.SplitSeq(path, ".") {
		if m == nil {
			return nil, fmt.Sprintf("%s is no message", fields[len(fields)-1].Desc.Name())
		}
		i := slices.IndexFunc(m.Fields, func(f *protogen.Field) bool { return string(f.Desc.Name()) == name })
		if i < 0 {
			return nil, fmt.Sprintf("%s has no field %q", m.Desc.FullName(), name)
		}
		f := m.Fields[i]
		if f.Desc.IsMap() || f.Desc.IsList() {
			return nil, fmt.Sprintf("%s is %s, and not one value", name, fieldForm(f))
		}
		fields, m = append(fields, f), f.Message
	}
	switch last := fields[len(fields)-1]; {
	case last.Message != nil:
		return nil, fmt.Sprintf("%s is a message, %s, and not a scalar", last.Desc.Name(), last.Message.Desc.FullName())
	case last.Desc.Kind() == protoreflect.FloatKind, last.Desc.Kind() == protoreflect.DoubleKind:
		return nil, fmt.Sprintf("%s is a %s, which tells nobody apart", last.Desc.Name(), last.Desc.Kind())
	}
	return fields, ""
}

func sameKeys(a, b []LimitKey) bool {
	return slices.EqualFunc(a, b, func(a, b LimitKey) bool { return a.Kind == b.Kind && a.Name == b.Name })
}

// made reports whether text is made of such bytes, of at least one.
func made(text string, of func(byte) bool) bool {
	for i := range len(text) {
		if !of(text[i]) {
			return false
		}
	}
	return text != ""
}

func isMetadataByte(b byte) bool {
	return 'a' <= b && b <= 'z' || '0' <= b && b <= '9' || b == '_' || b == '-' || b == '.'
}

func isGroupByte(b byte) bool { return isMetadataByte(b) || 'A' <= b && b <= 'Z' }
