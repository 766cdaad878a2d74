package rest

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// protoMask returns a mask of the query with the names of the proto, where it has those
// of JSON. What is no path of the resource is left for the service to refuse.
func (rt *route) protoMask(mask string) string {
	if mask == "" {
		return mask
	}
	paths := strings.Split(mask, ",")
	for i, path := range paths {
		paths[i] = rt.protoPath(strings.TrimSpace(path))
	}
	return strings.Join(paths, ",")
}

// protoPath returns a path of the message that it is one of.
func (rt *route) protoPath(path string) string {
	for _, of := range rt.resources() {
		if named, ok := protoPathIn(of, path); ok {
			return named
		}
	}
	return path
}

// resources returns the messages that masks of a method can be of: what the request holds,
// what is returned, what a page lists.
func (rt *route) resources() []protoreflect.MessageDescriptor {
	var all []protoreflect.MessageDescriptor
	members := func(of protoreflect.MessageDescriptor, list bool) {
		for i := range of.Fields().Len() {
			f := of.Fields().Get(i)
			if m := f.Message(); m != nil && f.IsList() == list && !f.IsMap() {
				all = append(all, m)
			}
		}
	}
	members(rt.method.Input(), false)
	all = append(all, rt.method.Output())
	members(rt.method.Output(), true)
	return all
}

// protoPathIn returns a path with the names of the proto, and whether it is one of a
// message. What follows a map is a key, and stays as it is.
func protoPathIn(of protoreflect.MessageDescriptor, path string) (string, bool) {
	name, rest, more := strings.Cut(path, ".")
	f := fieldNamed(of, name)
	if f == nil {
		return path, false
	}
	named := string(f.Name())
	switch {
	case !more:
		return named, true
	case f.IsMap():
		return named + "." + rest, true
	case f.Message() == nil:
		return path, false
	}
	inner, ok := protoPathIn(f.Message(), rest)
	return named + "." + inner, ok
}
